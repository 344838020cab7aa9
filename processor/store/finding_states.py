"""Where a finding stands as work, in SQL: the finding, its submission, and the last act under its names."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, func, literal, or_, select

from processor.store.tables import Instant, findings, submissions
from processor.store.work_tables import finding_events

OPEN, RETURNED, OVERRIDDEN, EXPECTED, REOPENED = "open", "returned", "overridden", "expected", "reopened"
UNSETTLED = (OPEN, RETURNED)
UNIT_OFFICER = "officer:"

owner = submissions.alias("owner")
"""The submission of a finding; none for a unit of the field work."""
last = finding_events.alias("last")
"""The last act on this finding with these values."""
_before = finding_events.alias("before")
"""The last act on the finding of this place and rule, whatever its values were."""


def joined() -> FromClause:
    """Findings with submission and acts; one row a finding."""
    c = findings.c
    by_ref = _newest("ref")
    by_key = _newest("key")
    return (
        findings.outerjoin(owner, and_(owner.c.form_id == c.form_id, owner.c.instance_id == c.submission_id))
        .outerjoin(by_ref, by_ref.c.name == c.ref)
        .outerjoin(last, last.c.id == by_ref.c.id)
        .outerjoin(by_key, by_key.c.name == c.key)
        .outerjoin(_before, _before.c.id == by_key.c.id)
    )


def _newest(name: str) -> Any:
    column = finding_events.c[name]
    return select(column.label("name"), func.max(finding_events.c.id).label("id")).group_by(column).subquery()


STATE: ColumnElement[str] = case(
    (last.c.id.is_(None), OPEN),
    (last.c.state == REOPENED, OPEN),
    (and_(last.c.state == RETURNED, last.c.raw_sha256 != owner.c.sha256), OPEN),
    else_=last.c.state,
)
WAS: ColumnElement[str] = case(
    (or_(STATE != OPEN, _before.c.id.is_(None)), ""), (_before.c.state == REOPENED, ""), else_=_before.c.state
)
AREA: ColumnElement[str] = func.coalesce(owner.c.area, findings.c.area)
PRACTICE: ColumnElement[bool] = func.coalesce(owner.c.practice, findings.c.practice)
OFFICER: ColumnElement[str] = case(
    (owner.c.submitter.is_not(None), owner.c.submitter),
    (
        findings.c.unit.like(f"{UNIT_OFFICER}%"),
        func.substr(findings.c.unit, len(UNIT_OFFICER) + 1),
    ),
    else_="",
)


def is_due() -> ColumnElement[bool]:
    """A finding that waits for its time is shown to nobody."""
    return or_(findings.c.due_at.is_(None), findings.c.due_at <= literal(datetime.now(UTC), Instant()))
