"""Coefficients and amounts (R-E21, R-E22, R-E24, R-E30 to R-E37): records that pass and fail, limits, empty cells."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from processor.survey.checks.data import Data
from processor.survey.checks.reference import Reference
from tests.checks.make import data, entries, fired
from tests.checks.say import carries, values
from tests.checks.test_eligibility import CODE, DAY, birth, home, one
from tests.conftest import ROOT

Row = dict[str, Any]


def paid(category: str | None, born: str, coefficient: str | None, amount: int | None, **root: Any) -> Data:
    """A C1 (household of class 7 unless said) with one benefit; `a_…` are answers of the benefit."""
    own = {name: root.pop(name) for name in list(root) if name.startswith("a_")}
    allowance = {"a_coef": coefficient, "a_amount": amount, **own}
    return one(category, born, allowance=allowance, **{"b_poor": "7", "hh_code": CODE, **root})


AT_80, BEFORE_80 = "1936-02-28", "1936-03-10"
CASES: list[tuple[str, Data, list[Data], tuple[str, ...]]] = [
    (
        "R-E21",
        paid("0501", AT_80, "15", 405_000),
        [
            paid("0501", BEFORE_80, "15", 405_000),
            paid("0501", AT_80, "20", 540_000),
            paid("0501", AT_80, "99", 405_000),
            paid("0501", AT_80, "10", 405_000),
            paid("0602", AT_80, "15", 405_000),
            paid("0501", "", "15", 405_000),
        ],
        ("0501", "1.5", "2", "CR030"),
    ),
    (
        "R-E22",
        paid("0102", "2012-02-28", "25", 675_000),
        [paid("0102", "2012-03-10", "25", 675_000), paid("0102", "2012-02-28", "15", 405_000)],
        ("0102", "2.5", "1.5", "CR004"),
    ),
    (
        "R-E22",
        paid("0301", "2010", "25", 675_000),
        [paid("0301", "2010", "20", 540_000)],
        ("0301", "2.5", "2"),
    ),
    (
        "R-E24",
        paid("0602", "2000-02-28", "20", 540_000),
        [paid("0602", "2000-03-01", "20", 540_000), paid("0602", "2000-02-28", "15", 405_000)],
        ("0602", "2", "1.5", "CR039"),
    ),
    (
        "R-E24",
        paid("0601", "1950", "20", 540_000),
        [paid("0601", "1950", "25", 675_000)],
        ("0601", "2", "2.5"),
    ),
    (
        "R-E30",
        paid("0503", "1930", "15", 270_000),
        [
            paid("0501", "1930", "15", 405_000),
            paid("0503", "1930", "99", 270_000),
            paid("0503", "1930", None, 270_000),
            paid("0503", "1930", "15", None),
            paid("0503", "1930", "15", 1, interview_date="2021-07-01"),
            paid("0503", "1930", "15", 270_000, benefit_status="4"),
        ],
        ("270000", "405000", "1.5", "BR05"),
    ),
    (
        "R-E30",
        paid("0503", "1930", "10", 270_000, interview_date="2015-06-01"),
        [
            paid("0503", "1930", "10", 180_000, interview_date="2015-06-01"),
            paid("0503", "1930", "10", 270_000, interview_date="2015-06-01", b_poor="2"),
            paid("0102", "2010", "10", 270_000, interview_date="2015-06-01"),
            paid("0503", "1930", "10", 270_000, interview_date="2015-06-01", b_poor=None),
        ],
        ("180000", "BR04"),
    ),
    (
        "R-E31",
        paid("0503", "1930", "10", 180_000),
        [
            paid("0503", "1930", "10", 270_000),
            paid("0503", "1930", "10", 180_000, b_poor="4"),
            paid("0503", "1930", "10", 180_000, b_poor=None),
            paid("0503", "1930", "10", 180_000, interview_date="2017-01-01"),
            paid("0503", "1930", "10", 190_000),
        ],
        ("180000", "270000", "BR05", "CR033"),
    ),
    (
        "R-E31",  # 180,000 x 1.0 of the older decree for 60 to 80, where 1.5 is due today
        paid("0501", "1950", "15", 180_000),
        [
            paid("0501", "1930", "20", 180_000),
            paid("0501", "1950", "15", None),
            paid("0401", "1980", "10", 270_000, s_n_children=1),  # due, though 180,000 x 1.5 as well
        ],
        ("180000", "405000"),
    ),
    (
        "R-E32",
        paid("0503", "1930", "20", 540_000, a_decision_date="2015-01-01"),
        [
            paid("0503", "1930", "20", 540_000, a_decision_date="2014-12-31"),
            paid("0503", "1930", "20", 540_000),
            paid("0501", "1930", "15", 405_000, a_decision_date="2015-01-01"),
            paid("0503", "1930", "99", 540_000, a_decision_date="2015-01-01"),
            paid("9901", "1930", "20", 540_000, a_decision_date="2015-01-01"),
            paid("0801", "1970", "20", 540_000, a_decision_date="2015-01-01", k_cared_member_no="2,3"),
        ],
        ("0503", "2", "1.0"),
    ),
    (
        "R-E32",
        paid("0801", "1970", "20", 540_000, a_decision_date="2015-01-01", k_cared_member_no="2"),
        [paid("0901", "1970", "40", 1_080_000, a_decision_date="2015-01-01", k_cared_member_no="2,3")],
        ("0801", "2"),
    ),
    (
        "R-E33",
        paid("0401", "1980", "10", 270_000, s_n_children=2),
        [
            paid("0401", "1980", "20", 540_000, s_n_children=2),
            paid("0401", "1980", "15", 270_000, s_n_children=2),
            paid("0401", "1980", "10", 270_000),
            paid("0401", "1980", "99", 270_000, s_n_children=2),
        ],
        ("0401", "1", "2", "CR028"),
    ),
    (
        "R-E34",
        paid("0401", "1980", "10", 270_000, s_n_children=2),
        [
            paid("0401", "1980", "20", 540_000, s_n_children=2),
            paid("0401", "1980", "20", 600_000, s_n_children=2),
            paid("0401", "1980", "10", 270_000),
            paid("0401", "1980", "20", None, s_n_children=2),
        ],
        ("270000", "540000", "CR028", "BR05"),
    ),
    (
        "R-E35",
        paid("0503", "1930", "10", 300_000),
        [
            paid("0503", "1930", "10", 270_000),
            paid("0503", "1930", "10", 200_000),
            paid("0503", "", "10", 300_000),
        ],
        ("300000", "270000", "30000", "CR033"),
    ),
    (
        "R-E36",
        paid("0503", "1930", "10", 1_081_000),
        [paid("0503", "1930", "10", 1_080_000), paid("0503", "1930", "10", None)],
        ("1081000", "270000", "4"),
    ),
    (
        "R-E37",
        one("0503", "1930-05-20", allowance={"a_start": "2010-04-01"}),
        [
            one("0503", "1930-05-20", allowance={"a_start": "2010-05-01"}),
            one("0503", "1930", allowance={"a_start": "2010-01-01"}),
            one("0503", "1930-05-20"),
            one("0503", "", allowance={"a_start": "2010-04-01"}),
            one("0601", "1930-05-20", allowance={"a_start": "2010-04-01"}),
        ],
        ("0503", "2010-04-01", "79", "80"),
    ),
    ("R-E37", one("0502", "1950", allowance={"a_start": "2009-12-01"}), [], ("60",)),
]


@pytest.mark.parametrize(("rule", "wrong", "right", "shown"), CASES)
def test_rule__wrong_and_right_records__found_only_where_wrong_and_said_in_both_languages(
    rule: str, wrong: Data, right: list[Data], shown: tuple[str, ...]
) -> None:
    assert len(fired(rule, wrong)) == 1
    assert carries(rule, wrong, *shown)
    assert [fired(rule, tables) for tables in right] == [[]] * len(right)


def caring(category: str, coefficient: str, amount: int, ages: tuple[str, ...]) -> Data:
    """A carer on line 1 of a household with the cared persons on the lines after it."""
    lines = ",".join(str(n) for n in range(2, 2 + len(ages)))
    people = [{"born": "1970"}, *({"born": born} for born in ages)]
    tables = home(category, people, c={"hh_class": "7"}, k_cared_member_no=lines, **birth("b", "1970"))
    benefit = tables.frame("c1_allowances")
    benefit[["a_coef", "a_amount"]] = [[coefficient, amount]]
    return Data({name: tables.frame(name) for name in tables.tables}, tables.reference)


@pytest.mark.parametrize(
    ("coefficient", "amount", "rules"),
    [
        ("40", 1_080_000, ()),
        ("40", 1_000_000, ("R-E30", "R-E34")),
        ("30", 810_000, ("R-E33", "R-E34")),
    ],
)
def test_money__foster_children_of_two_ages__each_counts_by_its_own(
    coefficient: str, amount: int, rules: tuple[str, ...]
) -> None:
    tables = caring("0901", coefficient, amount, ("2013-01-01", "2010-01-01"))
    asked = ("R-E30", "R-E32", "R-E33", "R-E34", "R-E35")
    assert tuple(rule for rule in asked if fired(rule, tables)) == rules


@pytest.mark.parametrize("coefficient", ["10", "20"])
def test_money__two_cared_for__decision_names_the_coefficient_once_or_counted(coefficient: str) -> None:
    tables = caring("0801", coefficient, 540_000, ("1990", "1995"))
    assert [rule for rule in ("R-E30", "R-E33", "R-E34", "R-E35") if fired(rule, tables)] == []
    assert fired("R-E34", caring("0801", coefficient, 270_000, ("1990", "1995"))) != []


def test_money__cared_person_not_in_form_c__amount_not_checked() -> None:
    tables = caring("0901", "25", 1_000, ("2013",))
    gone = {
        n: f.iloc[:1] if n == "c_members" else f for n, f in ((n, tables.frame(n)) for n in tables.tables)
    }
    assert fired("R-E34", Data(gone, tables.reference)) == []


def test_money__class_of_form_c_counts_before_the_copy_on_c1() -> None:
    tables = home(
        "0503", [{}], c={"hh_class": "2"}, b_poor="7", **birth("b", "1930"), interview_date="2015-06-01"
    )
    tables.frame("c1_allowances")[["a_coef", "a_amount"]] = [["10", 180_000]]
    again = Data({name: tables.frame(name) for name in tables.tables}, tables.reference)
    assert values("R-E34", again)[0]["rate"] == "BR03"


def test_r_e35__rate_of_the_province__counts_where_it_is_higher(tmp_path: Path) -> None:
    codes = copytree(ROOT / "config" / "codes", tmp_path / "codes")
    head = (codes / "base_rates.csv").read_text(encoding="utf-8").splitlines()[0]
    row = "TINH01,2016-03-01,,300000,all,QĐ của tỉnh,"
    (codes / "provincial_rates.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    tables = paid("0503", "1930", "10", 300_000)
    frames = {name: tables.frame(name) for name in tables.tables}
    with_rate = Data(frames, Reference(codes))
    assert fired("R-E35", tables) != [] and fired("R-E35", with_rate) == []
    older = paid("0503", "1930", "10", 300_000, interview_date="2016-02-29")
    before = Data({name: older.frame(name) for name in older.tables}, Reference(codes))
    assert fired("R-E35", before) != []


def test_r_e36__several_benefits__are_added_up() -> None:
    rows = [{"a_category": c, "a_amount": a} for c, a in (("0601", 675_000), ("0703", 540_000))]
    tables = data(
        c1=[{"interview_date": DAY, "hh_code": CODE, "b_poor": "7", **birth("b", "1930")}], c1_allowances=rows
    )
    assert values("R-E36", tables) == [{"base": 270_000, "times": 4, "total": 1_215_000}]


def test_money__findings__carry_rows_and_the_mark_of_facts_from_memory() -> None:
    found = values("R-E34", paid("0503", "1930", "10", 200_000))[0]
    assert (found["rate"], found["row"], found["verify"]) == ("BR05", "CR033", True)
    assert found["law"] == "NĐ 136/2013/NĐ-CP Điều 6 khoản 1"


@pytest.mark.parametrize("rule", ["R-E01", "R-E30", "R-E31", "R-E34", "R-B03"])
def test_catalogue__facts_of_law_from_memory__are_said_in_the_source(rule: str) -> None:
    assert "verify" in entries()[rule].source
