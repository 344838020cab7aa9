"""Whether a cell may be corrected, and by what; without writing anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection

from processor.errors import ContractError, Message
from processor.store import raw
from processor.store.cells import Cell, Cells, Found
from processor.survey.corrections import canonical, fault

if TYPE_CHECKING:
    from processor.store.scope import Scope
    from processor.survey.columns import TablePlan

__all__ = ["TEXT_LIMIT", "Cell", "Found", "check_seen", "check_texts", "check_value", "find"]

TEXT_LIMIT = 1000


def check_texts(reason: str, source: str) -> None:
    """ContractError CORRECT_TEXT when reason or source is no text that can be kept."""
    for name, text in (("reason", reason), ("source", source)):
        if not 1 <= len(text.strip()) <= TEXT_LIMIT or not raw.is_storable(text):
            values = {"field": name, "least": 1, "limit": TEXT_LIMIT, "found": len(text.strip())}
            raise ContractError(Message.CORRECT_TEXT, **values)


def find(connection: Connection, plans: tuple[TablePlan, ...], scope: Scope, cell: Cell) -> Found:
    """One cell: `Cells.find`, with its errors."""
    return Cells(connection, plans, scope, cell.form_id, [cell.submission_id]).find(cell)


def check_value(found: Found, new: str | None) -> None:
    """ContractError when the new answer is not of the question's type, or is what the cell has already."""
    expected = "" if new is None else fault(found.column, new)
    if new is not None and not raw.is_storable(new):
        expected = "a text without signs that no database can hold"
    if expected:
        raise ContractError(Message.CORRECT_VALUE, column=found.column.name, expected=expected)
    same = {canonical(found.column, text) for text in (found.old, found.now)}
    if canonical(found.column, new) in same:
        raise ContractError(Message.CORRECT_SAME, column=found.column.name)


def check_seen(found: Found, touched: int) -> None:
    """ContractError CORRECT_MEANWHILE when the newest event of the cell is another than this one, which was seen."""
    if found.touched == touched:
        return
    if found.touch is None:  # events are never removed: nobody can have seen one
        raise ContractError(Message.CORRECT_STALE, submission_id=found.stored.submission.instance_id)
    who = {"who": found.touch.username, "at": found.touch.at}
    raise ContractError(Message.CORRECT_MEANWHILE, column=found.column.name, **who)
