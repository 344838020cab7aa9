"""Whether a cell may be corrected, and by what; without writing anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, select

from processor.errors import AccessError, ContractError, Message
from processor.store import raw
from processor.store.corrections_read import read_corrections
from processor.store.tables import submissions
from processor.store.visible import visible_submissions
from processor.survey.corrections import (
    Correction,
    answer,
    canonical,
    fault,
    find_column,
    find_row,
    row_sha256,
)

if TYPE_CHECKING:
    from processor.store.raw import Stored
    from processor.store.scope import Scope
    from processor.survey.columns import Column, TablePlan

TEXT_LIMIT = 1000


class Cell(NamedTuple):
    """Where a correction goes, and the version of the submission that the person has seen."""

    form_id: str
    submission_id: str
    table_name: str
    row_key: str
    """In the root table the submission id."""
    column_name: str
    raw_sha256: str


@dataclass(frozen=True)
class Found:
    """A cell as the raw copy has it, and what the standing corrections make of it."""

    column: Column
    old: str | None
    """The answer at the form server."""
    now: str | None
    """The answer that holds: the newest correction's, if one holds."""
    holding: int | None
    """The number of that correction."""
    row_sha256: str
    stored: Stored
    corrections: tuple[Correction, ...]
    """Of the whole submission, oldest first."""


def check_texts(reason: str, source: str) -> None:
    """ContractError CORRECT_TEXT when reason or source is no text that can be kept."""
    for name, text in (("reason", reason), ("source", source)):
        if not 1 <= len(text.strip()) <= TEXT_LIMIT or not raw.is_storable(text):
            values = {"field": name, "least": 1, "limit": TEXT_LIMIT, "found": len(text.strip())}
            raise ContractError(Message.CORRECT_TEXT, **values)


def find(connection: Connection, plans: tuple[TablePlan, ...], scope: Scope, cell: Cell) -> Found:
    """The cell; AccessError when the scope does not show it, ContractError when it is none, or another version."""
    _check_rights(connection, plans, scope, cell)
    stored = raw.read_current(connection, cell.form_id, after="", size=1, among=[cell.submission_id])[0]
    column = find_column(plans, cell.table_name, cell.column_name)
    row = find_row(plans, cell.submission_id, stored.submission.answers, cell.table_name, cell.row_key)
    if column is None or row is None:
        place = {"table": cell.table_name, "column": cell.column_name, "row_key": cell.row_key}
        raise ContractError(Message.CORRECT_PLACE, **place)
    old, digest = answer(row, column), row_sha256(plans, cell.table_name, row)
    known = tuple(
        read_corrections(connection, cell.form_id, [cell.submission_id]).get(cell.submission_id, ())
    )
    held = _holding(known, cell, old, digest)
    return Found(column, old, held.new if held else old, held.id if held else None, digest, stored, known)


def _check_rights(connection: Connection, plans: tuple[TablePlan, ...], scope: Scope, cell: Cell) -> None:
    mine = (visible_submissions(cell.form_id, scope), submissions.c.instance_id == cell.submission_id)
    known = connection.execute(select(submissions.c.sha256).where(*mine)).scalar_one_or_none()
    column = find_column(plans, cell.table_name, cell.column_name)
    if known is None or (column is not None and not scope.shows(column.data_class)):
        raise AccessError(Message.CORRECT_RIGHTS, submission_id=cell.submission_id, column=cell.column_name)
    if known != cell.raw_sha256:
        raise ContractError(Message.CORRECT_STALE, submission_id=cell.submission_id)


def _holding(known: tuple[Correction, ...], cell: Cell, old: str | None, digest: str) -> Correction | None:
    """The newest correction of the cell, while it stands on the answer that is there."""
    place = (cell.table_name, cell.row_key, cell.column_name)
    mine = [c for c in known if (c.table_name, c.row_key, c.column_name) == place]
    newest = mine[-1] if mine else None
    return newest if newest and (newest.old, newest.row_sha256) == (old, digest) else None


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
