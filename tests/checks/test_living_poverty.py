"""Rules of poverty: class, scores and income by the lines in force; boundaries and empty cells."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.make import data, fired
from tests.checks.say import carries, values

URBAN, RURAL = "1", "2"


def household(
    hh_class: str | None, area: str | None = RURAL, day: str | None = "2016-03-10", **more: Any
) -> Any:
    """A household of this class, rural in March 2016 when nothing else is said."""
    return data(c=[{"hh_class": hh_class, "area_type": area, "interview_date": day, **more}])


@pytest.mark.parametrize(
    ("area", "b1", "b2", "group"),
    [
        (RURAL, 120, None, "poor"),
        (RURAL, 121, 30, "poor"),
        (RURAL, 121, 29, "near_poor"),
        (RURAL, 150, 0, "near_poor"),
        (RURAL, 151, 90, "none"),
        (URBAN, 140, None, "poor"),
        (URBAN, 141, 20, "near_poor"),
        (URBAN, 175, 30, "poor"),
        (URBAN, 176, None, "none"),
    ],
)
def test_r_v36__class_by_scores__found_when_the_list_says_another(
    area: str, b1: int, b2: int | None, group: str
) -> None:
    classes = {"poor": "123", "near_poor": "456", "none": "7"}
    for name, codes in classes.items():
        for code in codes:
            tables = household(code, area, b1_score=b1, b2_score=b2)
            assert fired("R-V36", tables) == ([] if name == group else ["c:0"]), (code, group)


@pytest.mark.parametrize(
    "cells",
    [
        {"hh_class": None},
        {"b1_score": None},
        {"area_type": None},
        {"interview_date": None},
        # Between the lines B2 decides.
        {"b1_score": 130, "b2_score": None},
        # No scores were in force in 2015 and none are known for 2022.
        {"interview_date": "2015-12-31"},
        {"interview_date": "2022-01-01"},
    ],
)
def test_r_v36__what_decides_is_unknown__skipped(cells: dict[str, Any]) -> None:
    base = {"hh_class": "7", "area_type": RURAL, "interview_date": "2016-03-10", "b1_score": 100}
    assert fired("R-V36", data(c=[base])) == ["c:0"]
    assert fired("R-V36", data(c=[{**base, **cells}])) == []


def test_r_v36__message__carries_class_scores_and_limits() -> None:
    tables = household("1", b1_score=160, b2_score=20)
    assert carries("R-V36", tables, "1", "160", "20", "120", "150", "30")


@pytest.mark.parametrize(
    ("hh_class", "book", "found"),
    [("1", None, True), ("6", None, True), ("1", "0", True), ("1", "HN-12", False), ("7", None, False),
     (None, None, False)],
)  # fmt: skip
def test_r_v37__certificate_number__found_missing_for_class_1_to_6(
    hh_class: str | None, book: str | None, found: bool
) -> None:
    tables = data(c=[{"hh_class": hh_class, "poor_book_no": book}])
    assert fired("R-V37", tables) == (["c:0"] if found else [])
    assert not found or carries("R-V37", tables, str(hh_class))


def deprived(number: int) -> dict[str, int]:
    """The first of the ten indicators are deprived."""
    return {f"b2_{n:02d}": 10 if n <= number else 0 for n in range(1, 11)}


@pytest.mark.parametrize(
    ("copied", "number", "found"),
    [(30, 3, False), (30, 2, False), (30, 4, False), (30, 1, True), (30, 5, True), (None, 9, False)],
)
def test_r_v40__copied_score__found_when_more_than_10_apart(
    copied: int | None, number: int, found: bool
) -> None:
    tables = data(c=[{"b2_score": copied, **deprived(number)}])
    assert fired("R-V40", tables) == (["c:0"] if found else [])
    assert not found or carries("R-V40", tables, "30", str(number * 10))


def test_r_v40__an_indicator_unknown__skipped() -> None:
    assert fired("R-V40", data(c=[{"b2_score": 90, **deprived(0), "b2_07": None}])) == []


@pytest.mark.parametrize(
    ("area", "income", "number", "group"),
    [
        (RURAL, 700000, 0, "poor"),
        (RURAL, 700001, 3, "poor"),
        (RURAL, 700001, 2, "near_poor"),
        (RURAL, 1000000, 0, "near_poor"),
        (RURAL, 1000001, 10, "none"),
        (URBAN, 900000, 0, "poor"),
        (URBAN, 1300000, 2, "near_poor"),
        (URBAN, 1300001, 3, "none"),
    ],
)
def test_r_v41__computed_class__found_when_the_list_says_another(
    area: str, income: int, number: int, group: str
) -> None:
    for name, code in {"poor": "1", "near_poor": "4", "none": "7"}.items():
        tables = household(code, area, income_per_capita=income, **deprived(number))
        assert fired("R-V41", tables) == ([] if name == group else ["c:0"]), (code, group)


@pytest.mark.parametrize(
    "cells",
    [{"hh_class": None}, {"income_per_capita": None}, {"area_type": None}, {"interview_date": "2015-12-31"},
     {"interview_date": "2022-01-01"}, {"income_per_capita": 800000, "b2_01": None}],
)  # fmt: skip
def test_r_v41__what_decides_is_unknown__skipped(cells: dict[str, Any]) -> None:
    base = {"hh_class": "7", "area_type": RURAL, "interview_date": "2016-03-10", "income_per_capita": 1}
    assert fired("R-V41", data(c=[{**base, **deprived(0)}])) == ["c:0"]
    assert fired("R-V41", data(c=[{**base, **deprived(0), **cells}])) == []


def test_r_v41__message__carries_income_and_lines() -> None:
    tables = household("7", income_per_capita=500000, **deprived(2))
    assert values("R-V41", tables)[0]["score"] == 20
    assert carries("R-V41", tables, "7", "500000", "700000", "1000000", "20")
