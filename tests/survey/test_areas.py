"""Units over time: totals are conserved, nothing is guessed."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from processor.survey.areas import (
    PROPOSED,
    SOURCED,
    UNKNOWN,
    UNRESOLVED,
    WHOLE,
    Areas,
    add_units,
    regroup,
    tally,
)
from processor.survey.checks.reference import Reference
from tests.conftest import ROOT

AREAS = Areas(Reference(ROOT / "config" / "codes"))
CODES = sorted(AREAS.units_2016)
NOT_PLACED = {
    "16684", "16687", "16696", "17002", "16978", "16996", "17525", "17563", "17590", "17593", "17599",
}  # fmt: skip


def test_units__both_sets__have_their_numbers_hierarchy_and_validity() -> None:
    assert (len(AREAS.units_2016), len(AREAS.units_2025)) == (480, 130)
    districts = {unit.parent for unit in AREAS.units_2016.values()}
    assert len(districts) == 21
    assert sorted(code for d in districts for code in AREAS.district(d)) == CODES
    assert {unit.parent for unit in AREAS.units_2025.values()} == {""}
    ends = {unit.valid_to for unit in AREAS.units_2016.values()}
    starts = {unit.valid_from for unit in AREAS.units_2025.values()}
    assert [d.isoformat() for d in (*ends, *starts) if d] == ["2025-06-30", "2025-07-01"]


def test_in_2025__every_commune_of_2016__placed_once_with_the_marks_of_the_source() -> None:
    assert tally(CODES, AREAS) == {WHOLE: 412, SOURCED: 7, PROPOSED: 50, UNRESOLVED: 11, UNKNOWN: 0}
    assert {code for code in CODES if AREAS.in_2025(code).mark == UNRESOLVED} == NOT_PLACED


def test_in_2025__unresolved__has_no_unit() -> None:
    assert all(AREAS.in_2025(code).unit is None for code in NOT_PLACED)


def test_in_2025__through_a_successor__says_which_and_why() -> None:
    followed = [AREAS.in_2025(c) for c in CODES if AREAS.in_2025(c).mark in (SOURCED, PROPOSED)]
    assert len(followed) == 57
    assert all(placed.successor and placed.basis and placed.unit for placed in followed)


def test_in_2025__commune_with_two_codes_in_the_sources__is_the_listed_one() -> None:
    strange = {p.unit.code for c in CODES if (p := AREAS.in_2025(c)).unit} - set(AREAS.units_2025)
    assert strange == set()


def test_in_2025__code_that_is_none_of_2016__unknown() -> None:
    assert [AREAS.in_2025(code).mark for code in (None, "", "00000", "412")] == [UNKNOWN] * 4


def test_became__every_commune_of_2025__made_of_those_that_point_to_it() -> None:
    back = [placed.code for new in AREAS.units_2025 for placed in AREAS.became(new)]
    assert sorted(back) == sorted(set(CODES) - NOT_PLACED)


@given(st.dictionaries(st.sampled_from([*CODES, "99999"]), st.integers(0, 10**6)))
def test_regroup__any_counts__sum_is_conserved(counts: dict[str, int]) -> None:
    assert regroup(counts, AREAS)["count"].sum() == sum(counts.values())


def test_regroup__unresolved_commune__keeps_its_own_line() -> None:
    table = regroup({"16684": 3, "16663": 2, "16669": 5}, AREAS)
    assert table.to_dict("records") == [
        {"code": "16681", "name": "Phường Thành Vinh", "mark": WHOLE, "count": 7},
        {"code": "16684", "name": AREAS.units_2016["16684"].name, "mark": UNRESOLVED, "count": 3},
    ]


def test_add_units__rows__keep_their_order_and_their_commune_of_2016() -> None:
    frame = pd.DataFrame({"_area": ["16684", None, "16663"], "n": [1, 2, 3]}, dtype=object)
    made = add_units(frame, AREAS)
    assert made["_area"].tolist() == ["16684", None, "16663"]
    assert made["area_2025"].tolist() == [None, None, "16681"]
    assert made["area_2025_mark"].tolist() == [UNRESOLVED, UNKNOWN, WHOLE]
