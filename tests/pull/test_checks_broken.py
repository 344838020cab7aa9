"""A rule that raises: the others go on, what it had found stands, and everybody is told; the secret of the keys."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace

import pytest
from click.testing import CliRunner
from sqlalchemy import delete

from processor.checks_command import check_command
from processor.database import reading, writing
from processor.store.check_state import BROKEN, SECRET, read_not_checked, read_secret
from processor.store.checking import check_anew, check_due
from processor.store.tables import findings
from processor.store.work_tables import checks_state
from processor.survey.checks.keyhash import hashed
from processor.survey.checks.rulebook import Rulebook
from tests.pull import small_survey
from tests.pull.small_survey import checked, due
from tests.pull.test_checks import ANSWERS, bring, rows, server_of

OWN, SHARED = "T-1", "T-3"


@pytest.fixture
def small(store, tmp_path, monkeypatch):
    """A store that is checked by the small survey's rules."""
    small_survey.use(store, tmp_path, monkeypatch)
    return store


@pytest.fixture
def server(small):
    """Three households of one code, two of them with many rooms, checked."""
    server = server_of({"sec_a/rooms": "5"}, {"sec_a/rooms": "6"}, {})
    bring(small, server)
    return server


def break_rules(monkeypatch, *ids, family="", at=0.0):
    """These rules, or the keys of a family, raise where a household has more rooms."""
    book = Rulebook(dict(small_survey.BOOK.rules), dict(small_survey.BOOK.families))

    def breaking(function):
        def check(data, *more):
            rooms = data.number("c", "rooms")
            if (rooms > at).any():
                raise KeyError(f"Nguyễn Văn Hoà {rooms.max()}")
            return function(data, *more)

        return check

    for rule in ids:
        book.rules[rule] = replace(book.rules[rule], check=breaking(book.rules[rule].check))
    if family:
        known = book.families[family]
        book.families[family] = replace(known, keys=breaking(known.keys))
    monkeypatch.setattr(sys.modules["processor.survey.checks.small_survey"], "BOOK", book)


def of(found, *rules):
    return Counter({row: number for row, number in found["findings"].items() if row[4] in rules})


def forget(store, rule):
    """Take a rule's findings away, to see whether they are made again."""
    with writing(store.engine) as connection:
        connection.execute(delete(findings).where(findings.c.rule == rule))


def test_full_check__rules_that_raise__their_findings_stand_and_the_others_are_made(
    small, server, monkeypatch
):
    before = checked(small)
    assert of(before, OWN) and of(before, SHARED)
    break_rules(monkeypatch, OWN, SHARED)
    forget(small, "T-2")
    forget(small, "T-4")
    report = check_anew(small)
    assert checked(small) == before
    assert report.not_checked[OWN] == report.not_checked[SHARED] == f"{BROKEN}KeyError"
    assert read_not_checked(small)["T-8"] == "c1.nothing_of_this_form"
    assert due(small) == 0


def test_increment__rules_that_raise__stand_until_everything_is_checked_again(small, server, monkeypatch):
    before = checked(small)
    with monkeypatch.context() as broken:
        break_rules(broken, OWN, SHARED, at=8)
        server.change("uuid:0000", answers=ANSWERS | {"sec_a/rooms": "9"}, version_id="uuid:e")
        forget(small, "T-4")
        bring(small, server)
        assert {rule: of(checked(small), rule) for rule in (OWN, SHARED, "T-4")} == {
            rule: of(before, rule) for rule in (OWN, SHARED, "T-4")
        }
        assert due(small) == 0
        server.change("uuid:0001", answers=ANSWERS | {"sec_a/rooms": "4"}, version_id="uuid:e")
        bring(small, server)
        assert read_not_checked(small)[OWN] == f"{BROKEN}KeyError", (
            "an increment that went well does not hide it"
        )
    check_anew(small)
    assert [row[3] for row in rows(small, OWN)] == ['{"rooms": 9}', '{"rooms": 4}']
    assert OWN not in read_not_checked(small)


def test_increment__keys_that_raise__stand_with_their_findings(small, server, monkeypatch):
    before = checked(small)
    with monkeypatch.context() as broken:
        break_rules(broken, family="house", at=8)
        new = ANSWERS | {"sec_a/rooms": "9", "sec_a/hh_code": "moved"}
        server.change("uuid:0000", answers=new, version_id="uuid:e")
        bring(small, server)
        assert checked(small)["keys"] == before["keys"]
        assert of(checked(small), SHARED) == of(before, SHARED)
        assert [row[3] for row in rows(small, OWN)] == ['{"rooms": 9}', '{"rooms": 6}']
        assert read_not_checked(small)[SHARED] == f"{BROKEN}KeyError"
    check_anew(small)
    assert {row[0] for row in rows(small, SHARED)} == {"uuid:0001", "uuid:0002"}


def test_full_check__keys_that_raise__stand_with_their_findings(small, server, monkeypatch):
    before = checked(small)
    break_rules(monkeypatch, family="house")
    check_anew(small)
    assert checked(small) == before


def test_check_command__rule_that_raised__told_without_answers_and_the_exit_code_says_so(
    small,
    server,
    monkeypatch,
    caplog,
):
    break_rules(monkeypatch, OWN)
    for name, value in (("load_config", lambda: small.config), ("open_store", lambda _config: small)):
        monkeypatch.setattr(f"processor.checks_command.{name}", value)
    done = CliRunner().invoke(check_command)
    assert done.exit_code == 1
    assert "T-1 is not checked: it broke off (KeyError), what it had found stands." in done.output
    assert "T-1: KeyError (test_checks_broken.py line" in caplog.text
    assert "Nguyễn" not in done.output + caplog.text


def test_keys__are_hashed_with_the_secret_of_the_store__another_one_makes_all_anew(small, server):
    def kept():
        house = {row[3] for row in checked(small)["keys"] if row[2] == "house"}
        with reading(small.engine) as connection:
            return read_secret(connection), house

    secret, keys = kept()
    assert len(secret) == 64 and keys == {hashed("house", ANSWERS["sec_a/hh_code"], secret)}
    found = checked(small)["findings"]
    with writing(small.engine) as connection:
        connection.execute(delete(checks_state).where(checks_state.c.name == SECRET))
    assert check_due(small).full
    other, others = kept()
    assert other != secret and others == {hashed("house", ANSWERS["sec_a/hh_code"], other)}
    assert {row[4] for row in checked(small)["findings"]} == {row[4] for row in found}
    assert not check_due(small).full
