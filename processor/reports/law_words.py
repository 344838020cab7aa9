"""Rows of the dated tables of the law, as a finding names them: from when a base holds, for whom a coefficient is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from processor.reports.finding_words import said
from processor.reports.texts import text
from processor.survey.checks.reference import Reference, Row

if TYPE_CHECKING:
    from processor.config import Config

RATES, BANDS = ("base_rates", "provincial_rates"), ("coefficient_rules",)
YEAR = 12


@dataclass(frozen=True)
class Law:
    """The code tables of one survey, read when the first finding names a row."""

    config: Config

    @cached_property
    def _rates(self) -> dict[str, Row]:
        return self._by_id(RATES, "rate_id")

    @cached_property
    def _bands(self) -> dict[str, Row]:
        return self._by_id(BANDS, "rule_id")

    def _by_id(self, tables: tuple[str, ...], key: str) -> dict[str, Row]:
        reference = Reference(self.config.codes, self.config.settings)
        return {row[key]: row for name in tables for row in reference.optional(name) or ()}

    def rate(self, value: Any, language: str) -> str:
        """`từ 01/01/2016, BR05`: since when the base holds, and its row; the row alone if no table has it."""
        row = self._rates.get(str(value))
        return (
            text("rate_since", language, day=said(row["valid_from"], language), row=value)
            if row
            else str(value)
        )

    def band(self, value: Any, language: str) -> str:
        """`từ 80 tuổi, CR024`: whom the coefficient is for, and its row; several rows where several persons count."""
        rows = str(value).replace("+", " ").replace(",", " ").split()
        return "; ".join(self._band(row, language) for row in rows)

    def _band(self, name: str, language: str) -> str:
        row = self._bands.get(name)
        who = _whom(row, language) if row else ""
        return f"{who}, {name}" if who else name


def _whom(row: Row, language: str) -> str:
    """Ages in years where they are whole; nothing for a coefficient that depends on nothing."""
    low, high = row["min_inclusive"], row["max_exclusive"]
    if not (low or high) or row["driver"] == "none":
        return ""
    if not row["driver"].endswith("age_months"):
        return text("for_children", language, n=low) if row["driver"] == "n_children" else ""
    limits = [int(limit) if limit else 0 for limit in (low, high)]
    unit = "months" if any(limit % YEAR for limit in limits) else "years"
    first, last = (limit if unit == "months" else limit // YEAR for limit in limits)
    part = "span" if first and last else "from" if not last else "under"
    return text(f"for_{unit}_{part}", language, first=first, last=last)
