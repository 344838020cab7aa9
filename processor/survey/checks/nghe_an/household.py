"""Rules of the visit: place, day, officer, coordinates, clock, respondent; pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from processor.survey.checks.data import Data
from processor.survey.checks.hits import Hits
from processor.survey.checks.nghe_an.book import BOOK
from processor.survey.checks.nghe_an.limits import limit
from processor.survey.checks.nghe_an.roster import AGES, ages
from processor.survey.checks.reference import Reference, by
from processor.survey.checks.rulebook import Parameters

ROOTS = ("c", "c1")
COMPLETE = "1"
URBAN, RURAL = "1", "2"
FROM_ROSTER = ("2", "3")
"""Answers to who was asked that name a member: the head's spouse, another adult of the household."""


def _districts(reference: Reference) -> dict[str, str]:
    return {row["commune_code"]: row["district_code"] for row in reference.rows("admin_units_nghe_an_2016")}


def _types(reference: Reference) -> dict[str, str]:
    return {row["commune_code"]: row["type"] for row in reference.rows("admin_units_nghe_an_2016")}


@BOOK.own("R-V01", reads="c: commune_code district_code; c1: commune_code district_code")
def commune_elsewhere(data: Data, _: Parameters) -> Sequence[Hits]:
    """R-V01: the commune is on the list of 2016 and belongs to the district."""
    return [_elsewhere(data, table) for table in ROOTS]


def _elsewhere(data: Data, table: str) -> Hits:
    commune, district = data.text(table, "commune_code"), data.text(table, "district_code")
    belongs = commune.map(data.reference.made(_districts)).astype(object)
    wrong = commune.notna() & (belongs.isna() | (district.notna() & (belongs != district)))
    values = {"commune": commune, "district": district, "belongs": belongs}
    return data.hits(table, "commune_code", wrong, **values)


@BOOK.own("R-V02", reads="c: commune_code village_code", needs="villages")
def village_unknown(data: Data, _: Parameters) -> Hits:
    """R-V02: the village is on the list of its commune."""
    known = {f"{row['commune_code']}/{row['village_code']}" for row in data.reference.rows("villages")}
    commune, village = data.text("c", "commune_code"), data.text("c", "village_code")
    unknown = commune.notna() & village.notna() & ~(commune + "/" + village).isin(known)
    return data.hits("c", "village_code", unknown, village=village, commune=commune)


@BOOK.own("R-V03", reads="c: area_type commune_code")
def area_of_another_kind(data: Data, _: Parameters) -> Hits:
    """R-V03: wards and townlets are urban, communes rural."""
    said, commune = data.text("c", "area_type"), data.text("c", "commune_code")
    kind = commune.map(data.reference.made(_types)).astype(object)
    wrong = ((said == URBAN) & (kind == "xa")) | ((said == RURAL) & kind.isin(["phuong", "thi_tran"]))
    return data.hits("c", "area_type", wrong, area=said, commune=commune)


@BOOK.own("R-V04", reads="c: interview_date _received_at; c1: interview_date _received_at")
def day_outside(data: Data, p: Parameters) -> Sequence[Hits]:
    """R-V04: the interview is within the campaign and not after the day the server received it."""
    return [_outside(data, table, p) for table in ROOTS]


def _outside(data: Data, table: str, p: Parameters) -> Hits:
    day, received = data.day(table, "interview_date"), data.local_day(table, "_received_at")
    wrong = (day < np.datetime64(p["first"])) | (day > np.datetime64(p["last"])) | (day > received)
    values = {"day": day, "first": p["first"], "last": p["last"], "received": received}
    return data.hits(table, "interview_date", wrong, **values)


@BOOK.own("R-V05", reads="c: officer_code commune_code; c1: officer_code commune_code")
def officer_of_another_commune(data: Data, p: Parameters) -> Sequence[Hits]:
    """R-V05: the officer's code begins with the commune's and is on the list, where a list is given."""
    return [_other_officer(data, table, int(p["commune_digits"])) for table in ROOTS]


def _other_officer(data: Data, table: str, digits: int) -> Hits:
    officer, commune = data.text(table, "officer_code"), data.text(table, "commune_code")
    both = officer.notna() & commune.notna()
    elsewhere = both & (officer.str[:digits] != commune)
    listed = _listed(data, officer)
    unknown = officer.notna() & (listed == 0)
    values = {"officer": officer, "commune": commune, "listed": listed}
    return data.hits(table, "officer_code", elsewhere | unknown, **values)


def _listed(data: Data, officer: pd.Series) -> pd.Series:
    """1 for an officer of the list, 0 for another, NaN for all when there is no list."""
    rows = data.reference.optional("officers")
    if rows is None:
        return pd.Series(np.nan, index=officer.index)
    return officer.isin(by(rows, "code")).astype(float)


@BOOK.own("R-V06", reads="c: gps gps_lat gps_lon gps_acc")
def no_usable_point(data: Data, p: Parameters) -> Hits:
    """R-V06: coordinates are there, precise and inside the province."""
    lat, lon, accuracy = (data.number("c", f"gps_{part}") for part in ("lat", "lon", "acc"))
    outside = (lat < p["lat_min"]) | (lat > p["lat_max"]) | (lon < p["lon_min"]) | (lon > p["lon_max"])
    wrong = lat.isna() | lon.isna() | (accuracy > p["max_accuracy"]) | outside
    values = {"lat": lat, "lon": lon, "accuracy": accuracy, "max_accuracy": limit(p["max_accuracy"])}
    return data.hits("c", "gps", wrong, **values)


@BOOK.own("R-V07", reads="c: start end result")
def unusual_length(data: Data, p: Parameters) -> Hits:
    """R-V07: a completed interview takes some minutes, none takes hours."""
    seconds = (data.moment("c", "end") - data.moment("c", "start")).dt.total_seconds()
    short = (seconds < p["min_minutes"] * 60) & (data.text("c", "result") == COMPLETE)
    wrong = short | (seconds > p["max_minutes"] * 60)
    values = {
        "minutes": (seconds / 60).round(1),
        "least": limit(p["min_minutes"]),
        "most": limit(p["max_minutes"]),
    }
    return data.hits("c", "end", wrong, **values)


@BOOK.own("R-V08", reads="c: start interview_date")
def clock_differs(data: Data, p: Parameters) -> Hits:
    """R-V08: the phone's day is about the day written down."""
    phone, said = data.local_day("c", "start"), data.day("c", "interview_date")
    days = (phone - said).dt.days.abs()
    wrong = days > p["max_days"]
    return data.hits("c", "interview_date", wrong, said=said, phone=phone, days=days)


@BOOK.own(
    "R-V42", reads=f"c: respondent_rel respondent_name respondent_name_key; c_members: m_name_key; {AGES}"
)
def respondent_not_there(data: Data, p: Parameters) -> Hits:
    """R-V42: a respondent who is said to be an adult member is in the roster."""
    key, name = data.text("c", "respondent_name_key"), data.text("c", "respondent_name")
    asked = data.text("c", "respondent_rel").isin(FROM_ROSTER) & key.notna()
    # A member of unknown age may be the one: only those known to be younger are left out.
    old_enough = ~(ages(data) < p["min_years"])
    there = _names_there(data, key, data.text("c_members", "m_name_key").where(old_enough, None))
    return data.hits("c", "respondent_name", asked & ~there, name=name, min_years=limit(p["min_years"]))


def _names_there(data: Data, wanted: pd.Series, names: pd.Series) -> pd.Series:
    """Whether the household has a member of the wanted name."""
    codes, known = pd.factorize(names)
    of_root = pd.Index(known, dtype=object).get_indexer(pd.Index(wanted, dtype=object))
    width = len(known) + 1
    members = (data.parents("c_members") * width + codes)[codes >= 0]
    return pd.Series((of_root >= 0) & np.isin(np.arange(len(wanted)) * width + of_root, members))
