"""How a correction ends, and how an end is taken back: undone, dropped, applied again, restored; all by events."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select, tuple_

from processor.database import reading, writing
from processor.errors import ContractError, Message
from processor.store import corrections_write as shared
from processor.store.cells import Cell
from processor.store.corrections_check import check_texts
from processor.store.corrections_list import ENDED, LedgerRow, read_correction
from processor.store.corrections_read import DROP, RESTORE, UNDO, holds, read_corrections
from processor.store.corrections_write import Person, append_event, check_after, event_of
from processor.store.lease import leased
from processor.store.rebuild import load_again
from processor.store.tables import submissions
from processor.store.work_tables import corrections
from processor.survey.corrections import APPLIED, SET_ASIDE

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.store.scope import Scope

DROPPED = ENDED[DROP]


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


def restore(
    store: Store, user: Person, scope: Scope, number: int, *, reason: str, check: bool = True
) -> None:
    """Take the dropping of a correction back: it stands as before, with the older ones that went with it.

    It holds, waits for a decision or is superseded, as the answers of now and newer corrections say. ContractError
    CORRECT_STATE when it is not dropped any more, AccessError when the user may not.
    """
    check_texts(reason, "-")
    form_id = standing(store, scope, number, "taken back", (DROPPED,)).form_id
    with leased(store.engine, form_id, wait=shared.WAIT) as lease:
        row = standing(store, scope, number, "taken back", (DROPPED,))
        with writing(store.engine) as connection:
            for dropped in _dropped_with(connection, number):
                append_event(connection, {**dropped, **event_of(RESTORE, user, reason, "", row.practice)})
            load_again(store, connection, form_id, row.submission_id, lease)
    if check:
        check_after(store)


def _dropped_with(connection: Connection, number: int) -> list[dict[str, Any]]:
    """What takes back the act that dropped a correction: a drop and those of older ones have the same moment."""
    c, act = corrections.c, corrections.alias()
    mine = select(act.c.at, act.c.user_id, act.c.submission_id).where(
        act.c.of_id == number, act.c.act == DROP, holds(act)
    )
    together = tuple_(c.at, c.user_id, c.submission_id).in_(mine)
    names = (*Cell._fields, "old", "new", "row_sha256")
    query = select(c.id, *(c[name] for name in names)).where(c.act == DROP, together, holds(corrections))
    rows = connection.execute(query.order_by(c.id)).all()
    return [{"of_id": row.id, **{name: row._mapping[name] for name in names}} for row in rows]


def _end(
    store: Store, user: Person, scope: Scope, number: int, act: str, reason: str, seen: str | None = None
) -> None:
    check_texts(reason, "-")
    expected = (SET_ASIDE,) if act == DROP else (APPLIED, SET_ASIDE)
    form_id = standing(store, scope, number, f"{act} now", expected).form_id
    with leased(store.engine, form_id, wait=shared.WAIT) as lease:
        row = standing(store, scope, number, f"{act} now", expected)  # nobody else can end it from here on
        if seen is not None and seen != current_sha256(store, row):
            raise ContractError(Message.CORRECT_STALE, submission_id=row.submission_id)
        with writing(store.engine) as connection:
            event = event_of(act, user, reason, "", row.practice)
            for ended in _ended_by(connection, row, act):
                append_event(connection, {**event, **ended})
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


def current_sha256(store: Store, row: LedgerRow) -> str:
    """The version that the submission of a correction has now."""
    c = submissions.c
    query = select(c.sha256).where(c.form_id == row.form_id, c.instance_id == row.submission_id)
    with reading(store.engine) as connection:
        return connection.execute(query).scalar_one()


def standing(store: Store, scope: Scope, number: int, act: str, expected: tuple[str, ...]) -> LedgerRow:
    """The correction, if it is in one of these states; else ContractError CORRECT_STATE."""
    row = read_correction(store, scope, number)
    found = "none that this user may see" if row is None else row.state
    if row is None or row.state not in expected:
        raise ContractError(
            Message.CORRECT_STATE, number=number, act=act, expected=" or ".join(expected), found=found
        )
    return row
