"""Waitress in a thread: started, and stopped politely, within a block; and where it is reached."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from waitress import create_server, wasyncore

from processor.errors import ConfigError, Message
from processor.servers.builtin.posting import MAX_POST

if TYPE_CHECKING:
    from flask import Flask

    from processor.config import Config

THREADS = 8
TICK = 0.2
"""Seconds until a stop is noticed when nobody calls."""
LARGEST = MAX_POST + 2_000_000
"""Waitress stores a whole body before we see it: a little above our own limit, which explains itself."""
SMALL = 1_100_000
"""Where no phones come: pages send less, and what a hook sends is not read."""

PROXY: dict[str, Any] = {
    "trusted_proxy": "127.0.0.1",
    "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
}
"""Without it everybody behind the proxy would share one address, and one throttle of the sign-in."""


@contextmanager
def listening(
    app: Flask, host: str, port: int, *, behind_proxy: bool = False, largest: int = LARGEST
) -> Iterator[int]:
    """Serve `app` until the block ends; the port. Requests under way are answered before it returns.

    `behind_proxy`: a TLS proxy on this machine says who calls; nobody else is believed. `largest`: bytes of a
    body beyond which a request is refused unread.
    """
    sockets: dict[int, Any] = {}
    believed: dict[str, Any] = PROXY if behind_proxy else {}
    listener = create_server(
        app,
        map=sockets,
        host=host,
        port=port,
        threads=THREADS,
        ident="processor",
        max_request_body_size=largest,
        **believed,
    )
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            wasyncore.loop(timeout=TICK, map=sockets, count=1)
        listener.task_dispatcher.shutdown()
        wasyncore.close_all(sockets)

    thread = threading.Thread(target=run, name="web", daemon=True)
    thread.start()
    try:
        yield int(listener.effective_port)
    finally:
        stop.set()
        thread.join(10)


def address(config: Config) -> str:
    """Where people open the pages."""
    if config.web.public_url:
        return config.web.public_url
    host = config.web.host if config.web.host != "0.0.0.0" else _own_address()  # noqa: S104 - a comparison
    return f"http://{host}:{config.web.port}"


def local(config: Config) -> str:
    """Where this machine itself reaches the service."""
    host = "127.0.0.1" if config.web.host == "0.0.0.0" else config.web.host  # noqa: S104 - a comparison
    return f"http://{host}:{config.web.port}"


def _own_address() -> str:
    """This machine's address on the office network as its own name gives it, else the name."""
    name = socket.gethostname()
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(name, None, socket.AF_INET)}
    except socket.gaierror:
        return name
    return next((a for a in sorted(found) if not a.startswith("127.")), name)


def check_port(config: Config) -> None:
    """ConfigError while somebody else uses our port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.web.host, config.web.port))
        except OSError as error:
            raise ConfigError(
                Message.WEB_ADDRESS, host=config.web.host, port=config.web.port, detail=error.strerror
            ) from error
