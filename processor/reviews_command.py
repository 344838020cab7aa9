"""`processor reviews`: what waits to be written to the form server, and what became of it."""

from __future__ import annotations

import sys
from zoneinfo import ZoneInfo

import click

from processor.config import load_config
from processor.database import reading, writing
from processor.reviews import send_waiting
from processor.store import outbox
from processor.store.open import open_store
from processor.store.outbox import Wish

WAIT = 60.0
"""Seconds that a sending waits for another one."""


@click.group("reviews")
def reviews_command() -> None:
    """Review states on their way to the form server."""


@reviews_command.command("send")
def send_command() -> None:
    """Send now what is due. Exit code 1 when something had to be put back."""
    from processor.servers.open import open_server

    config = load_config()
    outbox.require_write_back(config)
    told = send_waiting(open_store(config), open_server(config), wait=WAIT)
    click.echo(told.sentence)
    sys.exit(1 if told.problem else 0)


@reviews_command.command("list")
@click.option("--all", "everything", is_flag=True, help="Also what was sent, superseded or cancelled.")
def list_command(everything: bool) -> None:
    """What waits or was refused, and why; comments are not shown."""
    config = load_config()
    zone = ZoneInfo(config.timezone)
    with reading(open_store(config).engine) as connection:
        wishes = outbox.list_wishes(connection, everything=everything)
    for wish in wishes:
        click.echo(_line(wish, zone))
    click.echo(f"{len(wishes)} review(s).")


def _line(wish: Wish, zone: ZoneInfo) -> str:
    at = wish.queued_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    tries = f", {wish.attempts} attempt(s)" if wish.attempts else ""
    why = f": {wish.detail}" if wish.detail else ""
    place = f"{wish.form_id} {wish.instance_id}"
    return f"{wish.id}  {at}  {place} -> {wish.review_state}  {wish.state}{tries}{why}"


@reviews_command.command("retry")
@click.argument("number", type=int)
def retry_command(number: int) -> None:
    """Let review NUMBER go with the next sending, also one that was refused."""
    with writing(open_store(load_config()).engine) as connection:
        outbox.retry(connection, number)
    click.echo(f"Review {number} goes with the next sending.")


@reviews_command.command("cancel")
@click.argument("number", type=int)
def cancel_command(number: int) -> None:
    """Never send review NUMBER."""
    with writing(open_store(load_config()).engine) as connection:
        outbox.cancel(connection, number)
    click.echo(f"Review {number} will not be sent.")
