"""How many stored answers a change of the questionnaire touches, on both engines."""

from __future__ import annotations

import pytest

from processor.errors import ContractError, Message
from processor.pull import pull
from processor.store.answers import count_answers, published_md5s
from tests.pull.memory_server import MemoryServer, submission
from tests.store.forms import CHOICES, EXTRA, new_store, package


def household(number, rooms, hiv, needs, disabled, **values):
    members = [{"members/m_name": f"M{n}", "members/m_disabled": code} for n, code in enumerate(disabled)]
    answers = {"sec_a/rooms": rooms, "sec_a/hiv": hiv, "needs": needs, "members": members}
    return submission(number, answers, **values)


@pytest.fixture
def store(store_url, tmp_path):
    opened, server = new_store(store_url, tmp_path, package("1", extra=EXTRA), package("2")), MemoryServer()
    server.put(household(1, "3", "01", "01 02", ["01", "02"]))
    server.put(household(2, "", "02", "02", ["01", ""], form_version="2"))
    server.put(household(3, "4", "", "", []))
    server.put(household(4, "5", "01", "01 02", ["01"], practice=True))
    server.put(household(5, "5", "01", "01 02", ["01"], deleted=True))
    pull(opened, server, opened.config.form("phieu_c"))
    yield opened
    opened.engine.dispose()


@pytest.mark.parametrize(
    ("path", "code", "expected"),
    [
        ("sec_a/rooms", None, 2),
        ("sec_a/hiv", None, 2),
        ("sec_a/hiv", "01", 1),
        ("sec_a/hiv", "99", 0),
        ("needs", None, 2),
        ("needs", "01", 1),
        ("needs", "02", 2),
        ("members/m_name", None, 4),
        ("members/m_disabled", None, 3),
        ("members/m_disabled", "01", 2),
        ("members/jobs/job", None, 0),
        ("remark", None, 0),
    ],
)
def test_count__survey_answers_only__in_form_and_repeats(store, path, code, expected):
    """Neither practice nor deleted; a removed question (`remark`) still has its column."""
    assert count_answers(store, "phieu_c", path, code) == expected


def test_count__moved_question__also_by_its_former_path(store):
    moved = "| | begin_group | house | H | | |\n| | integer | pigs | Pigs | | open |\n| | end_group | | | | |"
    store.register(package("3", extra=moved))
    assert count_answers(store, "phieu_c", "pigs") == count_answers(store, "phieu_c", "house/pigs") == 0


def test_count__what_no_version_asks__is_an_error(store):
    for path, code in (("sec_a/nothing", None), ("needs", "77")):
        with pytest.raises(ContractError) as unknown:
            count_answers(store, "phieu_c", path, code)
        assert unknown.value.message is Message.COLUMN_UNKNOWN


def test_published_md5s__oldest_first(store):
    store.register(package("0", choices=CHOICES))
    found = published_md5s(store, "phieu_c")
    assert list(found) == ["1", "2", "0"] and len(set(found.values())) == 3
    assert published_md5s(store, "phieu_c1") == {}
