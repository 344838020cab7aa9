"""`processor run` and `processor serve`: the whole service in one process.

Waitress serves pages, hooks and, with the built-in form server, phones; a thread pulls. `run` prepares first:
database, forms, the first administrator, and on the very first start practice interviews, so that there is something
to see. Another form server may be away: then the pages open first, and forms are published when it answers.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import click

from processor.config import Config, load_config
from processor.errors import Message, ProcessorError
from processor.listener import address, check_port, local

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from processor.publish import Published
    from processor.schedule import Scheduler
    from processor.servers.builtin.server import BuiltinServer
    from processor.servers.protocol import FormServer
    from processor.store.open import Store

FIRST_PRACTICE = 300


@dataclass
class Service:
    """The parts of a running service. `asked` is the form server for those who have a person waiting."""

    config: Config
    store: Store
    server: FormServer
    asked: FormServer
    scheduler: Scheduler
    app: Flask
    stopping: threading.Event

    @property
    def builtin(self) -> BuiltinServer | None:
        """The form server when it is part of this program."""
        return cast("BuiltinServer", self.server) if self.server.name == "builtin" else None


@click.command("run")
@click.option("--practice", "households", default=FIRST_PRACTICE, show_default=True,
              help="Practice households on the very first start; 0 for none. Built-in form server only.")  # fmt: skip
def run_command(households: int) -> None:
    """Prepare everything, publish the forms and start the service."""
    config = load_config()
    check_port(config)
    service = build(config)
    if service.builtin is not None:
        prepare(service)
        with serving(service):
            if households and _never_used(service):
                _practise(service, service.builtin, households)
            _welcome(service)
            _wait()
        return
    _first_password(service)
    with serving(service, first=lambda: _publish_elsewhere(service)):
        _welcome(service)
        _wait()


@click.command("serve")
def serve_command() -> None:
    """Start the service without preparing anything."""
    config = load_config()
    check_port(config)
    service = build(config)
    if service.builtin is not None:
        service.builtin.sweep()
    with serving(service):
        click.echo(f"Listening on {address(config)}")
        _wait()


def build(config: Config) -> Service:
    """The parts, opened and wired; nothing is started, and no other form server is asked anything."""
    from processor.app import create_app
    from processor.schedule import Scheduler
    from processor.servers.open import IMPATIENT, open_server
    from processor.store.open import open_store

    os.umask(0o077)  # people's data: files of the data folder are for this account alone
    config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    stopping = threading.Event()
    server = open_server(config, wait=_until(stopping))
    asked = server if server.name == "builtin" else open_server(config, **IMPATIENT)
    store = open_store(config)
    scheduler = Scheduler(store, server, config)
    app = create_app(config, store, asked, scheduler)
    service = Service(config, store, server, asked, scheduler, app, stopping)
    if service.builtin is not None:
        service.builtin.on_received(scheduler.wake)
    return service


def _until(stopping: threading.Event) -> Callable[[float], None]:
    """Waits between two attempts, which the end of the service cuts short."""
    from processor.schedule import StoppedError

    def wait(seconds: float) -> None:
        if stopping.wait(seconds):
            raise StoppedError(Message.PULL_STOPPED)

    return wait


def prepare(service: Service) -> None:
    """Publish the forms, make the first administrator, clear what a crash left half-written."""
    from processor.publish import publish_all

    if service.builtin is not None:
        service.builtin.sweep()
    for published in publish_all(service.config, service.server, service.store):
        _tell(published)
    _first_password(service)


def _publish_elsewhere(service: Service) -> None:
    """Publish as `forms deploy` does; a form server that is away or refuses keeps nobody from the pages."""
    from processor.publish import publish_all

    click.echo(f"The pages are open at {address(service.config)}; looking at the form server…")
    sys.stdout.flush()
    try:
        for published in publish_all(service.config, service.server, service.store):
            _tell(published)
    except ProcessorError as error:
        click.echo(f"The forms were not published: {error}", err=True)
        click.echo("The pages are open and show the last copy. Then run: processor forms deploy", err=True)


def _first_password(service: Service) -> None:
    from processor.web.commands import ensure_admin

    password = ensure_admin(service.store)
    if password:
        click.echo(
            f"\nUser admin, one-time password: {password}\n(shown only now; you choose your own at the first sign-in)\n"
        )


def _never_used(service: Service) -> bool:
    """Whether the form server has never had a submission, removed ones included."""
    return not any(True for form in service.config.forms for _ in service.server.ids(form.form_id))


def _tell(published: Published) -> None:
    if published.problem:
        click.echo(
            f"{published.form_id}: stays at version {published.version}: {published.problem}", err=True
        )
    elif published.changed:
        click.echo(f"{published.form_id}: published version {published.version}")
    for note in published.notes:
        click.echo(f"{published.form_id}: look at this: {note}", err=True)


@contextmanager
def serving(service: Service, first: Callable[[], None] | None = None) -> Iterator[None]:
    """Pages and phones are served, and the copy is pulled, until the block ends. `first`: before the first pull."""
    from processor.listener import LARGEST, SMALL, listening
    from processor.servers.open import close_server

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    web = service.config.web
    behind_proxy = web.public_url.startswith("https://")
    largest = LARGEST if service.builtin is not None else SMALL
    with listening(service.app, web.host, web.port, behind_proxy=behind_proxy, largest=largest):
        try:
            if first is not None:
                first()
            service.scheduler.start()
            yield
        finally:
            service.stopping.set()
            service.scheduler.stop()
            close_server(service.asked)
            close_server(service.server)


def _practise(service: Service, server: BuiltinServer, households: int) -> None:
    from processor.practice.commands import send_practice
    from processor.pull import pull

    send_practice(service.config, server, households=households, seed=2016, url=local(service.config))
    for form in service.config.forms:
        click.echo(pull(service.store, service.server, form).sentence)


def _welcome(service: Service) -> None:
    web = service.config.web
    click.echo(f"\n  Open        {address(service.config)}")
    click.echo("  Sign in     admin (forgotten password: processor users password admin)")
    if service.builtin is None:
        click.echo(f"  Phones      talk to {service.config.server.url}; cards: Điều tra viên → mã QR,")
        click.echo("              or  processor officers sheet cards.pdf")
    elif web.host in ("127.0.0.1", "localhost", "::1"):
        click.echo("  Phones      stop this, start with  make run HOST=0.0.0.0  on the office network, then")
        click.echo("              Điều tra viên → mã QR, scanned with ODK Collect (docs/enumerators.md)")
    else:
        click.echo("  Phones      Điều tra viên → mã QR, scanned with ODK Collect (docs/enumerators.md)")
    click.echo("  Stop        Ctrl+C\n")


def _wait() -> None:
    """Until Ctrl+C or a polite kill."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    sys.stdout.flush()
    try:
        stop.wait()
    except KeyboardInterrupt:
        click.echo("\nStopped.")
