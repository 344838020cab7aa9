"""The dated tables of the law as data: categories, base rates, coefficients, older coefficients; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from processor.errors import ConfigError, Message
from processor.survey.checks.reference import Reference, Row, to_verify

WITHOUT_SUPPORT = ("01", "02")
"""Groups that `child_without_support` of the base rates means: clauses 1 and 2 (children, youths at school)."""
GROUPS = ("all", "poor_household", "child_without_support", "other")
"""Words of the base rates' column `applies_to`."""
_BEGIN, _END = np.datetime64("0001-01-01"), np.datetime64("9999-12-31")


@dataclass(frozen=True)
class Category:
    """A group of people that a law grants a benefit to; ages in completed months."""

    code: str
    group: str
    labels: Mapping[str, str]
    legal_ref: str
    low: float
    high: float
    poor: bool
    degrees: tuple[str, ...]
    """Degrees of disability that it is for; empty when it is not about disability."""
    first: np.datetime64
    last: np.datetime64
    verify: bool


@dataclass(frozen=True)
class Rate:
    """A base amount that held from one day to another for some groups."""

    id: str
    base: float
    groups: tuple[str, ...]
    first: np.datetime64
    last: np.datetime64
    legal_ref: str
    verify: bool


@dataclass(frozen=True)
class Band:
    """A coefficient of a category for `low <= driver < high`."""

    id: str
    category: str
    driver: str
    low: float
    high: float
    coefficient: float
    unit: str
    first: np.datetime64
    last: np.datetime64
    legal_ref: str
    verify: bool


@dataclass(frozen=True)
class Law:
    """All tables; arrays beside them are by position, for whole columns of cases."""

    categories: tuple[Category, ...]
    rates: tuple[Rate, ...]
    bands: tuple[Band, ...]
    legacy: Mapping[str, float]
    """Coefficients of the older decrees by their code."""

    @cached_property
    def by_code(self) -> dict[str, Category]:
        """Categories by code, in the order of `categories`."""
        return {category.code: category for category in self.categories}

    @cached_property
    def category_dates(self) -> tuple[np.ndarray, np.ndarray]:
        """First and last day in force of every category."""
        rows = self.categories
        return np.array([c.first for c in rows]), np.array([c.last for c in rows])

    @cached_property
    def without_support(self) -> np.ndarray:
        """Whether a category is of the group `child_without_support`."""
        return np.array([c.group in WITHOUT_SUPPORT for c in self.categories])

    @cached_property
    def drivers(self) -> np.ndarray:
        """What the coefficient of every category depends on; empty without a row."""
        known = {band.category: band.driver for band in self.bands}
        return np.array([known.get(code, "") for code in self.by_code], dtype=object)

    @cached_property
    def per_cared(self) -> np.ndarray:
        """Whether a category is paid for each person cared for."""
        known = {band.category for band in self.bands if band.unit == "cared_person"}
        return np.array([code in known for code in self.by_code])

    @cached_property
    def rate_base(self) -> np.ndarray:
        """Amounts of the base rates."""
        return np.array([rate.base for rate in self.rates])

    @cached_property
    def rate_verify(self) -> np.ndarray:
        """Marks of the base rates."""
        return np.array([rate.verify for rate in self.rates])

    @cached_property
    def band_category(self) -> np.ndarray:
        """Position of every coefficient's category, -1 when there is no such category."""
        position = {code: number for number, code in enumerate(self.by_code)}
        return np.array([position.get(band.category, -1) for band in self.bands])

    @cached_property
    def band_ids(self) -> np.ndarray:
        """Ids of the coefficient rows."""
        return np.array([band.id for band in self.bands], dtype=object)

    @cached_property
    def band_coefficient(self) -> np.ndarray:
        """Coefficients of the rows."""
        return np.array([band.coefficient for band in self.bands])

    @cached_property
    def band_verify(self) -> np.ndarray:
        """Marks of the coefficient rows."""
        return np.array([band.verify for band in self.bands])

    @cached_property
    def previous(self) -> np.ndarray:
        """For every coefficient row the one of the same category that ends where it begins, -1 for none."""
        ends = {(band.category, band.driver, band.high): n for n, band in enumerate(self.bands)}
        return np.array([ends.get((band.category, band.driver, band.low), -1) for band in self.bands])

    @cached_property
    def coefficients_of(self) -> dict[str, str]:
        """For every category its coefficients at any age, as people read them: `1.5, 2.5`."""
        found = {code: sorted({band.coefficient for band in self.of_category(code)}) for code in self.by_code}
        return {code: ", ".join(map(str, own)) for code, own in found.items()}

    def of_category(self, code: str) -> tuple[Band, ...]:
        """All coefficient rows of a category."""
        return tuple(band for band in self.bands if band.category == code)


def read_law(reference: Reference) -> Law:
    """The tables of the folder; `provincial_rates.csv` (columns of `base_rates.csv`) adds rates of the province."""
    rates = (*reference.rows("base_rates"), *(reference.optional("provincial_rates") or ()))
    return Law(
        tuple(_category(row) for row in reference.rows("beneficiary_categories")),
        tuple(_rate(row) for row in rates),
        tuple(_band(row) for row in reference.rows("coefficient_rules")),
        {row["legacy_code"]: _number(row, "coefficient") for row in reference.rows("coefficients_legacy")},
    )


def _category(row: Row) -> Category:
    return Category(
        row["code"],
        row["group_code"],
        {"vi": row["label_vi"], "en": row["label_en"]},
        row["legal_ref"],
        _number(row, "age_min_years", 0.0) * 12,
        _number(row, "age_max_years_exclusive", np.inf) * 12,
        row["requires_poor_household"] == "1",
        tuple(filter(None, row["requires_disability_degree"].split(";"))),
        *_dates(row),
        to_verify(row),
    )


def _rate(row: Row) -> Rate:
    groups = tuple(row["applies_to"].split(";"))
    if not set(groups) <= set(GROUPS):
        raise _bad(row, "applies_to", ", ".join(GROUPS))
    base = _number(row, "base_vnd_month")
    return Rate(row["rate_id"], base, groups, *_dates(row), row["legal_ref"], to_verify(row))


def _band(row: Row) -> Band:
    return Band(
        row["rule_id"],
        row["category_code"],
        row["driver"],
        _number(row, "min_inclusive", 0.0),
        _number(row, "max_exclusive", np.inf),
        _number(row, "coefficient"),
        row["unit"],
        *_dates(row),
        row["legal_ref"],
        to_verify(row),
    )


def _dates(row: Row) -> tuple[np.datetime64, np.datetime64]:
    return _day(row, "valid_from", _BEGIN), _day(row, "valid_to", _END)


def _day(row: Row, column: str, empty: np.datetime64) -> np.datetime64:
    try:
        return np.datetime64(row[column], "D") if row[column] else empty
    except ValueError as error:
        raise _bad(row, column, "YYYY-MM-DD") from error


def _number(row: Row, column: str, empty: float | None = None) -> float:
    if not row[column] and empty is not None:
        return empty
    try:
        return float(row[column])
    except ValueError as error:
        raise _bad(row, column, "a number") from error


def _bad(row: Row, column: str, expected: str) -> ConfigError:
    """The row is named by its first cell, which is its id."""
    place = f"{next(iter(row.values()))}: {column}"
    return ConfigError(
        Message.CONFIG_VALUE, path="config/codes", key=place, expected=expected, found=row[column]
    )
