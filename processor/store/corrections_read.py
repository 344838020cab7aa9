"""Which corrections stand: what loading applies, what the proof of equality counts."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, not_, or_, select

from processor.store import bulk, raw
from processor.store.tables import submissions
from processor.store.work_tables import correction_states, corrections
from processor.survey.corrections import Correction

SET, UNDO, DROP, RESTORE = "set", "undo", "drop", "restore"
"""`undo` and `drop` end a correction; `restore` ends a `drop`, so that the correction stands again."""
_PLACE = ("id", "table_name", "submission_id", "row_key", "column_name", "old", "new", "row_sha256")


def read_corrections(connection: Connection, form_id: str, ids: Sequence[str]) -> dict[str, list[Correction]]:
    """Corrections of these submissions that were not undone or dropped, oldest first."""
    known = [i for i in ids if raw.is_storable(i)]
    c = corrections.c
    query = select(*(c[name] for name in _PLACE)).where(
        c.form_id == form_id, bulk.one_of(connection, c.submission_id, known), stands()
    )
    found: dict[str, list[Correction]] = defaultdict(list)
    for row in connection.execute(query.order_by(c.id)):
        values = {**row._mapping, "old": json.loads(row.old), "new": json.loads(row.new)}
        found[row.submission_id].append(Correction(**values))
    return dict(found)


def stands() -> ColumnElement[bool]:
    """A correction that no later event has ended, or none that holds."""
    later = corrections.alias()
    ended = exists().where(later.c.of_id == corrections.c.id, holds(later))
    return and_(corrections.c.act == SET, not_(ended))


def holds(event: Any) -> ColumnElement[bool]:
    """An event that no later one has taken back."""
    taken_back = corrections.alias()
    return not_(exists().where(taken_back.c.of_id == event.c.id))


def count_unsettled(connection: Connection, form_id: str) -> int:
    """Live submissions whose rows were made without a correction that stands, or with one that does not."""
    c, s, state = corrections.c, submissions.c, correction_states.c
    here = and_(state.correction_id == c.id, state.form_id == form_id)
    noted: Any = state.correction_id.is_not(None)
    query = (
        select(func.count(c.submission_id.distinct()))
        .select_from(corrections.outerjoin(correction_states, here))
        .join(submissions, and_(s.form_id == c.form_id, s.instance_id == c.submission_id))
        .where(c.form_id == form_id, c.act == SET, not_(s.deleted), s.problem == "")
        .where(or_(and_(stands(), not_(noted)), and_(not_(stands()), noted)))
    )
    return connection.execute(query).scalar_one()
