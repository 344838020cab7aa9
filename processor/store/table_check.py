"""Proof that the reporting tables follow from the copy: every live submission has its rows, and no other has any."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, exists, func, not_, select

from processor.database import reading
from processor.store.corrections_read import count_unsettled
from processor.store.tables import submissions

if TYPE_CHECKING:
    from processor.store.open import Registered, Store
    from processor.survey.plan import TablePlan


@dataclass(frozen=True)
class TableCheck:
    """Submissions with wrong rows, and by reason how many have none yet."""

    wrong: int
    waiting: Mapping[str, int]


def joined(plan: TablePlan) -> tuple[str, ...]:
    """The columns of a reporting table by which it is compared with the copy."""
    return ("submission_id",) if plan.path else ("submission_id", "_raw_sha256", "_review_state", "_area")


def check_tables(store: Store, form_id: str) -> TableCheck:
    """Compare the reporting tables with the copy, at one moment."""
    c = submissions.c
    waiting = (
        select(c.problem, func.count())
        .where(c.form_id == form_id, c.deleted.is_(False), c.problem != "")
        .group_by(c.problem)
        .order_by(func.count().desc(), c.problem)
    )
    registered = store.registered(form_id)
    with reading(store.engine) as connection:
        problems = {row[0]: row[1] for row in connection.execute(waiting)}
        wrong = _count_wrong_rows(connection, registered, form_id)
        return TableCheck(wrong + count_unsettled(connection, form_id), problems)


def _count_wrong_rows(connection: Connection, registered: Registered, form_id: str) -> int:
    """Live submissions whose root row is missing or of another version, and rows of no live one."""
    if not registered.plans:
        return 0
    s, tables = submissions.c, registered.tables
    root = tables[registered.plans[0].name]
    live = and_(s.form_id == form_id, not_(s.deleted), s.problem == "")
    same = and_(
        root.c.submission_id == s.instance_id,
        root.c["_raw_sha256"] == s.sha256,
        root.c["_review_state"] == s.review_state,
        func.coalesce(root.c["_area"], "") == s.area,
    )
    missing = select(func.count()).select_from(submissions).where(live, not_(exists().where(same)))
    wrong = connection.execute(missing).scalar_one()
    for table in tables.values():
        # of a repeat each submission is looked up once, however many rows it has
        rows = table if table is root else select(table.c.submission_id).distinct().subquery()
        owner = exists().where(live, s.instance_id == rows.c.submission_id)
        strange = select(func.count()).select_from(rows).where(not_(owner))
        wrong += connection.execute(strange).scalar_one()
    return int(wrong)
