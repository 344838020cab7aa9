"""Rules of house, power, belongings and income; pure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from processor.survey.checks.data import Data
from processor.survey.checks.hits import Hits
from processor.survey.checks.nghe_an import families  # noqa: F401 - registers the family of a household
from processor.survey.checks.nghe_an.book import BOOK
from processor.survey.checks.nghe_an.limits import limit
from processor.survey.checks.rulebook import Parameters

NO_HOUSE = "6"
HOUSE = ("house_pillar", "house_roof", "house_wall", "house_area")
GRID = "1"
NEEDS_GRID = ("7", "8", "10")
"""Fridge, washing machine, air conditioner."""
PHONES = ("4", "5")
WORKING = "1"
STOPPED = "4"
"""Benefit status of who gets no allowance any more."""


@BOOK.own("R-V30", reads=f"c: house_ownership {' '.join(HOUSE)}")
def house_contradicts(data: Data, _: Parameters) -> Hits:
    """R-V30: no house, no materials and area; a house, all of them."""
    ownership = data.text("c", "house_ownership")
    filled = sum((data.text("c", name).notna().astype(int) for name in HOUSE), pd.Series(0, ownership.index))
    wrong = ((ownership == NO_HOUSE) & (filled > 0)) | (
        ownership.notna() & (ownership != NO_HOUSE) & (filled < len(HOUSE))
    )
    values = {"ownership": ownership, "filled": filled, "asked": len(HOUSE)}
    return data.hits("c", "house_ownership", wrong, **values)


@BOOK.own("R-V31", reads="c: area_per_person house_ownership")
def unusual_area(data: Data, p: Parameters) -> Hits:
    """R-V31: a house has some square metres for everybody; the form writes 0 where there is none."""
    area = data.number("c", "area_per_person")
    has_house = data.text("c", "house_ownership") != NO_HOUSE
    wrong = has_house & ((area < p["min_area"]) | (area > p["max_area"]))
    values = {"area": area, "least": limit(p["min_area"]), "most": limit(p["max_area"])}
    return data.hits("c", "area_per_person", wrong, **values)


@BOOK.own("R-V32", reads="c: light_source assets electricity_kwh")
def power_contradicts(data: Data, _: Parameters) -> Hits:
    """R-V32: what needs the grid has it, and the grid is used."""
    light, kwh = data.text("c", "light_source"), data.number("c", "electricity_kwh")
    without = light.notna() & (light != GRID) & _owns(data, NEEDS_GRID)
    wrong = without | ((light == GRID) & (kwh == 0))
    values = {"light": light, "kwh": kwh, "assets": data.text("c", "assets")}
    return data.hits("c", "light_source", wrong, **values)


@BOOK.own("R-V33", reads="c: assets uses_phone")
def phone_not_used(data: Data, _: Parameters) -> Hits:
    """R-V33: a household with a phone uses one."""
    wrong = _owns(data, PHONES) & (data.number("c", "uses_phone") == 0)
    return data.hits("c", "uses_phone", wrong, assets=data.text("c", "assets"))


def _owns(data: Data, codes: tuple[str, ...]) -> pd.Series:
    """Whether any of these is among the belongings; looked up once for every different answer."""
    assets = data.text("c", "assets")
    owns = {v: not set(codes).isdisjoint(v.split()) for v in assets.dropna().unique()}
    return assets.map(owns).astype(object).eq(True)


@BOOK.own("R-V34", reads="c: income_month; c_members: m_work m_pension m_merit m_sa")
def no_income(data: Data, _: Parameters) -> Hits:
    """R-V34: who works or gets a pension or an allowance has an income."""
    workers = data.count("c_members", data.text("c_members", "m_work") == WORKING)
    pensions = data.count("c_members", data.number("c_members", "m_pension") == 1)
    merit, social = (data.number("c_members", name) == 1 for name in ("m_merit", "m_sa"))
    allowances = data.count("c_members", merit | social)
    wrong = (data.number("c", "income_month") == 0) & (workers + pensions + allowances > 0)
    values = {"workers": workers, "pensions": pensions, "allowances": allowances}
    return data.hits("c", "income_month", wrong, **values)


@BOOK.shared(
    "R-V35",
    "household",
    reads="c: hh_code income_month; c1: hh_code c1_key benefit_status; c1_allowances: a_amount",
)
def income_below_allowances(data: Data, _: Parameters) -> Hits:
    """R-V35: a household's income is not less than the allowances on its C1."""
    income = data.number("c", "income_month") * 1000
    allowances = _places(data, "c").map(_paid(data)).astype(float)
    return data.hits("c", "income_month", income < allowances, income=income, allowances=allowances)


def _paid(data: Data) -> pd.Series:
    """Dong a month by household. Of two C1 of one person the smaller counts: an error of its own (R-X02)."""
    paid = data.total("c1_allowances", data.number("c1_allowances", "a_amount"))
    stopped = data.text("c1", "benefit_status") == STOPPED
    person = data.text("c1", "c1_key").fillna(data.keys("c1"))
    rows = pd.DataFrame({"place": _places(data, "c1"), "person": person, "paid": paid.mask(stopped, 0.0)})
    return rows.groupby(["place", "person"])["paid"].min().groupby("place").sum()


def _places(data: Data, table: str) -> pd.Series:
    """The household's code within the commune that shows the row: no amounts of another commune's forms."""
    code, area = data.text(table, "hh_code"), data.text(table, "_area")
    return pd.Series(np.where(code.notna(), area + "/" + code, None), dtype=object)
