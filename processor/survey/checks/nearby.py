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
    pairs = [_pairs(squares, up, right) for up in (-1, 0, 1) for right in (-1, 0, 1)]
    found = pd.concat(pairs, ignore_index=True)
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


def _pairs(squares: pd.DataFrame, up: int, right: int) -> pd.DataFrame:
    moved = squares.rename(columns={"here": "other"})
    moved = moved.assign(up=moved["up"] + up, right=moved["right"] + right)
    return squares.merge(moved, on=["group", "up", "right"])[["here", "other"]]
