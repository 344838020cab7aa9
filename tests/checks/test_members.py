"""Rules of the roster: each with records that pass, that fail, at the boundary, and with an empty cell."""

from __future__ import annotations

from typing import Any

import pytest

from processor.survey.checks.data import Data
from tests.checks.make import data, fired
from tests.checks.say import carries, values


def roster(*members: dict[str, Any], **said: Any) -> Data:
    """One household of these members, lines 1, 2, …, interviewed on 10 March 2016."""
    rows = [{"row_no": line, **member} for line, member in enumerate(members, 1)]
    return data(c=[{"interview_date": "2016-03-10", **said}], c_members=rows)


def line(number: int) -> str:
    """The key of a line of the household."""
    return f"c:0/members[{number}]"


@pytest.mark.parametrize(
    ("relations", "wrong"),
    [
        (["01", "02", "03"], []),
        (["01"], []),
        (["02", "03"], [1]),
        (["02", "01"], [1, 2]),
        (["01", "01", "03"], [2]),
        ([None, "03"], []),
        ([], []),
    ],
)
def test_r_v10__head__is_line_1_and_no_other(relations: list[str | None], wrong: list[int]) -> None:
    tables = roster(*({"m_relation": relation} for relation in relations))
    assert fired("R-V10", tables) == [line(number) for number in wrong]


def test_r_v10__message__names_line_relation_and_heads() -> None:
    tables = roster({"m_relation": "01"}, {"m_relation": "01"})
    assert values("R-V10", tables) == [{"line": 2, "relation": "01", "heads": 2}]
    assert carries("R-V10", tables, "2", "01")


@pytest.mark.parametrize(
    ("head", "first", "outcome"),
    [
        ("NGUYỄN VĂN HÒA", "Nguyễn Văn Hoà", []),
        ("NGUYỄN VĂN HÒA", "NGUYỄN VĂN HẢI", ["c:0"]),
        (None, "NGUYỄN VĂN HẢI", []),
        ("NGUYỄN VĂN HÒA", None, []),
    ],
)
def test_r_v11__name_of_the_head__is_that_of_line_1(
    head: str | None, first: str | None, outcome: list[str]
) -> None:
    tables = roster({"m_name": first}, {"m_name": "NGUYỄN VĂN HÒA"}, head_name=head)
    assert fired("R-V11", tables) == outcome
    assert not outcome or carries("R-V11", tables, str(head), str(first))


def test_r_v11__no_roster__skipped() -> None:
    assert fired("R-V11", roster(head_name="NGUYỄN VĂN HÒA")) == []


@pytest.mark.parametrize(
    ("relations", "wrong"),
    [(["01", "02"], []), (["01", "02", "02", "02"], [3, 4]), (["01", None, "02"], []), (["01", "03"], [])],
)
def test_r_v13__further_spouses__found_at_their_lines(relations: list[str | None], wrong: list[int]) -> None:
    tables = roster(*({"m_relation": relation} for relation in relations))
    assert fired("R-V13", tables) == [line(number) for number in wrong]
    assert not wrong or carries("R-V13", tables, "3")


def test_r_v13__spouses_of_two_households__not_mixed() -> None:
    rows = [{"of": household, "row_no": 2, "m_relation": "02"} for household in (0, 1)]
    assert fired("R-V13", data(c=[{}, {}], c_members=rows)) == []


@pytest.mark.parametrize(
    ("head", "spouse", "outcome"),
    [("1", "2", []), ("1", "1", [line(2)]), ("2", "2", [line(2)]), (None, "1", []), ("1", None, [])],
)
def test_r_v14__sex_of_the_spouse__differs_from_the_head(
    head: str | None, spouse: str | None, outcome: list[str]
) -> None:
    people = [
        {"m_relation": "01", "m_sex": head},
        {"m_relation": "02", "m_sex": spouse},
        {"m_relation": "03", "m_sex": "1"},
    ]
    assert fired("R-V14", roster(*people)) == outcome
    assert not outcome or carries("R-V14", roster(*people), "2", str(spouse))


def test_r_v14__household_without_head__skipped_whatever_stands_last_in_the_table() -> None:
    rows = [{"of": 0, "m_relation": "02", "m_sex": "1"}, {"of": 1, "m_relation": "01", "m_sex": "1"}]
    assert fired("R-V14", data(c=[{}, {}], c_members=rows)) == []


@pytest.mark.parametrize(
    ("rule", "relation", "year", "outcome"),
    [
        ("R-V15", "03", 1972, []),
        ("R-V15", "03", 1971, [line(2)]),
        ("R-V15", "03", 1950, [line(2)]),
        ("R-V15", "04", 1950, []),
        ("R-V15", "03", None, []),
        ("R-V16", "07", 1948, []),
        ("R-V16", "07", 1949, [line(2)]),
        ("R-V16", "08", 1970, []),
        ("R-V16", "07", None, []),
        ("R-V17", "06", 1988, []),
        ("R-V17", "06", 1987, [line(2)]),
        ("R-V17", "09", 1932, []),
        ("R-V17", "09", 1933, [line(2)]),
        ("R-V17", "06", None, []),
    ],
)
def test_years_between_generations__boundary__found_below_it(
    rule: str, relation: str, year: int | None, outcome: list[str]
) -> None:
    people = {"m_relation": "01", "m_birth_year": 1960}, {"m_relation": relation, "m_birth_year": year}
    assert fired(rule, roster(*people)) == outcome
    assert not outcome or carries(rule, roster(*people), "2", "1960", str(year))


@pytest.mark.parametrize("rule", ["R-V15", "R-V16", "R-V17"])
def test_years_between_generations__head_of_unknown_year__skipped(rule: str) -> None:
    others = [{"m_relation": code, "m_birth_year": 1900} for code in ("03", "06", "07", "09")]
    assert fired(rule, roster({"m_relation": "01"}, *others)) == []


@pytest.mark.parametrize(
    ("head", "spouse", "wrong"),
    [
        ("2", "2", []),
        ("5", "2", []),
        ("1", "2", [1]),
        ("2", "3", [2]),
        ("4", "1", [1, 2]),
        (None, "2", []),
        ("2", None, []),
    ],
)
def test_r_v21__head_and_spouse__are_married_or_separated(
    head: str | None, spouse: str | None, wrong: list[int]
) -> None:
    people = {"m_relation": "01", "m_marital": head}, {"m_relation": "02", "m_marital": spouse}
    assert fired("R-V21", roster(*people)) == [line(number) for number in wrong]
    assert not wrong or carries("R-V21", roster(*people), str(wrong[0]))


def test_r_v21__head_without_spouse_in_the_roster__may_be_single() -> None:
    assert fired("R-V21", roster({"m_relation": "01", "m_marital": "1"})) == []
