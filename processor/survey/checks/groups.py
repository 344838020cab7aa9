"""Rows that share a key: made of several columns, counted by who stands behind them; pure."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

Columns = Mapping[str, pd.Series]
"""A column of every table concerned, by table."""


def joined(*columns: pd.Series, by: str = "|") -> pd.Series:
    """Text columns as one key; None where one of them is empty."""
    cells = zip(*(column.tolist() for column in columns), strict=True)
    return pd.Series([None if None in row else by.join(row) for row in cells], dtype=object)


def distinct(keys: Columns, identities: Columns) -> dict[str, pd.Series]:
    """For every row how many different identities its key has over all tables; 0 outside every group.

    A row without identity counts for nobody, and sees how many others there are.
    """
    codes, sizes = _codes(keys), [len(column) for column in keys.values()]
    groups = int(codes.max(initial=-1)) + 1
    known = codes >= 0
    known[known] = np.bincount(codes[known], minlength=groups)[codes[known]] > 1
    counts = (codes >= 0).astype(int)
    who = pd.factorize(_end_to_end(identities)[known])[0]
    width = int(who.max(initial=-1)) + 1
    pairs = np.unique(codes[known][who >= 0] * width + who[who >= 0])
    counts[known] = np.bincount(pairs // max(width, 1), minlength=groups)[codes[known]]
    return _by_table(keys, counts.astype(float), sizes)


def listed(keys: Columns, labels: Columns, where: Columns) -> dict[str, pd.Series]:
    """For the rows asked for: the different labels of their group over all tables, in order, joined; else None."""
    sizes, asked = [len(column) for column in keys.values()], _end_to_end(where).astype(bool)
    if not asked.any():
        return _by_table(keys, np.full(len(asked), None, dtype=object), sizes)
    codes, texts = _codes(keys), _end_to_end(labels)
    asked &= codes >= 0
    wanted = np.isin(codes, codes[asked]) & (codes >= 0)
    names: dict[int, set[str]] = {}
    for code, text in zip(codes[wanted].tolist(), texts[wanted].tolist(), strict=True):
        names.setdefault(code, set()).update(() if text is None else (text,))
    found = np.full(len(codes), None, dtype=object)
    found[asked] = [", ".join(sorted(names[code])) for code in codes[asked].tolist()]
    return _by_table(keys, found, sizes)


def _codes(keys: Columns) -> np.ndarray:
    return pd.factorize(_end_to_end(keys))[0]


def _end_to_end(columns: Columns) -> np.ndarray:
    return np.concatenate([column.to_numpy(dtype=object) for column in columns.values()])


def _by_table(keys: Columns, values: np.ndarray, sizes: list[int]) -> dict[str, pd.Series]:
    parts = np.split(values, np.cumsum(sizes)[:-1])
    return {table: pd.Series(part, dtype=part.dtype) for table, part in zip(keys, parts, strict=True)}
