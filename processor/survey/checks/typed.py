"""Cells as columns of a type: what rules calculate with; pure."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


def _texts(cells: list[Any]) -> pd.Series:
    return pd.Series(cells, dtype=object)


def _numbers(cells: list[Any]) -> pd.Series:
    return pd.Series(np.array([np.nan if v is None else v for v in cells], dtype=float))


def _days(cells: list[Any]) -> pd.Series:
    days = np.array(["NaT" if v is None else v for v in cells], dtype="datetime64[D]")
    return pd.Series(days.astype("datetime64[s]"))


def _moments(cells: list[Any]) -> pd.Series:
    known = {v: v for v in cells if v is not None}
    times = pd.to_datetime(pd.Series(list(known), dtype=object), utc=True, format="ISO8601")
    stamps = dict(zip(known, times.dt.tz_localize(None), strict=True))
    return pd.Series([stamps.get(v, pd.NaT) for v in cells], dtype="datetime64[s]")


READERS = {"text": _texts, "number": _numbers, "day": _days, "moment": _moments}
