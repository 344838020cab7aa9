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

WITHIN = ("submission_id", "parent_key", "row_no")
"""What tells the place of a repeat's row: rows of the parent in the order of its own, then by number."""

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
            columns = wanted_of(plan, wanted)
            of_form = not form_id or plan.form_id == form_id
            if of_form and is_wanted(registered, plan, wanted) and (ids is None or ids):
                table = registered.tables[plan.name]
                frames[plan.name] = read_table(connection, plan, table, columns, practice, ids)
            else:
                frames[plan.name] = _as_frame(columns, np.empty((len(columns), 0), dtype=object))
    return frames


def read_table(
    connection: Connection,
    plan: TablePlan,
    table: Table,
    columns: Sequence[Column],
    practice: bool,
    ids: Sequence[str] | None,
) -> pd.DataFrame:
    """Some columns of one of the tables."""
    return _as_frame(columns, _block(connection, plan, table, columns, practice, ids))


def wanted_of(plan: TablePlan, wanted: Collection[str]) -> list[Column]:
    """The columns of a table that rules look at."""
    return [c for c in plan.columns if c.name in ALWAYS or f"{plan.name}.{c.name}" in wanted]


def _as_frame(columns: Sequence[Column], block: np.ndarray) -> pd.DataFrame:
    """A frame of a block of objects, a row of the block for every column; nothing is copied."""
    import pandas as pd

    names = pd.Index([column.name for column in columns], dtype=object)
    return pd.DataFrame(block.T, columns=names, dtype=object, copy=False)


def is_wanted(registered: Registered, plan: TablePlan, wanted: Collection[str]) -> bool:
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
    sqlite = connection.dialect.name == "sqlite"
    within = [table.c[name] for name in (WITHIN if plan.path else ())]
    query = select(*within, *(_plain(connection, table.c[c.name], c.type) for c in columns))
    # On SQLite rows come along the primary key, in which a submission's rows stand together: a condition on
    # practice that an index could serve, or a sort, would take the database over all rows for every part.
    mine = table.c["_practice"] + 0 if sqlite else table.c["_practice"]
    query = query.where(mine == int(practice)).order_by(table.c.submission_id)
    if ids is not None:
        query = query.where(bulk.one_of(connection, table.c.submission_id, ids))
    if plan.path and not sqlite:
        query = query.order_by(func.length(table.c.parent_key), table.c.parent_key, table.c.row_no)
    shared = [_Shared() for _ in columns]
    parts = [np.empty((len(columns), 0), dtype=object)]
    places: list[list[Any]] = [[] for _ in within]
    for rows in batches(connection.execute(query)):
        cells = list(zip(*rows, strict=True))
        for known, new in zip(places, cells, strict=False):
            known.extend(new)
        part = np.empty((len(columns), len(rows)), dtype=object)
        for place, (column, found) in enumerate(zip(columns, cells[len(within) :], strict=True)):
            values = found if sqlite else _texts(column.type, found)
            part[place] = shared[place].of(values) if column.type in _SHARED else values
        parts.append(part)
    return _in_order(parts, places)


def _in_order(parts: list[np.ndarray], places: Sequence[Sequence[Any]]) -> np.ndarray:
    """The parts as one block, the rows of each submission in order of the interview."""
    block = np.concatenate(parts, axis=1)
    if not places:
        return block
    ids, parents, numbers = places
    keys = list(zip(ids, map(len, parents), parents, numbers, strict=True))
    order = sorted(range(len(keys)), key=keys.__getitem__)  # quick: nearly all stand in order
    return block if order == list(range(len(keys))) else block[:, order]


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
