"""The answers that stand in the tables now, for many cells at once, as a person reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, select

from processor.store import bulk
from processor.store.tables import submissions
from processor.store.visible import visible_columns, visible_rows, visible_submissions
from processor.survey.corrections import find_column

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.store.scope import Scope
    from processor.survey.columns import Column, TablePlan


class Spot(NamedTuple):
    """A cell of a reporting table; in a root table the row key is the submission's id."""

    table_name: str
    row_key: str
    column_name: str


def present_answers(
    store: Store, connection: Connection, scope: Scope, spots: Iterable[Spot]
) -> dict[Spot, str]:
    """What stands in each cell that the scope shows, empty for an empty one; others are left out."""
    by_table: dict[str, set[Spot]] = {}
    for spot in spots:
        by_table.setdefault(spot.table_name, set()).add(spot)
    found: dict[Spot, str] = {}
    for plan in (p for form in store.config.forms for p in store.plans(form.form_id)):
        if wanted := by_table.get(plan.name):
            found.update(_of_table(store, connection, scope, plan, wanted))
    return found


def _of_table(
    store: Store, connection: Connection, scope: Scope, plan: TablePlan, wanted: set[Spot]
) -> Mapping[Spot, str]:
    shown = {column.name for column in visible_columns(plan, scope)}
    names = sorted({spot.column_name for spot in wanted} & shown)
    table = store.table(plan)
    key = table.c["row_key" if plan.path else "submission_id"]
    rows = sorted({spot.row_key for spot in wanted})
    query = select(key, *(table.c[name] for name in names))
    query = query.where(visible_rows(table, scope), bulk.one_of(connection, key, rows))
    found = {}
    for row_key, *values in connection.execute(query):
        for name, value in zip(names, values, strict=True):
            if (spot := Spot(plan.name, row_key, name)) in wanted:
                found[spot] = shown_text(value)
    return found


def shown_text(value: Any) -> str:
    """A stored value as a sheet shows it: days as `dd/mm/yyyy`, numbers without trailing zeros."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return f"{value:%d/%m/}{value.year:04}"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


class Columns:
    """The columns of all forms, read once for many findings."""

    def __init__(self, store: Store) -> None:
        self._plans = {form.form_id: store.plans(form.form_id) for form in store.config.forms}

    def plans(self, form_id: str) -> tuple[TablePlan, ...]:
        """The tables of a form, none for what is no form: a finding may be about no submission at all."""
        return self._plans.get(form_id, ())

    def question(self, form_id: str, table_name: str, column_name: str) -> Column | None:
        """The question behind a cell, None where there is none."""
        return find_column(self.plans(form_id), table_name, column_name)

    def any(self, form_id: str, table_name: str, column_name: str) -> Column | None:
        """Any column of a table, also one that cleaning derives; None for what no form has."""
        plans = (plan for plan in self.plans(form_id) if plan.name == table_name)
        return next((plan.by_name.get(column_name) for plan in plans), None)


def present_versions(
    store: Store, connection: Connection, scope: Scope, ids: Iterable[str]
) -> dict[tuple[str, str], str]:
    """Form and id of each of these live submissions that the scope shows -> the hash of its version."""
    wanted, c = sorted(set(ids)), submissions.c
    found: dict[tuple[str, str], str] = {}
    for form in store.config.forms:
        query = select(c.instance_id, c.sha256).where(
            visible_submissions(form.form_id, scope), bulk.one_of(connection, c.instance_id, wanted)
        )
        for row in connection.execute(query):
            found[form.form_id, row.instance_id] = row.sha256
    return found
