"""Whole tables, row by row, for files: memory does not grow with the table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, select

from processor.database import reading
from processor.store.visible import visible_columns, visible_rows

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.store.scope import Scope
    from processor.survey.columns import Column, TablePlan

CHUNK = 1000


def iterate_rows(
    store: Store, table_name: str, scope: Scope, *, communes: frozenset[str] | None = None
) -> tuple[tuple[Column, ...], Iterator[tuple[Any, ...]]]:
    """The visible columns of a table and its visible rows in order of submission and row.

    Values are typed: date, time, aware datetime, int, float, text, None. All rows are of one
    moment; the connection is held until the iterator is exhausted or closed.
    """
    plan = store.plan(table_name)
    columns = visible_columns(plan, scope)
    if not columns:
        return (), iter(())
    return columns, _stream(store, _query(store, plan, columns, scope, communes))


def count_rows(store: Store, table_name: str, scope: Scope, *, communes: frozenset[str] | None = None) -> int:
    """How many rows `iterate_rows` would give to a scope that shows at least one column."""
    plan = store.plan(table_name)
    if not visible_columns(plan, scope):
        return 0
    table = store.table(plan)
    query = select(func.count()).select_from(table).where(visible_rows(table, scope, communes))
    with reading(store.engine) as connection:
        return connection.execute(query).scalar_one()


def _query(
    store: Store,
    plan: TablePlan,
    columns: Sequence[Column],
    scope: Scope,
    communes: frozenset[str] | None,
) -> Select[Any]:
    table = store.table(plan)
    order = ("submission_id", "parent_key", "row_no") if plan.path else ("submission_id",)
    return (
        select(*(table.c[column.name] for column in columns))
        .where(visible_rows(table, scope, communes))
        .order_by(*(table.c[name] for name in order))
    )


def _stream(store: Store, query: Select[Any]) -> Iterator[tuple[Any, ...]]:
    with reading(store.engine) as connection:
        for row in connection.execute(query, execution_options={"yield_per": CHUNK}):
            yield tuple(row)
