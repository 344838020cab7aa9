"""Findings as work: acts that survive pulls and checks, states that follow, who sees what."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text

from processor.config import WriteBackConfig
from processor.database import reading, writing
from processor.errors import AccessError, ContractError, Message
from processor.pull import pull, rebuild
from processor.store.checking import check_anew
from processor.store.corrections import Cell, correct
from processor.store.heads import read_heads
from processor.store.office_tables import outbox
from processor.store.practice import remove_practice
from processor.store.scope import Area, Scope
from processor.store.tables import submissions
from processor.store.work import (
    FindingFilter,
    act,
    count_findings,
    has_open_error,
    list_findings,
    read_findings,
    read_history,
    take_back,
)
from processor.store.work_tables import finding_events
from tests.pull import small_survey
from tests.pull.memory_server import MemoryServer, submission
from tests.pull.test_pull import ANSWERS
from tests.store.forms import new_store, package

FORM, KEY = "phieu_c", "uuid:0000"
CLASSES = frozenset(("open", "personal", "sensitive", "secret"))
ALL = Scope(Area.province(), CLASSES, "survey")
LAN = SimpleNamespace(id=7, username="lan", role="district")
BOSS = SimpleNamespace(id=1, username="boss", role="province")
ROOMS = FindingFilter(rules=frozenset({"T-1"}))
HOUSE = FindingFilter(rules=frozenset({"T-3"}))
NOT_OF_TYPE = {"sec_a/land": "một sào"}


@pytest.fixture
def server():
    """0 and 1 share a household code; 0 has many rooms; 2 is of another commune; 3 is practice."""
    server = MemoryServer()
    server.put(submission(0, ANSWERS | {"sec_a/rooms": "5"} | NOT_OF_TYPE))
    server.put(submission(1, ANSWERS))
    other = ANSWERS | {"sec_a/commune_code": "16666", "sec_a/hh_code": "x", "sec_a/rooms": "9"}
    server.put(submission(2, other, submitter="16666-01"))
    server.put(submission(3, ANSWERS | {"sec_a/rooms": "8"}, practice=True))
    return server


@pytest.fixture
def store(store_url, tmp_path, server, monkeypatch):
    store = new_store(store_url, tmp_path, package())
    small_survey.use(store, tmp_path, monkeypatch, most=3)
    bring(store, server)
    yield store
    store.engine.dispose()


def bring(store, server):
    pull(store, server, store.config.form(FORM))


def found(store, narrowed=ROOMS, scope=ALL, key=KEY):
    rows = list_findings(store, scope, narrowed).rows
    return [row for row in rows if row.submission_id == key]


def one(store, narrowed=ROOMS, key=KEY):
    (row,) = found(store, narrowed, key=key)
    return row


def edit(server, changed, number="e1"):
    known = server.current[KEY].answers
    server.change(KEY, answers=known | changed, version_id=f"uuid:{number}")


def refused(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert caught.value.message is message


def test_list__new_finding__is_open_with_values(store):
    row = one(store)
    assert (row.rule, row.severity, row.values, row.state, row.was) == ("T-1", "W", {"rooms": 5}, "open", "")
    assert (row.form_id, row.table_name, row.column_name, row.area, row.officer) == (
        FORM, "c", "rooms", "16663", "16663-01",
    )  # fmt: skip


def test_list__findings_of_cleaning__stand_beside_those_of_checks(store):
    row = one(store, FindingFilter(rules=frozenset({"TYPE"})))
    assert (row.column_name, row.values) == ("land", {"value": "một sào"})
    assert act(store, LAN, ALL, "returned", [row.ref], "hỏi lại diện tích").done == (row.ref,)
    assert one(store, FindingFilter(rules=frozenset({"TYPE"}))).state == "returned"


def test_act__closed__survives_pulls_rebuild_and_checks(store, server):
    act(store, LAN, ALL, "expected", [one(store).ref], "nhà lớn")
    server.change("uuid:0002", deleted=True)
    bring(store, server)
    rebuild(store, store.config.form(FORM))
    check_anew(store)
    pull(store, server, store.config.form(FORM), full=True)
    row = one(store)
    assert (row.state, row.reason, row.username) == ("expected", "nhà lớn", "lan")


def test_act__values_change_under_a_closed_finding__open_again_with_what_it_was(store, server):
    act(store, LAN, ALL, "expected", [one(store).ref], "nhà lớn")
    edit(server, {"sec_a/land": "1"})
    bring(store, server)
    assert one(store).state == "expected", "a newer version with the same value changes nothing"
    edit(server, {"sec_a/rooms": "7"}, "e2")
    bring(store, server)
    assert (one(store).state, one(store).was) == ("open", "expected")
    edit(server, {"sec_a/rooms": "5"}, "e3")
    bring(store, server)
    assert (one(store).state, one(store).was) == ("expected", "")


def test_act__returned_and_answered_without_a_change__open_again(store, server):
    act(store, LAN, ALL, "returned", [one(store).ref], "đếm lại phòng")
    assert one(store).state == "returned"
    server.change(KEY, review_state="has_issues")
    bring(store, server)
    assert one(store).state == "returned", "a review is no newer version"
    edit(server, {"sec_a/land": "1"})
    bring(store, server)
    assert (one(store).state, one(store).was) == ("open", "returned")


def test_history__newer_version_without_the_finding__settled(store, server):
    act(store, LAN, ALL, "returned", [one(store).ref], "đếm lại phòng")
    assert [(h.state, h.outcome) for h in read_history(store, FORM, KEY, ALL)] == [("returned", "")]
    edit(server, {"sec_a/rooms": "3"})
    bring(store, server)
    assert found(store) == []
    (row,) = read_history(store, FORM, KEY, ALL)
    assert (row.rule, row.state, row.username, row.outcome) == ("T-1", "returned", "lan", "settled")


def test_history__corrected_by_the_ledger__says_so(store):
    act(store, LAN, ALL, "returned", [one(store).ref], "đếm lại phòng")
    with reading(store.engine) as connection:
        sha256 = connection.execute(
            select(submissions.c.sha256).where(submissions.c.instance_id == KEY)
        ).scalar_one()
    cell = Cell(FORM, KEY, "c", KEY, "rooms", sha256)
    correct(store, LAN, ALL, cell, "3", reason="gọi lại", source="điện thoại")
    assert found(store) == []
    assert [h.outcome for h in read_history(store, FORM, KEY, ALL)] == ["corrected"]


def test_history__the_other_of_the_group_went__gone(store, server):
    act(store, LAN, ALL, "returned", [one(store, HOUSE).ref], "trùng mã hộ")
    server.change("uuid:0001", deleted=True)
    bring(store, server)
    assert [h.outcome for h in read_history(store, FORM, KEY, ALL)] == ["gone"]


def test_act__opened_again__is_open(store):
    ref = one(store).ref
    act(store, LAN, ALL, "expected", [ref], "nhà lớn")
    act(store, LAN, ALL, "reopened", [ref], "xem lại")
    assert (one(store).state, one(store).was, one(store).reason) == ("open", "", "xem lại")
    assert [h.state for h in read_history(store, FORM, KEY, ALL)] == ["expected", "reopened"]


def test_act__error__only_a_supervisor_overrides_and_nobody_expects_it(store):
    refs = [one(store).ref, one(store, HOUSE).ref]
    refused(lambda: act(store, LAN, ALL, "overridden", refs, "x"), AccessError, Message.FINDING_ROLE)
    refused(lambda: act(store, BOSS, ALL, "expected", refs, "x"), ContractError, Message.FINDING_ERROR)
    assert {one(store).state, one(store, HOUSE).state} == {"open"}, "none of them was written"
    act(store, BOSS, ALL, "overridden", refs, "hai hộ thật")
    assert {one(store).state, one(store, HOUSE).state} == {"overridden"}


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "a\0b"])
def test_act__without_a_usable_reason__refused(store, reason):
    refused(
        lambda: act(store, BOSS, ALL, "returned", [one(store).ref], reason),
        ContractError,
        Message.FINDING_REASON,
    )


def test_act__unknown_or_about_an_officer__refused(store, server):
    refused(lambda: act(store, BOSS, ALL, "deleted", [], "x"), ContractError, Message.FINDING_STATE)
    server.put(submission(4, ANSWERS))
    bring(store, server)
    (unit,) = list_findings(store, ALL, FindingFilter(rules=frozenset({"T-6"}))).rows
    assert (unit.unit, unit.officer, unit.area) == ("officer:16663-01", "16663-01", "16663")
    refused(lambda: act(store, BOSS, ALL, "returned", [unit.ref], "x"), ContractError, Message.FINDING_UNIT)
    assert act(store, BOSS, ALL, "expected", [unit.ref], "đợt cuối").done == (unit.ref,)


def test_act__finding_that_is_another_by_now__is_named_as_gone(store, server):
    ref, other = one(store).ref, one(store, HOUSE).ref
    edit(server, {"sec_a/hh_code": "y"})
    bring(store, server)
    acted = act(store, BOSS, ALL, "returned", [ref, other], "x")
    assert (acted.done, acted.gone) == ((ref,), (other,))


def test_act__outside_the_scope__is_not_there(store):
    ref = one(store).ref
    for scope in scopes_that_hide_it():
        assert act(store, BOSS, scope, "returned", [ref], "x").gone == (ref,)
    assert one(store).state == "open"


def scopes_that_hide_it():
    """Another commune, none, practice only, no class."""
    yield Scope(Area.of({"16666"}), CLASSES, "survey")
    yield Scope(Area.of(()), CLASSES, "survey")
    yield Scope(Area.province(), CLASSES, "practice")
    yield Scope(Area.province(), frozenset(), "survey")


def test_list__scope__own_area_and_practice_only(store):
    for scope in scopes_that_hide_it():
        assert found(store, scope=scope) == []
        assert read_findings(store, FORM, KEY, scope) == ()
        assert read_history(store, FORM, KEY, scope) == ()
    practice = Scope(Area.province(), CLASSES, "practice")
    assert {row.submission_id for row in list_findings(store, practice, FindingFilter()).rows} == {
        "uuid:0003"
    }


def test_list__rule_that_reads_a_hidden_column__is_hidden_whatever_its_own_column(store):
    secret = FindingFilter(rules=frozenset({"T-5"}))
    assert found(store, secret)[0].column_name == "hh_code"
    scope = Scope(Area.province(), CLASSES - {"secret"}, "survey")
    assert found(store, secret, scope) == []
    assert "T-5" not in {tally.key for tally in count_findings(store, scope, "rule")}
    assert "T-5" not in {row.rule for row in read_findings(store, FORM, KEY, scope)}
    ref = found(store, secret)[0].ref
    act(store, LAN, ALL, "expected", [ref], "x")
    assert read_history(store, FORM, KEY, scope) == ()
    assert len(read_history(store, FORM, KEY, ALL)) == 1


def test_list__column_of_cleaning_hidden__its_finding_is(store, server):
    edit(server, {"sec_a/hiv": "77"})
    bring(store, server)
    choice = FindingFilter(rules=frozenset({"CHOICE"}))
    assert [row.values for row in found(store, choice)] == [{"value": "77"}]
    assert found(store, choice, Scope(Area.province(), CLASSES - {"secret"}, "survey")) == []


def test_list__finding_that_waits__is_shown_to_nobody(store):
    assert list_findings(store, ALL, FindingFilter(rules=frozenset({"T-7"}))).rows == ()
    assert "T-7" not in {tally.key for tally in count_findings(store, ALL, "rule")}


def test_list__pages__give_every_finding_once_in_order(store):
    whole = list_findings(store, ALL, FindingFilter(), size=1000)
    assert whole.after is None and len(whole.rows) > 6
    seen, after = [], None
    while True:
        page = list_findings(store, ALL, FindingFilter(), size=2, after=after)
        seen += page.rows
        after = page.after
        if after is None:
            break
    assert tuple(seen) == whole.rows
    back, before = list(page.rows), page.before
    while before is not None:
        page = list_findings(store, ALL, FindingFilter(), size=2, before=before)
        assert list_findings(store, ALL, FindingFilter(), size=len(back), after=page.after).rows == tuple(
            back
        )
        back, before = [*page.rows, *back], page.before
    assert tuple(back) == whole.rows
    assert whole.before is None
    for key in ({"after": "bm8"}, {"before": "bm8"}):
        refused(
            lambda key=key: list_findings(store, ALL, FindingFilter(), **key), ContractError, Message.LIST_KEY
        )


def test_list__filters__narrow(store):
    act(store, LAN, ALL, "returned", [one(store).ref], "x")
    cases = {
        "state": FindingFilter(state="returned"),
        "both": FindingFilter(rules=frozenset({"T-1"}), communes=frozenset({"16663"})),
        "officer": FindingFilter(rules=frozenset({"T-1"}), officer="16663-01"),
        "severity": FindingFilter(submission_id=KEY, severity="W", state="returned", form_id=FORM),
    }
    for name, narrowed in cases.items():
        keys = [(row.rule, row.submission_id) for row in list_findings(store, ALL, narrowed).rows]
        assert keys == [("T-1", KEY)], name


def test_count__by_rule_commune_and_officer__agree_with_the_list(store):
    act(store, LAN, ALL, "returned", [one(store).ref], "x")
    rows = list_findings(store, ALL, FindingFilter(), size=1000).rows
    for by, name in (("rule", "rule"), ("commune", "area"), ("officer", "officer")):
        tallies = count_findings(store, ALL, by)
        assert sum(t.total for t in tallies) == len(rows)
        for tally in tallies:
            mine = [row for row in rows if getattr(row, name) == tally.key]
            assert tally.total == len(mine)
            assert tally.states.get("returned", 0) == sum(row.state == "returned" for row in mine)
            assert tally.severities.get("E", 0) == sum(row.severity == "E" for row in mine)
    refused(lambda: count_findings(store, ALL, "village"), ContractError, Message.FINDING_FILTER)


def test_has_open_error__until_fixed_or_overridden(store):
    def held_back():
        query = select(submissions.c.instance_id).where(has_open_error(FORM), ~submissions.c.practice)
        with reading(store.engine) as connection:
            return set(connection.execute(query).scalars())

    assert held_back() == {KEY, "uuid:0001"}
    act(store, BOSS, ALL, "overridden", [one(store, HOUSE, "uuid:0001").ref], "hai hộ thật")
    assert held_back() == {KEY}
    act(store, BOSS, ALL, "returned", [one(store, HOUSE).ref], "x")
    assert held_back() == {KEY}


def test_act__write_back__one_review_a_submission_and_only_when_switched_on(store):
    refs = [one(store).ref, one(store, HOUSE).ref]

    def queued():
        c = outbox.c
        with reading(store.engine) as connection:
            return [
                tuple(r)
                for r in connection.execute(select(c.instance_id, c.review_state, c.comment, c.actor))
            ]

    act(store, LAN, ALL, "returned", refs, "xem lại số phòng")
    assert queued() == []
    store.config = replace(store.config, write_back=WriteBackConfig(reviews=True))
    act(store, LAN, ALL, "returned", refs, "xem lại số phòng")
    assert queued() == [(KEY, "has_issues", "xem lại số phòng", "lan")]
    act(store, LAN, ALL, "reopened", refs, "x")
    assert len(queued()) == 1


@pytest.mark.parametrize(
    "statement", ["UPDATE finding_events SET reason = 'x'", "DELETE FROM finding_events"]
)
def test_events__are_append_only(store, statement):
    act(store, LAN, ALL, "returned", [one(store).ref], "x")
    with pytest.raises(Exception, match="append-only"), writing(store.engine) as connection:
        connection.execute(text(statement))
    assert one(store).state == "returned"


def test_events__of_practice__go_with_the_practice(store):
    scope = Scope(Area.province(), CLASSES, "practice")
    act(store, LAN, scope, "expected", [found(store, scope=scope, key="uuid:0003")[0].ref], "x")
    act(store, LAN, ALL, "expected", [one(store).ref], "x")
    remove_practice(store)
    with reading(store.engine) as connection:
        assert connection.execute(select(finding_events.c.submission_id)).scalars().all() == [KEY]


def test_list__several_levels__narrow_to_any_of_them(store):
    levels = FindingFilter(submission_id=KEY, severities=frozenset({"E", "W"}))
    found_levels = {row.severity for row in list_findings(store, ALL, levels).rows}
    assert found_levels == {"E", "W"}
    assert {row.severity for row in read_findings(store, FORM, KEY, ALL)} == {"E", "W", "I"}


def test_list__since__is_when_the_version_came(store, server):
    assert one(store).since == server.current[KEY].updated_at


def test_take_back__own_act__is_open_again_and_what_waited_is_not_sent(store):
    store.config = replace(store.config, write_back=WriteBackConfig(reviews=True))
    refs = [one(store).ref, one(store, HOUSE).ref]
    acted = act(store, BOSS, ALL, "returned", refs, "xem lại")
    back = take_back(store, BOSS, ALL, acted.done, acted.at, "hoàn tác")
    assert (back.done, back.gone) == (tuple(refs), ())
    assert {one(store).state, one(store, HOUSE).state} == {"open"}
    assert [h.state for h in read_history(store, FORM, KEY, ALL)][-2:] == ["reopened", "reopened"]
    with reading(store.engine) as connection:
        assert connection.execute(select(outbox.c.state)).scalars().all() == ["cancelled"]
    assert take_back(store, BOSS, ALL, acted.done, acted.at, "hoàn tác").done == ()


def test_take_back__treated_by_somebody_else_since__is_left_as_it_is(store):
    ref, other = one(store).ref, one(store, HOUSE).ref
    acted = act(store, BOSS, ALL, "returned", [ref, other], "xem lại")
    act(store, LAN, ALL, "expected", [ref], "đã hỏi, đúng")
    assert take_back(store, LAN, ALL, acted.done, acted.at, "hoàn tác").done == ()
    back = take_back(store, BOSS, ALL, acted.done, acted.at, "hoàn tác")
    assert (back.done, back.gone) == ((other,), (ref,))
    assert one(store).state == "expected"


@pytest.mark.parametrize("number", range(4))
def test_take_back__outside_the_scope__changes_nothing(store, number):
    acted = act(store, BOSS, ALL, "returned", [one(store).ref], "xem lại")
    scope = list(scopes_that_hide_it())[number]
    assert take_back(store, BOSS, scope, acted.done, acted.at, "hoàn tác").done == ()
    assert one(store).state == "returned"


def test_heads__scope__own_rows_and_own_classes_only(store):
    heads = read_heads(store, FORM, [KEY, "uuid:0002", "uuid:0003"], ALL, ["head_name", "hh_code"])
    assert set(heads) == {KEY, "uuid:0002"}
    assert heads["uuid:0002"]["hh_code"] == "x"
    plain = Scope(Area.of({"16666"}), frozenset({"open"}), "survey")
    assert read_heads(store, FORM, [KEY, "uuid:0002"], plain, ["head_name", "hh_code"]) == {
        "uuid:0002": {"hh_code": "x"}
    }
