"""Rules about one thing with several people: each with records that pass and that fail, and what values tell."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.survey.checks.data import Data
from processor.survey.checks.groups import distinct, joined, listed
from tests.checks.make import data, fired, run
from tests.checks.say import carries, values

A, B, C = "40412166630010001", "40412166630010002", "40413167170010003"
HOMES = (
    {"hh_code": A, "commune_code": "16663", "district_code": "412", "_area": "16663"},
    {"hh_code": B, "commune_code": "16663", "district_code": "412", "_area": "16663"},
    {"hh_code": C, "commune_code": "16717", "district_code": "413", "_area": "16717"},
)


def member(of: int, line: int = 1, **answers: Any) -> dict[str, Any]:
    return {"of": of, "row_no": line, "_area": HOMES[of]["_area"], **answers}


def c1(of: int, line: int = 1, **answers: Any) -> dict[str, Any]:
    return {**HOMES[of], "c1_key": f"{HOMES[of]['hh_code']}-{line:02d}", **answers}


def tables(members: list[dict[str, Any]], *sheets: dict[str, Any]) -> Data:
    return data(c=list(HOMES), c_members=members, c1=list(sheets))


# --- numbers of papers, cards and books


NUMBERS = {"R-D01": ("m_id_no", "b_id_no", "186123456"), "R-D04": ("m_hi_no", "b_hi_no", "HN2409191576449")}


@pytest.mark.parametrize("rule", NUMBERS)
def test_number__one_person_on_both_forms__passes(rule: str) -> None:
    of_member, of_c1, number = NUMBERS[rule]
    assert not fired(rule, tables([member(0, **{of_member: number})], c1(0, **{of_c1: number})))


@pytest.mark.parametrize("rule", NUMBERS)
def test_number__two_people__every_row_found_with_count_and_communes_only(rule: str) -> None:
    of_member, of_c1, number = NUMBERS[rule]
    rows = [member(0, 1, **{of_member: number}), member(2, 1, **{of_member: number}), member(0, 2)]
    found = tables(rows, c1(2, 1, **{of_c1: number}), c1(0, 2))
    assert fired(rule, found) == ["c:0/members[1]", "c:2/members[1]", "c1:0"]
    assert values(rule, found)[0] == {"communes": "16663, 16717", "count": 2, "limit": 1}
    assert len({f.group_key for f in run(rule, found)}) == 1
    assert carries(rule, found, "2", "16663, 16717")


@pytest.mark.parametrize("rule", NUMBERS)
def test_number__two_lines_of_one_household__found(rule: str) -> None:
    of_member, _, number = NUMBERS[rule]
    assert len(fired(rule, tables([member(0, n, **{of_member: number}) for n in (1, 2)]))) == 2


@pytest.mark.parametrize("rule", NUMBERS)
def test_number__household_sent_twice__is_the_same_person(rule: str) -> None:
    of_member, _, number = NUMBERS[rule]
    twice = data(
        c=[HOMES[0], HOMES[0]],
        c_members=[{"of": of, "row_no": 1, of_member: number} for of in (0, 1)],
    )
    assert not fired(rule, twice)


def test_r_d01__forms_without_household_code__are_people_of_their_own() -> None:
    rows = [{"of": of, "row_no": 1, "m_id_no": "186123456"} for of in (0, 1)]
    assert len(fired("R-D01", data(c=[{}, {}], c_members=rows))) == 2
    assert len(fired("R-D01", data(c1=[{"b_id_no": "186123456"}, {"b_id_no": "186123456"}]))) == 2


def test_r_d01__placeholder_number__is_nobodys() -> None:
    assert not fired("R-D01", tables([member(0, m_id_no="111111111"), member(1, m_id_no="111111111")]))


def test_r_d04__card_that_is_too_short__skipped() -> None:
    assert not fired("R-D04", tables([member(0, m_hi_no="HN240919"), member(1, m_hi_no="HN240919")]))


def test_r_d05__one_book_in_a_district__found_and_not_between_districts() -> None:
    book = {"benefit_book_no": "BTXH-12"}
    assert fired("R-D05", tables([], c1(0, **book), c1(1, **book), c1(2, **book))) == ["c1:0", "c1:1"]
    assert not fired("R-D05", tables([], c1(0, **book), c1(0, **book), c1(2, **book), c1(1)))
    assert carries("R-D05", tables([], c1(0, **book), c1(1, **book)), "2", "16663")


def with_decisions(*sheets: dict[str, Any], **decision: Any) -> Data:
    rows = [
        {
            "of": of,
            "row_no": 1,
            "_area": s["_area"],
            "a_decision_no": "12/QĐ-UBND",
            "a_decision_date": "2015-01-05",
        }
        | decision
        for of, s in enumerate(sheets)
    ]
    return data(c=list(HOMES), c1=list(sheets), c1_allowances=rows)


def test_r_d06__decision_and_name_of_two_people_in_a_district__found() -> None:
    name = {"b_name": "NGUYỄN VĂN AN"}
    found = with_decisions(c1(0, **name), c1(1, **name), c1(2, **name))
    assert fired("R-D06", found) == ["c1:0/allowances[1]", "c1:1/allowances[1]"]
    assert carries("R-D06", found, "2", "16663")


def test_r_d06__other_name_or_no_date_or_one_person__passes() -> None:
    name = {"b_name": "NGUYỄN VĂN AN"}
    assert not fired("R-D06", with_decisions(c1(0, **name), c1(1, b_name="LÊ THỊ HOA")))
    assert not fired("R-D06", with_decisions(c1(0, **name), c1(1, **name), a_decision_date=None))
    assert not fired("R-D06", with_decisions(c1(0, **name), c1(0, **name)))


# --- people of one name


def born(
    name: str = "Nguyễn Văn An", year: int = 1950, month: Any = 5, day: Any = 6, prefix: str = "m"
) -> Any:
    birth = {"birth_year": year, "birth_month": month, "birth_day": day, "name": name, "sex": "1"}
    return {f"{prefix}_{k}": v for k, v in birth.items()}


def test_r_d02__name_sex_birth_in_two_households__error_on_every_row() -> None:
    found = tables(
        [member(0, **born()), member(1, 3, **born("NGUYỄN VĂN ẤN")), member(0, 2, **born("Lê An"))]
    )
    assert [(f.row_key, f.severity) for f in run("R-D02", found)] == [
        ("c:0/members[1]", "E"),
        ("c:1/members[3]", "E"),
    ]
    assert carries("R-D02", found, "2", "16663")


def test_r_d02__c1_of_another_household__found_with_it() -> None:
    assert len(fired("R-D02", tables([member(0, **born())], c1(1, **born(prefix="b"))))) == 2
    assert not fired("R-D02", tables([member(0, **born())], c1(0, **born(prefix="b"))))


def test_r_d02__first_of_january__warning_only() -> None:
    found = tables(
        [member(of, **born(month=1, day=1)) for of in (0, 1)], c1(1, **born(month=1, day=1, prefix="b"))
    )
    assert {f.severity for f in run("R-D02", found)} == {"W"} and len(run("R-D02", found)) == 3


@pytest.mark.parametrize("unknown", [{"day": 99}, {"month": 99, "day": None}])
def test_r_d02__birth_not_fully_known__passes(unknown: dict[str, Any]) -> None:
    assert not fired("R-D02", tables([member(of, **born(**unknown)) for of in (0, 1)]))


@pytest.mark.parametrize("other", [{"day": 7}, {"month": 6}, {"year": 1951}])
def test_r_d02__another_birth__passes(other: dict[str, Any]) -> None:
    assert not fired("R-D02", tables([member(0, **born()), member(1, **born(**other))]))


def test_r_d02__other_commune_or_sex_or_same_household__passes() -> None:
    assert not fired("R-D02", tables([member(0, **born()), member(2, **born())]))
    assert not fired("R-D02", tables([member(0, **born()), member(1, **born() | {"m_sex": "2"})]))
    assert not fired("R-D02", tables([member(0, 1, **born()), member(0, 2, **born())]))


def receivers(*homes: dict[str, Any], **mine: Any) -> Data:
    rows = [
        {
            "of": of,
            "row_no": 1,
            "_area": h["_area"],
            "m_name": "Lê Thị Hoa",
            "m_birth_year": 1950,
            "m_sa": "1",
        }
        | mine
        for of, h in enumerate(homes)
    ]
    return data(c=list(homes), c_members=rows)


NEXT = {"hh_code": "40412166660010001", "commune_code": "16666", "district_code": "412", "_area": "16666"}


def test_r_d03__receiving_in_two_communes_of_a_district__found() -> None:
    found = receivers(HOMES[0], NEXT)
    assert fired("R-D03", found) == ["c:0/members[1]", "c:1/members[1]"]
    assert carries("R-D03", found, "2", "16663, 16666")


def test_r_d03__one_commune_or_another_district_or_not_receiving__passes() -> None:
    assert not fired("R-D03", receivers(HOMES[0], HOMES[1])) and not fired(
        "R-D03", receivers(HOMES[0], HOMES[2])
    )
    assert not fired("R-D03", receivers(HOMES[0], NEXT, m_sa="0"))
    assert not fired("R-D03", receivers(HOMES[0], NEXT, m_birth_year=None))


@pytest.mark.parametrize(("status", "found"), [("1", 2), ("3", 0), ("4", 0), (None, 0)])
def test_r_d03__on_c1__only_when_it_is_received(status: str | None, found: int) -> None:
    sheet = {"b_name": "Lê Thị Hoa", "b_birth_year": 1950}
    sheets = [HOMES[0] | sheet | {"benefit_status": "1"}, NEXT | sheet | {"benefit_status": status}]
    assert len(fired("R-D03", data(c1=sheets))) == found


# --- phones and receivers


@pytest.mark.parametrize(("number", "found"), [(5, 0), (6, 6)])
def test_r_d07__one_phone__found_beyond_five_households(number: int, found: int) -> None:
    homes = [{"hh_code": f"{A[:-1]}{n}", "head_phone": "0912345678"} for n in range(number)]
    assert len(fired("R-D07", data(c=[*homes, homes[0], {"hh_code": B}]))) == (found and found + 1)
    if found:
        assert carries("R-D07", data(c=homes), "6", "5")


@pytest.mark.parametrize(("number", "found"), [(3, 0), (4, 4)])
def test_r_d12__one_collector__found_beyond_three_people(number: int, found: int) -> None:
    sheets = [c1(0, line, receiver_id="186123456") for line in range(1, number + 1)]
    assert len(fired("R-D12", tables([], *sheets, c1(1)))) == found
    assert not fired("R-D12", tables([], *[sheets[0]] * 4))
    if found:
        assert carries("R-D12", tables([], *sheets), "4", "3")


# --- counting


def test_joined__a_column_empty__no_key() -> None:
    texts = [pd.Series(cells, dtype=object) for cells in (["a", None, "b"], ["x", "y", None])]
    assert joined(*texts).tolist() == ["a|x", None, None]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["k", "l", "m", None]), st.sampled_from(["p", "q", None]), st.booleans())
    )
)
def test_distinct_and_listed__any_rows_in_two_tables__as_counted_by_hand(
    rows: list[tuple[str | None, str | None, bool]],
) -> None:
    parts = {name: [row for row in rows if row[2] is first] for name, first in (("x", True), ("y", False))}
    keys, who = (
        {name: pd.Series([row[n] for row in part], dtype=object) for name, part in parts.items()}
        for n in (0, 1)
    )
    counts, names = distinct(keys, who), listed(keys, who, {n: k.notna() for n, k in keys.items()})
    for name, part in parts.items():
        for row, count, text in zip(part, counts[name], names[name], strict=True):
            group = {r[1] for r in rows if r[0] == row[0] and r[1] is not None}
            alone = sum(r[0] == row[0] for r in rows) == 1
            assert count == (0 if row[0] is None else 1 if alone else len(group))
            assert text == (None if row[0] is None else ", ".join(sorted(group)))
