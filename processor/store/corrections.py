"""The ledger of corrections: a person sets another answer in the place of one cell, with reason and source.

Raw is never touched. A correction is an event; the rows are made anew with it in the same transaction, and by
every later load and rebuild (`survey/corrections.py`). When the answer under it changes at the form server it is
set aside, visibly, until somebody applies it again or drops it. Undoing is another event.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from sqlalchemy import Connection, insert, select

from processor.database import reading, writing
from processor.errors import AccessError, ContractError, Message
from processor.store import raw
from processor.store.checking import check_due
from processor.store.corrections_list import LedgerRow, list_corrections, read_correction
from processor.store.corrections_read import DROP, SET, UNDO
from processor.store.lease import leased
from processor.store.rebuild import load_again
from processor.store.tables import submissions
from processor.store.visible import visible_submissions
from processor.store.work_tables import corrections
from processor.survey.corrections import (
    APPLIED,
    SET_ASIDE,
    answer,
    canonical,
    fault,
    find_column,
    find_row,
    row_sha256,
)

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.store.scope import Scope
    from processor.survey.columns import Column, TablePlan

__all__ = ["Cell", "LedgerRow", "Person", "apply_again", "correct", "drop", "list_corrections", "undo"]

WAIT = 30.0
TEXT_LIMIT = 1000


class Person(Protocol):
    """Who acts: a user of the pages, or somebody at the command line."""

    @property
    def id(self) -> int:
        """Number of the user, 0 at the command line."""

    @property
    def username(self) -> str:
        """The name in the ledger."""


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
class _Found:
    """A cell as the raw copy has it."""

    column: Column
    old: str | None
    row_sha256: str
    practice: bool


def correct(
    store: Store, user: Person, scope: Scope, cell: Cell, new: str | None, *, reason: str, source: str
) -> int:
    """Correct one cell and make the submission's rows anew; the number of the correction.

    `new` is the answer as a form writes it (canonical text; None empties the cell). ContractError says what is
    wrong with place, value or texts, AccessError when the user may not; nothing is written then. LeaseError when
    a pull of the form still runs after half a minute. Checks follow at once.
    """
    new = new or None
    _check_texts(reason, source)
    with leased(store.engine, cell.form_id, wait=WAIT) as lease:
        plans = store.plans(cell.form_id)
        with reading(store.engine) as connection:
            _check_rights(connection, plans, scope, cell)
            found = _find(connection, plans, cell)
        _check_value(found, new)
        event = _event(SET, user, reason, source, found.practice)
        values = {**cell._asdict(), "old": json.dumps(found.old), "new": json.dumps(new)}
        with writing(store.engine) as connection:
            number = _append(connection, {**event, **values, "row_sha256": found.row_sha256})
            load_again(store, connection, cell.form_id, cell.submission_id, lease)
    check_due(store)
    return number


def undo(store: Store, user: Person, scope: Scope, number: int, *, reason: str) -> None:
    """Take a correction back: the answer that was under it stands again, or an older correction of the cell.

    ContractError CORRECT_STATE when it was ended already, AccessError when the user may not.
    """
    _end(store, user, scope, number, UNDO, reason)


def drop(store: Store, user: Person, scope: Scope, number: int, *, reason: str) -> None:
    """Decide that a correction that is set aside is not needed any more."""
    _end(store, user, scope, number, DROP, reason)


def apply_again(store: Store, user: Person, scope: Scope, number: int, *, reason: str) -> int:
    """Decide that a correction that is set aside holds for the new answer as well; the new correction's number."""
    row = _standing(store, scope, number, "applied again", (SET_ASIDE,))
    with reading(store.engine) as connection:
        sha256 = connection.execute(
            select(submissions.c.sha256).where(
                submissions.c.form_id == row.form_id, submissions.c.instance_id == row.submission_id
            )
        ).scalar_one()
    cell = Cell(row.form_id, row.submission_id, row.table_name, row.row_key, row.column_name, sha256)
    return correct(store, user, scope, cell, row.new, reason=reason, source=row.source)


def _end(store: Store, user: Person, scope: Scope, number: int, act: str, reason: str) -> None:
    _check_texts(reason, "-")
    expected = (SET_ASIDE,) if act == DROP else (APPLIED, SET_ASIDE)
    form_id = _standing(store, scope, number, f"{act} now", expected).form_id
    with leased(store.engine, form_id, wait=WAIT) as lease:
        row = _standing(store, scope, number, f"{act} now", expected)  # nobody else can end it from here on
        place = {name: getattr(row, name) for name in Cell._fields}
        event = _event(act, user, reason, "", row.practice)
        texts = {"old": json.dumps(row.old), "new": json.dumps(row.new), "row_sha256": row.row_sha256}
        with writing(store.engine) as connection:
            _append(connection, {**event, **place, **texts, "of_id": number})
            load_again(store, connection, form_id, row.submission_id, lease)
    check_due(store)


def _standing(store: Store, scope: Scope, number: int, act: str, expected: tuple[str, ...]) -> LedgerRow:
    row = read_correction(store, scope, number)
    found = "none that this user may see" if row is None else row.state
    if row is None or row.state not in expected:
        raise ContractError(
            Message.CORRECT_STATE, number=number, act=act, expected=" or ".join(expected), found=found
        )
    return row


def _check_texts(reason: str, source: str) -> None:
    for name, text in (("reason", reason), ("source", source)):
        if not 1 <= len(text.strip()) <= TEXT_LIMIT or not raw.is_storable(text):
            values = {"field": name, "least": 1, "limit": TEXT_LIMIT, "found": len(text.strip())}
            raise ContractError(Message.CORRECT_TEXT, **values)


def _check_rights(connection: Connection, plans: tuple[TablePlan, ...], scope: Scope, cell: Cell) -> None:
    mine = (visible_submissions(cell.form_id, scope), submissions.c.instance_id == cell.submission_id)
    known = connection.execute(select(submissions.c.sha256).where(*mine)).scalar_one_or_none()
    column = find_column(plans, cell.table_name, cell.column_name)
    if known is None or (column is not None and not scope.shows(column.data_class)):
        raise AccessError(Message.CORRECT_RIGHTS, submission_id=cell.submission_id, column=cell.column_name)
    if known != cell.raw_sha256:
        raise ContractError(Message.CORRECT_STALE, submission_id=cell.submission_id)


def _find(connection: Connection, plans: tuple[TablePlan, ...], cell: Cell) -> _Found:
    stored = raw.read_current(connection, cell.form_id, after="", size=1, among=[cell.submission_id])
    column = find_column(plans, cell.table_name, cell.column_name)
    submission = stored[0].submission
    row = find_row(plans, cell.submission_id, submission.answers, cell.table_name, cell.row_key)
    if column is None or row is None:
        place = {"table": cell.table_name, "column": cell.column_name, "row_key": cell.row_key}
        raise ContractError(Message.CORRECT_PLACE, **place)
    digest = row_sha256(plans, cell.table_name, row)
    return _Found(column, answer(row, column), digest, submission.practice)


def _check_value(found: _Found, new: str | None) -> None:
    expected = "" if new is None else fault(found.column, new)
    if new is not None and not raw.is_storable(new):
        expected = "a text without signs that no database can hold"
    if expected:
        raise ContractError(Message.CORRECT_VALUE, column=found.column.name, expected=expected)
    if canonical(found.column, new) == canonical(found.column, found.old):
        raise ContractError(Message.CORRECT_SAME, column=found.column.name)


def _event(act: str, user: Person, reason: str, source: str, practice: bool) -> dict[str, Any]:
    who = {"user_id": user.id, "username": user.username, "at": datetime.now(UTC)}
    return {"act": act, "reason": reason.strip(), "source": source.strip(), "practice": practice, **who}


def _append(connection: Connection, values: dict[str, Any]) -> int:
    return connection.execute(insert(corrections).values(values).returning(corrections.c.id)).scalar_one()
