"""The fast way in and out of both databases: texts arrive to the sign, and exactly what is named goes."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import select, text

from processor.database import reading, writing
from processor.pull import pull
from processor.store import bulk
from processor.store.tables import raw_versions
from processor.store.work_tables import checks_due
from tests.pull.memory_server import MemoryServer, submission
from tests.pull.tables import everything
from tests.store.forms import new_store, package

NAMED = (
    'a"b',
    "a\\b",
    'a\\"',
    "a,b",
    "{a}",
    "NULL",
    "null",
    "",
    " ",
    "a\tb\n",
    "\\N",
    "a'b",
    "ế𝒳",
    "%s",
    "?",
)
OTHERS = ("a", "b", "ab", "N", "{", "}", "a b", "e")


@pytest.fixture
def store(store_url, tmp_path):
    return new_store(store_url, tmp_path, package())


def _due(store, ids):
    with writing(store.engine) as connection:
        bulk.insert(connection, "checks_due", ("form_id", "submission_id"), [("c", i) for i in ids])


def _left(store):
    with reading(store.engine) as connection:
        rows = connection.execute(select(checks_due.c.id, checks_due.c.submission_id)).all()
        return {row.submission_id: row.id for row in rows}


def test_delete__ids_with_any_sign__takes_these_and_no_other(store):
    _due(store, NAMED + OTHERS)
    assert set(_left(store)) == {*NAMED, *OTHERS}
    with writing(store.engine) as connection:
        bulk.delete(connection, "checks_due", "submission_id", NAMED, form_id=["b", "d"])
    assert set(_left(store)) == {*NAMED, *OTHERS}
    with writing(store.engine) as connection:
        bulk.delete(connection, "checks_due", "submission_id", NAMED, form_id=["c"])
    assert set(_left(store)) == set(OTHERS)


@pytest.mark.parametrize("number", [1, 2])
def test_delete__by_number__takes_these_and_no_other(store, number):
    _due(store, OTHERS)
    ids = _left(store)
    with writing(store.engine) as connection:
        bulk.delete(connection, "checks_due", "id", [ids[name] for name in OTHERS[:number]])
    assert set(_left(store)) == set(OTHERS[number:])


def test_insert__body_in_utf8__is_stored_as_the_text_that_was_hashed(store):
    server = MemoryServer()
    for number, answer in enumerate(NAMED):
        server.put(submission(number, {"sec_a/hh_code": answer, "sec_a/head_name": "\x7f\ud800\x00"}))
    assert pull(store, server, store.config.form("phieu_c")).server_count == len(NAMED)
    c = raw_versions.c
    with reading(store.engine) as connection:
        rows = connection.execute(select(c.body, c.sha256)).all()
        kind = "typeof(body)" if connection.dialect.name == "sqlite" else "pg_typeof(body)::text"
        kinds = set(connection.execute(text(f"SELECT {kind} FROM raw_versions")).scalars())
    assert kinds == {"text"}
    assert [hashlib.sha256(row.body.encode()).hexdigest() for row in rows] == [row.sha256 for row in rows]


def test_pull__rows_of_a_submission_that_was_never_held__are_replaced_and_not_doubled(store, tmp_path):
    """What is new to the copy may still have rows: a page replaces them whatever the copy says."""
    form, server = store.config.form("phieu_c"), MemoryServer()
    server.put(submission(1, {"sec_a/rooms": "x", "members": [{"members/m_name": "b"}]}))
    root, members, _jobs = (store.table(plan) for plan in store.plans("phieu_c"))
    with writing(store.engine) as connection:
        _strange(connection, root, members, "uuid:0001")
    record = pull(store, server, form)
    assert (record.state, record.detail) == ("equal", "")
    clean = new_store(f"sqlite:///{tmp_path / 'clean.sqlite'}", tmp_path, package())
    pull(clean, server, form)
    assert everything(store, own_time=False) == everything(clean, own_time=False)


def _strange(connection, root, members, key):
    """Rows as a damaged database may have them."""
    connection.execute(root.insert().values(submission_id=key, _practice=0))
    rows = [f"{key}/members[{number}]" for number in (1, 2)]
    for number, row in enumerate(rows):
        connection.execute(
            members.insert().values(submission_id=key, row_key=row, row_no=number, _practice=0)
        )
    place = (root.name, key, key, "rooms")
    names = ("table_name", "submission_id", "row_key", "column_name", "rule")
    bulk.insert(connection, "changes", names, [(*place, "R-C01")])
    more = (*names, "severity", "kind")
    bulk.insert(connection, "findings", more, [(*place, "TYPE", "E", "clean")])
