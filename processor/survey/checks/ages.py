"""Ages from partial birth dates: the estimate, and the bounds that what is known allows; pure.

An unknown month counts as January and an unknown day as the 1st (rule R-C12); where only the year is
known an age rule is an error only if no birth date of that year satisfies it (RULES, order of work).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from processor.survey.checks.data import Data


@dataclass(frozen=True)
class Births:
    """Birth dates of a table's rows as datetime64[s]: the estimate and the earliest and latest possible."""

    estimate: pd.Series
    first: pd.Series
    last: pd.Series
    precision: pd.Series
    """Y, M, D or None."""

    def months(self, at: pd.Series) -> pd.Series:
        """Completed months of age on a day, by the estimate."""
        return completed_months(self.estimate, at)

    def years(self, at: pd.Series) -> pd.Series:
        """Completed years of age on a day, by the estimate; NaN when unknown."""
        return completed_months(self.estimate, at) // 12

    def oldest(self, at: pd.Series) -> pd.Series:
        """Years of age if born on the first possible day."""
        return completed_months(self.first, at) // 12

    def youngest(self, at: pd.Series) -> pd.Series:
        """Years of age if born on the last possible day."""
        return completed_months(self.last, at) // 12


def births(data: Data, table: str, prefix: str) -> Births:
    """The birth dates of the columns `<prefix>dob_est` and `<prefix>dob_precision` that cleaning makes."""
    estimate = data.day(table, f"{prefix}dob_est")
    precision = data.text(table, f"{prefix}dob_precision")
    months = estimate.to_numpy().astype("datetime64[M]")
    years = estimate.to_numpy().astype("datetime64[Y]")
    ends = {
        "Y": (years + 1).astype("datetime64[D]") - 1,
        "M": (months + 1).astype("datetime64[D]") - 1,
    }
    last = estimate.to_numpy().astype("datetime64[D]")
    for code, end in ends.items():
        last = np.where((precision == code).to_numpy(), end, last)
    return Births(estimate, estimate, pd.Series(last.astype("datetime64[s]")), precision)


def completed_months(born: pd.Series, at: pd.Series) -> pd.Series:
    """Completed months between two days; NaN where one is unknown, negative before birth.

    Someone born on the 31st completes a month on the last day of a shorter one's following day 1.
    """
    known = born.notna() & at.notna()
    b, a = (s.to_numpy().astype("datetime64[D]") for s in (born, at))
    months = (a.astype("datetime64[M]") - b.astype("datetime64[M]")).astype(float)
    day = [(d - d.astype("datetime64[M]")).astype(float) for d in (a, b)]
    return pd.Series(np.where(known, months - (day[0] < day[1]), np.nan))
