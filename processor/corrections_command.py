"""`processor corrections`: the ledger of corrections, without the answers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from processor.command_users import acting_user, scope_of
from processor.config import load_config
from processor.errors import ProcessorError
from processor.forms.definition import DATA_CLASSES
from processor.store.corrections import LedgerRow, list_corrections
from processor.store.corrections_list import read_correction
from processor.store.open import open_store
from processor.store.scope import Area, Scope

if TYPE_CHECKING:
    from processor.store.open import Store

STATES = ("applied", "set_aside", "superseded", "undone", "dropped", "waiting")
PAGE = 1000


@click.group("corrections")
def corrections_command() -> None:
    """Answers that people have corrected, and what became of each correction."""


@corrections_command.command("list")
@click.option(
    "--state", type=click.Choice(STATES), help="Only these; set_aside is what waits for a decision."
)
@click.option("--form", "form_id", default="", help="One form.")
@click.option("--practice", is_flag=True, help="Of practice rows instead of survey rows.")
def list_command(state: str | None, form_id: str, practice: bool) -> None:
    """Each correction, newest first: number, when, who, cell, state. Answers and reasons are not shown."""
    config = load_config()
    if form_id:
        config.form(form_id)
    zone = ZoneInfo(config.timezone)
    scope = Scope(Area.province(), frozenset(DATA_CLASSES), "practice" if practice else "survey")
    count = 0
    for row in _rows(open_store(config), scope, form_id, state or ""):
        count += 1
        at = row.at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        click.echo(
            f"{row.id}  {at}  {row.username}  {row.form_id} {row.row_key} {row.column_name}  {row.state}"
        )
    click.echo(f"{count} correction(s).")


@corrections_command.command("restore")
@click.argument("numbers", type=click.IntRange(min=1), nargs=-1, required=True)
@click.option("--as", "username", required=True, help="The user whose rights and name it is done with.")
@click.option("--reason", required=True, help="Why; it stands in the ledger.")
@click.option("--practice", is_flag=True, help="Of practice rows instead of survey rows.")
def restore_command(numbers: tuple[int, ...], username: str, reason: str, practice: bool) -> None:
    """Take back that corrections were dropped: each stands as before, with those that went with it.

    Exit code 3 when one was refused; the others are restored.
    """
    from processor.store.corrections import check_after, restore

    config = load_config()
    store = open_store(config)
    user = acting_user(store, username)
    scope = scope_of(config, user, practice=practice)
    refused = 0
    for number in dict.fromkeys(numbers):
        try:
            restore(store, user, scope, number, reason=reason, check=False)
        except ProcessorError as error:
            refused += 1
            click.echo(f"{number}  refused: {error}")
        else:
            row = read_correction(store, scope, number)
            click.echo(f"{number}  {row.state if row else 'restored'}")
    check_after(store)
    sys.exit(3 if refused else 0)


def _rows(store: Store, scope: Scope, form_id: str, state: str) -> Iterator[LedgerRow]:
    before = None
    while True:
        rows = list_corrections(store, scope, form_id=form_id, state=state, size=PAGE, before=before)
        yield from rows
        if len(rows) < PAGE:
            return
        before = rows[-1].id
