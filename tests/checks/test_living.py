"""Rules of house, power, belongings and income: records that pass, that fail, boundaries, empty cells."""

from __future__ import annotations

from typing import Any

import pytest

from processor.survey.checks.data import Data
from tests.checks.make import data, fired
from tests.checks.say import carries, values

HOUSE = {"house_pillar": "1", "house_roof": "2", "house_wall": "2", "house_area": 40.5}


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({"house_ownership": "1", **HOUSE}, False),
        ({"house_ownership": "6"}, False),
        ({"house_ownership": "6", "house_area": 30.0}, True),
        ({"house_ownership": "6", "house_roof": "1"}, True),
        ({"house_ownership": "1", **HOUSE, "house_wall": None}, True),
        ({"house_ownership": "96"}, True),
        (HOUSE, False),
        ({}, False),
    ],
)
def test_r_v30__house__has_materials_and_area_or_is_none(answers: dict[str, Any], found: bool) -> None:
    tables = data(c=[answers])
    assert fired("R-V30", tables) == (["c:0"] if found else [])
    assert not found or carries("R-V30", tables, str(answers["house_ownership"]), "4")


@pytest.mark.parametrize(
    ("ownership", "area", "found"),
    [
        ("1", 2.0, False),
        ("1", 1.9, True),
        ("1", 200.0, False),
        ("1", 200.1, True),
        ("6", 0.0, False),
        ("1", None, False),
    ],
)
def test_r_v31__area_for_everybody__found_outside_2_to_200(
    ownership: str, area: float | None, found: bool
) -> None:
    tables = data(c=[{"house_ownership": ownership, "area_per_person": area}])
    assert fired("R-V31", tables) == (["c:0"] if found else [])
    assert not found or carries("R-V31", tables, str(area), "2", "200")


@pytest.mark.parametrize(
    ("light", "assets", "kwh", "found"),
    [
        ("1", "1 7", 80, False),
        ("2", "1 7", None, True),
        ("3", "8", None, True),
        ("3", "10", None, True),
        ("3", "1 4", None, False),
        ("2", "0", None, False),
        ("1", "1", 0, True),
        ("1", "1", None, False),
        (None, "7", None, False),
        ("2", None, None, False),
    ],
)
def test_r_v32__power__fits_belongings_and_consumption(
    light: str | None, assets: str | None, kwh: int | None, found: bool
) -> None:
    tables = data(c=[{"light_source": light, "assets": assets, "electricity_kwh": kwh}])
    assert fired("R-V32", tables) == (["c:0"] if found else [])
    assert not found or carries("R-V32", tables, str(light), str(assets))


@pytest.mark.parametrize(
    ("assets", "uses", "found"),
    [
        ("1 4", "0", True),
        ("5", "0", True),
        ("4", "1", False),
        ("1 3 14", "0", False),
        ("4", None, False),
        (None, "0", False),
    ],
)
def test_r_v33__phone__is_used(assets: str | None, uses: str | None, found: bool) -> None:
    tables = data(c=[{"assets": assets, "uses_phone": uses}])
    assert fired("R-V33", tables) == (["c:0"] if found else [])
    assert not found or carries("R-V33", tables, str(assets))


@pytest.mark.parametrize(
    ("income", "member", "found"),
    [
        (0, {"m_work": "1"}, True),
        (0, {"m_pension": "1"}, True),
        (0, {"m_merit": "1"}, True),
        (0, {"m_sa": "1"}, True),
        (0, {"m_work": "2", "m_pension": "0", "m_merit": "0", "m_sa": "0"}, False),
        (1, {"m_work": "1"}, False),
        (None, {"m_work": "1"}, False),
    ],
)
def test_r_v34__no_income__found_when_there_is_a_source(
    income: int | None, member: dict[str, str], found: bool
) -> None:
    tables = data(c=[{"income_month": income}], c_members=[{"m_work": "7"}, member])
    assert fired("R-V34", tables) == (["c:0"] if found else [])
    assert not found or carries("R-V34", tables, "1", "0")


def allowances(income: int | None, *c1: dict[str, Any], amounts: tuple[int | None, ...]) -> Data:
    """A household with this income (thousand dong) and a C1 for each amount."""
    rows = [{"hh_code": "H1", "c1_key": f"H1-0{number}", "benefit_status": "1", **row}
            for number, row in enumerate(c1)]  # fmt: skip
    paid = [{"of": number, "a_amount": amount} for number, amount in enumerate(amounts)]
    return data(c=[{"hh_code": "H1", "income_month": income}], c1=rows, c1_allowances=paid)


def test_r_v35__income_below_the_allowances__found_with_both_sums() -> None:
    tables = allowances(809, {}, {}, amounts=(405000, 405000))
    assert fired("R-V35", tables) == ["c:0"]
    assert values("R-V35", tables) == [{"income": 809000, "allowances": 810000}]
    assert carries("R-V35", tables, "809000", "810000")


@pytest.mark.parametrize(
    ("income", "second"),
    [
        (810, {}),
        (None, {}),
        (405, {"benefit_status": "4"}),
        (405, {"hh_code": "H2"}),
        (405, {"hh_code": None}),
        # The same person's C1 sent twice is an error of its own.
        (405, {"c1_key": "H1-00"}),
        # Amounts of another commune's forms are not told.
        (405, {"_area": "16666"}),
    ],
)
def test_r_v35__income_of_at_least_the_allowances__passes(income: int | None, second: dict[str, Any]) -> None:
    assert fired("R-V35", allowances(income, {}, second, amounts=(405000, 405000))) == []


def test_r_v35__empty_amount_or_no_c1__passes() -> None:
    assert fired("R-V35", allowances(0, {}, amounts=(None,))) == []
    assert fired("R-V35", data(c=[{"hh_code": "H1", "income_month": 0}, {"income_month": 0}])) == []
