"""Rules of form C1 (R-B): each with a record that passes, one that fails, its limit and its empty cell."""

from __future__ import annotations

from typing import Any

import pytest

from processor.survey.checks.data import Data
from tests.checks.make import data, fired
from tests.checks.say import carries, values

Row = dict[str, Any]
DAY = "2016-03-10"


def one(root: Row | None = None, **allowance: Any) -> Data:
    """A C1 with one benefit."""
    c1 = {"interview_date": DAY, "benefit_status": "1", **(root or {})}
    return data(c1=[c1], c1_allowances=[allowance])


DECIDED = {"a_decision_date": "2015-06-20"}
CASES: list[tuple[str, Data, list[Data], tuple[str, ...]]] = [
    (
        "R-B01",
        one(**DECIDED, a_start="2015-02-01"),
        [one(**DECIDED, a_start="2015-03-01"), one(a_start="2015-02-01"), one(**DECIDED)],
        ("2015-02-01", "2015-06-20", "4", "3"),
    ),
    (
        "R-B02",
        one(**DECIDED, a_start="2015-10-01"),
        [one(**DECIDED, a_start="2015-09-01"), one(a_start="2015-10-01"), one(**DECIDED)],
        ("2015-10-01", "2015-06-20", "4", "3"),
    ),
    (
        "R-B03",
        one(a_decision_date="2014-12-31"),
        [one(a_decision_date="2015-01-01"), one()],
        ("2014-12-31", "2015-01-01"),
    ),
    (
        "R-B04",
        one(a_decision_no="0", a_no=1),
        [one(a_decision_no="12/QĐ-UBND"), one({"benefit_status": "2"}), one({"benefit_status": None})],
        ("1",),
    ),
    ("R-B05", one({"n_allowances": 2}), [one({"n_allowances": 1}), one()], ("2", "1")),
    (
        "R-B07",
        one({"benefit_status": "4", "result": "1"}),
        [
            one({"benefit_status": "4", "stop_reason": "1"}),
            one({"result": "1"}),
            one({"benefit_status": None}),
        ],
        ("4", "1"),
    ),
    (
        "R-B07",
        one({"result": "6"}),
        [one({"benefit_status": "2", "result": "6"}), one({"result": None})],
        ("1", "6"),
    ),
    (
        "R-B08",
        one({"receiver": "1", "b_birth_year": 2000, "b_birth_month": 3, "b_birth_day": 11}),
        [
            one({"receiver": "1", "b_birth_year": 2000, "b_birth_month": 3, "b_birth_day": 10}),
            one({"receiver": "2", "b_birth_year": 2010, "b_birth_month": 3, "b_birth_day": 11}),
            one({"receiver": "1"}),
            one({"b_birth_year": 2010, "b_birth_month": 3, "b_birth_day": 11}),
        ],
        ("15", "16"),
    ),
    (
        "R-B08",
        one({"receiver": "1", "e_self_care": "3"}),
        [one({"receiver": "1", "e_self_care": "2"}), one({"receiver": "3", "d_self_care": "3"})],
        ("3",),
    ),
    (
        "R-B08",
        one({"receiver": "1", "d_self_care": "3"}),
        [one({"receiver": "1", "d_self_care": "1"})],
        ("3",),
    ),
    ("R-B09", one({"receiver": "4"}), [one({"receiver": "3"}), one()], ("4",)),
    (
        "R-B10",
        one({"receiver": "3", "receiver_id": "186123456", "b_id_no": "186123456"}),
        [
            one({"receiver": "3", "receiver_id": "186123457", "b_id_no": "186123456"}),
            one({"receiver": "1", "receiver_id": "186123456", "b_id_no": "186123456"}),
            one({"receiver": "3"}),
        ],
        ("C1.P05",),
    ),
    (
        "R-B10",
        one({"receiver": "3", "receiver_name": "LÊ THỊ HOÀ", "b_name": "Lê thị Hòa"}),
        [one({"receiver": "3", "receiver_name": "LÊ THỊ HOA", "b_name": "LÊ THỊ MAI"})],
        ("C1.P04",),
    ),
    (
        "R-B11",
        one(a_last_paid="2015-11-01"),
        [
            one(a_last_paid="2015-12-01"),
            one({"benefit_status": "3"}, a_last_paid="2015-11-01"),
            one(),
            one({"interview_date": None}, a_last_paid="2015-11-01"),
        ],
        ("2015-11-01", "4", "3"),
    ),
    ("R-B13", one(), [one({"photo_decision": "a.jpg"})], ()),
    (
        "R-B14",
        one({"d_cert_date": "2015-06-21"}, a_category="0602", **DECIDED),
        [
            one({"d_cert_date": "2015-06-20"}, a_category="0602", **DECIDED),
            one({"d_cert_date": "2015-06-21"}, a_category="0503", **DECIDED),
            one(a_category="0602", **DECIDED),
            one({"d_cert_date": "2015-06-21"}, a_category="0602"),
        ],
        ("2015-06-21", "2015-06-20"),
    ),
]


@pytest.mark.parametrize(("rule", "wrong", "right", "shown"), CASES)
def test_rule__wrong_and_right_records__found_only_where_wrong_and_said_in_both_languages(
    rule: str, wrong: Data, right: list[Data], shown: tuple[str, ...]
) -> None:
    assert len(fired(rule, wrong)) == 1
    assert carries(rule, wrong, *shown)
    assert [fired(rule, tables) for tables in right] == [[]] * len(right)


def test_r_b06__same_category_twice__the_later_line_is_found() -> None:
    rows = [{"a_category": "0503", "row_no": n} for n in (1, 2)] + [{"a_category": "0601", "row_no": 3}]
    tables = data(c1=[{}], c1_allowances=rows)
    assert fired("R-B06", tables) == ["c1:0/allowances[2]"]
    assert carries("R-B06", tables, "0503", "2", "1")


def test_r_b06__same_category_on_two_people_or_empty__passes() -> None:
    rows = [{"of": 0, "a_category": "0503"}, {"of": 1, "a_category": "0503"}, {"of": 1}, {"of": 1}]
    assert fired("R-B06", data(c1=[{}, {}], c1_allowances=rows)) == []


def carer(lines: str | None, *, own: int = 1, with_c: bool = True, members: int = 2) -> Data:
    """A carer on line `own` who names lines, in a household with so many members."""
    code = "40427166630010001"
    roster = [{"row_no": n} for n in range(1, members + 1)] if with_c else []
    c1 = {"hh_code": code, "c1_key": f"{code}-{own:02d}", "member_no": own, "k_cared_member_no": lines}
    return data(c=[{"hh_code": code}] if with_c else [], c_members=roster, c1=[c1])


@pytest.mark.parametrize(("lines", "named"), [("3", "3"), ("1", "1"), ("2,5,1", "1, 5")])
def test_r_b12__own_line_or_a_line_not_in_form_c__found_with_the_lines(lines: str, named: str) -> None:
    assert values("R-B12", carer(lines)) == [{"lines": named, "own": 1}]
    assert carries("R-B12", carer(lines), named)


@pytest.mark.parametrize("lines", ["2", None, "hai"])
def test_r_b12__other_line_of_the_household_or_no_list__passes(lines: str | None) -> None:
    assert fired("R-B12", carer(lines)) == []


def test_r_b12__form_c_not_there__only_the_own_line_is_seen() -> None:
    assert fired("R-B12", carer("5", with_c=False)) == []
    assert fired("R-B12", carer("1", with_c=False)) == ["c1:0"]
