"""Keys of groups in blocks and rows: found again under every key, whichever of both they stand in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import func, select

from processor.database import reading, writing
from processor.store import check_blocks, check_keys
from processor.store.check_blocks import Pairs, as_number, as_texts, in_order
from processor.store.check_numbers import Numbers
from processor.store.work_tables import check_keys as rows
from processor.store.work_tables import check_submissions
from processor.survey.checks.coded import coded
from tests.store.forms import new_store

FORM, FAMILY = "c", "card"
KEYS = ["0000000000000000", "0000000000000001", "7fffffffffffffff", "8000000000000000", "ffffffffffffffff"]


def full(store, keys, *, practice=False, families=(FAMILY,)):
    """A check of everything that found these keys by submission; None: the family's function raised."""
    ids = sorted(keys)
    with reading(store.engine) as connection:
        numbers = Numbers(connection, {FORM: set(ids)}, practice)
    pairs = [(as_number(key), i) for i in ids for key in keys[i] or ()]
    own = numbers.of(FORM, coded([i for _, i in pairs]))
    if None not in keys.values():
        numbers.keep(FAMILY, in_order([Pairs(np.array([key for key, _ in pairs], dtype=np.int64), own)]))
    with writing(store.engine) as connection:
        numbers.finish(connection, families)


def increment(store, keys, *, practice=False, left=()):
    """A check of these submissions only."""
    pairs = [(i, key) for i in keys for key in keys[i]]
    frame = pd.DataFrame(pairs, columns=["submission_id", "group_key"])
    new = {practice: {} if left else {FAMILY: {FORM: frame}}}
    with writing(store.engine) as connection:
        check_keys.replace_keys(connection, list(keys), new, left)


def groups(store, ids, practice=False):
    with reading(store.engine) as connection:
        return {i: set(check_keys.known_keys(connection, [i], practice).get(FAMILY, ())) for i in sorted(ids)}


def members(store, *keys, practice=False):
    with reading(store.engine) as connection:
        return check_keys.members(connection, FAMILY, keys, practice)


def stored(store):
    """Everything that is kept, number by number."""
    with reading(store.engine) as connection:
        blocks = [
            (family, pairs.keys.tolist(), pairs.numbers.tolist())
            for practice in (False, True)
            for family, pairs in check_blocks.read(connection, practice)
        ]
        tables = [sorted(map(tuple, connection.execute(select(t)))) for t in (rows, check_submissions)]
    return blocks, tables


@pytest.fixture
def store(store_url, tmp_path):
    """An empty store."""
    store = new_store(store_url, tmp_path)
    yield store
    store.engine.dispose()


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Several blocks of few pairs."""
    monkeypatch.setattr(check_blocks, "BLOCK", 2)


def test_texts__lowest_and_highest_keys__come_back():
    numbers = np.array([as_number(key) for key in KEYS], dtype=np.int64)
    assert as_texts(numbers) == KEYS
    assert as_texts(np.sort(numbers))[0] == "8000000000000000"


@pytest.mark.parametrize("few", [0, 50])
def test_blocks__every_key__gives_its_submissions_and_no_others(store, monkeypatch, few):
    monkeypatch.setattr(check_keys, "FEW", few)
    keys = {f"s{n}": {KEYS[n], KEYS[(n + 1) % 5]} for n in range(5)} | {"s9": set(), "t": {KEYS[2]}}
    full(store, keys)
    for key in KEYS:
        assert members(store, key) == {i for i, own in keys.items() if key in own}
    assert members(store, *KEYS) == set(keys) - {"s9"}
    assert members(store, "1234567890abcdef") == members(store) == set()
    assert groups(store, keys) == keys


def test_increment__moves_to_another_key__old_number_means_nobody(store):
    full(store, {"a": {KEYS[0]}, "b": {KEYS[0]}})
    increment(store, {"a": {KEYS[3]}, "n": {KEYS[0]}})
    assert members(store, KEYS[0]) == {"b", "n"} and members(store, KEYS[3]) == {"a"}
    increment(store, {"a": {KEYS[0], KEYS[4]}})
    assert members(store, KEYS[0]) == {"a", "b", "n"} and members(store, KEYS[3]) == set()
    assert groups(store, "abn") == {"a": {KEYS[0], KEYS[4]}, "b": {KEYS[0]}, "n": {KEYS[0]}}
    full(store, {"a": {KEYS[0], KEYS[4]}, "b": {KEYS[0]}, "n": {KEYS[0]}})
    assert members(store, KEYS[0]) == {"a", "b", "n"} and members(store, KEYS[4]) == {"a"}
    with reading(store.engine) as connection:
        assert not connection.execute(select(func.count()).select_from(rows)).scalar_one()


def test_number_of_a_deleted_submission__given_to_nobody_else(store):
    full(store, {"a": {KEYS[0]}, "b": {KEYS[1]}})
    increment(store, {"b": set()})
    increment(store, {"c": {KEYS[2]}})
    assert members(store, KEYS[1]) == set() and groups(store, "bc") == {"b": set(), "c": {KEYS[2]}}


def test_everything_again__nothing_changed__nothing_is_written(store, monkeypatch):
    keys = {"a": {KEYS[0], KEYS[1]}, "b": {KEYS[0]}, "c": {KEYS[4]}}
    full(store, keys)
    before = stored(store)

    def written(*_):
        raise AssertionError("a family that is as it was is not written")

    monkeypatch.setattr(check_blocks, "write_family", written)
    full(store, keys)
    assert stored(store) == before


def test_everything__gone_submission_and_family__taken_away(store):
    full(store, {"a": {KEYS[0]}, "b": {KEYS[0]}})
    increment(store, {"b": {KEYS[1]}})
    full(store, {"a": {KEYS[0]}})
    assert members(store, *KEYS) == {"a"}
    blocks, tables = stored(store)
    assert [row[1:3] for row in tables[1]] == [(FORM, "a")] and not tables[0]
    full(store, {"a": set()}, families=())
    assert stored(store)[0] == []


def test_everything__keys_that_raise__stand_of_those_that_are_left(store):
    full(store, {"a": {KEYS[0]}, "b": {KEYS[0]}, "c": {KEYS[1]}})
    increment(store, {"b": {KEYS[4]}})
    full(store, {"a": None, "b": None})
    assert groups(store, "abc") == {"a": {KEYS[0]}, "b": {KEYS[4]}, "c": set()}
    assert members(store, *KEYS) == {"a", "b"}


def test_increment__keys_that_raise__stand_from_blocks_and_from_rows(store):
    full(store, {"a": {KEYS[0]}, "b": {KEYS[0]}})
    for _ in range(2):
        increment(store, {"a": set()}, left={FAMILY})
        assert groups(store, "ab") == {"a": {KEYS[0]}, "b": {KEYS[0]}}
        assert members(store, KEYS[0]) == {"a", "b"}


def test_practice__same_keys__never_met(store):
    full(store, {"a": {KEYS[0]}})
    full(store, {"p": {KEYS[0]}}, practice=True)
    increment(store, {"q": {KEYS[0]}}, practice=True)
    assert members(store, KEYS[0]) == {"a"} and members(store, KEYS[0], practice=True) == {"p", "q"}
    full(store, {"a": {KEYS[1]}})
    assert groups(store, "pq", True) == {"p": {KEYS[0]}, "q": {KEYS[0]}}
