"""What a benefit is worth by the law in force on a day: base rate, coefficient, amount, or why not; pure.

Knows no form: categories, dates, ages in completed months, poor or not, children, persons cared for come
as columns. Every result names the rows of the tables it rests on, so that it can explain itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from processor.survey.eligibility_law import Band, Category, Law

Ints = np.ndarray
Floats = np.ndarray

REASONS = ("", "date", "category", "manual", "class", "age", "age_outside", "children", "cared")
"""Why there is no amount: no date; category unknown or not in force that day; no coefficient in any table
(decided case by case); household class unknown where the base depends on it; age unknown; outside every age
band; number of children unknown or none; cared persons unknown or outside every age band."""


@dataclass(frozen=True)
class Cases:
    """One entry a benefit; NaN or None where a thing is not known."""

    category: pd.Series
    at: pd.Series
    """The day, datetime64."""
    months: pd.Series
    """Completed months of age on that day, by the estimate (unknown month: January; unknown day: the 1st)."""
    poor: pd.Series
    """1.0 in a poor household, 0.0 elsewhere."""
    children: pd.Series
    cared: pd.Series
    """How many persons are cared for."""
    cared_of: Ints = field(default_factory=lambda: np.empty(0, dtype=int))
    """For every cared person the position of the benefit it belongs to."""
    cared_months: Floats = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True)
class Due:
    """What is due for every case; -1, NaN and empty text where the reason says why not."""

    rate: Ints
    """Position in `law.rates`."""
    base: Floats
    band: Ints
    """Position in `law.bands`; for several cared persons the band of the first."""
    rules: np.ndarray
    """Ids of the coefficient rows used, `CR047+CR048` when cared persons differ in age."""
    unit: Floats
    """The coefficient of the row, before it is counted for each child or cared person."""
    coefficient: Floats
    """The whole coefficient."""
    amount: Floats
    """VND a month."""
    verify: np.ndarray
    """Whether a row used is a fact of law from memory, still to be verified."""
    reason: np.ndarray


def amount_due(law: Law, cases: Cases) -> Due:
    """Base rate, coefficient and amount of every case by the tables of the law."""
    at = _days(cases.at)
    code = category_codes(law, cases.category, at)
    rate = find_rate(law, code, at, cases.poor.to_numpy(dtype=float))
    base = _take(law.rate_base, rate)
    band, unit, coefficient, rules = _coefficients(law, code, at, cases)
    verify = _marks(law.rate_verify, rate) | _marks(law.band_verify, band)
    reason = _reasons(law, code, at, cases, rate, coefficient)
    return Due(rate, base, band, rules, unit, coefficient, np.rint(base * coefficient), verify, reason)


def category_codes(law: Law, category: pd.Series, at: np.ndarray) -> Ints:
    """Position of each category in `law.categories`, -1 when unknown or not in force that day."""
    known = {code: number for number, code in enumerate(law.by_code)}
    codes = np.array([known.get(value, -1) for value in category.tolist()], dtype=int)
    first, last = law.category_dates
    in_force = (codes >= 0) & (at >= first[codes]) & (at <= last[codes])
    return np.where(in_force, codes, -1)


def find_rate(law: Law, code: Ints, at: np.ndarray, poor: Floats) -> Ints:
    """The base rate of each case: the highest that is in force for its group that day, -1 for none."""
    found = np.full(len(code), -1)
    child = law.without_support[code] & (code >= 0)
    groups = {
        "all": np.ones(len(code), dtype=bool),
        "poor_household": poor == 1,
        "child_without_support": child,
        "other": (poor == 0) & ~child,
    }
    for number in sorted(range(len(law.rates)), key=lambda n: law.rates[n].base):
        row = law.rates[number]
        group = np.logical_or.reduce([groups[name] for name in row.groups])
        found[group & (code >= 0) & (at >= row.first) & (at <= row.last)] = number
    return found


def find_band(law: Law, code: Ints, at: np.ndarray, value: Floats) -> Ints:
    """The coefficient row of each case for the value of its driver (months, children), -1 for none."""
    found = np.full(len(code), -1)
    for number, band in enumerate(law.bands):
        own = np.flatnonzero(code == law.band_category[number])
        if len(own):
            v, day = value[own], at[own]
            fits = (v >= band.low) & (v < band.high) & (day >= band.first) & (day <= band.last)
            found[own[fits]] = number
    return found


def band_before(law: Law, band: Ints) -> Ints:
    """The row of the same category whose age band ends where this one begins, -1 for none."""
    return np.where(band >= 0, law.previous[band], -1)


def _coefficients(
    law: Law, code: Ints, at: np.ndarray, cases: Cases
) -> tuple[Ints, Floats, Floats, np.ndarray]:
    driver = np.where(code >= 0, law.drivers[code], "")
    children, cared = (s.to_numpy(dtype=float) for s in (cases.children, cases.cared))
    months = cases.months.to_numpy(dtype=float)
    kinds = [driver == "age_months", np.isin(driver, ("n_children", "per_child")), driver == "none"]
    value = np.select(kinds, [months, children, np.zeros(len(code))], np.nan)
    band = find_band(law, code, at, value)
    per_person = (code >= 0) & law.per_cared[code]
    times = np.where(driver == "per_child", children, np.where(per_person, cared, 1.0))
    unit = _take(law.band_coefficient, band)
    rules = np.where(band >= 0, law.band_ids[band], "")
    total = unit * np.where(times > 0, times, np.nan)
    by_cared = np.flatnonzero(driver == "cared_age_months")
    if len(by_cared):
        _of_cared(law, code, at, cases, by_cared, band, unit, total, rules)
    return band, unit, total, rules


def _of_cared(
    law: Law,
    code: Ints,
    at: np.ndarray,
    cases: Cases,
    chosen: Ints,
    band: Ints,
    unit: Floats,
    total: Floats,
    rules: np.ndarray,
) -> None:
    """Fill in cases whose coefficient is the sum over the cared persons, each by its own age."""
    mine = np.isin(cases.cared_of, chosen)
    of, months = cases.cared_of[mine], cases.cared_months[mine]
    rows = find_band(law, code[of], at[of], months)
    known = np.bincount(of[rows >= 0], minlength=len(code))
    sums = np.bincount(of, weights=np.nan_to_num(_take(law.band_coefficient, rows)), minlength=len(code))
    whole = chosen[(known[chosen] > 0) & (known[chosen] == cases.cared.to_numpy(dtype=float)[chosen])]
    total[whole] = sums[whole]
    for case in whole:
        own = rows[of == case]
        band[case], unit[case] = own[0], law.band_coefficient[own[0]]
        rules[case] = "+".join(sorted({str(law.band_ids[row]) for row in own}))


def _reasons(
    law: Law, code: Ints, at: np.ndarray, cases: Cases, rate: Ints, coefficient: Floats
) -> np.ndarray:
    driver = np.where(code >= 0, law.drivers[code], "")
    lacking = np.isnan(coefficient)
    by_age = lacking & (driver == "age_months")
    unknown_age = cases.months.isna().to_numpy()
    checks = {
        "date": np.isnat(at),
        "category": code < 0,
        "manual": driver == "",
        "age": by_age & unknown_age,
        "age_outside": by_age & ~unknown_age,
        "children": lacking & np.isin(driver, ("n_children", "per_child")),
        "cared": lacking,
        "class": rate < 0,
    }
    return np.select(list(checks.values()), list(checks), "")


def _days(at: pd.Series) -> np.ndarray:
    return at.to_numpy().astype("datetime64[D]")


def _take(values: Floats, positions: Ints) -> Floats:
    return np.where(positions >= 0, values[positions], np.nan)


def _marks(values: np.ndarray, positions: Ints) -> np.ndarray:
    return np.where(positions >= 0, values[positions], False).astype(bool)


__all__ = ["Band", "Cases", "Category", "Due", "Law", "REASONS", "amount_due", "band_before", "find_band"]
