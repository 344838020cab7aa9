"""Which C1 belongs to which line of which form C: by household code and line number, within one commune; pure.

Of several forms C of one household (R-X01) the newest completed one that has the line is compared with.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from processor.survey.checks.data import Data

READS = "c: hh_code result _received_at; c_members: row_no; c1: hh_code c1_key"
"""What pairing looks at; `reads` of every rule that pairs begins with it."""
_LINES = 1000
COMPLETE = "1"


@dataclass(frozen=True)
class Pairs:
    """Codes are equal for a member's line and its C1, -1 for none; positions are -1 where nothing fits."""

    member_codes: np.ndarray
    """Of every row of `c_members`."""
    c1_codes: np.ndarray
    """Of every row of `c1`."""
    members: np.ndarray
    """For every row of `c1` the position of its line in `c_members`."""
    households: np.ndarray
    """For every row of `c1` the position of its form C."""

    def of_member(self, values: pd.Series) -> pd.Series:
        """A column of `c_members` as seen from every C1."""
        return _taken(values, self.members)

    def of_household(self, values: pd.Series) -> pd.Series:
        """A column of `c` as seen from every C1."""
        return _taken(values, self.households)


def pairs(data: Data) -> Pairs:
    """The pairs of these tables, found once for all rules."""
    return data.made(_pair)


def _pair(data: Data) -> Pairs:
    codes, known = pd.factorize(_households(data, "c"))
    c1_households = pd.Index(known, dtype=object).get_indexer(pd.Index(_households(data, "c1"), dtype=object))
    of_parents = codes[data.parents("c_members")]
    member_codes = _with_line(of_parents, data.number("c_members", "row_no").to_numpy())
    c1_codes = _with_line(c1_households, _lines(data))
    rank = _rank(data)
    return Pairs(
        member_codes,
        c1_codes,
        _best(member_codes, rank[data.parents("c_members")], c1_codes),
        _best(codes, rank, c1_households),
    )


def _households(data: Data, table: str) -> np.ndarray:
    """Household codes with the commune that the row is shown in: nobody sees values of another commune's form."""
    frame = data.frame(table)
    cells = zip(frame["hh_code"].tolist(), frame["_area"].tolist(), strict=True)
    return np.array([None if code is None else f"{area}/{code}" for code, area in cells], dtype=object)


def _lines(data: Data) -> np.ndarray:
    """The line number at the end of every C1's key, NaN where the key is not made of the household code."""
    keys = zip(data.text("c1", "c1_key").tolist(), data.text("c1", "hh_code").tolist(), strict=True)
    return np.array([_line(key, code) for key, code in keys], dtype=float)


def _line(key: str | None, code: str | None) -> float:
    if key is None or code is None or not key.startswith(f"{code}-"):
        return np.nan
    tail = key[len(code) + 1 :]
    return float(tail) if len(tail) == 2 and tail.isascii() and tail.isdigit() else np.nan


def _with_line(households: np.ndarray, lines: np.ndarray) -> np.ndarray:
    known = (households >= 0) & ~np.isnan(lines)
    return np.where(known, households * _LINES + np.nan_to_num(lines).astype(int), -1)


def _rank(data: Data) -> np.ndarray:
    """A number for every form C, higher for the one to compare with."""
    frame = pd.DataFrame(
        {
            "complete": data.text("c", "result") == COMPLETE,
            "received": data.moment("c", "_received_at"),
            "id": data.keys("c"),
        }
    )
    order = frame.sort_values(["complete", "received", "id"]).index.to_numpy()
    rank = np.empty(len(order), dtype=int)
    rank[order] = np.arange(len(order))
    return rank


def _best(codes: np.ndarray, rank: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """For every wanted code the position of the highest rank that has it, -1 for none."""
    if not len(codes):
        return np.full(len(wanted), -1)
    order = np.lexsort((rank, codes))
    last = np.searchsorted(codes[order], wanted, side="right") - 1
    found = (wanted >= 0) & (last >= 0) & (codes[order][last] == wanted)
    return np.where(found, order[last], -1)


def _taken(values: pd.Series, positions: np.ndarray) -> pd.Series:
    """The values at the positions; empty (None among texts) where there is none."""
    found = pd.Series(values.reindex(positions).to_numpy(), dtype=values.dtype)
    return found.where(found.notna(), None) if values.dtype == object else found
