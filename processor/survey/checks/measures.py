"""What is kept of every submission for the rules of a family, in the place of its tables; pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from processor.survey.checks.data import Data
from processor.survey.checks.rulebook import Family, Measure


class Measured(Data):
    """The measures of one family as its keys and rules see them: root tables of a few columns that have their types.

    `known` are the columns (`table.column`) that the forms have: what a rule needs is there when what its
    measures are made of is.
    """

    def __init__(
        self,
        frames: Mapping[str, pd.DataFrame],
        known: Collection[str],
        reference: Any = None,
        *,
        now: datetime | None = None,
        secret: str = "",
    ) -> None:
        super().__init__(frames, reference, now=now, secret=secret)
        self._known = known

    def has(self, table: str, column: str) -> bool:
        """Whether the forms have this question."""
        return f"{table}.{column}" in self._known

    def _typed(self, kind: str, table: str, column: str) -> pd.Series:
        return self.frame(table)[column]


def measured(family: Family, data: Data) -> Measured:
    """The measures of the submissions at hand that are in a group; no rows where forms lack what keys are made of."""
    known = {f"{table}.{column}" for table in data.tables for column in data.columns(table)}
    tables = dict.fromkeys(m.table for m in family.measures) if known.issuperset(family.reads) else ()
    frames = {table: _frame(family, data, table, known) for table in tables}
    made = Measured(frames, known, data.reference, now=data.now, secret=data.secret)
    for table, keys in (family.keys(made) if frames else {}).items():
        grouped = keys.notna() & (keys != "")  # an empty key is a row outside every group (`keyhash.py`)
        frames[table] = frames[table][grouped].reset_index(drop=True)
    return Measured(frames, known, data.reference, now=data.now, secret=data.secret)


def nothing(family: Family) -> dict[str, pd.DataFrame]:
    """The tables of a family without a row."""
    tables = dict.fromkeys(m.table for m in family.measures)
    columns = {table: {m.name: _empty(m, 0) for m in family.measures if m.table == table} for table in tables}
    return {table: pd.DataFrame(columns[table]) for table in tables}


def _frame(family: Family, data: Data, table: str, known: Collection[str]) -> pd.DataFrame:
    """A row for every submission."""
    columns = {m.name: _column(m, data, known) for m in family.measures if m.table == table}
    return pd.DataFrame({"submission_id": data.keys(table), "_practice": int(data.practice), **columns})


def _column(measure: Measure, data: Data, known: Collection[str]) -> pd.Series:
    if all(name in known for name in measure.reads):
        return measure.make(data)
    return _empty(measure, data.size(measure.table))


def _empty(measure: Measure, rows: int) -> pd.Series:
    kind, value = (object, None) if measure.kind == "text" else (float, np.nan)
    return pd.Series(np.full(rows, value, dtype=kind), dtype=kind)
