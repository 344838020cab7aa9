"""Columns as rules keep them in memory: the different values once, and for every row which of them; pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd


class Coded(NamedTuple):
    """A column: `values[codes]` are its cells."""

    codes: np.ndarray
    values: np.ndarray
    """Objects; each once, but where nearly every row has its own."""

    def cells(self) -> np.ndarray:
        """One object for every row."""
        found: np.ndarray = self.values[self.codes]
        return found

    def taken(self, rows: np.ndarray) -> Coded:
        """Some of the rows, or all in another order."""
        return Coded(self.codes[rows], self.values)

    def each(self, make: Callable[[Any], Any]) -> Coded:
        """The column with what `make` makes of every value (None stays None)."""
        made = np.empty(len(self.values), dtype=object)
        made[:] = [None if value is None else make(value) for value in self.values.tolist()]
        return Coded(self.codes, made)


EMPTY = Coded(np.empty(0, dtype=np.int32), np.empty(0, dtype=object))


def coded(cells: Sequence[Any]) -> Coded:
    """A column of its cells."""
    known: dict[Any, int] = {}
    codes = [known.setdefault(cell, len(known)) for cell in cells]
    values = np.empty(len(known), dtype=object)
    values[:] = list(known)
    return Coded(np.array(codes, dtype=np.int32), values)


def end_to_end(parts: Sequence[Coded]) -> Coded:
    """Columns one after the other as one; values that stand in several stand once in it, where most stand often."""
    if not parts:
        return EMPTY
    values = np.concatenate([part.values for part in parts])
    places = Coded(np.arange(len(values), dtype=np.int32), values)
    if len(values) < sum(len(part.codes) for part in parts) / 2:
        places = coded(values.tolist())
    ends = np.cumsum([len(part.values) for part in parts])[:-1]
    codes = [place[part.codes] for part, place in zip(parts, np.split(places.codes, ends), strict=True)]
    return Coded(np.concatenate(codes), places.values)


class Columns:
    """A table of coded columns, where a frame of objects would be large."""

    def __init__(self, columns: Mapping[str, Coded]) -> None:
        self._columns = dict(columns)

    def __len__(self) -> int:
        return len(next(iter(self._columns.values()), EMPTY).codes)

    def __getitem__(self, name: str) -> Coded:
        return self._columns[name]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names."""
        return tuple(self._columns)

    def among(self, names: Collection[str]) -> Columns:
        """Some of the columns."""
        return Columns({name: column for name, column in self._columns.items() if name in names})

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The same as a frame of objects."""
        return pd.DataFrame({name: self[name].cells() for name in self.columns}, dtype=object)


def as_columns(frame: pd.DataFrame) -> Columns:
    """A frame of objects as such a table."""
    return Columns({name: coded(frame[name].tolist()) for name in frame.columns})
