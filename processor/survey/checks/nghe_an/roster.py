"""What rules of the household need of its people: the head's row, ages on the day of the interview; pure.

A household with several heads or none is an error of its own (R-V10): the lowest line counts as the head.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from processor.survey.checks.ages import births
from processor.survey.checks.data import Data

HEAD, SPOUSE = "01", "02"
HEADS = "c_members: m_relation row_no"
"""What `of_head` looks at."""
AGES = "c: interview_date; c_members: row_no m_dob_est m_dob_precision"
"""What `ages` and line numbers look at."""
RECEIVING = "c_members: m_sa"
"""What `receiving` looks at."""


def ages(data: Data) -> pd.Series:
    """Completed years of every member on the day of the interview, by the estimated birth date."""
    return data.made(_ages)


def _ages(data: Data) -> pd.Series:
    at = data.down("c_members", data.day("c", "interview_date"))
    return births(data, "c_members", "m_").years(at)


def lines(data: Data) -> pd.Series:
    """Line numbers of the members."""
    return data.number("c_members", "row_no")


def lowest(data: Data, where: pd.Series) -> pd.Series:
    """Of the members where a mask holds those of the lowest line of their household."""
    number = lines(data).where(where)
    return where & (number == number.groupby(data.parents("c_members")).transform("min"))


def is_head(data: Data) -> pd.Series:
    """Whether the member is the head of the household."""
    return lowest(data, data.text("c_members", "m_relation") == HEAD)


def of_head(data: Data, values: pd.Series) -> pd.Series:
    """A column of the members as of the head of each one's household; empty where there is no head."""
    heads = np.full(data.size("c"), -1)
    rows = np.flatnonzero(is_head(data).to_numpy())
    heads[data.parents("c_members")[rows]] = rows
    return pd.Series(values.reindex(heads[data.parents("c_members")]).to_numpy(), dtype=values.dtype)


def in_household(data: Data, where: pd.Series) -> pd.Series:
    """How many members of each member's household satisfy the mask."""
    return data.down("c_members", data.count("c_members", where))


def receiving(data: Data) -> pd.Series:
    """How many of the household get a monthly allowance; NaN without roster or while a line does not say."""
    said = data.number("c_members", "m_sa")
    known = (data.count("c_members") > 0) & ~data.any("c_members", said.isna())
    return data.count("c_members", said == 1).where(known)
