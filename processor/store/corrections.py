"""The ledger of corrections: a person sets another answer in the place of one cell, with reason and source.

Raw is never touched. A correction is an event; the rows are made anew with it in the same transaction, and by
every later load and rebuild (`survey/corrections.py`). When the answer under it changes at the form server it is
set aside, visibly, until somebody applies it again or drops it. Undoing is another event.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Connection, insert, select

from processor.database import reading, writing
from processor.errors import ContractError, Message
from processor.store.checking import check_due
from processor.store.corrections_check import Cell, check_seen, check_texts, check_value, find
from processor.store.corrections_list import LedgerRow, list_corrections, read_correction
from processor.store.corrections_read import DROP, SET, UNDO, read_corrections
from processor.store.lease import LeaseError, leased
from processor.store.rebuild import load_again
from processor.store.tables import submissions
from processor.store.work_tables import corrections
from processor.survey.corrections import APPLIED, SET_ASIDE

if TYPE_CHECKING:
    from processor.store.cells import Found
    from processor.store.open import Store
    from processor.store.scope import Scope

__all__ = [
    "Cell",
    "LedgerRow",
    "Person",
    "apply_again",
    "check_after",
    "correct",
    "drop",
    "list_corrections",
    "undo",
]

WAIT = 30.0


class Person(Protocol):
    """Who acts: a user of the pages, or somebody at the command line."""

    @property
    def id(self) -> int:
        """Number of the user, 0 at the command line."""

    @property
    def username(self) -> str:
        """The name in the ledger."""


def correct(
    store: Store,
    user: Person,
    scope: Scope,
    cell: Cell,
    new: str | None,
    *,
    reason: str,
    source: str,
    touched: int | None = None,
    check: bool = True,
) -> int:
    """Correct one cell and make the submission's rows anew; the number of the correction.

    `new` is the answer as a form writes it (canonical text; None empties the cell). `touched` is `Found.touched`
    as the person saw it: CORRECT_MEANWHILE when somebody came between. ContractError says what is wrong with
    place, value or texts, AccessError when the user may not; nothing is written then. LeaseError when
    a pull of the form still runs after half a minute. Checks follow at once; who corrects many cells says
    `check=False` and calls `check_after` at the end.
    """
    new = new or None
    check_texts(reason, source)
    with leased(store.engine, cell.form_id, wait=WAIT) as lease:
        plans = store.plans(cell.form_id)
        with writing(store.engine) as connection:
            found = find(connection, plans, scope, cell)
            check_value(found, new)
            if touched is not None:
                check_seen(found, touched)
            event = event_of(SET, user, reason, source, found.stored.submission.practice)
            number = append_event(connection, {**event, **set_values(cell, found, new)})
            load_again(store, connection, cell.form_id, cell.submission_id, lease)
    if check:
        check_after(store)
    return number


def check_after(store: Store) -> None:
    """Check what corrections have touched.

    Who holds the lease of checks goes on until nothing is due, so nobody need wait for a long check: what was
    loaded is noted as due with the rows.
    """
    try:
        check_due(store)
    except LeaseError:
        return


def undo(store: Store, user: Person, scope: Scope, number: int, *, reason: str) -> None:
    """Take a correction back: the answer that was under it stands again, or an older correction of the cell.

    ContractError CORRECT_STATE when it was ended already, AccessError when the user may not.
    """
    _end(store, user, scope, number, UNDO, reason)
    check_after(store)


def drop(
    store: Store,
    user: Person,
    scope: Scope,
    number: int,
    *,
    reason: str,
    seen: str | None = None,
    check: bool = True,
) -> None:
    """Decide that a correction that is set aside is not needed any more, nor older ones of the cell.

    `seen` is the version of the submission that the person has looked at: CORRECT_STALE when there is a newer one.
    """
    _end(store, user, scope, number, DROP, reason, seen)
    if check:
        check_after(store)


def apply_again(
    store: Store,
    user: Person,
    scope: Scope,
    number: int,
    *,
    reason: str,
    seen: str | None = None,
    check: bool = True,
) -> int:
    """Decide that a correction that is set aside holds for the new answer as well; the new correction's number.

    `seen` as for `drop`.
    """
    row = _standing(store, scope, number, "applied again", (SET_ASIDE,))
    place = {name: getattr(row, name) for name in Cell._fields}
    cell = Cell(**{**place, "raw_sha256": _current_sha256(store, row) if seen is None else seen})
    return correct(store, user, scope, cell, row.new, reason=reason, source=row.source, check=check)


def _end(
    store: Store, user: Person, scope: Scope, number: int, act: str, reason: str, seen: str | None = None
) -> None:
    check_texts(reason, "-")
    expected = (SET_ASIDE,) if act == DROP else (APPLIED, SET_ASIDE)
    form_id = _standing(store, scope, number, f"{act} now", expected).form_id
    with leased(store.engine, form_id, wait=WAIT) as lease:
        row = _standing(store, scope, number, f"{act} now", expected)  # nobody else can end it from here on
        if seen is not None and seen != _current_sha256(store, row):
            raise ContractError(Message.CORRECT_STALE, submission_id=row.submission_id)
        with writing(store.engine) as connection:
            for ended in _ended_by(connection, row, act):
                append_event(connection, {**event_of(act, user, reason, "", row.practice), **ended})
            load_again(store, connection, form_id, row.submission_id, lease)


def _ended_by(connection: Connection, row: LedgerRow, act: str) -> list[dict[str, Any]]:
    """What an act ends: one correction, or with a drop also those under it, else they would wait in its stead."""
    known = read_corrections(connection, row.form_id, [row.submission_id])[row.submission_id]
    cell = (row.table_name, row.row_key, row.column_name)
    mine = [c for c in known if (c.table_name, c.row_key, c.column_name) == cell]
    ended = [c for c in mine if c.id == row.id or (act == DROP and c.id < row.id)]
    place = {name: getattr(row, name) for name in Cell._fields}
    return [
        {
            **place,
            "of_id": c.id,
            "old": json.dumps(c.old),
            "new": json.dumps(c.new),
            "row_sha256": c.row_sha256,
        }
        for c in ended
    ]


def _current_sha256(store: Store, row: LedgerRow) -> str:
    c = submissions.c
    query = select(c.sha256).where(c.form_id == row.form_id, c.instance_id == row.submission_id)
    with reading(store.engine) as connection:
        return connection.execute(query).scalar_one()


def _standing(store: Store, scope: Scope, number: int, act: str, expected: tuple[str, ...]) -> LedgerRow:
    row = read_correction(store, scope, number)
    found = "none that this user may see" if row is None else row.state
    if row is None or row.state not in expected:
        raise ContractError(
            Message.CORRECT_STATE, number=number, act=act, expected=" or ".join(expected), found=found
        )
    return row


def event_of(act: str, user: Person, reason: str, source: str, practice: bool) -> dict[str, Any]:
    """Who does what, why and when, as the ledger keeps it."""
    who = {"user_id": user.id, "username": user.username, "at": datetime.now(UTC)}
    return {"act": act, "reason": reason.strip(), "source": source.strip(), "practice": practice, **who}


def set_values(cell: Cell, found: Found, new: str | None) -> dict[str, Any]:
    """What a new correction of a cell says, beside who made it."""
    texts = {"old": json.dumps(found.old), "new": json.dumps(new or None)}
    return {**cell._asdict(), **texts, "row_sha256": found.row_sha256}


def append_event(connection: Connection, values: dict[str, Any]) -> int:
    """Write a row of the ledger; its number."""
    return connection.execute(insert(corrections).values(values).returning(corrections.c.id)).scalar_one()
