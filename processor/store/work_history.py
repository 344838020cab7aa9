"""What was done with the findings of a submission, and what became of those that are gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, exists, func, select

from processor.database import reading
from processor.store.finding_rights import EVERYTHING, shown_columns, visible_places, visible_rules
from processor.store.tables import findings, submissions
from processor.store.visible import visible_submissions
from processor.store.work_tables import correction_states, corrections, finding_events
from processor.survey.checks.derived_words import ENTRIES
from processor.survey.checks.load import load_book
from processor.survey.corrections import APPLIED

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.store.scope import Scope

SETTLED, CORRECTED, GONE = "settled", "corrected", "gone"


@dataclass(frozen=True)
class HistoryRow:
    """One act on a finding."""

    ref: str
    rule: str
    severity: str
    table_name: str
    row_key: str
    column_name: str
    state: str
    reason: str
    username: str
    at: datetime
    outcome: str
    """Empty while the finding is there; settled (gone with a newer version), corrected (by the ledger), or gone
    (what it rested on elsewhere, or the rule, is another)."""


def read_history(store: Store, form_id: str, submission_id: str, scope: Scope) -> tuple[HistoryRow, ...]:
    """All acts on findings of a live submission that the scope shows, oldest first."""
    e, s = finding_events.c, submissions.c
    there = exists().where(findings.c.key == e.key)
    query = select(finding_events, there.label("there")).where(
        e.form_id == form_id, e.submission_id == submission_id
    )
    head = select(s.sha256).where(visible_submissions(form_id, scope), s.instance_id == submission_id)
    shown = _Shown(store, scope)
    with reading(store.engine) as connection:
        sha256 = connection.execute(head).scalar_one_or_none()
        if sha256 is None:
            return ()
        corrected = _corrected(connection, form_id, submission_id)
        rows = [row for row in connection.execute(query.order_by(e.id)) if shown.has(row)]
    return tuple(_row(row, sha256, corrected) for row in rows)


class _Shown:
    """What the scope shows of events: as of the findings themselves (`finding_rights.py`)."""

    def __init__(self, store: Store, scope: Scope) -> None:
        self._columns = shown_columns(store, scope)
        self._rules = set(visible_rules(store, scope))
        self._checked = set(load_book(store.config.checks).rules)
        self._everything = scope.classes >= EVERYTHING
        self._places = set() if self._everything else visible_places(store, scope)

    def has(self, row: Any) -> bool:
        """Whether the event may be shown."""
        if row.rule in ENTRIES:
            return self._everything or (row.rule, row.table_name, row.column_name) in self._places
        column = (row.table_name, row.column_name) in self._columns
        column = column or (self._everything and not row.column_name)
        return column and (row.rule in self._rules or row.rule not in self._checked)


def _corrected(connection: Connection, form_id: str, submission_id: str) -> datetime | None:
    """When the newest correction that holds was made."""
    c, state = corrections.c, correction_states.c
    query = select(func.max(c.at)).where(
        c.id == state.correction_id,
        state.form_id == form_id,
        state.submission_id == submission_id,
        state.state == APPLIED,
    )
    return connection.execute(query).scalar_one()


def _row(row: Any, sha256: str, corrected: datetime | None) -> HistoryRow:
    outcome = ""
    if not row.there:
        by_ledger = corrected is not None and corrected > row.at
        outcome = CORRECTED if by_ledger else SETTLED if sha256 != row.raw_sha256 else GONE
    names = [name for name in HistoryRow.__dataclass_fields__ if name != "outcome"]
    return HistoryRow(**{name: row._mapping[name] for name in names}, outcome=outcome)
