"""Waitress in a thread: started, and stopped politely, within a block."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from waitress import create_server, wasyncore

from processor.servers.builtin.posting import MAX_POST

if TYPE_CHECKING:
    from flask import Flask

THREADS = 8
TICK = 0.2
"""Seconds until a stop is noticed when nobody calls."""
LARGEST = MAX_POST + 2_000_000
"""Waitress stores a whole body before we see it: a little above our own limit, which explains itself."""

PROXY: dict[str, Any] = {
    "trusted_proxy": "127.0.0.1",
    "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
}
"""Without it everybody behind the proxy would share one address, and one throttle of the sign-in."""


@contextmanager
def listening(app: Flask, host: str, port: int, *, behind_proxy: bool = False) -> Iterator[int]:
    """Serve `app` until the block ends; the port. Requests under way are answered before it returns.

    `behind_proxy`: a TLS proxy on this machine says who calls; nobody else is believed.
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
        max_request_body_size=LARGEST,
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
