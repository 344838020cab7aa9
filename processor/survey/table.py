"""A table between two steps: its columns as they are made, a frame only in the end; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Table:
    """The cells of each column; columns of `names` without cells are empty. Nothing alters a column in place."""

    names: tuple[str, ...]
    columns: Mapping[str, Sequence[Any]]
    size: int
    distinct: Mapping[str, frozenset[Any]] = field(default_factory=dict)
    """The different cells of a column, without None, where they are known already."""

    def cells(self, name: str) -> Sequence[Any]:
        """The cells of a column."""
        found = self.columns.get(name)
        return (None,) * self.size if found is None else found

    def frame(self) -> pd.DataFrame:
        """A frame of objects in one block."""
        columns = chain.from_iterable([self.cells(name) for name in self.names])
        block = np.fromiter(columns, dtype=object, count=len(self.names) * self.size)
        block = block.reshape(len(self.names), self.size)
        return pd.DataFrame(block.T, columns=pd.Index(self.names, dtype=object), dtype=object, copy=False)


def table_of(frame: pd.DataFrame) -> Table:
    """The cells of a frame."""
    names = tuple(frame.columns)
    return Table(names, {name: frame[name].tolist() for name in names}, len(frame))
