"""Rows packed by SQLite and taken apart by columns: cell by cell what the database has."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.store.packed import BETWEEN, END, row_texts, unpack

CELLS = st.one_of(
    st.none(),
    st.sampled_from(
        ["01", "2016-05-01", "uuid:55c4cc1a-2e6b-5150-b80d-e8310e8017a5/members[12]", "12345678"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters=f"\0{BETWEEN}{END}"), min_size=1, max_size=20),
)


def read(rows: Sequence[Sequence[str | None]]) -> list[list[str | None]] | None:
    """The columns of these rows, written by SQLite and taken apart."""
    names = [f"c{n}" for n in range(len(rows[0]))]
    with sqlite3.connect(":memory:") as database:
        database.execute(f"CREATE TABLE t ({', '.join(f'{name} TEXT' for name in names)})")
        database.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(names))})", rows)
        found = database.execute(f"SELECT {', '.join(row_texts(names))} FROM t ORDER BY rowid").fetchall()
    parts = [unpack(texts) for texts in zip(*found, strict=True)]
    if None in parts:
        return None
    return [column.cells().tolist() for part in parts for column in part or ()]


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 5).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1)))
def test_unpack__any_rows__cells_are_those_of_the_database(rows):
    assert read(rows) == [list(column) for column in zip(*rows, strict=True)]


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 15, 16, 17, 40])
def test_unpack__texts_that_end_at_a_word__whole_and_apart(size):
    """Texts that differ in their last character only, beside one that is longer by what follows in the row."""
    texts = [("x" * size)[:-1] + end for end in "ab"] if size else [None, None]
    rows = [[texts[0], "z"], [texts[1], "z"], [texts[0], None], [None, "a" * size or None]]
    assert read(rows) == [list(column) for column in zip(*rows, strict=True)]


def test_unpack__more_columns_than_a_function_takes__all_there():
    rows = [[f"{row}-{column}" for column in range(230)] for row in range(3)]
    assert read(rows) == [list(column) for column in zip(*rows, strict=True)]


@pytest.mark.parametrize("cell", [BETWEEN, END, f"a{BETWEEN}b", f"a{END}b", f"{END}{BETWEEN}"])
@pytest.mark.parametrize("place", [0, 1])
def test_unpack__separator_in_a_cell__is_told(cell, place):
    rows = [["a", "b"], ["c", "d"]]
    rows[0][place] = cell
    assert read(rows) is None
