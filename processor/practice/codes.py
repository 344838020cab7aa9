"""The code tables that invented households obey: communes, coefficients, base amounts, poverty lines."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

Row = dict[str, str]


@dataclass(frozen=True)
class Commune:
    """A commune of 2016."""

    code: str
    name: str
    district: str
    district_name: str
    kind: str
    area_type: str


@dataclass(frozen=True)
class Codes:
    """Tables of `config/codes`, read once."""

    folder: Path

    def rows(self, name: str) -> Iterator[Row]:
        """Rows of one table."""
        with (self.folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
            yield from csv.DictReader(stream)

    @cached_property
    def communes(self) -> tuple[Commune, ...]:
        """All communes in order of code."""
        rows = self.rows("admin_units_nghe_an_2016")
        return tuple(
            Commune(
                r["commune_code"],
                r["commune_vi"],
                r["district_code"],
                r["district_vi"],
                r["type"],
                r["area_type"],
            )
            for r in rows
        )

    @cached_property
    def coefficients(self) -> dict[str, list[Row]]:
        """Coefficient rules by category."""
        found: dict[str, list[Row]] = {}
        for row in self.rows("coefficient_rules"):
            found.setdefault(row["category_code"], []).append(row)
        return found

    @cached_property
    def base_rates(self) -> tuple[Row, ...]:
        """Base amounts with their validity."""
        return tuple(self.rows("base_rates"))

    @cached_property
    def poverty_lines(self) -> tuple[Row, ...]:
        """Poverty lines and score limits by period and area."""
        return tuple(self.rows("poverty_lines"))

    @cached_property
    def old_mobiles(self) -> tuple[str, ...]:
        """Prefixes of the 11-digit mobile numbers of 2016."""
        return tuple(
            r["old_prefix_11_digit"]
            for r in self.rows("phone_prefix_2018")
            if len(r["old_prefix_11_digit"]) == 4
        )

    def coefficient(self, category: str, driver: int) -> float:
        """The coefficient of a category for its driver (age in months, number of children)."""
        for row in self.coefficients[category]:
            low, high = row["min_inclusive"], row["max_exclusive"]
            if (not low or int(low) <= driver) and (not high or driver < int(high)):
                return float(row["coefficient"])
        raise ValueError(f"no coefficient of {category} for {driver}")

    def base(self, at: date) -> int:
        """The base amount that holds for all groups at that date."""
        return next(
            int(r["base_vnd_month"]) for r in self.base_rates if _holds(r, at) and r["applies_to"] == "all"
        )

    def line(self, area_type: str, at: date) -> Row:
        """The poverty line of an area at that date."""
        return next(r for r in self.poverty_lines if _holds(r, at) and r["area_type"] == area_type)


def _holds(row: Row, at: date) -> bool:
    return row["valid_from"] <= at.isoformat() <= (row["valid_to"] or "9999")
