"""The tables as rules see them: typed columns, rows tied to their root, counted over repeats; pure.

Frames come as `survey.prepare` makes them (object cells, None for empty, dates as ISO text), or coded. Masks and
columns are Series by position, so that what belongs to one table can be combined without alignment.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, timedelta, timezone
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from processor.errors import ContractError, Message
from processor.survey.checks.coded import Coded, Columns
from processor.survey.checks.hits import Hits
from processor.survey.checks.typed import READERS

T = TypeVar("T")
ZONE_HOURS = 7
"""Days of the field work are days of Vietnam (UTC+7, no summer time)."""


class Data:
    """Clean tables of some submissions, all survey or all practice; `reference` is the survey's own.

    `now` (aware) comes from the caller, rules look at no clock; without it what depends on it is not checked.
    `secret` is what keys of families are hashed with (`keyhash.py`).
    """

    def __init__(
        self,
        frames: Mapping[str, pd.DataFrame | Columns],
        reference: Any = None,
        *,
        now: datetime | None = None,
        secret: str = "",
    ) -> None:
        self._frames = frames
        self.reference = reference
        self.now = now
        self.secret = secret
        self._cache: dict[tuple[str, ...], pd.Series] = {}
        self._parents: dict[str, np.ndarray] = {}
        self._made: dict[Callable[..., Any], Any] = {}

    # --- shape

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables at hand."""
        return tuple(self._frames)

    def size(self, table: str) -> int:
        """Number of rows."""
        return len(self._table(table))

    def frame(self, table: str) -> pd.DataFrame:
        """The table as objects; not to be altered."""
        found = self._table(table)
        return found.frame if isinstance(found, Columns) else found

    def _table(self, table: str) -> pd.DataFrame | Columns:
        if table in self._frames:
            return self._frames[table]
        raise ContractError(Message.CHECK_TABLE, table=table, known=", ".join(self._frames))

    def cells(self, table: str, column: str, rows: np.ndarray) -> np.ndarray:
        """The objects of some rows of a column."""
        found = self._table(table)
        return (
            found[column].taken(rows).cells()
            if isinstance(found, Columns)
            else found[column].to_numpy()[rows]
        )

    def columns(self, table: str) -> Collection[str]:
        """The names of its columns."""
        return tuple(self._table(table).columns)

    def has(self, table: str, column: str) -> bool:
        """Whether the forms have this question."""
        return table in self._frames and column in self._frames[table].columns

    def given(self, need: str) -> bool:
        """Whether what a rule needs beside the forms is there: `now`, or a table of the reference."""
        if need == "now":
            return self.now is not None
        return self.reference is not None and self.reference.optional(need) is not None

    @property
    def today(self) -> date:
        """The day in Vietnam; only for rules that need `now`."""
        if self.now is None:
            raise ContractError(Message.CHECK_NOW)
        return self.now.astimezone(timezone(timedelta(hours=ZONE_HOURS))).date()

    # --- typed columns

    def text(self, table: str, column: str) -> pd.Series:
        """Texts and codes, None for empty."""
        return self._typed("text", table, column)

    def number(self, table: str, column: str) -> pd.Series:
        """Integers, decimals and flags as float, NaN for empty."""
        return self._typed("number", table, column)

    def day(self, table: str, column: str) -> pd.Series:
        """Dates as datetime64[s], NaT for empty."""
        return self._typed("day", table, column)

    def moment(self, table: str, column: str) -> pd.Series:
        """Times as datetime64[s] in UTC, NaT for empty."""
        return self._typed("moment", table, column)

    def local_day(self, table: str, column: str) -> pd.Series:
        """The day in Vietnam of a time."""
        moment = self.moment(table, column) + np.timedelta64(ZONE_HOURS, "h")
        return moment.dt.floor("D")

    def picks(self, table: str, column: str, code: str) -> pd.Series:
        """Whether a select_multiple answer names the code; False for empty."""
        cells = self.text(table, column)
        named = {v: v is not None and code in v.split() for v in set(cells.tolist())}
        return pd.Series([named[v] for v in cells.tolist()], dtype=bool)

    def _typed(self, kind: str, table: str, column: str) -> pd.Series:
        key = (kind, table, column)
        if key not in self._cache:
            found = self._table(table)
            if column not in found.columns:
                raise ContractError(Message.CHECK_COLUMN, table=table, column=column)
            cells = found[column]
            if isinstance(cells, Coded):
                values = READERS[kind](cells.values.tolist()).to_numpy()
                self._cache[key] = pd.Series(values[cells.codes], dtype=values.dtype)
            else:
                self._cache[key] = READERS[kind](cells.tolist())
        return self._cache[key]

    # --- rows and their roots

    def keys(self, table: str) -> pd.Series:
        """The submission id of every row."""
        return self.text(table, "submission_id")

    def root_of(self, table: str) -> str:
        """The name of the root table of a repeat's table (or itself)."""
        if not self.has(table, "row_key"):
            return table
        roots = [t for t in self._frames if table.startswith(f"{t}_") and not self.has(t, "row_key")]
        return max(roots, key=len)

    def parents(self, table: str) -> np.ndarray:
        """For every row of a repeat's table the position of its submission in the root table."""
        if table not in self._parents:
            roots = pd.Index(self.keys(self.root_of(table)), dtype=object)
            ids = self._table(table)["submission_id"]
            different, codes = (ids.values, ids.codes) if isinstance(ids, Coded) else (ids, slice(None))
            self._parents[table] = roots.get_indexer(pd.Index(different, dtype=object))[codes]
        return self._parents[table]

    def down(self, table: str, values: pd.Series) -> pd.Series:
        """A column of the root table, repeated for every row of the repeat's table."""
        return pd.Series(values.to_numpy()[self.parents(table)], dtype=values.dtype)

    def count(self, table: str, where: pd.Series | None = None) -> pd.Series:
        """How many rows of the repeat (where a mask holds) every submission has; float, 0 for none."""
        rows = self.parents(table) if where is None else self.parents(table)[where.to_numpy(dtype=bool)]
        return pd.Series(np.bincount(rows, minlength=self.size(self.root_of(table))).astype(float))

    def any(self, table: str, where: pd.Series) -> pd.Series:
        """Whether any row of the repeat satisfies the mask, for every submission."""
        return self.count(table, where) > 0

    def total(self, table: str, numbers: pd.Series) -> pd.Series:
        """Sum over the rows of the repeat for every submission, empty cells left out; 0 for none."""
        weights = numbers.fillna(0).to_numpy(dtype=float)
        size = self.size(self.root_of(table))
        return pd.Series(np.bincount(self.parents(table), weights=weights, minlength=size))

    def first(self, table: str, where: pd.Series, values: pd.Series) -> pd.Series:
        """The value of the first row of the repeat that satisfies the mask; None or NaN for none."""
        chosen = np.flatnonzero(where.to_numpy(dtype=bool))
        roots, index = np.unique(self.parents(table)[chosen], return_index=True)
        taken = values.iloc[chosen[index]]
        return pd.Series(taken.to_numpy(), index=roots).reindex(range(self.size(self.root_of(table))))

    def made(self, make: Callable[[Data], T]) -> T:
        """What `make` makes of these tables, made once for all rules (who belongs to whom)."""
        if make not in self._made:
            self._made[make] = make(self)
        found: T = self._made[make]
        return found

    # --- outcome

    def hits(self, table: str, column: str, where: pd.Series, **values: Any) -> Hits:
        """The rows of `table` where the mask is true (empty counts as false).

        `values` are what the messages name: a column (Series over the table's rows) or one value for all.
        """
        rows = np.flatnonzero(where.fillna(False).to_numpy(dtype=bool))
        return Hits(table, column, rows, {name: _taken(value, rows) for name, value in values.items()})

    @cached_property
    def practice(self) -> bool:
        """Whether these are practice data."""
        filled = next((table for table in self._frames if self.size(table)), None)
        return filled is not None and bool(self.cells(filled, "_practice", np.arange(1))[0])


def _taken(value: Any, rows: np.ndarray) -> list[Any]:
    if not isinstance(value, pd.Series):
        return [value] * len(rows)
    return [_plain(v) for v in value.iloc[rows].tolist()]


def _plain(value: Any) -> Any:
    """A value as JSON and messages show it: 4.0 is 4, a day is ISO text, empty is None."""
    if value is None or value is pd.NaT or value != value:  # noqa: PLR0124 - NaN differs from itself
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
