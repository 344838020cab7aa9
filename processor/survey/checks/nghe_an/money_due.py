"""What every benefit of C1 should be worth, from the tables of the law and what the forms say; pure."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd

from processor.survey.checks.data import Data
from processor.survey.checks.nghe_an.eligibility_cases import AGE_READS, TABLE, benefits
from processor.survey.checks.nghe_an.eligibility_home import CARED_READS, CLASS_READS, POOR, homes
from processor.survey.eligibility import Cases, Due, amount_due, band_before

DUE_READS = f"{AGE_READS}; {CLASS_READS}; {CARED_READS}; c1: s_n_children; c1_allowances: a_coef a_amount"
"""What the amount due is made of, and what it is compared with."""


class Money:
    """Columns over the rows of benefits: what the decision says and what is due."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self.case = benefits(data)
        self.amount = data.number(TABLE, "a_amount")
        self.said = self.case.coefficient

    @cached_property
    def household_class(self) -> pd.Series:
        """Class of the household by form C."""
        return self._data.down(TABLE, homes(self._data).household_class)

    @cached_property
    def cared(self) -> pd.Series:
        """Persons that the carer names, NaN when none can be read."""
        return self._data.down(TABLE, cared_count(self._data))

    @cached_property
    def due(self) -> Due:
        """By the law in force on the day of the interview."""
        of, months = cared_ages(self._data)
        return amount_due(
            self.case.law,
            Cases(
                self.case.category.where(self.case.code >= 0, None),
                self.case.at,
                self.case.months,
                self.household_class.isin(POOR).astype(float).where(self.household_class.notna()),
                self.case.number("s_n_children"),
                self.cared,
                of,
                months,
            ),
        )

    @cached_property
    def base(self) -> pd.Series:
        """The base amount of the person's group."""
        return pd.Series(self.due.base)

    @cached_property
    def coefficient(self) -> pd.Series:
        """The whole coefficient due."""
        return pd.Series(self.due.coefficient)

    @cached_property
    def amount_due(self) -> pd.Series:
        """VND a month that are due."""
        return pd.Series(self.due.amount)

    @cached_property
    def said_in_all(self) -> pd.Series:
        """The coefficient of the decision for all persons cared for: a decision names it once or counted."""
        units = {c: {b.coefficient for b in self.case.law.of_category(c)} for c in self.case.law.by_code}
        counted = pd.Series((self.case.code >= 0) & self.case.law.per_cared[self.case.code])
        once = _member(self.case.category, self.said, units)
        times = self.cared.where(counted & once, 1.0)
        return self.said * times

    @cached_property
    def stale(self) -> tuple[pd.Series, pd.Series]:
        """Whether the decision still has the coefficient of the age band before, and the months since it ended.

        Only where the band ended before the month of the interview: in that month itself it may still be paid.
        """
        law, band = self.case.law, self.due.band
        before = band_before(law, band)
        low = np.array([b.low for b in law.bands])
        by_age = (band >= 0) & (law.drivers[self.case.code] == "age_months")
        earlier = np.where(before >= 0, law.band_coefficient[before], np.nan)
        begun = self.case.born.to_numpy().astype("datetime64[M]").astype(float) + np.where(
            by_age, low[band], 0
        )
        month = self.case.at.to_numpy().astype("datetime64[M]").astype(float)
        since = pd.Series(month - begun)
        changed = (self.said == earlier) & (self.said != self.coefficient) & by_age & (since >= 1)
        return changed, since

    def marks(self) -> dict[str, pd.Series]:
        """Rows of the tables that the amount due rests on, the article, and whether one is to be verified."""
        law, due = self.case.law, self.due
        rates = np.array([rate.id for rate in law.rates], dtype=object)
        articles = np.array([band.legal_ref for band in law.bands], dtype=object)
        return {
            "category": self.case.category,
            "rate": _texts(rates, due.rate),
            "row": pd.Series(due.rules, dtype=object).where(due.band >= 0, None),
            "law": _texts(articles, due.band),
            "verify": pd.Series(due.verify, dtype=object),
        }


def money(data: Data) -> Money:
    """Made once for all rules."""
    return data.made(Money)


def cared_count(data: Data) -> pd.Series:
    """How many persons every C1 names as cared for; NaN for none that can be read."""
    of, _ = homes(data).cared()
    counts = pd.Series(np.bincount(of, minlength=data.size("c1")).astype(float))
    return counts.where(counts > 0)


def cared_ages(data: Data) -> tuple[np.ndarray, np.ndarray]:
    """The cared persons again for every benefit of the C1 that names them: its position, the age in months."""
    of, months = homes(data).cared_months()
    rows = pd.DataFrame({"c1": data.parents(TABLE), "benefit": np.arange(data.size(TABLE))})
    both = rows.merge(pd.DataFrame({"c1": of, "months": months}), on="c1")
    return both["benefit"].to_numpy(dtype=int), both["months"].to_numpy(dtype=float)


def _member(codes: pd.Series, values: pd.Series, sets: dict[str, set[float]]) -> pd.Series:
    pairs = list(zip(codes.tolist(), values.tolist(), strict=True))
    known = {pair: pair[1] in sets.get(pair[0], set()) for pair in set(pairs)}
    return pd.Series([known[pair] for pair in pairs], dtype=bool)


def _texts(texts: np.ndarray, positions: np.ndarray) -> pd.Series:
    return pd.Series(np.where(positions >= 0, texts[positions], None), dtype=object)
