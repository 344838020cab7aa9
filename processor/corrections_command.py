"""`processor corrections`: the ledger of corrections, without the answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from processor.config import load_config
from processor.forms.definition import DATA_CLASSES
from processor.store.corrections import LedgerRow, list_corrections
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


def _rows(store: Store, scope: Scope, form_id: str, state: str) -> Iterator[LedgerRow]:
    before = None
    while True:
        rows = list_corrections(store, scope, form_id=form_id, state=state, size=PAGE, before=before)
        yield from rows
        if len(rows) < PAGE:
            return
        before = rows[-1].id
