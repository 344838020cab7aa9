"""The raw copy: canonical, append-only on both engines; practice alone can be removed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from processor.database import writing
from processor.pull import pull
from processor.servers.protocol import Attachment
from processor.store import raw as module
from processor.store.practice import remove_practice
from processor.store.raw import content
from tests.pull.memory_server import MemoryServer, submission
from tests.pull.tables import everything, raw_rows
from tests.store.forms import new_store, package


@pytest.fixture
def pulled(store_url, tmp_path):
    store = new_store(store_url, tmp_path, package())
    server = MemoryServer()
    for number in range(4):
        server.put(submission(number, {"sec_a/hh_code": str(number)}, practice=number > 1))
    for number in (1, 3):
        server.change(f"uuid:{number:04d}", review_state="approved")
    pull(store, server, store.config.form("phieu_c"))
    return store, server


INSERT_AGAIN = "INSERT OR REPLACE INTO raw_{what} SELECT * FROM raw_{what}"


@pytest.mark.parametrize("what", ["versions", "states"])
@pytest.mark.parametrize("mark", ["NOT practice", "practice"])
def test_raw__changed_or_emptied__is_refused_by_the_database(pulled, what, mark):
    store, _server = pulled
    before = raw_rows(store)
    statements = [f"UPDATE raw_{what} SET pull_id = 9 WHERE {mark}"]
    statements.append(f"UPDATE raw_{what} SET practice = NOT practice WHERE {mark}")
    if mark == "NOT practice":
        statements.append(f"DELETE FROM raw_{what} WHERE {mark}")
    sqlite = store.engine.dialect.name == "sqlite"
    statements.append(INSERT_AGAIN.format(what=what) if sqlite else f"TRUNCATE raw_{what} CASCADE")
    for statement in statements:
        with pytest.raises(DBAPIError, match="append-only"), writing(store.engine) as connection:
            connection.execute(text(statement))
    assert raw_rows(store) == before


def test_remove_practice__takes_practice_and_nothing_else(pulled):
    store, server = pulled
    for number in (2, 3):  # removed at the server: its list keeps them as deleted
        server.change(f"uuid:{number:04d}", deleted=True, answers={})
    assert remove_practice(store) == 2
    assert raw_rows(store) == 3
    tables = everything(store)
    assert tables["c"].total() == tables["submissions"].total() == 2
    for full in (False, True):
        record = pull(store, server, store.config.form("phieu_c"), full=full)
        assert (record.state, record.kind, record.created, record.deleted) == (
            "equal",
            "full" if full else "increment",
            0,
            0,
        )
    assert raw_rows(store) == 3
    assert remove_practice(store) == 0


def test_content__same_submission__same_bytes_whatever_the_order():
    one = submission(1, {"b": "1", "a": [{"y": "é", "x": ""}]})
    files = (Attachment("b.jpg"), Attachment("a.jpg", 1, "00"))
    other_zone = one.received_at.astimezone(timezone(timedelta(hours=7)))
    same = replace(one, answers={"a": [{"x": "", "y": "é"}], "b": "1"}, received_at=other_zone)
    assert content(one) == content(same)
    assert content(replace(one, attachments=files)) == content(replace(one, attachments=files[::-1]))
    assert content(replace(one, deleted=True, review_state="approved")) == content(one), "states stand beside"
    assert "é" in content(one).body


@pytest.mark.parametrize("value", ["\x00", "a\ud800", "\\u0000", "\udfff\ud800", "𝒳", "\u2028"])
def test_content__any_text__comes_back_exactly(value):
    made = content(submission(1, {"q": value}))
    made.body.encode()
    assert json.loads(made.body)["answers"] == {"q": value}


_TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
_ROWS = st.dictionaries(_TEXTS, _TEXTS, max_size=4)
_ANSWERS = st.dictionaries(
    _TEXTS, _TEXTS | st.lists(_ROWS | st.dictionaries(_TEXTS, st.lists(_ROWS))), max_size=6
)


@given(_ANSWERS)
def test_content__any_answers__canonical_json_as_the_standard_library_writes_it(answers):
    """Hashes of years must stay what they were."""
    made = content(submission(1, answers))
    body = json.loads(made.body)
    assert body["answers"] == answers
    assert made.body == json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert made.sha256 == hashlib.sha256(made.body.encode()).hexdigest()


def test_content__more_paths_than_are_remembered__the_same_bytes(monkeypatch):
    answers = {f"q{number}": '"' for number in range(9)}
    expected = content(submission(1, answers))
    monkeypatch.setattr(module, "MAX_PATHS", 3)
    monkeypatch.setattr(module, "_KEYS", module._Keys())
    assert content(submission(1, answers)) == expected
    assert len(module._KEYS) == 3


def test_content__time_without_zone__is_refused():
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - the point of the test
    with pytest.raises(ValueError, match="aware"):
        content(submission(1, {}, received_at=naive))
