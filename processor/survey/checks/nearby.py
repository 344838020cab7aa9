"""How many different households lie within some metres of each, among those of one group; pure.

Points are sorted into squares at least as wide as the distance, so that only neighbouring squares are
compared; equal points are one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

METRES_A_DEGREE = 111_195.0
"""Of latitude, on a sphere of 6,371 km; exact enough for distances of a few metres."""
STEEPEST = 60.0
"""Degrees of latitude beyond which squares would grow without end; nobody is compared there."""


def neighbours(
    group: pd.Series, household: pd.Series, latitude: pd.Series, longitude: pd.Series, metres: float
) -> pd.Series:
    """For every row the number of different households (its own included) of its group within `metres`.

    0 for a row without group or point."""
    known = (group.notna() & (latitude.abs() <= STEEPEST) & longitude.notna()).to_numpy()
    rows = pd.DataFrame(
        {
            "group": pd.factorize(group.to_numpy())[0],
            "home": pd.factorize(household.to_numpy())[0],
            "lat": latitude.to_numpy(dtype=float),
            "lon": longitude.to_numpy(dtype=float),
        }
    )[known]
    rows["point"] = rows.groupby(["group", "lat", "lon"], sort=False).ngroup()
    points = rows.drop_duplicates("point").set_index("point").sort_index()
    near = _near(points, metres)
    homes = rows[["point", "home"]].drop_duplicates()
    seen = near.merge(homes, left_on="other", right_on="point")[["here", "home"]].drop_duplicates()
    counts = seen.groupby("here").size()
    found = np.zeros(len(group))
    found[known] = rows["point"].map(counts).to_numpy(dtype=float)
    return pd.Series(found)


def _near(points: pd.DataFrame, metres: float) -> pd.DataFrame:
    """Pairs `here`, `other` of points within the distance, each point with itself as well."""
    squares = _squares(points, metres)
    crowded = _crowded(squares)
    alone = squares["here"][~crowded]
    some = squares[crowded]
    found = pd.concat([pd.DataFrame({"here": alone, "other": alone}), _pairs(some)], ignore_index=True)
    lat, lon = points["lat"].to_numpy(), points["lon"].to_numpy()
    here, other = found["here"].to_numpy(), found["other"].to_numpy()
    north = (lat[here] - lat[other]) * METRES_A_DEGREE
    east = (lon[here] - lon[other]) * METRES_A_DEGREE * np.cos(np.radians((lat[here] + lat[other]) / 2))
    # A millimetre for the rounding of coordinates: points ten metres apart are within ten metres.
    return found[np.hypot(north, east) <= metres + 0.001]


def _squares(points: pd.DataFrame, metres: float) -> pd.DataFrame:
    width = (metres + 0.001) / METRES_A_DEGREE
    steepest = np.cos(np.radians(points["lat"].abs().max())) if len(points) else 1.0
    return pd.DataFrame(
        {
            "here": points.index.to_numpy(),
            "group": points["group"].to_numpy(),
            "up": np.floor(points["lat"].to_numpy() / width).astype(np.int64),
            "right": np.floor(points["lon"].to_numpy() / (width / steepest)).astype(np.int64),
        }
    )


def _crowded(squares: pd.DataFrame) -> np.ndarray:
    """Which points may have another one in their square or in one beside it; most have none."""
    group, up, right = (
        (squares[name] - squares[name].min()).to_numpy(dtype=np.int64) for name in ("group", "up", "right")
    )
    # One number a square, with an empty row and column between groups; too many squares for that: look at all.
    wide, high = int(right.max(initial=0)) + 3, int(up.max(initial=0)) + 3
    if (int(group.max(initial=0)) + 2) * wide * high >= 2**62:
        return np.ones(len(squares), dtype=bool)
    places = (group * high + up + 1) * wide + right + 1
    known, numbers = np.unique(places, return_counts=True)
    numbers = np.append(numbers, 0)
    found = np.zeros(len(places), dtype=np.int64)
    for beside in (row * wide + column for row in (-1, 0, 1) for column in (-1, 0, 1)):
        at = np.searchsorted(known, places + beside)
        same = known[np.minimum(at, len(known) - 1)] == places + beside
        found += numbers[np.where(same, at, len(known))]
    crowded: np.ndarray = found > 1
    return crowded


def _pairs(squares: pd.DataFrame) -> pd.DataFrame:
    """All pairs of points of one square, or of two that touch."""
    there = squares.rename(columns={"here": "other"})
    moved = [
        there.assign(up=there["up"] + up, right=there["right"] + right)
        for up in (-1, 0, 1)
        for right in (-1, 0, 1)
    ]
    return squares.merge(pd.concat(moved), on=["group", "up", "right"])[["here", "other"]]
