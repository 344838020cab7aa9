"""How many findings there are, and which submissions have an open error."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, func, select

from processor.database import reading
from processor.errors import ContractError, Message
from processor.store.finding_states import AREA, OFFICER, STATE, UNSETTLED, is_due, joined
from processor.store.tables import findings, submissions
from processor.store.work_list import FindingFilter, found_query

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.store.scope import Scope


@dataclass
class Tally:
    """Findings of one rule, commune or officer."""

    key: str
    total: int = 0
    states: dict[str, int] = field(default_factory=dict)
    severities: dict[str, int] = field(default_factory=dict)

    def add(self, state: str, severity: str, count: int) -> None:
        """Count some more."""
        self.total += count
        self.states[state] = self.states.get(state, 0) + count
        self.severities[severity] = self.severities.get(severity, 0) + count


def count_findings(
    store: Store, scope: Scope, by: str, narrowed: FindingFilter | None = None
) -> tuple[Tally, ...]:
    """Findings by `rule`, `commune` or `officer`, in order of the key."""
    columns = {"rule": findings.c.rule, "commune": AREA, "officer": OFFICER}
    if by not in columns:
        raise ContractError(Message.FINDING_FILTER, found=by, expected=", ".join(columns))
    asked = (columns[by].label("by"), STATE.label("state"), findings.c.severity)
    base = found_query(store, scope, narrowed or FindingFilter())
    base = base.with_only_columns(*asked, maintain_column_froms=True)
    inner = base.subquery()
    groups = (inner.c.by, inner.c.state, inner.c.severity)
    tallies: dict[str, Tally] = {}
    with reading(store.engine) as connection:
        for key, state, severity, count in connection.execute(
            select(*groups, func.count()).group_by(*groups).order_by(*groups)
        ):
            tallies.setdefault(key, Tally(key)).add(state, severity, count)
    return tuple(tallies.values())


def has_open_error(form_id: str) -> ColumnElement[bool]:
    """A condition on rows of `submissions`: an error of this form's is neither fixed nor overridden.

    Official tables leave such records out. It looks at no caller's rights: what counts is the same for all.
    """
    query = select(findings.c.submission_id).select_from(joined())
    c = findings.c
    query = query.where(c.form_id == form_id, c.severity == "E", is_due(), STATE.in_(UNSETTLED))
    return submissions.c.instance_id.in_(query)
