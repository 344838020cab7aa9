"""The raw copy: canonical, append-only on both engines; practice alone can be removed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from processor.database import writing
from processor.pull import pull
from processor.servers.protocol import Attachment
from processor.store import canonical
from processor.store.practice import remove_practice
from processor.store.raw import content, stamp
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
_DEEPER = st.dictionaries(_TEXTS, st.lists(_ROWS, max_size=2), max_size=2)
_ANSWERS = st.dictionaries(_TEXTS, _TEXTS | st.lists(_ROWS | _DEEPER, max_size=3), max_size=6)


@given(_ANSWERS)
def test_content__any_answers__canonical_json_as_the_standard_library_writes_it(answers):
    """Hashes of years must stay what they were."""
    made = content(submission(1, answers))
    body = json.loads(made.body)
    assert body["answers"] == answers
    assert made.body == json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert made.sha256 == hashlib.sha256(made.body.encode()).hexdigest()


_KEPT = {
    "plain": (
        {"meta/instanceID": "uuid:1", "sec_a/hh_code": "16663", "note": ""},
        "11358949ef3cf3857a21c3aaf8cf65f1a6db81800dd5a4db4f27671bb77b531b",
    ),
    "rows": (
        {"b": "1", "members": [{"members/m_name": "Trần Thị Bé", "members/m_sex": "2"}, {}], "a": "2"},
        "bc8088243b3c6d79c514f28b262d68a6558748d0d8c6abebeea9ac7440f51ab3",
    ),
    "escaped": (
        {"q": 'a"b\\c\nd\te\x01', "é": "\u2028\x7f\x00", "%s": "%d%"},
        "cd7511bd45d0109e75ec42548279e579f74fcf52a9e3a9cc62579e37d43acbc0",
    ),
    "half a pair": (
        {"q": "a\ud800", "r": "𝒳", "s": "\\u0000"},
        "020c87cd4c7982866deec799760eb3943a5a6338cbcbd6b049ebc0694299bd9c",
    ),
    "a gap": (
        {"q": "\x7f", "r": 'a\x7f"', "s": ""},
        "44bfb53c8b65dbc9212c9c7483158514b3e82aedf133382bbfb0be86917558e6",
    ),
}


@pytest.mark.parametrize(("answers", "digest"), _KEPT.values(), ids=_KEPT)
def test_content__of_years_ago__has_the_same_hash_today(answers, digest):
    files = (Attachment("b.jpg"), Attachment('a"é.jpg', 1, "00"))
    at = datetime(2016, 3, 5, 1, 2, 3, tzinfo=timezone(timedelta(hours=7)))
    one = submission(1, answers, received_at=at, updated_at=at, attachments=files)
    assert content(one).sha256 == digest
    assert content(one).sha256 == digest, "the shape is known by now"


_FEW_KEYS = st.lists(st.sampled_from("abc"), min_size=2, max_size=3, unique=True)
_VALUES = st.sampled_from(
    ["", "x", "\x7f", 'é"\x7f', [], [{}], [{"d": "\n", "e": "y"}], [{"d": [], "e": "y"}]]
)


@given(
    st.lists(_FEW_KEYS.flatmap(lambda keys: st.fixed_dictionaries(dict.fromkeys(keys, _VALUES))), max_size=9)
)
def test_content__same_keys_with_other_kinds_of_answers__canonical_all_the_same(several):
    """What is remembered of one submission must not shape another."""
    for answers in several:
        expected = json.dumps(answers, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert canonical.written(answers) == expected.encode()


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"a": []},
        {"a": [{}, {}], "b": []},
        {"b": "x", "a": [{"c": "y"}], "c": [{}, {"d": [{"e": "z"}, {}], "f": ""}], "d": "\n"},
        {"a": "x", "b": [{"c": "\x7f"}, {"c": "\ud800"}]},
        {"\ud800": "x", "%": [{"é": "\udfff", '"': "\\"}]},
    ],
)
def test_content__lists_at_any_place__canonical_json(answers):
    expected = json.dumps(answers, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert canonical.written(answers) == expected.encode("utf-8", "backslashreplace")


def test_content__more_shapes_than_are_remembered__the_same_bytes(monkeypatch):
    several = [{f"q{number}": '"', "a": "é"} for number in range(9)]
    expected = [content(submission(1, answers)) for answers in several]
    shapes: dict = {}
    monkeypatch.setattr(canonical, "MAX_SHAPES", 3)
    monkeypatch.setattr(canonical, "_shapes", shapes)
    for answers, one in zip(several, expected, strict=True):
        assert content(submission(1, answers)) == one
        assert 1 <= len(shapes) <= 3


def test_content__time_without_zone__is_refused():
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - the point of the test
    with pytest.raises(ValueError, match="aware"):
        content(submission(1, {}, received_at=naive))


def test_stamp__an_hour_that_comes_twice__is_two_times():
    """Texts of times are remembered: clocks that say the same must not share one."""
    zone = ZoneInfo("America/New_York")
    once, again = (datetime(2026, 11, 1, 1, 30, tzinfo=zone, fold=fold) for fold in (0, 1))
    assert (stamp(once), stamp(again)) == (
        "2026-11-01T05:30:00.000000+00:00",
        "2026-11-01T06:30:00.000000+00:00",
    )
