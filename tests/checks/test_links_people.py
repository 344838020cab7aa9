"""Rules between C and C1: what both say of one person, each with records that pass and that fail."""

from __future__ import annotations

from typing import Any

import pytest

from processor.survey.checks.data import Data
from tests.checks.make import data, fired
from tests.checks.say import carries
from tests.checks.test_links import OTHER, c, c1, member, one


@pytest.mark.parametrize(
    ("name", "other", "x06", "x07"),
    [
        ("Nguyễn Văn An", None, 0, 0),
        ("NGUYỄN VĂN ẤN", None, 0, 0),  # marks are not letters of the key
        ("Nguyễn An", None, 0, 0),  # văn left out
        ("Nguyễn Thị An", None, 0, 0),  # both middle words are left out
        ("Nguyễn Văn Ang", None, 0, 1),
        ("Nguyễn Văn Ngan", None, 0, 1),
        ("Nguyễn Văn Khang", None, 1, 0),
        ("Nguyễn Văn Khang", "Nguyễn Văn An", 0, 0),
        ("Nguyễn Văn Khang", "Nguyễn Văn Anh", 0, 1),
        ("Nguyễn Văn Khang", "Trần Văn Bình", 1, 0),
        (None, "Nguyễn Văn An", 0, 0),
    ],
)
def test_r_x06_r_x07__names__by_letters_that_differ(
    name: str | None, other: str | None, x06: int, x07: int
) -> None:
    tables = one({"m_name": "Nguyễn Văn An"}, {"b_name": name, "b_other_name": other})
    assert len(fired("R-X06", tables)) == x06 and len(fired("R-X07", tables)) == x07
    for rule in ("R-X06",) * x06 + ("R-X07",) * x07:
        assert carries(rule, tables, str(name), "Nguyễn Văn An")


def test_r_x06__last_name_thi__is_not_left_out() -> None:
    assert fired("R-X06", one({"m_name": "Hà Thi"}, {"b_name": "Hà"})) == ["c1:0"]


def test_r_x06__no_name_on_form_c__skipped() -> None:
    assert not fired("R-X06", one({"m_name": None}, {"b_name": "Lê Thị Hoa"}))


PLAIN = {
    "R-X08": ("b_poor", "hh_class", "3", "7"),
    "R-X09": ("b_sex", "m_sex", "1", "2"),
    "R-X10": ("b_birth_year", "m_birth_year", 1950, 1951),
    "R-X12": ("b_id_no", "m_id_no", "186123456", "186123457"),
    "R-X15": ("b_ethnic", "m_ethnic", "01", "24"),
}


def both(rule: str, c1_value: Any, c_value: Any) -> Data:
    column, of_c, _, _ = PLAIN[rule]
    home, mine = ({of_c: c_value}, {}) if of_c == "hh_class" else ({}, {of_c: c_value})
    return one(mine, {column: c1_value}, home)


@pytest.mark.parametrize("rule", PLAIN)
def test_plain__equal_passes__different_found_with_both__empty_skipped(rule: str) -> None:
    _, _, value, another = PLAIN[rule]
    assert not fired(rule, both(rule, value, value))
    assert fired(rule, both(rule, value, another)) == ["c1:0"]
    assert carries(rule, both(rule, value, another), str(value), str(another))
    assert not fired(rule, both(rule, None, value)) and not fired(rule, both(rule, value, None))


def born(year: Any, month: Any, day: Any, prefix: str) -> dict[str, Any]:
    return {f"{prefix}_birth_year": year, f"{prefix}_birth_month": month, f"{prefix}_birth_day": day}


@pytest.mark.parametrize(
    ("mine", "theirs", "found"),
    [
        ((1950, 5, 6), (1950, 5, 6), 0),
        ((1950, 5, 6), (1950, 5, 7), 1),
        ((1950, 5, 6), (1950, 6, 6), 1),
        ((1950, 5, None), (1950, 5, 6), 0),
        ((1950, None, None), (1950, 5, 6), 0),
        ((1950, 99, 99), (1950, 5, 6), 0),
        ((1950, 5, 99), (1950, 6, 6), 1),
        ((1951, 5, 6), (1950, 6, 6), 0),  # another year is R-X10
    ],
)
def test_r_x11__known_parts_of_one_year__found_where_they_differ(
    mine: tuple[Any, ...], theirs: tuple[Any, ...], found: int
) -> None:
    tables = one(born(*mine, "m"), born(*theirs, "b"))
    assert fired("R-X11", tables) == ["c1:0"] * found


def test_r_x11__message__dates_as_written_with_unknown_parts() -> None:
    assert carries("R-X11", one(born(1950, 5, 99, "m"), born(1950, 6, 6, "b")), "?/05/1950", "06/06/1950")


def with_categories(said: str | None, *found: str | None) -> Data:
    return data(
        c=[c()],
        c_members=[member(1, m_sa_category=said), member(2, m_sa_category="0503")],
        c1=[c1(1), c1(2)],
        c1_allowances=[
            *({"of": 0, "row_no": n, "a_category": category} for n, category in enumerate(found, 1)),
            {"of": 1, "row_no": 1, "a_category": "0503"},
        ],
    )


def test_r_x13__category_among_those_of_c1__passes() -> None:
    assert not fired("R-X13", with_categories("0601", "0801", "0601"))


def test_r_x13__another_category__found_on_form_c_with_all_of_c1() -> None:
    tables = with_categories("0101", "0801", "0601")
    assert fired("R-X13", tables) == ["c:0/members[1]"] and carries("R-X13", tables, "0101", "0601, 0801")


def test_r_x13__nothing_to_compare__skipped() -> None:
    assert not fired("R-X13", with_categories(None, "0601"))
    assert not fired("R-X13", with_categories("0101", None))
    assert not fired("R-X13", with_categories("0101"))
    assert not fired("R-X13", data(c=[c()], c_members=[member(1, m_sa_category="0101")]))


def test_c1_without_form_c__nothing_to_compare__skipped() -> None:
    answers = {"b_sex": "1", "b_name": "Lê Thị Hoa", "b_ethnic": "01", "b_id_no": "186123456", "b_poor": "3"}
    lone = c1(1, **answers, **born(1950, 5, 6, "b"), d_degree="1", d_type="1", officer_code="16663-01")
    tables = data(c=[c(hh_code=OTHER)], c_members=[member(1)], c1=[lone])
    assert fired("R-X03", tables) == ["c1:0"]
    for rule in ("R-X06", "R-X07", *PLAIN, "R-X11", "R-X13", "R-X14", "R-X16", "R-X17"):
        assert not fired(rule, tables), rule


def disabled(degree: str | None, types: str | None, prefix: str) -> dict[str, Any]:
    return {f"{prefix}_degree": degree, f"{prefix}_type": types}


@pytest.mark.parametrize(
    ("mine", "theirs", "found"),
    [
        (("1", "1 4"), ("1", "4"), 0),
        (("1", "1"), ("2", "1"), 1),
        (("1", "1 2"), ("1", "3 4"), 1),
        ((None, None), ("2", "1"), 0),
        (("2", "1"), (None, None), 0),
    ],
)
def test_r_x14__degree_or_types__found_where_they_differ(
    mine: tuple[str | None, ...], theirs: tuple[str | None, ...], found: int
) -> None:
    tables = one(disabled(*mine, "m_dis"), disabled(*theirs, "d"))
    assert fired("R-X14", tables) == ["c1:0"] * found
    if found:
        assert carries("R-X14", tables, *(str(v) for v in (*mine, *theirs)))
