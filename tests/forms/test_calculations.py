"""What the phone computes, against the same figures worked out in Python, and their types."""

from __future__ import annotations

import random
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from processor.servers.protocol import FormPackage
from tests.engine import fill
from tests.forms.conftest import MEDIA
from tests.forms.interviews import DAY, allowance, beneficiary, changed, head, household, member
from tests.forms.xml import answers

TODAY = date.fromisoformat(DAY)


def years(born: date) -> int:
    return TODAY.year - born.year - ((TODAY.month, TODAY.day) < (born.month, born.day))


def random_member(pick: random.Random, line: int) -> dict[str, Any]:
    """A person of any age with only the answers that are asked of that age."""
    born = date(pick.randint(1930, 2025), pick.randint(1, 12), pick.randint(1, 28))
    age = years(born)
    row = {k: v for k, v in (head() if line == 1 else member(m_relation="03")).items() if k != "m_occupation"}
    row |= {"m_birth_year": born.year, "m_birth_month": born.month, "m_birth_day": born.day}
    row |= {"m_sex": pick.choice("12"), "m_ethnic": pick.choice(["01", "03", "24", "55"])}
    row |= {"m_hi": pick.choice("01"), "m_illness": pick.choice("012"), "m_school": pick.choice("123")}
    row |= {"m_education": pick.choice("01234"), "m_work": "4"}
    asked = {"m_school": 3, "m_education": 6, "m_marital": 13, "m_work": 15, "m_pension": 16, "m_merit": 16}
    row = {k: v for k, v in row.items() if age >= asked.get(k, 0)}
    if row["m_hi"] == "0":
        row = {k: v for k, v in row.items() if k not in ("m_hi_type", "m_hi_no")}
    if row.get("m_school") == "1":
        row["m_school_level"] = "2"
    if row["m_sex"] == "2" and 13 <= age <= 55:
        row["m_pregnancy"] = "0"
    return row


def random_household(seed: int) -> dict[str, Any]:
    pick = random.Random(seed)
    rows = [random_member(pick, line) for line in range(1, pick.randint(2, 7))]
    given = household(
        hh_size=len(rows),
        members=rows,
        n_c1_forms=1,
        area_type=pick.choice("12"),
        income_month=pick.randint(0, 6000),
        house_pillar=pick.choice("12345"),
        house_roof=pick.choice("12345"),
        house_wall=pick.choice("123456"),
        house_area=pick.randint(5, 900) / 10,
        water_source=pick.choice(["1", "6", "7", "9", "96"]),
        toilet_type=pick.choice(["1", "4", "5", "6", "96"]),
        assets=pick.choice([["0"], ["1", "13"], ["3"], ["13"]]),
        uses_phone=pick.choice("01"),
        uses_internet=pick.choice("01"),
        loudspeaker=pick.choice("01"),
    )
    if pick.random() < 0.2:
        given = changed(given, {"house_ownership": "6", **dict.fromkeys(("house_pillar", "house_roof", "house_wall", "house_area"))})  # fmt: skip
    return given


def age_of(row: dict[str, Any]) -> int:
    return years(date(row["m_birth_year"], row["m_birth_month"], row["m_birth_day"]))


def rounded(value: Decimal, places: str) -> Decimal:
    return value.quantize(Decimal(places), ROUND_HALF_UP)


def housing(given: dict[str, Any]) -> dict[str, Any]:
    if given["house_ownership"] == "6":
        return {"solid_parts": 0, "house_class": 5, "area_per_person": Decimal(0)}
    solid = sum(int(given[f"house_{part}"]) <= 3 for part in ("pillar", "roof", "wall"))
    area = rounded(Decimal(str(given["house_area"])) / given["hh_size"], "0.1")
    return {"solid_parts": solid, "house_class": {3: 1, 2: 2, 1: 3, 0: 4}[solid], "area_per_person": area}


def counts(given: dict[str, Any]) -> dict[str, int]:
    rows = given["members"]
    return {
        "n_heads": 1,
        "n_sa": sum(r["m_sa"] == "1" for r in rows),
        "n_female": sum(r["m_sex"] == "2" for r in rows),
        "n_minority": sum(r["m_ethnic"] not in ("01", "55") for r in rows),
        "n_no_hi": sum(age_of(r) >= 6 and r["m_hi"] == "0" for r in rows),
        "n_sick_no_care": sum(r["m_illness"] == "2" for r in rows),
        "n_adult_edu": sum(
            age_of(r) >= 15
            and r["m_birth_year"] >= 1986
            and r["m_education"] in "01"
            and r["m_school"] != "1"
            for r in rows
        ),
        "n_child_school": sum(5 <= age_of(r) < 15 and r["m_school"] != "1" for r in rows),
        "roster_count": len(rows),
    }


def deprivations(given: dict[str, Any], n: dict[str, int], house: dict[str, Any]) -> list[bool]:
    return [
        n["n_sick_no_care"] > 0,
        n["n_no_hi"] > 0,
        n["n_adult_edu"] > 0,
        n["n_child_school"] > 0,
        house["house_class"] >= 3,
        house["area_per_person"] < 8,
        int(given["water_source"]) >= 7,
        int(given["toilet_type"]) >= 5,
        given["uses_phone"] == given["uses_internet"] == "0",
        not {"1", "2", "3"} & set(given["assets"]) and given["loudspeaker"] == "0",
    ]


def expected(given: dict[str, Any]) -> dict[str, Any]:
    n, house = counts(given), housing(given)
    points = [10 if lacking else 0 for lacking in deprivations(given, n, house)]
    income = int(rounded(Decimal(given["income_month"] * 1000) / given["hh_size"], "1"))
    poor, minimum = (900_000, 1_300_000) if given["area_type"] == "1" else (700_000, 1_000_000)
    status = "poor" if income <= poor or (income <= minimum and sum(points) >= 30) else "near_poor"
    return {
        **n,
        **house,
        **{f"b2_{i:02}": p for i, p in enumerate(points, start=1)},
        "b2_calc": sum(points),
        "income_per_capita": income,
        "mdp_status": status if income <= minimum else "none",
        "hh_code": "40412166630010007",
    }


def test_household__calculations__equal_those_of_python(packages: dict[str, FormPackage]) -> None:
    given = [random_household(seed) for seed in range(40)]
    results = fill(packages["phieu_c"].xform, MEDIA, given)
    assert [r.problems for r in results if not r.ok] == []
    statuses = set()
    for one, result in zip(given, results, strict=True):
        found, wanted = answers(result.xml)[0], expected(one)
        decimal = wanted.pop("area_per_person")
        assert Decimal(found["area_per_person"]) == decimal
        assert {k: found[k] for k in wanted} == {k: str(v) for k, v in wanted.items()}
        statuses.add(found["mdp_status"])
        ages = [(row["m_no"], row["m_age"]) for row in answers(result.xml, "members")]
        assert ages == [(str(n), str(age_of(r))) for n, r in enumerate(one["members"], start=1)]
    assert statuses == {"poor", "near_poor", "none"}


AGES = [
    ((2026, 11, 20), "0"), ((2025, 11, 21), "0"), ((2025, 11, 20), "1"), ((1960, 12, 1), "65"),
    ((1960, 11, 99), "66"), ((1960, 12, 99), "65"), ((1960, 99, None), "66"), ((2024, 2, 29), "2"),
]  # fmt: skip


def test_age__both_sides_of_a_birthday_and_unknown_parts__completed_years(
    packages: dict[str, FormPackage],
) -> None:
    given = [
        beneficiary(b_birth_year=year, b_birth_month=month, **({} if day is None else {"b_birth_day": day}))
        for (year, month, day), _ in AGES
    ]
    for one, ((_, _, day), _) in zip(given, AGES, strict=True):
        if day is None:
            one.pop("b_birth_day")
    results = fill(packages["phieu_c1"].xform, MEDIA, given, force=True)
    assert [answers(r.xml)[0]["b_age"] for r in results] == [age for _, age in AGES]


@pytest.mark.parametrize(
    ("kind", "category", "coefficient", "amount"),
    [
        ("1", "0602", "15", "405000"),
        ("1", "0601", "20", "540000"),
        ("1", "0601", "99", "0"),
        ("3", "0801", "10", "0"),
    ],
)
def test_expected_amount__coefficient_and_kind__270000_times(
    kind: str, category: str, coefficient: str, amount: str, packages: dict[str, FormPackage]
) -> None:
    row = allowance(a_kind=kind, a_category=category, a_coef=coefficient)
    [result] = fill(packages["phieu_c1"].xform, MEDIA, [beneficiary(allowances=[row])], force=True)
    assert answers(result.xml, "allowances")[0]["a_expected"] == amount


def test_flags__every_category_of_2016__exactly_one_group(packages: dict[str, FormPackage]) -> None:
    groups = {
        "01": "orphan", "02": "orphan", "03": "hiv", "04": "single", "05": "elder",
        "06": "dis", "07": "dis", "08": "carer", "09": "carer",
    }  # fmt: skip
    options = [o for o in packages["phieu_c1"].form.choices["category"] if o.extra["group_list"] == "2016"]
    rows = [allowance(a_kind=o.extra["kind"], a_category=o.name) for o in options]
    results = fill(packages["phieu_c1"].xform, MEDIA, [beneficiary(allowances=[r]) for r in rows], force=True)
    for option, result in zip(options, results, strict=True):
        root = answers(result.xml)[0]
        flags = [g for g in dict.fromkeys(groups.values()) if root[f"is_{g}"] == "1"]
        assert flags == ([groups[option.name[:2]]] if option.name[:2] in groups else [])
        assert root["total_amount"] == "405000"


@pytest.mark.parametrize("form_id", ["phieu_c", "phieu_c1"])
def test_calculations__empty_form__no_text_in_a_number(
    form_id: str, packages: dict[str, FormPackage]
) -> None:
    """A half-filled draft must not carry NaN or Infinity where a number is expected."""
    package = packages[form_id]
    [result] = fill(package.xform, MEDIA, [{}], force=True)
    found = answers(result.xml)[0]
    numbers = [f.name for f in package.form.fields if f.value_type in ("int", "decimal") and not f.repeat]
    wrong = {
        n: found[n]
        for n in numbers
        if found.get(n) and not found[n].lstrip("-").replace(".", "", 1).isdigit()
    }
    assert wrong == {}


TEXTS = {
    "phieu_c": {"hh_code", "head_card_text", "m_card_text", "m_c1_key", "m_c1_check", "m_c1_line", "c1_list", "house_class", "mdp_status"},
    "phieu_c1": {"hh_code", "c1_key", "b_card_text"},
}  # fmt: skip


@pytest.mark.parametrize("form_id", ["phieu_c", "phieu_c1"])
def test_calculations__all_but_codes_and_texts__are_numbers(
    form_id: str, packages: dict[str, FormPackage]
) -> None:
    kinds = {f.name: f.value_type for f in packages[form_id].form.fields if f.kind == "calculate"}
    texts = {name for name, kind in kinds.items() if kind == "string"} - {"instanceID", "instanceName"}
    assert texts == TEXTS[form_id]
