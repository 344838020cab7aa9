"""`processor run` and `processor serve`: the whole service in one process.

Waitress serves pages and phones; a thread pulls. `run` prepares first: database, forms, the first
administrator, and on the very first start practice interviews, so that there is something to see.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from processor.config import Config, load_config
from processor.errors import ConfigError, Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from processor.schedule import Scheduler
    from processor.servers.builtin.server import BuiltinServer
    from processor.store.open import Store

FIRST_PRACTICE = 300


@dataclass
class Service:
    """The parts of a running service."""

    config: Config
    store: Store
    server: BuiltinServer
    scheduler: Scheduler
    app: Flask


@click.command("run")
@click.option("--practice", "households", default=FIRST_PRACTICE, show_default=True,
              help="Practice households on the very first start; 0 for none.")  # fmt: skip
def run_command(households: int) -> None:
    """Prepare everything, publish the forms and start the service."""
    config = load_config()
    _check_port(config)
    service = build(config)
    prepare(service)
    with serving(service):
        if households and _never_used(service):
            _practise(service, households)
        _welcome(service)
        _wait()


@click.command("serve")
def serve_command() -> None:
    """Start the service without preparing anything."""
    config = load_config()
    _check_port(config)
    service = build(config)
    service.server.sweep()
    with serving(service):
        click.echo(f"Listening on {address(config)}")
        _wait()


def build(config: Config) -> Service:
    """The parts, opened and wired; nothing is started."""
    from processor.app import create_app
    from processor.schedule import Scheduler
    from processor.servers.builtin.server import open_builtin
    from processor.store.open import open_store

    os.umask(0o077)  # people's data: files of the data folder are for this account alone
    config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = open_store(config)
    server = open_builtin(config)
    scheduler = Scheduler(store, server, config)
    server.on_received(scheduler.wake)
    return Service(config, store, server, scheduler, create_app(config, store, server, scheduler))


def prepare(service: Service) -> None:
    """Publish the forms, make the first administrator, clear what a crash left half-written."""
    from processor.publish import publish_all
    from processor.web.commands import ensure_admin

    service.server.sweep()
    for published in publish_all(service.config, service.server, service.store):
        _tell(published)
    password = ensure_admin(service.store)
    if password:
        click.echo(
            f"\nUser admin, one-time password: {password}\n(shown only now; you choose your own at the first sign-in)\n"
        )


def _never_used(service: Service) -> bool:
    """Whether the form server has never had a submission, removed ones included."""
    return not any(True for form in service.config.forms for _ in service.server.ids(form.form_id))


def _tell(published: Any) -> None:
    if published.problem:
        click.echo(
            f"{published.form_id}: stays at version {published.version}: {published.problem}", err=True
        )
    elif published.changed:
        click.echo(f"{published.form_id}: published version {published.version}")


@contextmanager
def serving(service: Service) -> Iterator[None]:
    """Pages and phones are served, and the copy is pulled, until the block ends."""
    from processor.listener import listening

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    web = service.config.web
    behind_proxy = web.public_url.startswith("https://")
    with listening(service.app, web.host, web.port, behind_proxy=behind_proxy):
        service.scheduler.start()
        try:
            yield
        finally:
            service.scheduler.stop()


def _practise(service: Service, households: int) -> None:
    from processor.practice.commands import send_practice
    from processor.pull import pull

    send_practice(service.config, service.server, households=households, seed=2016, url=local(service.config))
    for form in service.config.forms:
        click.echo(pull(service.store, service.server, form).sentence)


def _welcome(service: Service) -> None:
    web = service.config.web
    click.echo(f"\n  Open        {address(service.config)}")
    click.echo("  Sign in     admin (forgotten password: processor users password admin)")
    if web.host in ("127.0.0.1", "localhost", "::1"):
        click.echo("  Phones      stop this, start with  make run HOST=0.0.0.0  on the office network, then")
        click.echo("              Điều tra viên → mã QR, scanned with ODK Collect (docs/enumerators.md)")
    else:
        click.echo("  Phones      Điều tra viên → mã QR, scanned with ODK Collect (docs/enumerators.md)")
    click.echo("  Stop        Ctrl+C\n")


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


def _check_port(config: Config) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.web.host, config.web.port))
        except OSError as error:
            raise ConfigError(
                Message.WEB_ADDRESS, host=config.web.host, port=config.web.port, detail=error.strerror
            ) from error


def _wait() -> None:
    """Until Ctrl+C or a polite kill."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    sys.stdout.flush()
    try:
        stop.wait()
    except KeyboardInterrupt:
        click.echo("\nStopped.")
