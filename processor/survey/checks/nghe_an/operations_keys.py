"""Families of rules about the field work: an officer, an officer's day, a commune; pure.

An officer has hundreds of forms and a commune as many C1: of these the rules see measures alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from processor.survey.checks.data import Data
from processor.survey.checks.groups import joined
from processor.survey.checks.keyhash import all_hashed
from processor.survey.checks.nghe_an.book import BOOK

Keys = Mapping[str, pd.Series]
_OFFICER = re.compile(r"([0-9]{5})-[0-9]{2}")
HOME = (
    "house_ownership house_pillar house_roof house_wall house_area water_source toilet_type "
    "light_source electricity_kwh assets uses_phone uses_internet loudspeaker"
)
"""What sections D and E ask."""
APPROVED = "approved"


@BOOK.family("officer", reads="c: officer_code; c1: officer_code")
def officer(data: Data) -> Keys:
    """The forms that one officer filled in."""
    return {"c": data.text("c", "officer_code"), "c1": data.text("c1", "officer_code")}


@BOOK.family("officer_day", reads="c: officer_code interview_date")
def officer_day(data: Data) -> Keys:
    """The forms C of one officer's day."""
    return {"c": joined(data.text("c", "officer_code"), data.text("c", "interview_date"), by=" ")}


@BOOK.family("commune", reads="c1: commune_code")
def commune(data: Data) -> Keys:
    """The C1 of a commune."""
    return {"c1": data.text("c1", "commune_code")}


# --- measures

BOOK.keep("officer", "text", "c: officer_code; c1: officer_code")
BOOK.keep("officer_day", "text", "c: officer_code interview_date")
BOOK.keep("commune", "text", "c1: commune_code")


@BOOK.measure("officer", "c.minutes", "number", reads="c: start end")
def _minutes(data: Data) -> pd.Series:
    """How long the interview took; empty where the times cannot be."""
    minutes = (data.moment("c", "end") - data.moment("c", "start")) / np.timedelta64(1, "m")
    return minutes.where(minutes >= 0).astype(float)


@BOOK.measure("officer", "c.births", "number", reads="c: submission_id; c_members: m_dob_precision")
def _births(data: Data) -> pd.Series:
    """Members of whom something is said about the birth date."""
    return data.count("c_members", data.text("c_members", "m_dob_precision").notna())


@BOOK.measure("officer", "c.births_unknown", "number", reads="c: submission_id; c_members: m_dob_precision")
def _births_unknown(data: Data) -> pd.Series:
    """Members whose birth date is not known in full."""
    precision = data.text("c_members", "m_dob_precision")
    return data.count("c_members", precision.notna() & (precision != "D"))


@BOOK.measure("officer", "c.unplaced", "number", reads="c: gps")
def _unplaced(data: Data) -> pd.Series:
    """1 for a form without coordinates."""
    return data.text("c", "gps").isna().astype(float)


@BOOK.measure("officer", "c.home", "text", reads=f"c: {HOME}")
def _home(data: Data) -> pd.Series:
    """All answers of the sections as one hash, equal for equal answers; empty where none was given."""
    columns = data.frame("c")[HOME.split()]
    kinds = columns.groupby(HOME.split(), dropna=False, sort=False).ngroup().to_numpy()
    places = np.unique(kinds, return_index=True)[1]
    rows = zip(*(columns[name].to_numpy()[places].tolist() for name in columns), strict=True)
    texts = [None if set(row) == {None} else repr(row) for row in rows]
    return pd.Series(all_hashed("officer", texts, data.secret)[kinds], dtype=object)


@BOOK.measure("officer", "c.paid", "text", reads="c: hh_code _review_state")
def _paid_home(data: Data) -> pd.Series:
    return _approved(data, "c", "hh_code")


@BOOK.measure("officer", "c1.paid", "text", reads="c1: c1_key _review_state")
def _paid_person(data: Data) -> pd.Series:
    return _approved(data, "c1", "c1_key")


def _approved(data: Data, table: str, key: str) -> pd.Series:
    """The household or beneficiary of an approved form, hashed."""
    keys = data.text(table, key).where(data.text(table, "_review_state") == APPROVED, None)
    return pd.Series(all_hashed("officer", keys.tolist(), data.secret), dtype=object)


@BOOK.measure("commune", "c1.person", "text", reads="c1: c1_key")
def _person(data: Data) -> pd.Series:
    """The beneficiary, hashed."""
    return pd.Series(all_hashed("commune", data.text("c1", "c1_key").tolist(), data.secret), dtype=object)


def officer_area(key: str) -> str:
    """The commune of an officer (or her day) by her code; empty, so seen by the whole province only, if it has none."""
    found = _OFFICER.fullmatch(key.partition(" ")[0])
    return found[1] if found else ""
