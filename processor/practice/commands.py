"""`processor practice`: invented interviews for training, sent as phones send them, and their removal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from threading import Thread
from typing import TYPE_CHECKING

import click

from processor.config import load_config

if TYPE_CHECKING:
    from processor.config import Config
    from processor.practice.post import Sent
    from processor.servers.builtin.server import BuiltinServer


@click.command("practice")
@click.option("--households", default=300, show_default=True, help="How many invented households to send.")
@click.option("--seed", default=2016, show_default=True, help="The same seed gives the same households.")
@click.option(
    "--url", help="Address of a running service; without it the one on this machine, or one for the sending."
)
@click.option("--remove", is_flag=True, help="Remove all practice data instead.")
@click.option(
    "--mistakes", default=0.05, show_default=True, help="Share of households with a deliberate mistake."
)
def practice_command(households: int, seed: int, url: str | None, remove: bool, mistakes: float) -> None:
    """Send invented practice interviews, or remove them."""
    from processor.servers.builtin.server import open_builtin

    config = load_config()
    server = open_builtin(config)
    if remove:
        remove_practice(config, server)
    else:
        send_practice(config, server, households=households, seed=seed, url=url, mistakes=mistakes)


def send_practice(
    config: Config,
    server: BuiltinServer,
    *,
    households: int,
    seed: int,
    url: str | None = None,
    mistakes: float = 0.05,
) -> Sent:
    """Send that many households and say what was sent; the same seed again sends nothing twice."""
    from processor.practice.people import households as invented
    from processor.practice.post import post

    tokens = officers(server)
    url = url or running(config, next(iter(tokens.values())))
    with nullcontext(url.rstrip("/")) if url else serving(server) as base:
        addresses = {code: f"{base}/v1/key/{token}" for code, token in tokens.items()}
        people = invented(config.codes, number=households, seed=seed, mistakes=mistakes)
        with progress(households) as advance:
            sent = post(people, addresses, advance)
    click.echo(_sentence(sent))
    return sent


def running(config: Config, token: str) -> str | None:
    """Address of the service on this machine when it runs and knows the token: it then pulls at once."""
    import requests

    host = "127.0.0.1" if config.web.host == "0.0.0.0" else config.web.host  # noqa: S104 - a comparison
    url = f"http://{host}:{config.web.port}"
    try:
        address = f"{url}/v1/key/{token}/submission"
        found = requests.head(
            address, headers={"X-OpenRosa-Version": "1.0"}, timeout=5, allow_redirects=False
        )
    except requests.RequestException:
        return None
    return url if found.status_code == 204 and "X-OpenRosa-Version" in found.headers else None


def officers(server: BuiltinServer) -> dict[str, str]:
    """Tokens of the practice officers, who are made when they are missing."""
    from processor.practice.people import OFFICERS
    from processor.servers.builtin.officers import add_officer, restore_officer

    known = {user.code: user for user in server.app_users()}
    tokens: dict[str, str] = {}
    for code in OFFICERS:
        user = known.get(code)
        if user is None:
            user = add_officer(server, code, f"Tập huấn {code[-2:]}", "", practice=True)
        elif not user.active:
            user = restore_officer(server, code)
        tokens[code] = user.token
    return tokens


@contextmanager
def serving(server: BuiltinServer) -> Iterator[str]:
    """The form server alone on a free loopback port, for the time of the block; its address."""
    from flask import Flask
    from werkzeug.serving import WSGIRequestHandler, make_server

    from processor.servers.builtin.http import blueprint

    class Quiet(WSGIRequestHandler):
        """Keeps connections open and writes no log: addresses hold tokens."""

        protocol_version = "HTTP/1.1"

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Nothing."""

    app = Flask("practice")
    app.register_blueprint(blueprint(server))
    listener = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = Thread(target=listener.serve_forever, name="practice-server", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.server_port}"
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()


@contextmanager
def progress(total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _number: None
        return
    with click.progressbar(length=total, label="Practice households", file=sys.stderr) as bar:
        yield bar.update


def _sentence(sent: Sent) -> str:
    counts = ", ".join(f"{number} of {form_id}" for form_id, number in sorted(sent.interviews.items()))
    text = f"Practice: {sent.households} households, {counts or 'nothing'} sent"
    if sent.mistakes:
        text += f"; {sent.mistakes} households carry a deliberate mistake"
    if sent.kept:
        text += f"; {sent.kept} were there already with other content and stay as they are"
    return text + ". Remove with: processor practice --remove"


def remove_practice(config: Config, server: BuiltinServer) -> int:
    """Remove all practice submissions from the server, then from the copy, raw included; how many."""
    from processor.pull import pull
    from processor.store.open import open_store
    from processor.store.practice import remove_practice as remove_from_store

    removed = server.remove_practice()
    server.sweep()
    click.echo(f"Practice: {removed} submissions removed from the form server.")
    store = open_store(config)
    copied = remove_from_store(store)
    click.echo(f"Practice: {copied} submissions removed from the copy, the raw copy included.")
    for form in config.forms:
        click.echo(pull(store, server, form).sentence)
    return removed
