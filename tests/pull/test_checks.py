"""Checks after each pull: what an increment leaves is what a check of everything leaves, and nothing is forgotten."""

from __future__ import annotations

import gc
import multiprocessing
import signal
import sys
from collections import Counter

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from processor.checks_command import check_command
from processor.database import reading, writing
from processor.errors import ConfigError, Message
from processor.pull import pull, rebuild
from processor.store import columns
from processor.store.check_state import read_not_checked
from processor.store.checking import check_anew, check_due
from processor.store.columns import read_columns
from processor.store.corrections_read import read_corrections
from processor.store.frames import read_frames
from processor.store.loading import Arrived, load
from processor.store.practice import remove_practice
from processor.store.raw import read_current
from processor.store.tables import findings
from processor.survey.checks.data import Data
from processor.survey.checks.hits import UnitHits
from processor.survey.checks.load import load_checks
from processor.survey.checks.rulebook import Rulebook
from processor.survey.checks.run import check_own
from tests.killing import die_at_commit
from tests.pull import small_survey
from tests.pull.memory_server import MemoryServer, submission
from tests.pull.small_survey import checked, due
from tests.pull.test_history import STEPS, History
from tests.pull.test_pull import ANSWERS

FORM = "phieu_c"


@pytest.fixture
def small(store, tmp_path, monkeypatch):
    """A store that is checked by the small survey's rules."""
    small_survey.use(store, tmp_path, monkeypatch)
    return store


def bring(store, server):
    return pull(store, server, store.config.form(FORM))


def server_of(*answers, **values):
    server = MemoryServer()
    for number, changed in enumerate(answers):
        server.put(submission(number, ANSWERS | changed, **values))
    return server


def rows(store, rule):
    """Submission, row, unit and values of a rule's findings."""
    c = findings.c
    query = select(c.submission_id, c.row_key, c.unit, c.value).where(c.rule == rule)
    with reading(store.engine) as connection:
        return sorted(tuple(row) for row in connection.execute(query))


def test_pull__own_rule__found_with_values_and_gone_with_the_edit(small):
    server = server_of({"sec_a/rooms": "5"}, {"sec_a/rooms": "3"})
    bring(small, server)
    assert rows(small, "T-1") == [("uuid:0000", "uuid:0000", "", '{"rooms": 5}')]
    server.change("uuid:0000", answers=ANSWERS | {"sec_a/rooms": "2"}, version_id="uuid:e")
    bring(small, server)
    assert rows(small, "T-1") == []
    assert due(small) == 0


def test_pull__edit_that_leaves_a_group__the_others_are_looked_at_again(small):
    server = server_of({}, {}, {})
    bring(small, server)
    assert [row[3] for row in rows(small, "T-3")] == ['{"number": 3, "rooms": 9}'] * 3
    server.change("uuid:0001", answers=ANSWERS | {"sec_a/hh_code": "other"}, version_id="uuid:e")
    bring(small, server)
    assert [(row[0], row[3]) for row in rows(small, "T-3")] == [
        ("uuid:0000", '{"number": 2, "rooms": 6}'),
        ("uuid:0002", '{"number": 2, "rooms": 6}'),
    ]


def test_pull__deletion__takes_findings_and_keys_and_wakes_the_group(small):
    server = server_of({}, {}, {})
    bring(small, server)
    assert rows(small, "T-6") == [("", "", "officer:16663-01", '{"number": 3}')]
    server.change("uuid:0001", deleted=True)
    bring(small, server)
    assert {row[0] for row in rows(small, "T-3")} == {"uuid:0000", "uuid:0002"}
    assert rows(small, "T-6") == []
    server.change("uuid:0002", deleted=True)
    bring(small, server)
    assert rows(small, "T-3") == []
    assert {key[1] for key in checked(small)["keys"]} == {"uuid:0000"}


def test_pull__practice__never_meets_survey_data(small):
    server = server_of({}, {})
    for number in (2, 3, 4):
        server.put(submission(number, ANSWERS, practice=True))
    bring(small, server)
    numbers = {row[0]: row[3] for row in rows(small, "T-3")}
    assert numbers == dict.fromkeys(("uuid:0000", "uuid:0001"), '{"number": 2, "rooms": 6}') | dict.fromkeys(
        ("uuid:0002", "uuid:0003", "uuid:0004"), '{"number": 3, "rooms": 9}'
    )
    assert len(rows(small, "T-6")) == 1
    assert remove_practice(small) == 3
    assert {row[0] for row in rows(small, "T-3")} == {"uuid:0000", "uuid:0001"}
    check_due(small)
    assert rows(small, "T-6") == []
    assert {key[1] for key in checked(small)["keys"]} == {"uuid:0000", "uuid:0001"}


def test_pull__missing_column__rule_is_not_checked_and_said(small):
    bring(small, server_of({}))
    assert read_not_checked(small) == {"T-8": "c1.nothing_of_this_form"}


def test_pull__nothing_new__looks_at_nothing(small):
    server = server_of({})
    bring(small, server)
    assert check_due(small).submissions == 0


def test_check__other_catalogue__everything_anew_at_the_next_pull(small, tmp_path, monkeypatch):
    server = server_of({"sec_a/rooms": "2"})
    bring(small, server)
    assert rows(small, "T-1") == []
    small_survey.use(small, tmp_path, monkeypatch, most=1)
    bring(small, server)
    assert rows(small, "T-1") == [("uuid:0000", "uuid:0000", "", '{"rooms": 2}')]


def test_check__rules_switched_off__their_findings_and_keys_go(small):
    server = server_of({"sec_a/rooms": "9"}, {})
    bring(small, server)
    path = small.config.settings / "rules.csv"
    path.write_text(path.read_text().replace(",1,most", ",0,most"))
    check_due(small)
    assert checked(small) == {"findings": Counter(), "keys": Counter(), "measures": Counter()}


def test_check__unit_on_a_list_from_which_nothing_came__found_in_the_survey_not_in_practice(
    small, tmp_path, monkeypatch
):
    book = Rulebook(dict(small_survey.BOOK.rules), dict(small_survey.BOOK.families))

    @book.shared("T-9", "officer", reads="c: _submitter", needs="expected")
    def silent(data, _):
        sent = set(data.text("c", "_submitter"))
        units = [row["code"] for row in data.reference.rows("expected") if row["code"] not in sent]
        return UnitHits("officer", units, units, ["16663"] * len(units))

    monkeypatch.setattr(sys.modules["processor.survey.checks.small_survey"], "BOOK", book)
    catalogue = small.config.settings / "rules.csv"
    catalogue.write_text(catalogue.read_text() + "T-9,W,C,,,,vi,en,,,1,,test\n")
    (small.config.settings / "expected.csv").write_text("code\n16663-01\n16663-02\n")
    server = server_of({}, {}, submitter="16663-01")
    server.put(submission(2, ANSWERS, practice=True, submitter="TAPHUAN-01"))
    bring(small, server)
    check_anew(small)
    assert rows(small, "T-9") == [("", "", "officer:16663-02", "{}")]
    server.put(submission(3, ANSWERS, submitter="16663-02"))
    bring(small, server)
    assert rows(small, "T-9") == []


def test_check__unknown_survey__says_which_there_are(small, tmp_path):
    with pytest.raises(ConfigError) as refused:
        load_checks("nowhere", tmp_path)
    assert refused.value.message is Message.CHECKS_UNKNOWN
    assert "nghe_an" in str(refused.value)


def test_check__rule_twice_in_the_catalogue__refused(small):
    path = small.config.settings / "rules.csv"
    path.write_text(path.read_text() + path.read_text().splitlines()[1] + "\n")
    with pytest.raises(ConfigError) as refused:
        check_due(small)
    assert refused.value.message is Message.RULES_VALUE
    assert "T-1" in str(refused.value)


def test_check__no_catalogue__refused_rather_than_all_rules_off(small):
    (small.config.settings / "rules.csv").unlink()
    with pytest.raises(ConfigError) as refused:
        check_due(small)
    assert refused.value.message is Message.RULES_MISSING


def test_check_command__says_what_was_checked_and_what_could_not_be(small, monkeypatch):
    bring(small, server_of({"sec_a/rooms": "9"}))
    for name, value in (("load_config", lambda: small.config), ("open_store", lambda _config: small)):
        monkeypatch.setattr(f"processor.checks_command.{name}", value)
    done = CliRunner().invoke(check_command, catch_exceptions=False)
    assert done.output.splitlines()[0].startswith("1 submissions checked, ")
    assert done.output.splitlines()[1:] == ["T-8 is not checked: the forms lack c1.nothing_of_this_form."]


def test_rebuild__findings_of_checks__are_the_same(small):
    bring(small, server_of({"sec_a/rooms": "5"}, {}, {"sec_a/hh_code": "x"}))
    before = checked(small)
    rebuild(small, small.config.form(FORM))
    assert checked(small) == before
    assert before["findings"] and before["keys"]


def prepared_frames(store):
    """What loading makes of all live survey submissions, fresh from raw."""
    registered = store.registered(FORM)
    with reading(store.engine) as connection:
        stored = [s for s in read_current(connection, FORM, after="", size=1000) if not s.submission.deleted]
        ids = [s.submission.instance_id for s in stored]
        kept = read_corrections(connection, FORM, ids)
    arrived = [Arrived(s.submission, s.content, s.pulled_at) for s in stored if not s.submission.practice]
    return load(store.config.form(FORM), registered, arrived, kept).prepared


def read_back(store, ids=None):
    registered = store.registered(FORM)
    wanted = {f"{plan.name}.{column.name}" for plan in registered.plans for column in plan.columns}
    with reading(store.engine) as connection:
        return read_frames(connection, [registered], wanted, False, ids)


def read_packed(store, ids):
    registered = store.registered(FORM)
    wanted = {f"{plan.name}.{column.name}" for plan in registered.plans for column in plan.columns}
    with reading(store.engine) as connection:
        return read_columns(connection, [registered], wanted, False, ids, FORM)


def cells(frame):
    return [tuple(frame.columns), *map(repr, frame.itertuples(index=False, name=None))]


@pytest.mark.parametrize("odd", [False, True])
def test_read_columns__a_control_character_or_none_and_a_tenth_row__as_objects_are_read(
    small, monkeypatch, odd
):
    """What cannot be packed is read as objects; a tenth row stands after the ninth."""
    people = [{"members/m_name": f"N{number}"} for number in range(1, 13)]
    bring(small, server_of({"sec_a/head_name": "Lan"}, {"members": people}))
    plain, read = [], columns.read_table
    monkeypatch.setattr(columns, "read_table", lambda *a: plain.append(a[1].name) or read(*a))
    if odd:
        with writing(small.engine) as connection:
            connection.exec_driver_sql("UPDATE c SET head_name = 'a\x1fb' WHERE submission_id = 'uuid:0000'")
    found = read_packed(small, ["uuid:0000", "uuid:0001"])
    if small.engine.dialect.name == "sqlite":
        assert ("c" in plain) is odd and "c_members" not in plain
    for name, frame in read_back(small, ["uuid:0000", "uuid:0001"]).items():
        assert cells(found[name].frame) == cells(frame), name
    assert found["c_members"]["row_no"].cells().tolist()[-12:] == list(range(1, 13))
    assert found["c"]["head_name"].cells().tolist()[0] == ("a\x1fb" if odd else "Lan")


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, max_size=20))
def test_history__any__increment_is_full_and_tables_are_the_prepared_frames(
    fresh_store, tmp_path, monkeypatch, steps
):
    monkeypatch.setattr("processor.pull.PAGE_SIZE", 2)
    monkeypatch.setattr("processor.store.check_everything.PART", 2)
    with fresh_store() as store:
        small_survey.use(store, tmp_path, monkeypatch)
        history = History(store)
        for step in steps:
            history.step(*step)
        history.pull(False)
        after_increments = checked(store)
        report = check_anew(store)
        assert report.full
        assert checked(store) == after_increments
        assert due(store) == 0
        prepared, read = prepared_frames(store), read_back(store)
        if prepared is None:
            assert all(frame.empty for frame in read.values())
            return
        for name, frame in prepared.frames.items():
            assert cells(read[name]) == cells(frame), name
        packed = read_packed(store, prepared.frames["c"]["submission_id"].tolist())
        for name, frame in read.items():
            assert cells(packed[name].frame) == cells(frame), name
        checks = load_checks(store.config.checks, store.config.settings)
        tables = (prepared.frames, read, packed)
        own = [check_own(checks.book, checks.entries, Data(found)).found for found in tables]
        assert own[0] == own[1] == own[2]


def dying_pull(store, server, number):
    """In the forked child: dies when it is about to commit for the n-th time."""
    store.engine.dispose(close=False)
    die_at_commit(store.engine, number)
    bring(store, server)


def second_state(server):
    server.change("uuid:0000", answers=ANSWERS | {"sec_a/rooms": "7"}, version_id="uuid:e0")
    server.change("uuid:0001", deleted=True)
    server.change("uuid:0002", answers=ANSWERS | {"sec_a/hh_code": "other"}, version_id="uuid:e2")
    server.put(submission(3, ANSWERS | {"sec_a/hh_code": "other"}))


@pytest.mark.parametrize("catalogue_changes", [False, True])
def test_check__killed_at_every_commit__the_next_pull_finishes_it(
    fresh_store, tmp_path, monkeypatch, catalogue_changes
):
    deaths, expected = 0, None
    while True:
        with fresh_store() as store:
            small_survey.use(store, tmp_path, monkeypatch)
            server = server_of({}, {}, {"sec_a/rooms": "5"})
            bring(store, server)
            second_state(server)
            if catalogue_changes:
                small_survey.use(store, tmp_path, monkeypatch, most=2)
            store.engine.dispose()
            child = multiprocessing.get_context("fork").Process(
                target=dying_pull, args=(store, server, deaths + 1)
            )
            child.start()
            child.join()
            assert child.exitcode in (0, -signal.SIGKILL)
            bring(store, server)
            found = checked(store)
            check_anew(store)
            assert checked(store) == found
            assert due(store) == 0
            expected = expected or found
            assert found == expected
        if child.exitcode == 0:
            break
        deaths += 1
    assert deaths >= 6


def test_full_check_again__only_what_is_other_is_written(small):
    """Rows of findings that are as they were keep their numbers; one that is gone and one that is new do not."""

    def numbers():
        c = findings.c
        with reading(small.engine) as connection:
            return {tuple(row[1:]): row.id for row in connection.execute(select(findings).order_by(c.id))}

    bring(small, server_of({"sec_a/rooms": "5"}, {"sec_a/rooms": "6"}, {}))
    before, found = numbers(), checked(small)
    check_anew(small)
    assert numbers() == before and len(before) == sum(found["findings"].values())
    with writing(small.engine) as connection:
        connection.execute(findings.delete().where(findings.c.rule == "T-1"))
        connection.execute(findings.update().where(findings.c.rule == "T-3").values(value="{}"))
    check_anew(small)
    after = numbers()
    assert checked(small) == found and after.keys() == before.keys()
    assert {row[4] for row in after if after[row] != before[row]} == {"T-1", "T-3"}


def test_full_check__python_looks_for_circles_rarely__and_as_before_afterwards(small, monkeypatch):
    from processor.store import check_everything

    bring(small, server_of({}))
    seen, finish, before = [], check_everything.Numbers.finish, gc.get_threshold()
    monkeypatch.setattr(
        check_everything.Numbers, "finish", lambda *a: seen.append(gc.get_threshold()) or finish(*a)
    )
    try:
        gc.set_threshold(700, 11, 12)
        check_anew(small)
        assert {after[0] for after in seen} == {check_everything.COLLECT_AFTER}
        assert gc.get_threshold() == (700, 11, 12)
    finally:
        gc.set_threshold(*before)


class Stopped(BaseException):
    """As if the process ended: what was committed stays."""


def test_full_check_by_hand__ends_half_way_and_submissions_change__the_next_pull_begins_it_again(
    small, monkeypatch
):
    """Else what the half of it found of a group would stand, though the group's submission has moved on."""
    from processor.store import check_everything

    server = server_of({}, {}, {"sec_a/hh_code": "x"})
    bring(small, server)
    server.change("uuid:0000", answers=ANSWERS | {"sec_a/hh_code": "x"}, version_id="uuid:e0")
    with monkeypatch.context() as broken:
        broken.setattr("processor.pull.check_due", lambda _store: None)
        bring(small, server)

        def stop(*_):
            raise Stopped

        broken.setattr(check_everything.Numbers, "finish", stop)
        with pytest.raises(Stopped):
            check_anew(small)
    server.change("uuid:0000", answers=ANSWERS | {"sec_a/hh_code": "y"}, version_id="uuid:e1")
    bring(small, server)
    found = checked(small)
    check_anew(small)
    assert checked(small) == found
    assert rows(small, "T-3") == []


def test_check__loaded_while_it_ran__stays_due(small, monkeypatch):
    """What came after the moment that was read must not be taken for checked."""
    server = server_of({}, {})
    bring(small, server)
    server.change("uuid:0000", answers=ANSWERS | {"sec_a/rooms": "6"}, version_id="uuid:e0")
    from processor.store import check_touched as checking

    look, met = checking._look, []

    def looked(run, connection, due_now, practice):
        found = look(run, connection, due_now, practice)
        if not met:
            met.append(True)
            server.change("uuid:0000", answers=ANSWERS | {"sec_a/rooms": "8"}, version_id="uuid:e1")
            with monkeypatch.context() as quiet:
                quiet.setattr("processor.pull.check_due", lambda _store: None)
                bring(small, server)
        return found

    monkeypatch.setattr(checking, "_look", looked)
    bring(small, server)
    assert rows(small, "T-1") == [("uuid:0000", "uuid:0000", "", '{"rooms": 8}')]
