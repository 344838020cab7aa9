"""Reads of the corrections ledger, with the caller's rights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, false, func, or_, select, tuple_

from processor.database import reading
from processor.store.corrections_read import DROP, SET, UNDO, holds
from processor.store.storable import written_out
from processor.store.tables import submissions
from processor.store.visible import visible_columns, visible_submissions
from processor.store.work_tables import correction_states, corrections
from processor.survey.corrections import SET_ASIDE

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.store.scope import Scope

PAGE = 100
WAITING = "waiting"
"""The submission has no rows now: the correction comes with them."""
ENDED = {UNDO: "undone", DROP: "dropped"}


@dataclass(frozen=True)
class LedgerRow:
    """A correction, who made it and what became of it."""

    id: int
    form_id: str
    submission_id: str
    table_name: str
    row_key: str
    column_name: str
    old: str | None
    """The answer under it when it was made."""
    new: str | None
    reason: str
    source: str
    username: str
    at: datetime
    raw_sha256: str
    row_sha256: str
    practice: bool
    state: str
    """applied, set_aside, superseded, undone, dropped, or waiting."""
    ended_by: str | None = None
    ended_at: datetime | None = None
    ended_reason: str | None = None
    """Who undid or dropped it, when and why."""
    area: str = ""
    """Commune of the submission now."""
    submitter: str = ""


def list_corrections(
    store: Store,
    scope: Scope,
    *,
    form_id: str = "",
    submission_id: str = "",
    state: str = "",
    submitter: str = "",
    size: int = PAGE,
    before: int | None = None,
) -> list[LedgerRow]:
    """Corrections of live submissions that the scope shows, in columns that it shows; newest first.

    `before` is the last number seen. `state="set_aside"` is the list of what waits for a decision. `submitter` is
    whoever sent the submission.
    """
    c = corrections.c
    conditions: list[ColumnElement[bool]] = []
    if form_id:
        conditions.append(c.form_id == form_id)
    if submission_id:
        conditions.append(c.submission_id == submission_id)
    if state:
        conditions.append(_STATE.in_([state]))
    if submitter:
        conditions.append(_HOME.c.submitter == submitter)
    if before is not None:
        conditions.append(c.id < before)
    return _read(store, scope, conditions, size)


def read_correction(store: Store, scope: Scope, number: int) -> LedgerRow | None:
    """One correction, None when there is none that the scope shows."""
    return next(iter(_read(store, scope, [corrections.c.id == number], 1)), None)


class Event(NamedTuple):
    """Something that was done with a correction after it was made."""

    act: str
    """undo, drop, restore."""
    username: str
    at: datetime
    reason: str


def read_events(store: Store, scope: Scope, number: int) -> tuple[Event, ...]:
    """How a correction ended, and how that was taken back, oldest first; nothing of one that the scope hides."""
    if read_correction(store, scope, number) is None:
        return ()
    c, end = corrections.c, corrections.alias()
    ends = select(end.c.id).where(end.c.of_id == number)
    query = select(*(c[name] for name in Event._fields)).where(or_(c.of_id == number, c.of_id.in_(ends)))
    with reading(store.engine) as connection:
        return tuple(Event(*row) for row in connection.execute(query.order_by(c.id)))


def count_set_aside(store: Store, scope: Scope) -> int:
    """How many corrections that the scope shows wait for a decision."""
    state = correction_states.c.state
    with reading(store.engine) as connection:
        # nothing waits: the usual case, on every page
        if connection.execute(select(state).where(state == SET_ASIDE).limit(1)).first() is None:
            return 0
        condition = _STATE.in_([SET_ASIDE])
        visible = _visible(store, connection, scope, [condition])
        return connection.execute(_standing(select(func.count())).where(condition, visible)).scalar_one()


def _read(
    store: Store, scope: Scope, conditions: Sequence[ColumnElement[bool]], size: int
) -> list[LedgerRow]:
    names = [name for name in LedgerRow.__dataclass_fields__ if name in corrections.c]
    ended = [_END.c[name].label(f"ended_{label}") for name, label in _ENDED_BY.items()]
    home = (_HOME.c.area, _HOME.c.submitter)
    query = _standing(select(*(corrections.c[name] for name in names), _STATE.label("state"), *ended, *home))
    with reading(store.engine) as connection:
        visible = _visible(store, connection, scope, conditions)
        page = query.where(visible, *conditions).order_by(corrections.c.id.desc()).limit(size)
        return [_row(row._mapping) for row in connection.execute(page)]


def _row(values: Any) -> LedgerRow:
    texts = {name: written_out(json.loads(values[name])) for name in ("old", "new")}
    return LedgerRow(**{**values, **texts})


_END = corrections.alias("ending")
_ENDED_BY = {"username": "by", "at": "at", "reason": "reason"}
_HOME = submissions.alias("home")
_STATE: ColumnElement[str] = func.coalesce(
    case(*((_END.c.act == act, name) for act, name in ENDED.items())), correction_states.c.state, WAITING
)


def _standing(query: Select[Any]) -> Select[Any]:
    """Corrections with what became of them; one has one end that holds, since all is done under the form's lease."""
    known = correction_states.c.correction_id == corrections.c.id
    return (
        query.select_from(corrections)
        .join(
            _HOME,
            and_(
                _HOME.c.form_id == corrections.c.form_id, _HOME.c.instance_id == corrections.c.submission_id
            ),
        )
        .outerjoin(correction_states, known)
        .outerjoin(_END, and_(_END.c.of_id == corrections.c.id, holds(_END)))
        .where(corrections.c.act == SET)
    )


def _visible(
    store: Store, connection: Connection, scope: Scope, conditions: Sequence[ColumnElement[bool]]
) -> ColumnElement[bool]:
    """By area and practice of the submission as it is now, and by the class of the column."""
    c, s = corrections.c, submissions.c
    known = _standing(select(c.form_id, c.table_name, c.column_name).distinct()).where(*conditions)
    corrected = {tuple(row) for row in connection.execute(known)}  # few, beside all columns of the forms
    parts: list[ColumnElement[bool]] = [false()]
    for form in store.config.forms if corrected else ():
        plans = store.plans(form.form_id)
        shown = [(p.name, column.name) for p in plans for column in visible_columns(p, scope)]
        mine = [cell for cell in shown if (form.form_id, *cell) in corrected]
        if mine:
            seen = exists().where(visible_submissions(form.form_id, scope), s.instance_id == c.submission_id)
            parts.append(and_(c.form_id == form.form_id, seen, tuple_(c.table_name, c.column_name).in_(mine)))
    return or_(*parts)
