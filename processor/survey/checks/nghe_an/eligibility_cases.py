"""The benefits of C1, one row each, with what the rules of the law ask about the person; pure."""

from __future__ import annotations

from functools import cached_property
from itertools import combinations_with_replacement

import numpy as np
import pandas as pd

from processor.survey.checks.ages import Births, births, completed_months
from processor.survey.checks.data import Data
from processor.survey.eligibility import category_codes
from processor.survey.eligibility_law import Band, Law, read_law

TABLE = "c1_allowances"
STOPPED = "4"
UNKNOWN_COEFFICIENT = "99"
READS = "c1: interview_date benefit_status; c1_allowances: a_category"
"""What every rule about a category looks at."""
AGE_READS = f"{READS}; c1: b_dob_est b_dob_precision"


class Benefits:
    """Columns over the rows of benefits. A benefit that has stopped is looked at by no rule of the law."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self.law: Law = data.reference.made(read_law)

    def text(self, name: str) -> pd.Series:
        """An answer of the C1, for each of its benefits."""
        return self._data.down(TABLE, self._data.text("c1", name))

    def number(self, name: str) -> pd.Series:
        """A number of the C1, for each of its benefits."""
        return self._data.down(TABLE, self._data.number("c1", name))

    @cached_property
    def category(self) -> pd.Series:
        """Codes as answered."""
        return self._data.text(TABLE, "a_category")

    @cached_property
    def at(self) -> pd.Series:
        """The day of the interview, at which ages and the law are taken."""
        return self._data.down(TABLE, self._data.day("c1", "interview_date"))

    @cached_property
    def code(self) -> np.ndarray:
        """Position of the category in the law, -1 when it is not in force that day: then nothing is checked."""
        codes = category_codes(self.law, self.category, self.at.to_numpy().astype("datetime64[D]"))
        return np.where((self.text("benefit_status") == STOPPED).to_numpy(), -1, codes)

    def of(self, *codes: str) -> pd.Series:
        """Benefits of these categories or groups (`05`), in force and not stopped."""
        chosen = np.array([code.startswith(codes) for code in self.law.by_code])
        return pd.Series((self.code >= 0) & chosen[self.code])

    @cached_property
    def months(self) -> pd.Series:
        """Completed months of age on the day of the interview, by the estimate."""
        return self._data.down(TABLE, self._born.months(self._data.day("c1", "interview_date")))

    @cached_property
    def months_least(self) -> pd.Series:
        """The same if born on the last day that is possible when only the year is known."""
        by_year = self._born.precision == "Y"
        born = self._born.last.where(by_year, self._born.estimate)
        return self._data.down(TABLE, completed_months(born, self._data.day("c1", "interview_date")))

    @cached_property
    def born(self) -> pd.Series:
        """The birth date by the estimate."""
        return self._data.down(TABLE, self._born.estimate)

    @cached_property
    def _born(self) -> Births:
        return births(self._data, "c1", "b_")

    @cached_property
    def limits(self) -> tuple[pd.Series, pd.Series]:
        """Age in months from which and below which the category is meant."""
        rows = self.law.categories
        low, high = np.array([c.low for c in rows]), np.array([c.high for c in rows])
        known = self.code >= 0
        return (
            pd.Series(np.where(known, low[self.code], np.nan)),
            pd.Series(np.where(known, high[self.code], np.nan)),
        )

    @cached_property
    def article(self) -> pd.Series:
        """Where the category stands in the law."""
        return self.category.map({c: row.legal_ref for c, row in self.law.by_code.items()}).astype(object)

    @cached_property
    def verify(self) -> pd.Series:
        """Whether what the tables say of the category is from memory and still to be verified."""
        return self.category.map({c: row.verify for c, row in self.law.by_code.items()}).astype(object)

    def marks(self) -> dict[str, pd.Series]:
        """What every finding about a category says: where it stands in the law, and whether that is to be verified."""
        return {"category": self.category, "law": self.article, "verify": self.verify}

    @cached_property
    def coefficient(self) -> pd.Series:
        """The coefficient of the decision: the form's codes are tenths; NaN when not known."""
        codes = self._data.text(TABLE, "a_coef")
        known = {c: tenths(c) for c in codes.unique() if c is not None}
        return codes.map(known).astype(float)

    def is_legal(self, cared: pd.Series) -> pd.Series:
        """Whether the coefficient is one of the category at any age, or the sum for so many persons cared for."""
        keys = list(zip(self.category, cared.fillna(1.0), self.coefficient, strict=True))
        bands = {code: self.law.of_category(code) for code in self.law.by_code}
        known = {key: _is_legal(bands.get(key[0], ()), *key[1:]) for key in set(keys)}
        return pd.Series([known[key] for key in keys], dtype=bool)


def _is_legal(bands: tuple[Band, ...], cared: float, said: float) -> bool:
    sums = {band.coefficient for band in bands}
    if any(band.unit == "cared_person" for band in bands):
        sums |= {round(sum(units), 1) for units in combinations_with_replacement(sorted(sums), int(cared))}
    return said in sums


def tenths(code: str) -> float:
    """`15` is 1.5; a code outside the form's list is no coefficient."""
    return int(code) / 10 if code.isdecimal() and len(code) == 2 and code != UNKNOWN_COEFFICIENT else np.nan


def benefits(data: Data) -> Benefits:
    """The benefits of these tables, made once for all rules."""
    return data.made(Benefits)


def months_between(first: pd.Series, last: pd.Series) -> pd.Series:
    """Calendar months from the month of one day to the month of another; NaN where one is unknown."""
    a, b = (s.to_numpy().astype("datetime64[M]").astype(float) for s in (first, last))
    known = first.notna() & last.notna()
    return pd.Series(np.where(known, b - a, np.nan))


def span(low: pd.Series, high: pd.Series) -> pd.Series:
    """The ages a category is for, in words of no language: `16–21`, `< 16`, `≥ 80`."""
    pairs = zip(low.fillna(0).tolist(), high.fillna(np.inf).tolist(), strict=True)
    known = {pair: _span(*pair) for pair in set(zip(low.fillna(0), high.fillna(np.inf), strict=True))}
    return pd.Series([known[pair] for pair in pairs], dtype=object)


def _span(low: float, high: float) -> str:
    if np.isinf(high):
        return f"≥ {low:.0f}"
    return f"{low:.0f}–{high - 1:.0f}" if low else f"< {high:.0f}"


def years(months: pd.Series) -> pd.Series:
    """Completed years."""
    return months // 12
