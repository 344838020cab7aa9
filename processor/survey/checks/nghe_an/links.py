"""Rules between C and C1: sent twice, one without the other, what the two visits say (R-X01 to R-X05, R-X16, R-X17); pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from processor.survey.checks.data import Data
from processor.survey.checks.hits import Hits
from processor.survey.checks.nghe_an.book import BOOK
from processor.survey.checks.nghe_an.families import household  # noqa: F401 - registers the family
from processor.survey.checks.nghe_an.limits import limit
from processor.survey.checks.nghe_an.links_pairs import READS, pairs
from processor.survey.checks.rulebook import Parameters

STOPPED = "4"


@BOOK.shared("R-X01", "household", reads="c: hh_code")
def household_twice(data: Data, _: Parameters) -> Hits:
    """R-X01: two forms C of one household code."""
    forms = _repeated(data.text("c", "hh_code"))
    return data.hits("c", "hh_code", forms > 1, forms=forms)


@BOOK.shared("R-X02", "household", reads="c1: hh_code c1_key")
def beneficiary_twice(data: Data, _: Parameters) -> Hits:
    """R-X02: two C1 of one key."""
    code, key = data.text("c1", "hh_code"), data.text("c1", "c1_key")
    forms = _repeated(key.where(code.notna(), None) + "|" + code)
    return data.hits("c1", "c1_key", forms > 1, forms=forms)


@BOOK.shared("R-X03", "household", reads=f"{READS} _received_at")
def no_member(data: Data, p: Parameters) -> Hits:
    """R-X03: a C1 for whose line there is no form C, or one with fewer lines; it waits for its C."""
    pair = pairs(data)
    known = data.text("c1", "c1_key").notna() & data.text("c1", "hh_code").notna()
    size = pair.of_household(data.count("c_members"))
    hits = data.hits("c1", "c1_key", known & (pair.members < 0), members=size)
    return replace(hits, due_at=_due(data.moment("c1", "_received_at"), hits.rows, p["hours"]))


@BOOK.shared("R-X04", "household", reads=f"{READS}; c_members: m_sa; c: _received_at")
def no_c1(data: Data, p: Parameters) -> Hits:
    """R-X04: a receiving member for whom no C1 has come within the hours that it may wait."""
    pair = pairs(data)
    alone = (pair.member_codes >= 0) & ~np.isin(pair.member_codes, pair.c1_codes)
    receiving = data.text("c_members", "m_sa") == "1"
    hits = data.hits("c_members", "m_sa", receiving & alone, line=data.number("c_members", "row_no"))
    received = data.down("c_members", data.moment("c", "_received_at"))
    return replace(hits, due_at=_due(received, hits.rows, p["hours"]))


@BOOK.shared("R-X05", "household", reads=f"{READS}; c_members: m_sa; c1: benefit_status")
def says_not_receiving(data: Data, _: Parameters) -> Hits:
    """R-X05: a C1 of someone who receives (not stopped), and form C says that this member does not."""
    pair, status = pairs(data), data.text("c1", "benefit_status")
    current = pair.c1_codes[(status.notna() & (status != STOPPED) & (pair.c1_codes >= 0)).to_numpy()]
    denied = (data.text("c_members", "m_sa") == "0") & np.isin(pair.member_codes, current)
    return data.hits("c_members", "m_sa", denied, line=data.number("c_members", "row_no"))


@BOOK.shared("R-X16", "household", reads=f"{READS} interview_date; c: interview_date")
def days_apart(data: Data, p: Parameters) -> Hits:
    """R-X16: the visits for C and C1 lie far apart."""
    c1, c = data.day("c1", "interview_date"), pairs(data).of_household(data.day("c", "interview_date"))
    days = (c1 - c).abs() / np.timedelta64(1, "D")
    return data.hits("c1", "interview_date", days > p["days"], days=days, c1=c1, c=c, limit=limit(p["days"]))


@BOOK.shared("R-X17", "household", reads=f"{READS} officer_code; c: officer_code")
def other_officer(data: Data, _: Parameters) -> Hits:
    """R-X17: C and C1 by different officers."""
    c1, c = data.text("c1", "officer_code"), pairs(data).of_household(data.text("c", "officer_code"))
    return data.hits("c1", "officer_code", c1.notna() & c.notna() & (c1 != c), c1=c1, c=c)


def _repeated(keys: pd.Series) -> pd.Series:
    """How many rows have the key of every row; 0 for an empty key."""
    return keys.map(keys.value_counts()).fillna(0).astype(float)


def _due(received: pd.Series, rows: np.ndarray, hours: float) -> Sequence[datetime | None]:
    """Until when the other form is waited for: hours after this one came; no waiting where that is unknown."""
    wait = timedelta(hours=hours)
    moments = received.iloc[rows]
    return [None if m is pd.NaT else m.to_pydatetime().replace(tzinfo=UTC) + wait for m in moments]
