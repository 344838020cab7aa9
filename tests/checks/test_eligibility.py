"""Conditions of the law (R-E01 to R-E28): each with a record that passes, one that fails, limits, empty cells."""

from __future__ import annotations

from typing import Any

import pytest

from processor.survey.checks.data import Data
from tests.checks.make import data, fired, run
from tests.checks.say import carries, messages, values

Row = dict[str, Any]
DAY = "2016-03-10"
CODE = "40427166630010001"


def birth(prefix: str, born: str) -> Row:
    """`1936`, `1936-03`, `1936-03-10`: what is not said is not known."""
    parts = [int(part) for part in born.split("-")] if born else []
    names = [f"{prefix}_birth_{name}" for name in ("year", "month", "day")]
    return dict(zip(names, parts + [99] * (3 - len(parts)), strict=True)) if parts else {}


def one(category: str | None, born: str = "", *, allowance: Row | None = None, **root: Any) -> Data:
    """A C1 with one benefit."""
    c1 = {"interview_date": DAY, "benefit_status": "1", **birth("b", born), **root}
    return data(c1=[c1], c1_allowances=[{"a_category": category, **(allowance or {})}])


def home(category: str, roster: list[Row], *, member: int = 1, c: Row | None = None, **root: Any) -> Data:
    """A household whose member of that line has a C1; rows of the roster may say `born`."""
    rows = [
        {"row_no": line, **birth("m", row.get("born", "")), **{k: v for k, v in row.items() if k != "born"}}
        for line, row in enumerate(roster, 1)
    ]
    key = {"hh_code": CODE, "c1_key": f"{CODE}-{member:02d}", "member_no": member}
    return data(
        c=[{"hh_code": CODE, "interview_date": DAY, "result": "1", **(c or {})}],
        c_members=rows,
        c1=[{"interview_date": DAY, "benefit_status": "1", **key, **root}],
        c1_allowances=[{"a_category": category}],
    )


CASES: list[tuple[str, Data, list[Data], tuple[str, ...]]] = [
    (
        "R-E01",
        one("0503", "1936-03-11"),
        [one("0503", "1936-03-10"), one("0503"), one(None, "1936-03-11"), one("9901", "1936-03-11")],
        ("0503", "≥ 80", "79"),
    ),
    (
        "R-E01",
        one("0102", "2000-03-10"),
        [one("0102", "2000-03-11"), one("0102", "2000-03-10", benefit_status="4")],
        ("0102", "< 16", "16"),
    ),
    ("R-E01", one("0201", "1994-03-10"), [one("0201", "1994-03-11")], ("16–21", "22")),
    ("R-E01", one("0802", "1999"), [one("0802", "1998"), one("0801", "1999")], ("≥ 18", "17")),
    (
        "R-E02",
        one("0201", "1998-01-01", o_school="2"),
        [
            one("0201", "1998-01-01", o_school="1"),
            one("0201", "1998-01-01"),
            one("0201", "1990-01-01", o_school="2"),
            one("0102", "1998-01-01", o_school="2"),
        ],
        ("0201", "18", "2"),
    ),
    (
        "R-E03",
        one("0302", "1980", v_unable_work="0"),
        [one("0302", "1980", v_unable_work="1"), one("0302", "1980"), one("0503", "1980", v_unable_work="0")],
        ("0302", "36", "16", "0"),
    ),
    ("R-E03", one("0302", "2000-03-11"), [one("0302", "2000-03-10"), one("0302")], ("15",)),
    (
        "R-E05",
        one("0401", s_marital="2", s_n_children=1),
        [one("0401", s_marital="3", s_n_children=1), one("0401"), one("0401", s_marital="6")],
        ("0401", "2", "1"),
    ),
    ("R-E05", one("0401", s_marital="5"), [one("0501", s_marital="5")], ("5",)),
    ("R-E05", one("0401", s_marital="1", s_n_children=0), [one("0501", s_n_children=0)], ("0",)),
    (
        "R-E08",
        one("0501", e_supporter="2"),
        [one("0501", e_supporter="1"), one("0501"), one("0503", e_supporter="3")],
        ("0501", "2", "1"),
    ),
    ("R-E08", one("0502", e_supporter="1"), [one("0502", e_supporter="2")], ("0502",)),
    ("R-E08", one("0504", e_supporter="3"), [one("0504", e_supporter="1")], ("0504", "3")),
    ("R-E10", one("0601", d_degree="2"), [one("0601", d_degree="1"), one("0601")], ("0601", "1", "2")),
    ("R-E10", one("0602", d_degree="1"), [one("0602", d_degree="2"), one("0701", d_degree="1")], ("0602",)),
    ("R-E11", one("0602", d_degree="3"), [one("0602", d_degree="2"), one("0602")], ("0602", "3")),
    ("R-E11", one("0703", d_degree="9"), [one("0503", d_degree="9")], ("0703", "9")),
    (
        "R-E12",
        one("0602", d_cert_no="0", allowance={"a_decision_date": "2013-01-01"}),
        [
            one("0602", d_cert_no="5/GXN", allowance={"a_decision_date": "2013-01-01"}),
            one("0602", d_cert_no="0", allowance={"a_decision_date": "2012-12-31"}),
            one("0602", d_cert_no="0"),
            one("0701", d_cert_no="0", allowance={"a_decision_date": "2013-01-01"}),
        ],
        ("0602", "2013-01-01"),
    ),
    ("R-E12", one("0601", allowance={"a_decision_date": "2014-05-01"}), [], ("0601", "2014-05-01")),
    (
        "R-E13",
        one("0701", d_pregnancy="3"),
        [
            one("0701", d_pregnancy="1"),
            one("0701", d_pregnancy="2", d_n_infants=1),
            one("0701", d_pregnancy="2"),
            one("0701"),
        ],
        ("0701", "3"),
    ),
    (
        "R-E13",
        one("0701", d_pregnancy="2", d_n_infants=2),
        [one("0703", d_pregnancy="2", d_n_infants=2)],
        ("2",),
    ),
    ("R-E13", one("0702", d_pregnancy="1"), [one("0702", d_pregnancy="3")], ("0702",)),
    (
        "R-E13",
        one("0703", d_pregnancy="2", d_n_infants=1),
        [one("0703", d_pregnancy="2", d_n_infants=3)],
        ("1",),
    ),
    ("R-E13", one("0703", d_pregnancy="0"), [one("0602", d_pregnancy="0")], ("0703", "0")),
    ("R-E15", one("0802", k_n_cared=2), [one("0802", k_n_cared=1), one("0802")], ("0802", "2")),
    ("R-E15", one("0803", k_n_cared=1), [one("0803", k_n_cared=2), one("0801", k_n_cared=1)], ("0803", "1")),
    (
        "R-E16",
        one("0103", o_father="3", o_mother="5"),
        [
            one("0103", o_father="3", o_mother="4"),
            one("0103", o_father="4", o_mother="3"),
            one("0103", o_father="3"),
            one("0201", o_father="3", o_mother="5"),
        ],
        ("0103", "3+4", "3", "5"),
    ),
    (
        "R-E17",
        one("0102", o_father="3", o_mother="1"),
        [one("0102", o_father="3", o_mother="2"), one("0102"), one("0201", o_father="1")],
        ("0102", "3", "1"),
    ),
    (
        "R-E19",
        one("0503", b_merit="1", allowance={"a_kind": "1", "a_no": 1}),
        [
            one("0503", b_merit="0", allowance={"a_kind": "1"}),
            one("0801", b_merit="1", allowance={"a_kind": "3"}),
            one("0503", allowance={"a_kind": "1"}),
            one("0503", b_merit="1"),
        ],
        ("1",),
    ),
    (
        "R-E20",
        one("0302", b_pension="1"),
        [one("0302", b_pension="0"), one("0302"), one("0503", b_pension="1")],
        ("0302",),
    ),
    (
        "R-E23",
        one("0102", "2000-06-10"),
        [one("0102", "2000-06-11"), one("0102", "2000-03-10"), one("0201", "2000-06-10"), one("0102")],
        ("0102", "16", "2016-06-10"),
    ),
    (
        "R-E04",
        home("0501", [{}], c={"hh_class": "4"}, b_poor="1"),
        [home("0501", [{}], c={"hh_class": "3"}, b_poor="7"), home("0503", [{}], c={"hh_class": "7"})],
        ("0501", "4"),
    ),
    ("R-E04", one("0401", hh_code=CODE, b_poor="7"), [one("0401", b_poor="2"), one("0401")], ("7",)),
    (
        "R-E06",
        home("0401", [{"m_relation": "01"}, {"m_relation": "03", "born": "2010"}], s_n_children=2),
        [
            home("0401", [{"m_relation": "01"}, {"m_relation": "03", "born": "2010"}], s_n_children=1),
            home(
                "0401",
                [
                    {"m_relation": "01"},
                    {"m_relation": "03", "born": "2000-03-10", "m_school": "2"},
                    {"m_relation": "04", "born": "1994-03-11", "m_school": "1"},
                    {"m_relation": "06", "born": "2012"},
                ],
                s_n_children=1,
            ),
            home("0401", [{"m_relation": "01"}]),
            home(
                "0401", [{"m_relation": "01"}, {"m_relation": "03", "born": "1990"}], member=2, s_n_children=2
            ),
            one("0401", s_n_children=2),
        ],
        ("2", "1"),
    ),
    (
        "R-E07",
        home("0503", [{"m_pension": "1"}], b_pension="0"),
        [home("0503", [{"m_pension": "0"}], b_pension="0"), home("0501", [{"m_pension": "1"}]), one("0503")],
        ("0503", "0", "1"),
    ),
    ("R-E07", one("0503", hh_code=CODE, b_pension="1"), [one("0503", b_pension="0")], ("1",)),
    (
        "R-E09",
        home("0501", [{"m_relation": "01"}, {"m_relation": "03", "born": "1998-03-10", "m_work": "1"}]),
        [
            home("0501", [{"m_relation": "01"}, {"m_relation": "03", "born": "1998-03-11", "m_work": "1"}]),
            home("0501", [{"m_relation": "01"}, {"m_relation": "03", "born": "1956-03-10", "m_work": "1"}]),
            home("0501", [{"m_relation": "01"}, {"m_relation": "03", "born": "1990", "m_work": "5"}]),
            home("0501", [{"m_relation": "01"}, {"m_relation": "06", "born": "1990", "m_work": "1"}]),
            home("0502", [{"m_relation": "01"}, {"m_relation": "03", "born": "1990", "m_work": "1"}]),
        ],
        ("0501", "1"),
    ),
    (
        "R-E09",
        home("0501", [{"m_relation": "01", "born": "1970", "m_work": "1"}, {"m_relation": "07"}], member=2),
        [home("0501", [{"m_relation": "01", "born": "1970", "m_work": "1"}, {"m_relation": "10"}], member=2)],
        ("1",),
    ),
    (
        "R-E14",
        home("0801", [{"m_dis_degree": "1"}, {"m_dis_degree": "2"}]),
        [home("0801", [{}, {"m_dis_degree": "1"}]), home("0802", [{}]), one("0801")],
        ("0801",),
    ),
]


@pytest.mark.parametrize(("rule", "wrong", "right", "shown"), CASES)
def test_rule__wrong_and_right_records__found_only_where_wrong_and_said_in_both_languages(
    rule: str, wrong: Data, right: list[Data], shown: tuple[str, ...]
) -> None:
    assert len(fired(rule, wrong)) == 1
    assert carries(rule, wrong, *shown)
    assert [fired(rule, tables) for tables in right] == [[]] * len(right)


@pytest.mark.parametrize(
    ("category", "born", "severity"),
    [
        ("0102", "2000", "W"),
        ("0102", "1999", "E"),
        ("0102", "2000-03", "E"),
        ("0503", "1937", "E"),
        ("0201", "1994", "W"),
    ],
)
def test_r_e01__birth_known_in_part__error_only_if_no_date_of_the_year_fits(
    category: str, born: str, severity: str
) -> None:
    assert [f.severity for f in run("R-E01", one(category, born))] == [severity]


def test_r_e01__only_the_year_known_and_its_estimate_fits__passes() -> None:
    assert fired("R-E01", one("0503", "1936")) == []


@pytest.mark.parametrize("day", ["2013-12-31", "2021-07-01"])
def test_r_e01__outside_the_validity_of_the_category__not_checked(day: str) -> None:
    assert fired("R-E01", one("0503", "1990", interview_date=day)) == []
    assert fired("R-E01", one("0503", "1990", interview_date="2021-06-30")) != []


def test_r_e01__findings__propose_and_carry_article_and_mark() -> None:
    tables = one("0503", "1990")
    assert values("R-E01", tables)[0]["law"] == "NĐ 136/2013/NĐ-CP Điều 5 khoản 5 điểm b"
    assert values("R-E01", tables)[0]["verify"] is True
    assert "đề nghị xem xét" in messages("R-E01", tables)[0]


def test_r_e18__two_monthly_allowances__the_lower_one_is_found() -> None:
    rows = [
        {"a_kind": "1", "a_coef": "10", "row_no": 1},
        {"a_kind": "1", "a_coef": "20", "row_no": 2},
        {"a_kind": "3", "a_coef": "10", "row_no": 3},
    ]
    tables = data(c1=[{"benefit_status": "1"}], c1_allowances=rows)
    assert fired("R-E18", tables) == ["c1:0/allowances[1]"]
    assert carries("R-E18", tables, "2", "1")
    assert fired("R-E18", data(c1=[{"benefit_status": "4"}], c1_allowances=rows)) == []
    assert fired("R-E18", data(c1=[{}], c1_allowances=rows[1:])) == []


def test_r_e18__equal_or_unknown_coefficients__the_first_line_stands() -> None:
    rows = [{"a_kind": "1", "a_coef": code, "row_no": n} for n, code in enumerate(("99", None, "99"), 1)]
    found = fired("R-E18", data(c1=[{}], c1_allowances=rows))
    assert found == ["c1:0/allowances[2]", "c1:0/allowances[3]"]


def roster(*rows: Row, **c: Any) -> Data:
    """A form C alone."""
    lines = [
        {"m_sa": "0", **birth("m", row.get("born", "")), **{k: v for k, v in row.items() if k != "born"}}
        for row in rows
    ]
    return data(c=[{"interview_date": DAY, **c}], c_members=lines)


AGED = {"born": "1936-03-10", "m_pension": "0", "m_merit": "0"}
DISABLED = {"m_dis_degree": "2", "m_dis_cert": "1"}
PARENT = {"m_relation": "01", "m_marital": "3", "born": "1980"}
CHILD = {"m_relation": "03", "born": "2000-03-11"}
MISSED: list[tuple[str, Data, list[Data], tuple[str, ...]]] = [
    (
        "R-E25",
        roster(AGED),
        [
            roster({**AGED, "born": "1936-03-11"}),
            roster({**AGED, "m_pension": "1"}),
            roster({**AGED, "m_merit": "1"}),
            roster({**AGED, "m_sa": "1"}),
            roster({**AGED, "m_pension": None}),
        ],
        ("80",),
    ),
    (
        "R-E26",
        roster(DISABLED),
        [
            roster({**DISABLED, "m_dis_degree": "3"}),
            roster({**DISABLED, "m_dis_cert": "0"}),
            roster({**DISABLED, "m_sa": "1"}),
            roster({**DISABLED, "m_dis_degree": None}),
        ],
        ("2",),
    ),
    (
        "R-E27",
        roster({"born": "1956-03-10"}, hh_class="3"),
        [
            roster({"born": "1956-03-11"}, hh_class="3"),
            roster({"born": "1956-03-10"}, hh_class="4"),
            roster({"born": "1956-03-10"}, {"born": "1950"}, hh_class="3"),
            roster({"born": "1956-03-10", "m_sa": "1"}, hh_class="3"),
            roster({"born": "1956-03-10"}),
        ],
        ("60",),
    ),
    (
        "R-E28",
        roster(PARENT, CHILD, hh_class="1"),
        [
            roster(PARENT, CHILD, hh_class="7"),
            roster({**PARENT, "m_marital": "2"}, CHILD, hh_class="1"),
            roster({**PARENT, "m_sa": "1"}, CHILD, hh_class="1"),
            roster(PARENT, {**CHILD, "born": "2000-03-10"}, hh_class="1"),
            roster(PARENT, {**CHILD, "m_relation": "06"}, hh_class="1"),
        ],
        ("1", "16"),
    ),
]


@pytest.mark.parametrize(("rule", "missed", "others", "shown"), MISSED)
def test_possibly_entitled__and_those_who_are_not__only_the_first_are_listed(
    rule: str, missed: Data, others: list[Data], shown: tuple[str, ...]
) -> None:
    assert fired(rule, missed) == ["c:0/members[1]"]
    assert carries(rule, missed, *shown)
    assert [fired(rule, tables) for tables in others] == [[]] * len(others)
