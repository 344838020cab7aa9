"""Reporting tables as the frames from which they were loaded: objects, None for empty, times as ISO text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, Text, func, select, type_coerce
from sqlalchemy.sql.elements import ColumnElement

from processor.store import bulk
from processor.survey.values import instant

if TYPE_CHECKING:
    import pandas as pd

    from processor.store.open import Registered
    from processor.survey.plan import Column, TablePlan

ALWAYS = ("submission_id", "row_key", "_area", "_practice")
"""What every rule may look at, whatever it says that it reads."""

_AS_TEXT: Mapping[str, Callable[[Any], str]] = {
    "date": lambda value: str(value.isoformat()),
    "time": lambda value: str(value.isoformat()),
    "datetime": instant,
}
"""PostgreSQL gives objects where the frames and SQLite have text."""


def read_frames(
    connection: Connection,
    forms: Sequence[Registered],
    wanted: Collection[str],
    practice: bool,
    ids: Sequence[str] | None = None,
) -> dict[str, pd.DataFrame]:
    """All tables of the forms with the columns `wanted` (`table.column`), of these submissions or of all.

    Rows are in order of submission and interview, whatever order they were loaded in. A table of which nothing
    is wanted is left empty.
    """
    import pandas as pd

    frames = {}
    for registered in forms:
        for plan in registered.plans:
            columns = [c for c in plan.columns if c.name in ALWAYS or f"{plan.name}.{c.name}" in wanted]
            names = pd.Index([c.name for c in columns], dtype=object)
            rows: list[Any] = []
            if _is_wanted(registered, plan, wanted) and (ids is None or ids):
                table = registered.tables[plan.name]
                rows = _rows(connection, plan, table, columns, practice, ids)
            frames[plan.name] = pd.DataFrame(rows, columns=names, dtype=object)
    return frames


def _is_wanted(registered: Registered, plan: TablePlan, wanted: Collection[str]) -> bool:
    """A repeat with a wanted column, or the root of a form that has one: rows are tied to it."""
    tables = {name.partition(".")[0] for name in wanted}
    return plan.name in tables or (not plan.path and any(p.name in tables for p in registered.plans))


def _rows(
    connection: Connection,
    plan: TablePlan,
    table: Table,
    columns: Sequence[Column],
    practice: bool,
    ids: Sequence[str] | None,
) -> list[Any]:
    query = select(*(_plain(connection, table.c[c.name], c.type) for c in columns))
    query = query.where(table.c["_practice"] == int(practice))
    if ids is not None:
        query = query.where(bulk.one_of(connection, table.c.submission_id, ids))
    order: list[Any] = [table.c.submission_id]
    if plan.path:
        order += [func.length(table.c.parent_key), table.c.parent_key, table.c.row_no]
    rows = [tuple(row) for row in connection.execute(query.order_by(*order))]
    if connection.dialect.name == "sqlite" or not rows:
        return rows
    cells = [_texts(c.type, values) for c, values in zip(columns, zip(*rows, strict=True), strict=True)]
    return list(zip(*cells, strict=True))


def _plain(connection: Connection, column: ColumnElement[Any], kind: str) -> ColumnElement[Any]:
    """SQLite has the text already; parsing it to write it again would cost most of the time."""
    if connection.dialect.name == "sqlite" and kind in _AS_TEXT:
        return type_coerce(column, Text)
    return column


def _texts(kind: str, values: Sequence[Any]) -> Sequence[Any]:
    write = _AS_TEXT.get(kind)
    if write is None:
        return values
    known = {value: write(value) for value in set(values) - {None}}
    return [known.get(value) for value in values]
