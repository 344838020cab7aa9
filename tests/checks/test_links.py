"""Rules between C and C1: twice, missing, waiting, the visits: each with records that pass and that fail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from processor.survey.checks.data import Data
from tests.checks.make import data, entries, fired, run
from tests.checks.say import carries, messages, values

HH, OTHER = "40412166630010007", "40412166630010008"
Row = Mapping[str, Any]


def c(**answers: Any) -> Row:
    return {"hh_code": HH, "result": "1", "interview_date": "2016-03-10", **answers}


def member(line: int = 1, of: int = 0, **answers: Any) -> Row:
    return {"of": of, "row_no": line, **answers}


def c1(line: int = 1, hh: str = HH, **answers: Any) -> Row:
    return {"hh_code": hh, "c1_key": f"{hh}-{line:02d}", "interview_date": "2016-03-10", **answers}


def one(mine: Row, theirs: Row, home: Row | None = None) -> Data:
    """A household of one member with her C1."""
    return data(c=[c(**(home or {}))], c_members=[member(**mine)], c1=[c1(**theirs)])


# --- twice


def test_r_x01__two_forms_of_one_code__both_found_with_their_number() -> None:
    tables = data(c=[c(), c(), c(hh_code=OTHER), c(hh_code=None), c(hh_code=None)])
    assert fired("R-X01", tables) == ["c:0", "c:1"]
    assert values("R-X01", tables)[0] == {"forms": 2} and carries("R-X01", tables, "2")


def test_r_x02__two_c1_of_one_key__both_found() -> None:
    tables = data(c1=[c1(1), c1(1), c1(2), c1(1, OTHER), c1(c1_key=None), c1(c1_key=None)])
    assert fired("R-X02", tables) == ["c1:0", "c1:1"]
    assert carries("R-X02", tables, "2")


# --- one without the other


def test_r_x03__line_that_form_c_has__passes_also_when_it_does_not_receive() -> None:
    assert not fired("R-X03", one({"m_sa": "0"}, {}))


def test_r_x03__no_form_c__found_and_waits_48_hours() -> None:
    tables = data(c1=[c1(_received_at="2016-03-10T02:00:00+00:00")])
    (found,) = run("R-X03", tables)
    assert (found.row_key, found.due_at) == ("c1:0", datetime(2016, 3, 12, 2, 0, tzinfo=UTC))
    assert "–" in messages("R-X03", tables)[0]


def test_r_x03__form_c_has_fewer_lines__found_with_how_many() -> None:
    tables = data(c=[c()], c_members=[member(1)], c1=[c1(2)])
    assert values("R-X03", tables) == [{"members": 1}] and carries("R-X03", tables, "1")


def test_r_x03__form_c_in_another_commune__does_not_count() -> None:
    assert fired("R-X03", data(c=[c(_area="16666")], c_members=[member()], c1=[c1()])) == ["c1:0"]


@pytest.mark.parametrize("key", [f"{OTHER}-01", f"{HH}-1", f"{HH}-a1", f"{HH}-001", HH])
def test_r_x03__key_that_is_not_made_of_the_code__found(key: str) -> None:
    assert fired("R-X03", data(c=[c()], c_members=[member()], c1=[c1(c1_key=key)])) == ["c1:0"]


def test_r_x03__no_key__skipped() -> None:
    assert not fired("R-X03", data(c1=[c1(c1_key=None), c1(hh_code=None)]))


def test_r_x04__receiving_without_c1__found_after_48_hours() -> None:
    tables = data(
        c=[c(_received_at="2016-03-10T02:00:00+00:00")],
        c_members=[member(1, m_sa="1"), member(2, m_sa="1"), member(3, m_sa="0"), member(4)],
        c1=[c1(1)],
    )
    (found,) = run("R-X04", tables)
    assert (found.row_key, found.due_at) == ("c:0/members[2]", datetime(2016, 3, 12, 2, 0, tzinfo=UTC))
    assert carries("R-X04", tables, "2")


def test_r_x04__c1_of_another_household_or_commune__does_not_count() -> None:
    tables = data(c=[c()], c_members=[member(1, m_sa="1")], c1=[c1(1, OTHER), c1(1, _area="16666")])
    assert fired("R-X04", tables) == ["c:0/members[1]"]


def test_r_x04__form_c_without_code__skipped() -> None:
    assert not fired("R-X04", data(c=[c(hh_code=None)], c_members=[member(1, m_sa="1")]))


@pytest.mark.parametrize(("status", "found"), [("1", 1), ("2", 1), ("3", 1), ("4", 0), (None, 0)])
def test_r_x05__c1_and_form_c_says_not_receiving__found_unless_stopped(
    status: str | None, found: int
) -> None:
    tables = one({"m_sa": "0"}, {"benefit_status": status})
    assert fired("R-X05", tables) == ["c:0/members[1]"] * found
    if found:
        assert carries("R-X05", tables, "1")


def test_r_x05__says_receiving_or_nothing__passes() -> None:
    assert not fired("R-X05", one({"m_sa": "1"}, {"benefit_status": "1"}))
    assert not fired("R-X05", one({"m_sa": None}, {"benefit_status": "1"}))


def test_parameters__hours__change_the_waiting() -> None:
    assert entries()["R-X03"].parameters["hours"] == entries()["R-X04"].parameters["hours"] == 48


# --- which form C is compared with


def test_two_forms_c__compared_with_the_newest_completed_one_that_has_the_line() -> None:
    homes = [
        c(officer_code="16663-01", _received_at="2016-03-10T02:00:00+00:00"),
        c(officer_code="16663-02", _received_at="2016-03-11T02:00:00+00:00"),
        c(officer_code="16663-03", _received_at="2016-03-12T02:00:00+00:00", result="4"),
    ]
    names = [
        member(1, 0, m_sex="1"),
        member(1, 2, m_sex="1"),
        member(2, 0, m_sex="1"),
        member(1, 1, m_sex="2"),
    ]
    sheets = [c1(1, officer_code="16663-09", b_sex="1"), c1(2, officer_code="16663-09", b_sex="2")]
    for order in (1, -1):
        tables = data(c=homes, c_members=names[::order], c1=sheets)
        assert [v["c"] for v in values("R-X17", tables)] == ["16663-02"] * 2
        assert [v["c"] for v in values("R-X09", tables)] == ["2", "1"]


def test_two_completed_forms_c__the_newest_whatever_its_id() -> None:
    homes = [
        c(officer_code="16663-02", _received_at="2016-03-11T02:00:00+00:00"),
        c(officer_code="16663-01", _received_at="2016-03-10T02:00:00+00:00"),
    ]
    tables = data(c=homes, c_members=[member(1, 0), member(1, 1)], c1=[c1(1, officer_code="16663-09")])
    assert [v["c"] for v in values("R-X17", tables)] == ["16663-02"]


# --- the two visits


@pytest.mark.parametrize(
    ("day", "found"), [("2016-03-24", 0), ("2016-03-25", 1), ("2016-02-25", 0), ("2016-02-24", 1)]
)
def test_r_x16__more_than_14_days_apart__found_either_way(day: str, found: int) -> None:
    tables = one({}, {"interview_date": day})
    assert fired("R-X16", tables) == ["c1:0"] * found
    if found:
        assert carries("R-X16", tables, day, "2016-03-10", "15", "14")


def test_r_x16__no_date__skipped() -> None:
    assert not fired("R-X16", one({}, {"interview_date": None}))
    assert not fired("R-X16", one({}, {"interview_date": "2016-06-01"}, {"interview_date": None}))


def test_r_x17__other_officer__found_with_both() -> None:
    tables = one({}, {"officer_code": "16663-02"}, {"officer_code": "16663-01"})
    assert fired("R-X17", tables) == ["c1:0"] and carries("R-X17", tables, "16663-01", "16663-02")
    assert not fired("R-X17", one({}, {"officer_code": "16663-01"}, {"officer_code": "16663-01"}))
    assert not fired("R-X17", one({}, {"officer_code": None}, {"officer_code": "16663-01"}))
    assert not fired("R-X17", one({}, {"officer_code": "16663-01"}, {"officer_code": None}))
