"""One submission with everything that the caller may see of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, select

from processor.database import reading
from processor.store.finding_rows import CLEAN
from processor.store.listed import LISTED, Listed, listed
from processor.store.tables import changes, findings, raw_versions, submissions
from processor.store.visible import as_dict, visible_columns, visible_submissions
from processor.survey.records import Change, Finding

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.store.scope import Scope
    from processor.survey.columns import TablePlan


@dataclass(frozen=True)
class RawVersion:
    """One version of a submission as the raw copy has it, without its answers."""

    no: int
    version_id: str
    form_version: str
    sha256: str
    pulled_at: datetime


@dataclass(frozen=True)
class Detail:
    """A submission: head, visible answers, what cleaning did to them, and its versions."""

    listed: Listed
    root: Mapping[str, Any]
    """Visible columns of the root row; empty while `listed.problem` says why."""
    repeats: Mapping[str, Sequence[Mapping[str, Any]]]
    """Rows of every repeat table, by table name, in the order of the interview."""
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    versions: tuple[RawVersion, ...]
    """Oldest first."""


def read_submission(store: Store, form_id: str, instance_id: str, scope: Scope) -> Detail | None:
    """A live submission, None when there is none that the scope shows."""
    plans = store.plans(form_id)
    head = select(*(submissions.c[name] for name in LISTED)).where(
        visible_submissions(form_id, scope), submissions.c.instance_id == instance_id.replace("\0", "")
    )
    with reading(store.engine) as connection:
        row = connection.execute(head).one_or_none()
        if row is None:
            return None
        tables = {plan.name: _rows(connection, store, plan, scope, instance_id) for plan in plans}
        root = next(iter(tables.pop(plans[0].name)), {}) if plans else {}
        shown = {(p.name, c.name) for p in plans for c in visible_columns(p, scope)}
        return Detail(
            listed=listed(row, ()),
            root=root,
            repeats=tables,
            changes=tuple(_beside(connection, changes, Change, instance_id, shown)),
            findings=tuple(
                _beside(connection, findings, Finding, instance_id, shown, findings.c.kind == CLEAN)
            ),
            versions=_versions(connection, form_id, instance_id),
        )


def _rows(
    connection: Connection, store: Store, plan: TablePlan, scope: Scope, instance_id: str
) -> list[Mapping[str, Any]]:
    table = store.table(plan)
    columns = visible_columns(plan, scope)
    query = select(*(table.c[c.name] for c in columns)).where(table.c.submission_id == instance_id)
    if plan.path:
        query = query.order_by(table.c.parent_key, table.c.row_no)
    return [as_dict(columns, row) for row in connection.execute(query)] if columns else []


def _beside(
    connection: Connection,
    table: Table,
    record: type[Change] | type[Finding],
    instance_id: str,
    shown: set[tuple[str, str]],
    *conditions: Any,
) -> list[Any]:
    """Changes or findings of cleaning in visible columns: their values are the answers themselves.

    Findings of checks are read with `work.read_findings`, which knows what their rules look at.
    """
    query = (
        select(*(table.c[name] for name in record._fields))
        .where(table.c.submission_id == instance_id, *conditions)
        .order_by(table.c.id)
    )
    records = (record(*row) for row in connection.execute(query))
    return [r for r in records if (r.table_name, r.column_name) in shown]


def _versions(connection: Connection, form_id: str, instance_id: str) -> tuple[RawVersion, ...]:
    c = raw_versions.c
    query = (
        select(c.no, c.version_id, c.form_version, c.sha256, c.pulled_at)
        .where(c.form_id == form_id, c.instance_id == instance_id)
        .order_by(c.no)
    )
    return tuple(RawVersion(*row) for row in connection.execute(query))
