"""Rules of single members: each with records that pass, that fail, at the boundary, and with an empty cell."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.make import data, fired, run
from tests.checks.say import carries, values
from tests.checks.test_members import line, roster


def born(age: int | None, **more: Any) -> dict[str, Any]:
    """Someone who became this old on the day of the interview."""
    if age is None:
        return more
    return {"m_birth_year": 2016 - age, "m_birth_month": 3, "m_birth_day": 10, **more}


def day_before(age: int, **more: Any) -> dict[str, Any]:
    """Someone who becomes this old on the day after the interview."""
    return {"m_birth_year": 2016 - age, "m_birth_month": 3, "m_birth_day": 11, **more}


@pytest.mark.parametrize(
    ("people", "wrong"),
    [
        ([born(15, m_relation="01"), born(40)], []),
        ([day_before(15, m_relation="01"), born(40)], [1]),
        ([born(15, m_relation="01"), born(15)], [1]),
        ([born(15, m_relation="01"), born(16)], []),
        ([born(15, m_relation="01"), born(None)], []),
        ([born(None, m_relation="01"), born(5)], []),
        ([born(40, m_relation="01"), born(5)], []),
    ],
)
def test_r_v18__child_as_head_or_only_children__found_at_the_head(
    people: list[dict[str, Any]], wrong: list[int]
) -> None:
    assert fired("R-V18", roster(*people)) == [line(number) for number in wrong]


def test_r_v18__message__carries_the_ages() -> None:
    assert carries("R-V18", roster(born(14, m_relation="01"), born(12)), "14", "1")


def test_r_v18__grown_up_of_another_household__does_not_count() -> None:
    rows = [born(15, of=0, m_relation="01"), born(40, of=1, row_no=1, m_relation="01")]
    day = {"interview_date": "2016-03-10"}
    assert fired("R-V18", data(c=[day, day], c_members=rows)) == [line(1)]


@pytest.mark.parametrize(
    ("person", "outcome"),
    [(born(105), []), (day_before(106), []), (born(106), [line(1)]), (born(None), [])],
)
def test_r_v19__age__found_above_105(person: dict[str, Any], outcome: list[str]) -> None:
    assert fired("R-V19", roster(person)) == outcome
    assert not outcome or carries("R-V19", roster(person), "106", "105")


@pytest.mark.parametrize(
    ("person", "outcome"),
    [
        (born(18, m_sex="2", m_marital="2"), []),
        (day_before(18, m_sex="2", m_marital="2"), [line(1)]),
        (born(20, m_sex="1", m_marital="2"), []),
        (born(19, m_sex="1", m_marital="2"), [line(1)]),
        (born(17, m_sex="1", m_marital="1"), []),
        (born(17, m_sex=None, m_marital="2"), []),
        (born(17, m_sex="1", m_marital=None), []),
        (born(None, m_sex="1", m_marital="2"), []),
    ],
)
def test_r_v20__married__found_below_the_age_of_the_law(person: dict[str, Any], outcome: list[str]) -> None:
    assert fired("R-V20", roster(person)) == outcome
    assert not outcome or carries("R-V20", roster(person), str(values("R-V20", roster(person))[0]["age"]))


@pytest.mark.parametrize(
    ("level", "fits", "not_fits"),
    [
        ("1", [3, 7], [8]),
        ("2", [5, 16], [4, 17]),
        ("3", [10, 20], [9, 21]),
        ("4", [14, 24], [13, 25]),
        ("8", [17, 60], [16]),
        ("5", [10, 60], []),
        ("9", [4, 30], []),
        (None, [4, 30], []),
    ],
)
def test_r_v22__level_of_school__found_outside_its_ages(
    level: str | None, fits: list[int], not_fits: list[int]
) -> None:
    people = [born(age, m_school_level=level) for age in [*fits, *not_fits]]
    wrong = [line(number + 1) for number in range(len(fits), len(people))]
    assert fired("R-V22", roster(*people, born(None, m_school_level=level))) == wrong
    assert not wrong or carries("R-V22", roster(*people), str(not_fits[0]), str(level))


@pytest.mark.parametrize(
    ("diploma", "least"), [("2", 13), ("3", 16), ("6", 19), ("7", 19), ("1", 0), ("5", 0), (None, 0)]
)
def test_r_v23__diploma__found_below_its_age_as_an_error(diploma: str | None, least: int) -> None:
    people = roster(born(least, m_education=diploma), day_before(least, m_education=diploma), born(None))
    wrong = [line(2)] if least else []
    assert fired("R-V23", people) == wrong
    assert [found.severity for found in run("R-V23", people)] == ["E"] * len(wrong)
    assert not wrong or carries("R-V23", people, str(least - 1), str(least))


def test_r_v23__only_the_year_known__counts_as_born_on_1_january() -> None:
    by_year = {"m_birth_month": 99, "m_education": "2"}
    tables = roster({"m_birth_year": 2003, **by_year}, {"m_birth_year": 2004, **by_year})
    assert fired("R-V23", tables) == [line(2)]


@pytest.mark.parametrize(
    ("hh_class", "person", "found"),
    [
        ("3", {"m_hi_type": "HN"}, False),
        ("4", {"m_hi_type": "HN"}, True),
        (None, {"m_hi_type": "HN"}, False),
        ("6", {"m_hi_type": "CN"}, False),
        ("7", {"m_hi_type": "CN"}, True),
        ("1", {"m_hi_type": "CN"}, True),
        ("7", born(6, m_hi_type="TE"), False),
        ("7", born(7, m_hi_type="TE"), True),
        ("7", {"m_hi_type": "TE"}, False),
        ("7", {"m_hi_type": "HT", "m_pension": "1"}, False),
        ("7", {"m_hi_type": "HT", "m_pension": "0"}, True),
        ("7", {"m_hi_type": "HT"}, False),
        ("7", {"m_hi_type": "BT", "m_sa": "1"}, False),
        ("7", {"m_hi_type": "BT", "m_sa": "0"}, True),
        ("7", {"m_hi_type": "BT"}, False),
        ("7", {"m_sa": "0", "m_pension": "0"}, False),
    ],
)
def test_r_v24__group_on_the_card__fits_the_other_answers(
    hh_class: str | None, person: dict[str, Any], found: bool
) -> None:
    tables = roster(person, hh_class=hh_class)
    assert fired("R-V24", tables) == ([line(1)] if found else [])
    assert not found or carries("R-V24", tables, str(person["m_hi_type"]), str(hh_class))


@pytest.mark.parametrize(
    ("receives", "card", "outcome"),
    [("1", "0", [line(1)]), ("1", "1", []), ("0", "0", []), (None, "0", []), ("1", None, [])],
)
def test_r_v25__beneficiary__has_a_card(receives: str | None, card: str | None, outcome: list[str]) -> None:
    tables = roster({"m_sa": receives, "m_hi": card})
    assert fired("R-V25", tables) == outcome
    assert not outcome or carries("R-V25", tables, "1")


@pytest.mark.parametrize(
    ("age", "code", "found"),
    [
        (15, "1", False),
        (14, "1", True),
        (50, "3", False),
        (51, "3", True),
        (14, "2", False),
        (51, "0", False),
        (14, None, False),
        (None, "1", False),
    ],
)
def test_r_v26__pregnant__found_outside_15_to_50(age: int | None, code: str | None, found: bool) -> None:
    tables = roster(born(age, m_pregnancy=code))
    assert fired("R-V26", tables) == ([line(1)] if found else [])
    assert not found or carries("R-V26", tables, str(age))


@pytest.mark.parametrize(
    ("code", "child", "found"),
    [
        ("2", day_before(3), False),
        ("2", born(3), True),
        ("3", born(9), True),
        ("1", born(9), False),
        ("2", born(None), False),
        (None, born(9), False),
    ],
)
def test_r_v27__raises_an_infant__has_one_in_the_roster(
    code: str | None, child: dict[str, Any], found: bool
) -> None:
    tables = roster(born(30, m_pregnancy=code), child)
    assert fired("R-V27", tables) == ([line(1)] if found else [])
    assert not found or carries("R-V27", tables, str(values("R-V27", tables)[0]["youngest"]))


@pytest.mark.parametrize(
    ("category", "disabled", "found"),
    [(code, "0", True) for code in ("0601", "0602", "0701", "0702", "0703")]
    + [("0601", "1", False), ("0601", None, False), ("0503", "0", False), (None, "0", False)],
)
def test_r_v28__category_for_disabled_people__member_is_disabled(
    category: str | None, disabled: str | None, found: bool
) -> None:
    tables = roster({"m_sa_category": category, "m_disabled": disabled})
    assert fired("R-V28", tables) == ([line(1)] if found else [])
    assert not found or carries("R-V28", tables, str(category))


@pytest.mark.parametrize(
    ("degree", "paper", "receives", "found"),
    [
        ("1", "0", "1", True),
        ("2", "0", "1", True),
        ("3", "0", "1", False),
        ("1", "1", "1", False),
        ("1", "0", "0", False),
        (None, "0", "1", False),
        ("1", None, "1", False),
        ("1", "0", None, False),
    ],
)
def test_r_v29__severe_disability_with_allowance__has_the_certificate(
    degree: str | None, paper: str | None, receives: str | None, found: bool
) -> None:
    tables = roster({"m_dis_degree": degree, "m_dis_cert": paper, "m_sa": receives})
    assert fired("R-V29", tables) == ([line(1)] if found else [])
    assert not found or carries("R-V29", tables, str(degree))
