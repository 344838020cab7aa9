"""Another day: only the rules that look at it are checked anew, over everything; then all is as a full check makes it."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from processor.pull import pull
from processor.store.check_state import BROKEN, read_not_checked
from processor.store.checking import check_anew, check_due
from processor.survey.checks.hits import UnitHits
from processor.survey.checks.rulebook import Rulebook
from tests.killing import die_at_commit
from tests.pull import small_survey
from tests.pull.memory_server import submission
from tests.pull.small_survey import checked, due
from tests.pull.test_checks import ANSWERS, FORM, rows, server_of
from tests.pull.test_checks_broken import forget, of

FIRST, NEXT = (datetime(2016, 7, day, 5, tzinfo=UTC) for day in (1, 2))
SAME_DAY = datetime(2016, 7, 1, 16, 59, tzinfo=UTC)
"""One minute before midnight in Vietnam."""


def dated_book():
    """The small survey's rules, and some that look at the day: of one submission, of a house, of officers on a list."""
    book = Rulebook(dict(small_survey.BOOK.rules), dict(small_survey.BOOK.families))

    @book.own("T-D1", reads="c: rooms", needs="now")
    def rooms(data, _):
        number = data.number("c", "rooms")
        return data.hits("c", "rooms", number >= data.today.day, day=data.today.day, rooms=number)

    @book.shared("T-D2", "house", reads="c: hh_code", needs="now")
    def house(data, _):
        code = data.text("c", "hh_code")
        number = code.map(code.value_counts())
        return data.hits("c", "hh_code", number > data.today.day, number=number, day=data.today.day)

    @book.shared("T-D3", "officer", reads="c: _submitter", needs="now expected")
    def silent(data, _):
        sent = set() if data.practice else set(data.text("c", "_submitter"))
        listed = [] if data.practice else [row["code"] for row in data.reference.rows("expected")]
        units = [code for code in listed if code not in sent]
        days = {"day": [data.today.day] * len(units)}
        return UnitHits("officer", units, units, ["16663"] * len(units), days)

    return book


DATED = ("T-D1", "T-D2", "T-D3")


def use(store, tmp_path, monkeypatch, book):
    small_survey.use(store, tmp_path, monkeypatch)
    monkeypatch.setattr(sys.modules["processor.survey.checks.small_survey"], "BOOK", book)
    catalogue = store.config.settings / "rules.csv"
    more = "".join(f"{rule},W,C,,,,vi,en,,,1,,test\n" for rule in DATED)
    catalogue.write_text(catalogue.read_text() + more)
    (store.config.settings / "expected.csv").write_text("code\n16663-01\n16663-09\n")
    monkeypatch.setattr("processor.pull.check_due", partial(check_due, now=FIRST))
    monkeypatch.setattr("processor.store.check_everything.PART", 2)


@pytest.fixture
def dated(store, tmp_path, monkeypatch):
    use(store, tmp_path, monkeypatch, dated_book())
    return store


def bring(store, server):
    return pull(store, server, store.config.form(FORM))


def houses():
    """Three households of one code in the survey, two more as practice."""
    server = server_of({"sec_a/rooms": "1"}, {}, {"sec_a/rooms": "9"})
    for number in (3, 4):
        server.put(submission(number, ANSWERS, practice=True))
    return server


def test_next_day__rules_that_look_at_it__say_what_is_so_now(dated):
    bring(dated, houses())
    assert [row[3] for row in rows(dated, "T-D3")] == ['{"day": 1}']
    assert len(rows(dated, "T-D1")) == 5 and len(rows(dated, "T-D2")) == 5
    report = check_due(dated, now=NEXT)
    assert report.found and not report.full
    assert [row[3] for row in rows(dated, "T-D3")] == ['{"day": 2}']
    assert {row[0]: row[3] for row in rows(dated, "T-D2")} == {
        f"uuid:{number:04d}": '{"day": 2, "number": 3}' for number in range(3)
    }
    assert [row[3] for row in rows(dated, "T-D1")][:2] == ['{"day": 2, "rooms": 3}', '{"day": 2, "rooms": 9}']


def test_next_day__other_rules__are_not_looked_at_again(dated):
    bring(dated, houses())
    others = {rule for rule in small_survey.LEVELS if rows(dated, rule)}
    assert {"T-1", "T-3", "T-4", "T-6"} <= others
    for rule in others:
        forget(dated, rule)
    assert check_due(dated, now=NEXT).submissions == 0
    assert not any(rows(dated, rule) for rule in others), "only a check of everything makes them anew"
    assert rows(dated, "T-D1")


def test_same_day__nothing_is_looked_at(dated):
    bring(dated, houses())
    for rule in DATED:
        forget(dated, rule)
    assert check_due(dated, now=SAME_DAY).found == 0
    assert not any(rows(dated, rule) for rule in DATED)


def test_next_day__as_a_check_of_everything__also_with_what_is_due(dated, monkeypatch):
    server = houses()
    bring(dated, server)
    second_state(server)
    monkeypatch.setattr("processor.pull.check_due", lambda _store: None)
    bring(dated, server)
    assert due(dated)
    check_due(dated, now=NEXT)
    left, told = checked(dated), read_not_checked(dated)
    assert check_anew(dated, now=NEXT).full
    assert checked(dated) == left and read_not_checked(dated) == told
    assert not due(dated)


def second_state(server):
    server.change("uuid:0000", answers=ANSWERS | {"sec_a/rooms": "7"}, version_id="uuid:e0")
    server.change("uuid:0001", deleted=True)
    server.change("uuid:0003", answers=ANSWERS | {"sec_a/hh_code": "other"}, version_id="uuid:e3")
    server.put(submission(5, ANSWERS))


def test_next_day__rule_of_the_day_that_raises__keeps_what_it_had_found_and_is_told(dated, monkeypatch):
    bring(dated, houses())
    before = checked(dated)
    book = dated_book()
    raising = book.rules["T-D2"]

    def check(data, parameters):
        raise KeyError("uuid")

    book.rules["T-D2"] = replace(raising, check=check)
    module = sys.modules["processor.survey.checks.small_survey"]
    with monkeypatch.context() as broken:
        broken.setattr(module, "BOOK", book)
        check_due(dated, now=NEXT)
        assert of(checked(dated), "T-D2") == of(before, "T-D2")
        assert read_not_checked(dated)["T-D2"] == f"{BROKEN}KeyError"
        assert [row[3] for row in rows(dated, "T-D3")] == ['{"day": 2}']
    check_due(dated, now=NEXT.replace(day=3))
    assert "T-D2" not in read_not_checked(dated), "it was checked over everything"
    assert read_not_checked(dated)["T-8"], "of other rules it is still told"
    assert not rows(dated, "T-D2")


def test_no_rule_looks_at_the_day__another_day_is_nothing(dated, tmp_path, monkeypatch):
    small_survey.use(dated, tmp_path, monkeypatch)
    bring(dated, houses())
    forget(dated, "T-1")
    assert check_due(dated, now=NEXT).found == 0
    assert not rows(dated, "T-1")


def dying_check(store, number):
    """In the forked child: dies when it is about to commit for the n-th time."""
    store.engine.dispose(close=False)
    die_at_commit(store.engine, number)
    check_due(store, now=NEXT, wait=0)


def test_next_day__killed_at_every_commit__the_next_check_finishes_it(fresh_store, tmp_path, monkeypatch):
    deaths = 0
    while True:
        with fresh_store() as store:
            use(store, tmp_path, monkeypatch, dated_book())
            monkeypatch.setattr("processor.store.check_everything.PART", 100)
            bring(store, houses())
            store.engine.dispose()
            child = multiprocessing.get_context("fork").Process(target=dying_check, args=(store, deaths + 1))
            child.start()
            child.join()
            assert child.exitcode in (0, -signal.SIGKILL)
            check_due(store, now=NEXT)
            left = checked(store)
            check_anew(store, now=NEXT)
            assert checked(store) == left
        if child.exitcode == 0:
            break
        deaths += 1
    assert deaths >= 6
