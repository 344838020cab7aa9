"""What would follow from a correction, and what answers stand under corrections now; nothing is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from processor.database import reading
from processor.errors import ContractError, Message
from processor.store import raw
from processor.store.corrections_check import Cell, Found, check_value, find
from processor.store.finding_rights import EVERYTHING, visible_places
from processor.store.loading import Arrived, load
from processor.store.storable import written_out
from processor.store.visible import visible_columns
from processor.survey.checks.derived_words import ENTRIES as OF_THE_FORM
from processor.survey.corrections import Correction, answer, find_column, find_row
from processor.survey.records import Finding

if TYPE_CHECKING:
    from processor.store.corrections_list import LedgerRow
    from processor.store.open import Store
    from processor.store.scope import Scope
    from processor.survey.columns import TablePlan

FIRST_FREE = 2**62
"""A number that comes after every correction's."""


@dataclass(frozen=True)
class Effect:
    """A cell of the tables that would be another, in a column that the scope shows."""

    table_name: str
    row_key: str
    column_name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Preview:
    """What a correction would do; `area` is the commune whose people would see the submission then."""

    found: Found
    effects: tuple[Effect, ...]
    come: tuple[Finding, ...]
    go: tuple[Finding, ...]
    area: str


def look(store: Store, scope: Scope, cell: Cell) -> Found:
    """The cell as it is; errors as those of `correct` about place, rights and version."""
    with reading(store.engine) as connection:
        return find(connection, store.plans(cell.form_id), scope, cell)


def preview(store: Store, scope: Scope, cell: Cell, new: str | None) -> Preview:
    """What `correct` would make of the submission's rows; its errors, reason and source apart."""
    found = look(store, scope, cell)
    check_value(found, new)
    place = (cell.table_name, cell.submission_id, cell.row_key, cell.column_name)
    wanted = Correction(FIRST_FREE, *place, found.old, new, found.row_sha256)
    before = _load(store, cell.form_id, found, found.corrections)
    after = _load(store, cell.form_id, found, (*found.corrections, wanted))
    if before is None or after is None:
        raise ContractError(
            Message.CORRECT_PLACE, table=cell.table_name, column=cell.column_name, row_key=cell.row_key
        )
    plans = store.plans(cell.form_id)
    shown = {(p.name, c.name) for p in plans for c in visible_columns(p, scope)}
    seen = _seen(store, scope, shown)
    old, now = set(before.findings), set(after.findings)
    return Preview(
        found,
        effects=tuple(e for e in _effects(before, after) if (e.table_name, e.column_name) in shown),
        come=tuple(f for f in after.findings if f not in old and seen(f)),
        go=tuple(f for f in before.findings if f not in now and seen(f)),
        area=after.frames[plans[0].name]["_area"].iloc[0] or "",
    )


def _load(store: Store, form_id: str, found: Found, corrections: Sequence[Correction]) -> Any:
    stored, mine = found.stored, {found.stored.submission.instance_id: corrections}
    arrived = Arrived(stored.submission, stored.content, stored.pulled_at)
    return load(store.config.form(form_id), store.registered(form_id), [arrived], mine).prepared


def _effects(before: Any, after: Any) -> list[Effect]:
    """Cell by cell; a correction adds and removes no rows."""
    found = []
    for name, frame in before.frames.items():
        keys = frame["row_key"] if "row_key" in frame else frame["submission_id"]
        for column in frame.columns:
            pairs = zip(keys, frame[column], after.frames[name][column], strict=True)
            found += [Effect(name, key, column, old, new) for key, old, new in pairs if old != new]
    return found


def _seen(store: Store, scope: Scope, shown: set[tuple[str, str]]) -> Callable[[Finding], bool]:
    """Whether the scope shows a finding; one from the form itself may tell of other columns than its own."""
    everything = scope.classes >= EVERYTHING
    places = set() if everything else visible_places(store, scope)

    def seen(f: Finding) -> bool:
        of_form = f.rule not in OF_THE_FORM or everything or (f.rule, f.table_name, f.column_name) in places
        return of_form and (f.table_name, f.column_name) in shown

    return seen


def answers_now(store: Store, rows: Sequence[LedgerRow]) -> Mapping[int, tuple[bool, str | None, str]]:
    """For corrections that a caller may see: whether the row is still there, its answer at the server, the version."""
    by_form: dict[str, list[LedgerRow]] = defaultdict(list)
    for row in rows:
        by_form[row.form_id].append(row)
    found: dict[int, tuple[bool, str | None, str]] = {}
    for form_id, mine in by_form.items():
        ids = sorted({row.submission_id for row in mine})
        with reading(store.engine) as connection:
            part = raw.read_current(connection, form_id, after="", size=len(ids), among=ids)
        stored = {s.submission.instance_id: s for s in part}
        plans = store.plans(form_id)
        found |= {row.id: _answer_now(plans, row, stored[row.submission_id]) for row in mine}
    return found


def _answer_now(
    plans: Sequence[TablePlan], row: LedgerRow, stored: raw.Stored
) -> tuple[bool, str | None, str]:
    sha256 = stored.content.sha256
    column = find_column(plans, row.table_name, row.column_name)
    there = find_row(plans, row.submission_id, stored.submission.answers, row.table_name, row.row_key)
    if column is None or there is None:
        return False, None, sha256
    return True, written_out(answer(there, column)), sha256
