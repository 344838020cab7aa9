"""Rules about households that look like one: at one place, of one family; a cared person claimed twice."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.survey.checks.data import Data
from processor.survey.checks.nearby import neighbours
from tests.checks.make import data, fired
from tests.checks.say import carries, values

HH = "4041216663001000"
PLACE = (18.7, 105.6)
METRE = 1 / 111_195
"""Degrees of latitude."""


def at(number: int, metres: float = 0.0, officer: str | None = "16663-01") -> dict[str, Any]:
    gps = f"{PLACE[0] + metres * METRE} {PLACE[1]} 10 5"
    lat = {"gps_lat": PLACE[0] + metres * METRE, "gps_lon": PLACE[1]}
    return {"hh_code": f"{HH}{number}", "officer_code": officer, "gps": gps, **lat}


def test_r_d08__four_households_at_one_place__all_found() -> None:
    tables = data(c=[at(1), at(2, 3), at(3, 6), at(4, 9)])
    assert fired("R-D08", tables) == ["c:0", "c:1", "c:2", "c:3"]
    assert values("R-D08", tables)[0] == {"count": 4, "limit": 3, "metres": 10}
    assert carries("R-D08", tables, "4", "3", "10")


def test_r_d08__three_households_or_another_officer_or_far__passes() -> None:
    assert not fired("R-D08", data(c=[at(1), at(2), at(3)]))
    assert not fired("R-D08", data(c=[at(1), at(2), at(3), at(4, officer="16663-02")]))
    assert not fired("R-D08", data(c=[at(1), at(2), at(3), at(4, officer=None)]))
    assert not fired("R-D08", data(c=[at(1), at(2), at(3), at(4, 10.1)]))
    assert not fired("R-D08", data(c=[at(1), at(2), at(3), at(3)]))


def test_r_d08__chain__only_those_with_more_than_three_around_them() -> None:
    assert fired("R-D08", data(c=[at(1), at(2, 8), at(3, 9), at(4, 10), at(5, 19)])) == [
        "c:0",
        "c:1",
        "c:2",
        "c:3",
    ]


def test_r_d08__no_coordinates__skipped() -> None:
    bare = [{"hh_code": f"{HH}{n}", "officer_code": "16663-01"} for n in range(5)]
    assert not fired("R-D08", data(c=bare))


def metres_between(a: tuple[float, float], b: tuple[float, float]) -> float:
    """By the haversine formula."""
    (north, east), (up, right) = (tuple(map(radians, p)) for p in (a, b))
    half = sin((up - north) / 2) ** 2 + cos(north) * cos(up) * sin((right - east) / 2) ** 2
    return 2 * 6_371_000 * asin(sqrt(half))


SPOTS = st.tuples(
    st.sampled_from(["a", "b", None]),
    st.sampled_from("pqrstu"),
    st.integers(-30, 30),
    st.integers(-30, 30),
    st.sampled_from([18.7, 0.0, -18.7, 48.0]),
)


@settings(deadline=None)
@given(st.lists(SPOTS, max_size=25))
def test_neighbours__any_points__as_counted_one_by_one(spots: list[tuple[Any, ...]]) -> None:
    points = [(base + n * METRE, 105.6 + e * METRE) for _, _, n, e, base in spots]
    known = [(g, h, p) for (g, h, *_), p in zip(spots, points, strict=True) if g]
    distances = sorted(metres_between(p, q) for _, _, p in known for _, _, q in known)
    if any(abs(d - 10) < 0.01 for d in distances):  # the edge is another test's
        return
    columns = [pd.Series(list(c), dtype=object) for c in zip(*[s[:2] for s in spots], strict=True)] or [
        pd.Series([], dtype=object)
    ] * 2
    lat, lon = (pd.Series([p[n] for p in points], dtype=float) for n in (0, 1))
    counted = neighbours(*columns, lat, lon, 10)
    for (group, *_), point, count in zip(spots, points, counted, strict=True):
        near = {h for g, h, p in known if g == group and metres_between(point, p) <= 10}
        assert count == (len(near) if group else 0)


def test_neighbours__exactly_ten_metres__are_within_them() -> None:
    lat = pd.Series([18.7, 18.7 + 10 * METRE])
    same, homes = pd.Series(["a", "a"], dtype=object), pd.Series(["p", "q"], dtype=object)
    assert neighbours(same, homes, lat, pd.Series([105.6, 105.6]), 10).tolist() == [2, 2]


@pytest.mark.parametrize(
    ("latitude", "degrees", "count"), [(18.7, 10.5, 2), (18.7, 10.6, 1), (59.9, 19.9, 2), (-59.9, 20.0, 1)]
)
def test_neighbours__east_and_west__metres_get_shorter_with_the_latitude(
    latitude: float, degrees: float, count: int
) -> None:
    same, homes = pd.Series(["a", "a"], dtype=object), pd.Series(["p", "q"], dtype=object)
    for start in (105.6, 105.60003, 105.60006):
        longitudes = pd.Series([start, start + degrees * METRE])
        assert neighbours(same, homes, pd.Series([latitude] * 2), longitudes, 10).tolist() == [count] * 2


# --- one family


def family(of: int, spouse: str | None, *children: str) -> list[dict[str, Any]]:
    rows = [{"m_relation": "02", "m_name": spouse}] if spouse else []
    rows += [{"m_relation": "03", "m_name": name} for name in children]
    return [{"of": of, "row_no": n, **row} for n, row in enumerate(rows, 2)]


def village(*members: list[dict[str, Any]], **other: Any) -> Data:
    base = {"commune_code": "16663", "village_code": "001", "head_name": "NGUYỄN VĂN AN"}
    homes = [{"hh_code": f"{HH}{n}", **base} for n in range(len(members))]
    homes[-1] |= other
    return data(c=homes, c_members=[row for rows in members for row in rows])


def test_r_d10__same_head_and_spouse__both_found() -> None:
    tables = village(
        family(0, "Lê Thị Hoa", "An"), family(1, "LÊ THỊ HÒA", "Bình"), family(2, "Trần Thị Lan")
    )
    assert fired("R-D10", tables) == ["c:0", "c:1"] and carries("R-D10", tables, "2")


def test_r_d10__same_head_and_first_child__found_and_not_a_later_child() -> None:
    assert fired("R-D10", village(family(0, None, "An Na"), family(1, None, "An Na", "Bình"))) == [
        "c:0",
        "c:1",
    ]
    assert not fired("R-D10", village(family(0, None, "An Na"), family(1, None, "Bình", "An Na")))


def test_r_d10__first_child__is_the_lowest_line_in_whatever_order_rows_come() -> None:
    rows = family(0, None, "An Na", "Bình")
    assert fired("R-D10", village(rows[::-1], family(1, None, "An Na"))) == ["c:0", "c:1"]


@pytest.mark.parametrize(
    "other",
    [{"village_code": "002"}, {"commune_code": "16666"}, {"head_name": "LÊ VĂN BA"}, {"head_name": None}],
)
def test_r_d10__elsewhere_or_another_head__passes(other: dict[str, Any]) -> None:
    assert not fired("R-D10", village(family(0, "Lê Thị Hoa"), family(1, "Lê Thị Hoa"), **other))


def test_r_d10__nobody_beside_the_head_or_the_same_household_twice__passes() -> None:
    assert not fired("R-D10", village([], []))
    assert not fired("R-D10", village(family(0, "Lê Thị Hoa"), family(1, "Lê Thị Hoa"), hh_code=f"{HH}0"))


# --- cared persons


def carer(line: int, cared: str | None, hh: str = f"{HH}1", status: str = "1") -> dict[str, Any]:
    key = {"hh_code": hh, "c1_key": f"{hh}-{line:02d}"}
    return {**key, "k_cared_member_no": cared, "benefit_status": status}


def test_r_d11__two_carers_of_one_member__both_found_with_the_lines() -> None:
    tables = data(c1=[carer(1, "3, 4"), carer(2, "4,03"), carer(5, "6"), carer(7, None)])
    assert fired("R-D11", tables) == ["c1:0", "c1:1"]
    assert values("R-D11", tables) == [{"lines": "3, 4"}, {"lines": "03, 4"}] and carries(
        "R-D11", tables, "3, 4"
    )


def test_r_d11__other_household_or_stopped_or_same_carer_twice__passes() -> None:
    assert not fired("R-D11", data(c1=[carer(1, "3"), carer(2, "3", f"{HH}2")]))
    assert not fired("R-D11", data(c1=[carer(1, "3"), carer(2, "3", status="4")]))
    assert not fired("R-D11", data(c1=[carer(1, "3"), carer(1, "3"), carer(2, "4")]))
