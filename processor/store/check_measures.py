"""What is kept of every submission for the rules of large groups (`survey/checks/measures.py`): columns in blocks.

A check of everything leaves one block for every family and table. A check of some submissions adds a part: blocks
of what they are now, and for every family which submissions were looked at: what older parts say of these is past.
Many parts become one again. Practice is always in one part, so that nothing stays of what is removed.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, func, select

from processor.store.work_tables import check_measures

Frames = Mapping[str, pd.DataFrame]
"""The measures of a family by table, with `SUBMISSION`."""
SUBMISSION = "_submission"
"""A number that stands for the submission, 64 bits."""
PARTS = 25
"""So many parts of the survey become one."""
_EVERY = ""
"""In the place of a table: which submissions a part looked at."""


def marks_of(ids: Collection[str]) -> np.ndarray:
    """The numbers that stand for submissions: the same in every process and version."""
    cells = np.empty(len(ids), dtype=object)
    cells[:] = list(ids)
    marks: np.ndarray = pd.util.hash_array(cells, hash_key="0123456789123456", categorize=False)
    return marks.view(np.int64)


def read_measures(
    connection: Connection, families: Collection[str], practice: bool
) -> dict[str, dict[str, pd.DataFrame]]:
    """What is kept now, by family and table; a family of which nothing is kept has no tables."""
    m = check_measures.c
    query = select(m.family, m.table_name, m.cells).where(m.practice.is_(practice), m.family.in_(families))
    found: dict[str, dict[str, list[pd.DataFrame]]] = {name: {} for name in families}
    past: dict[str, list[np.ndarray]] = {name: [np.empty(0, dtype=np.int64)] for name in families}
    # Newest first, and of one part the blocks before its note: that is about older parts.
    for family, table, cells in connection.execute(query.order_by(m.part.desc(), m.table_name.desc())):
        frame = _unpacked(cells)
        if table == _EVERY:
            past[family].append(frame[SUBMISSION].to_numpy())
        else:
            gone = np.isin(frame[SUBMISSION].to_numpy(), np.concatenate(past[family]))
            found[family].setdefault(table, []).append(frame[~gone])
    return {
        family: {table: pd.concat(parts, ignore_index=True) for table, parts in by_table.items()}
        for family, by_table in found.items()
    }


def replace_measures(connection: Connection, family: str, practice: bool, frames: Frames) -> None:
    """Keep these of all submissions."""
    m = check_measures.c
    connection.execute(check_measures.delete().where(m.family == family, m.practice.is_(practice)))
    _insert(connection, 0, family, practice, {t: frame for t, frame in frames.items() if len(frame)})


def add_measures(
    connection: Connection, family: str, practice: bool, ids: Collection[str], frames: Frames
) -> None:
    """Keep these of the submissions `ids` that were looked at, in the place of what was kept of them."""
    m = check_measures.c
    mine = (m.family == family, m.practice.is_(practice))
    last = connection.execute(select(func.max(m.part)).where(*mine)).scalar_one()
    looked_at = pd.DataFrame({SUBMISSION: marks_of(ids)})
    filled = {table: frame for table, frame in frames.items() if len(frame)}
    part = 0 if last is None else last + 1
    _insert(connection, part, family, practice, {**filled, _EVERY: looked_at})
    if practice or part >= PARTS:
        replace_measures(connection, family, practice, read_measures(connection, [family], practice)[family])


def drop_others(connection: Connection, families: Collection[str]) -> None:
    """Forget what was kept for families that are no more."""
    connection.execute(check_measures.delete().where(check_measures.c.family.not_in(families)))


def _insert(connection: Connection, part: int, family: str, practice: bool, frames: Frames) -> None:
    common = {"part": part, "family": family, "practice": practice}
    rows = [{**common, "table_name": table, "cells": _packed(frame)} for table, frame in frames.items()]
    if rows:
        connection.execute(check_measures.insert(), rows)


# --- blocks


def _packed(frame: pd.DataFrame) -> bytes:
    """Arrays of numbers; of a column of texts the different ones and which of them each row has."""
    arrays: dict[str, Any] = {}
    for name, column in frame.items():
        if column.dtype == object:
            codes, words = pd.factorize(column)
            arrays[f"{name}:codes"] = codes.astype(np.int32)
            arrays[f"{name}:words"] = np.frombuffer(json.dumps(words.tolist()).encode(), dtype=np.uint8)
        else:
            arrays[str(name)] = column.to_numpy()
    file = BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return zlib.compress(file.getvalue(), 1)


def _unpacked(cells: bytes) -> pd.DataFrame:
    columns: dict[str, Any] = {}
    with np.load(BytesIO(zlib.decompress(cells)), allow_pickle=False) as arrays:
        for key in arrays.files:
            name, _, what = key.partition(":")
            if not what:
                columns[name] = arrays[key]
            elif what == "codes":
                columns[name] = _texts(json.loads(arrays[f"{name}:words"].tobytes()), arrays[key])
    return pd.DataFrame(columns)


def _texts(words: Sequence[str], codes: np.ndarray) -> pd.Series:
    cells = np.empty(len(words) + 1, dtype=object)
    cells[:-1] = words  # the last one is that of the code -1
    return pd.Series(cells[codes], dtype=object)  # or pandas would make its own texts of them, and None NaN
