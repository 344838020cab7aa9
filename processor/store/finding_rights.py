"""Who may see a finding: by area and practice mark as everywhere, and by the columns that its rule looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, not_, or_, true, tuple_

from processor.store.finding_rows import CHECK, CLEAN, FORM
from processor.store.finding_states import owner
from processor.store.tables import findings
from processor.store.visible import visible_columns, visible_marks
from processor.survey.checks.load import load_book

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.store.scope import Scope
    from processor.survey.checks.derived import Cell, Rule

EVERYTHING = frozenset(("open", "personal", "sensitive", "secret"))
"""Who sees all classes sees also a finding that belongs to no column (an answer that no form asks)."""


def visible_findings(
    store: Store, scope: Scope, communes: frozenset[str] | None = None
) -> ColumnElement[bool]:
    """Findings that the scope shows: of live submissions, and of units of its communes."""
    c = findings.c
    row = and_(
        c.unit == "",
        not_(owner.c.deleted),
        visible_marks(owner.c.area, owner.c.practice, scope, communes),
        or_(c.kind == FORM, _visible_column(store, scope)),
    )
    unit = and_(c.unit != "", visible_marks(c.area, c.practice, scope, communes))
    of_rule = and_(c.kind == CHECK, c.rule.in_(visible_rules(store, scope)))
    of_form = and_(c.kind == FORM, _visible_place(store, scope))
    return and_(or_(c.kind == CLEAN, of_rule, of_form), or_(row, unit))


def _visible_column(store: Store, scope: Scope) -> ColumnElement[bool]:
    c = findings.c
    shown = tuple_(c.table_name, c.column_name).in_(sorted(shown_columns(store, scope)))
    return or_(shown, c.column_name == "") if scope.classes >= EVERYTHING else shown


def _visible_place(store: Store, scope: Scope) -> ColumnElement[bool]:
    if scope.classes >= EVERYTHING:
        return true()
    c = findings.c
    return tuple_(c.rule, c.table_name, c.column_name).in_(sorted(visible_places(store, scope)))


def shown_columns(store: Store, scope: Scope) -> set[tuple[str, str]]:
    """Table and name of every column whose class the scope shows."""
    plans = [plan for form in store.config.forms for plan in store.plans(form.form_id)]
    return {(plan.name, column.name) for plan in plans for column in visible_columns(plan, scope)}


def visible_rules(store: Store, scope: Scope) -> list[str]:
    """Rules of the survey that look at no column which the scope hides."""
    shown = {".".join(names) for names in shown_columns(store, scope)}
    book = load_book(store.config.checks)
    families = {name: set(family.reads) for name, family in book.families.items()}
    return sorted(r.id for r in book.rules.values() if families.get(r.family, set()).union(r.reads) <= shown)


def visible_places(store: Store, scope: Scope) -> set[Rule]:
    """Rule, table and column of findings from the form itself that tell of no column which the scope hides."""
    shown = shown_columns(store, scope)
    return {place for place, cells in form_reads(store).items() if cells is not None and cells <= shown}


def form_reads(store: Store) -> dict[Rule, frozenset[Cell] | None]:
    """By rule, table and column all columns that a finding from the form itself may tell of.

    A condition may look at other columns than the one it stands at: whether a question was asked tells what was
    answered before. None where it cannot be told: such a finding is shown to who sees all classes.
    """
    forms = (store.registered(form.form_id) for form in store.config.forms)
    return {place: cells for form in forms for place, cells in form.checks.reads().items()}
