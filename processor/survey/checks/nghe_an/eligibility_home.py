"""The household behind every C1: class by form C, the person's line, children, persons cared for; pure."""

from __future__ import annotations

import re
from functools import cached_property

import numpy as np
import pandas as pd

from processor.survey.checks.ages import births, completed_months
from processor.survey.checks.data import Data
from processor.survey.checks.nghe_an.links_pairs import READS as PAIRS
from processor.survey.checks.nghe_an.links_pairs import Pairs, pairs

CLASS_READS = f"{PAIRS}; c: hh_class; c1: b_poor"
CARED_READS = f"{PAIRS}; c1: interview_date k_cared_member_no; c_members: m_dob_est m_dob_precision"
POOR = ("1", "2", "3")
"""Classes of poor households; 4 to 6 are near-poor, 7 is neither."""
_LINES = re.compile(r"[0-9]{1,2}(,[0-9]{1,2})*")


class Homes:
    """Columns over the rows of C1 (and of members) that need the form C of the same household."""

    def __init__(self, data: Data) -> None:
        self._data = data

    @cached_property
    def _pairs(self) -> Pairs:
        return pairs(self._data)

    @cached_property
    def _line_of(self) -> pd.Index:
        lines = self._data.number("c_members", "row_no").to_numpy()
        return pd.Index(_code(self._data.parents("c_members"), lines))

    @property
    def known(self) -> pd.Series:
        """Whether the form C of a C1 is there."""
        return pd.Series(self._pairs.households >= 0)

    @property
    def household_class(self) -> pd.Series:
        """The class by form C; the C1's own copy only while form C has not come (R-X08: form C counts)."""
        of_c = self._pairs.of_household(self._data.text("c", "hh_class"))
        return of_c.where(self.known, self._data.text("c1", "b_poor"))

    def member(self, name: str) -> pd.Series:
        """An answer of the person's own line in form C."""
        return self._pairs.of_member(self._data.text("c_members", name))

    def lines(self, homes: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """Positions in `c_members` of lines of forms C; -1 where there is no such line."""
        return np.where(homes >= 0, self._line_of.get_indexer(_code(homes, numbers)), -1)

    def others(self, where: pd.Series) -> pd.Series:
        """How many members of the household satisfy the mask, the person herself left out."""
        counts = self._pairs.of_household(self._data.count("c_members", where)).fillna(0)
        return counts - self._pairs.of_member(where.astype(float)).fillna(0)

    def cared(self) -> tuple[np.ndarray, np.ndarray]:
        """Every person that a carer names: position of the C1, line number; none of an answer that cannot be read."""
        texts = self._data.text("c1", "k_cared_member_no")
        known = {text: read_lines(text) for text in texts.unique() if text is not None}
        found = [(c1, line) for c1, text in enumerate(texts) if text is not None for line in known[text]]
        if not found:
            return np.empty(0, dtype=int), np.empty(0)
        of, lines = zip(*found, strict=True)
        return np.array(of, dtype=int), np.array(lines, dtype=float)

    def cared_months(self) -> tuple[np.ndarray, np.ndarray]:
        """Position of the C1 and age in months of every cared person, NaN when not known."""
        of, lines = self.cared()
        rows = self.lines(self._pairs.households[of], lines)
        born = births(self._data, "c_members", "m_").estimate.reindex(rows).reset_index(drop=True)
        at = self._data.day("c1", "interview_date").iloc[of].reset_index(drop=True)
        return of, completed_months(born, at).to_numpy()

    @property
    def households(self) -> np.ndarray:
        """For every C1 the position of its form C, -1 when it is not there."""
        return self._pairs.households


def homes(data: Data) -> Homes:
    """The households of these tables, made once for all rules."""
    return data.made(Homes)


def _code(homes: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    return homes * 1000 + np.nan_to_num(numbers, nan=999).astype(int)


def read_lines(text: str) -> tuple[int, ...]:
    """`2,5` -> 2, 5; each line once, nothing for a text that is no list of line numbers."""
    return tuple(sorted(set(map(int, text.split(","))))) if _LINES.fullmatch(text) else ()
