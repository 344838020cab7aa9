"""Reporting tables as the frames from which they were loaded: objects, None for empty, times as ISO text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import Connection, Table, Text, func, select, type_coerce
from sqlalchemy.sql.elements import ColumnElement

from processor.store import bulk
from processor.store.fetch import batches
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
    form_id: str = "",
) -> dict[str, pd.DataFrame]:
    """All tables of the forms with the columns `wanted` (`table.column`), of these submissions or of all.

    Rows are in order of submission and interview, whatever order they were loaded in. A table of which nothing
    is wanted is left empty, and so are those of other forms than `form_id` where it is given.
    """
    frames = {}
    for registered in forms:
        for plan in registered.plans:
            columns = [c for c in plan.columns if c.name in ALWAYS or f"{plan.name}.{c.name}" in wanted]
            block = np.empty((len(columns), 0), dtype=object)
            of_form = not form_id or plan.form_id == form_id
            if of_form and _is_wanted(registered, plan, wanted) and (ids is None or ids):
                block = _block(connection, plan, registered.tables[plan.name], columns, practice, ids)
            frames[plan.name] = as_frame([c.name for c in columns], block)
    return frames


def as_frame(names: Sequence[str], block: np.ndarray) -> pd.DataFrame:
    """A frame of a block of objects, a row of the block for every column; nothing is copied."""
    import pandas as pd

    return pd.DataFrame(block.T, columns=pd.Index(names, dtype=object), dtype=object, copy=False)


def _is_wanted(registered: Registered, plan: TablePlan, wanted: Collection[str]) -> bool:
    """A repeat with a wanted column, or the root of a form that has one: rows are tied to it."""
    tables = {name.partition(".")[0] for name in wanted}
    return plan.name in tables or (not plan.path and any(p.name in tables for p in registered.plans))


def _block(
    connection: Connection,
    plan: TablePlan,
    table: Table,
    columns: Sequence[Column],
    practice: bool,
    ids: Sequence[str] | None,
) -> np.ndarray:
    query = select(*(_plain(connection, table.c[c.name], c.type) for c in columns))
    query = query.where(table.c["_practice"] == int(practice))
    if ids is not None:
        query = query.where(bulk.one_of(connection, table.c.submission_id, ids))
    order: list[Any] = [table.c.submission_id]
    if plan.path:
        order += [func.length(table.c.parent_key), table.c.parent_key, table.c.row_no]
    shared = [_Shared() for _ in columns]
    native = connection.dialect.name != "sqlite"
    parts = [np.empty((len(columns), 0), dtype=object)]
    for rows in batches(connection.execute(query.order_by(*order))):
        part = np.empty((len(columns), len(rows)), dtype=object)
        for place, (column, cells) in enumerate(zip(columns, zip(*rows, strict=True), strict=True)):
            values = _texts(column.type, cells) if native else cells
            part[place] = shared[place].of(values) if column.type in _SHARED else values
        parts.append(part)
    return np.concatenate(parts, axis=1)


_SHARED = ("text", *_AS_TEXT)
_DISTINCT = 5000


class _Shared:
    """Equal texts of a column as one object: most are codes and days, and a driver makes each anew."""

    def __init__(self) -> None:
        self._known: dict[Any, Any] | None = {}

    def of(self, values: Sequence[Any]) -> Sequence[Any]:
        """The same values; of a column with very many different ones as they are."""
        if self._known is None:
            return values
        found = list(map(self._known.setdefault, values, values))
        if len(self._known) > _DISTINCT:
            self._known = None
        return found


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
