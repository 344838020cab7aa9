"""Rules of the field work: what an officer's forms look like together (R-O01 to R-O05, R-O07); pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from processor.survey.checks.data import Data
from processor.survey.checks.hits import UnitHits
from processor.survey.checks.nghe_an import operations_keys as families
from processor.survey.checks.nghe_an.book import BOOK
from processor.survey.checks.nghe_an.limits import limit
from processor.survey.checks.rulebook import Parameters


@BOOK.shared("R-O01", "officer_day", reads="c: officer_code interview_date")
def many_forms(data: Data, p: Parameters) -> UnitHits:
    """R-O01: more forms C than one can fill in on a day."""
    forms = data.made(families.officer_day)["c"].value_counts()
    days = pd.Series([key.partition(" ")[2] for key in forms.index], index=forms.index, dtype=object)
    values = {"forms": forms, "day": days, "limit": p["forms"]}
    return _units("officer_day", forms > p["forms"], values)


@BOOK.shared("R-O02", "officer", reads="c: officer_code start end")
def short_interviews(data: Data, p: Parameters) -> UnitHits:
    """R-O02: half of the interviews of an officer are too short."""
    by = data.number("c", "minutes").groupby(data.made(families.officer)["c"])
    median, forms = by.median(), by.count()
    values = {"median": median.round(1), "forms": forms, "limit": p["minutes"]}
    return _units("officer", (median < p["minutes"]) & (forms >= p["forms"]), values)


@BOOK.shared("R-O03", "officer", reads="c: officer_code; c_members: m_dob_precision")
def unknown_births(data: Data, p: Parameters) -> UnitHits:
    """R-O03: many members without a full birth date."""
    return _shares(data, "births_unknown", data.number("c", "births"), p, p["members"])


@BOOK.shared("R-O04", "officer", reads="c: officer_code gps")
def without_place(data: Data, p: Parameters) -> UnitHits:
    """R-O04: many forms without coordinates."""
    unplaced = data.number("c", "unplaced")
    return _shares(data, "unplaced", unplaced.notna().astype(float), p, p["forms"])


def _shares(data: Data, marks: str, of: pd.Series, p: Parameters, least: float) -> UnitHits:
    """Officers of at least so many answers of which more than `percent` are marked."""
    officers = data.made(families.officer)["c"]
    number, marked = of.groupby(officers).sum(), data.number("c", marks).groupby(officers).sum()
    values = {"percent": (100 * marked / number).round(), "of": number, "limit": p["percent"]}
    return _units("officer", (number >= least) & (100 * marked > p["percent"] * number), values)


@BOOK.shared("R-O05", "officer", reads=f"c: officer_code {families.HOME}")
def same_homes(data: Data, p: Parameters) -> UnitHits:
    """R-O05: nearly all households of an officer have the same answers on house and amenities."""
    answered, officers = data.text("c", "home"), data.made(families.officer)["c"]
    homes = answered.groupby(officers).count()
    alike = answered.groupby([officers, answered]).size()
    same = alike.groupby(level=0).max().reindex(homes.index)
    values = {"percent": (100 * same / homes).round(), "homes": homes, "limit": p["percent"]}
    return _units("officer", (homes >= p["homes"]) & (100 * same > p["percent"] * homes), values)


@BOOK.shared(
    "R-O07",
    "officer",
    reads="c: officer_code hh_code _review_state; c1: officer_code c1_key _review_state",
)
def payable(data: Data, p: Parameters) -> UnitHits:
    """R-O07: approved forms of an officer, each household and beneficiary once, and what they are worth.

    Without both unit prices (QĐ 1732) in the catalogue there is no amount."""
    officers = data.made(families.officer)
    c, c1 = (data.text(table, "paid").groupby(officers[table]).nunique() for table in ("c", "c1"))
    both = pd.DataFrame({"c": c, "c1": c1}).fillna(0)
    prices = [p.get("price_c", ""), p.get("price_c1", "")]
    amount = None if "" in prices else both["c"] * prices[0] + both["c1"] * prices[1]
    return _units("officer", both["c"] + both["c1"] > 0, {"c": both["c"], "c1": both["c1"], "amount": amount})


def _units(kind: str, where: pd.Series, values: Mapping[str, Any]) -> UnitHits:
    """The units (index of `where`) for which it holds, in order; values are Series over units, or one for all."""
    units = sorted(where.index[where.to_numpy(dtype=bool)])
    taken = {
        name: [_plain(v) for v in value.reindex(units)]
        if isinstance(value, pd.Series)
        else [_plain(value)] * len(units)
        for name, value in values.items()
    }
    return UnitHits(kind, units, units, [families.officer_area(unit) for unit in units], taken)


def _plain(value: Any) -> Any:
    return limit(float(value)) if isinstance(value, (int, float, np.number)) else value
