"""Families of rules about the field work: an officer, an officer's day, a commune; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from processor.survey.checks.data import Data
from processor.survey.checks.groups import joined
from processor.survey.checks.nghe_an.book import BOOK

Keys = Mapping[str, pd.Series]
_OFFICER = re.compile(r"([0-9]{5})-[0-9]{2}")


@BOOK.family("officer", reads="c: officer_code; c_members: submission_id; c1: officer_code")
def officer(data: Data) -> Keys:
    """The forms that one officer filled in."""
    homes = data.text("c", "officer_code")
    return {"c": homes, "c_members": data.down("c_members", homes), "c1": data.text("c1", "officer_code")}


@BOOK.family("officer_day", reads="c: officer_code interview_date")
def officer_day(data: Data) -> Keys:
    """The forms C of one officer's day."""
    return {"c": joined(data.text("c", "officer_code"), data.text("c", "interview_date"), by=" ")}


@BOOK.family("commune", reads="c1: commune_code")
def commune(data: Data) -> Keys:
    """The C1 of a commune."""
    return {"c1": data.text("c1", "commune_code")}


def officer_area(key: str) -> str:
    """The commune of an officer (or her day) by her code; empty, so seen by the whole province only, if it has none."""
    found = _OFFICER.fullmatch(key.partition(" ")[0])
    return found[1] if found else ""
