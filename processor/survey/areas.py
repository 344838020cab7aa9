"""Units of the province over time: the communes of 2016, those of 2025, and what became of each; pure.

The survey is recorded in units of 2016 (480 communes in 21 districts). Since 2025-07-01 the province has
130 communes and no districts. The crosswalk is `admin_units_nghe_an_2016_to_2025.csv`; CODES §1 says
where its rows come from. A commune that it cannot place stays visible under a mark of its own: it is
never given to a neighbour, and totals are the same in both units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from processor.survey.checks.reference import Reference

WHOLE, SOURCED, PROPOSED, UNRESOLVED, UNKNOWN = "whole", "sourced", "proposed", "unresolved", "unknown"
"""Marks: the commune went over whole; through a successor that a source names; through one that is a
proposal until checked against the resolutions; not placed; not a commune of 2016 at all."""
MARKS = (WHOLE, SOURCED, PROPOSED, UNRESOLVED, UNKNOWN)

SINCE_2025 = date(2025, 7, 1)


@dataclass(frozen=True)
class Unit:
    """A commune of one of the two sets; `parent` is the district, empty since 2025."""

    code: str
    name: str
    kind: str
    """xa, phuong or thi_tran."""
    parent: str = ""
    parent_name: str = ""
    valid_from: date | None = None
    """None: since before the survey."""
    valid_to: date | None = None
    """Last day; None: still in use."""


@dataclass(frozen=True)
class Placed:
    """Where a commune of 2016 is in 2025. Without a mark WHOLE, SOURCED or PROPOSED there is no unit."""

    code: str
    mark: str
    unit: Unit | None = None
    successor: str = ""
    """The code of 2024 through which it was followed, and why (`basis`)."""
    basis: str = ""


class Areas:
    """Both sets of units and the way from one to the other."""

    def __init__(self, reference: Reference) -> None:
        old, new = reference.rows("admin_units_nghe_an_2016"), reference.rows("communes_2025_nghe_an")
        end = date.fromordinal(SINCE_2025.toordinal() - 1)
        self.units_2016: Mapping[str, Unit] = {
            row["commune_code"]: Unit(
                row["commune_code"],
                row["commune_vi"],
                row["type"],
                row["district_code"],
                row["district_vi"],
                valid_to=end,
            )
            for row in old
        }
        listed = {
            row["commune_code"]: Unit(
                row["commune_code"], row["commune_vi"], row["type"], valid_from=SINCE_2025
            )
            for row in new
        }
        rows = reference.rows("admin_units_nghe_an_2016_to_2025")
        self.units_2025: Mapping[str, Unit] = listed
        self._placed = {row["commune_code_2016"]: _place(row, listed) for row in rows}

    def in_2025(self, code: str | None) -> Placed:
        """Where a commune of 2016 is in 2025; UNKNOWN for a code that is none of 2016's."""
        if code is None or code not in self.units_2016:
            return Placed(code or "", UNKNOWN)
        return self._placed.get(code, Placed(code, UNRESOLVED))

    def became(self, code_2025: str) -> tuple[Placed, ...]:
        """The communes of 2016 that are in a commune of 2025, whatever their mark."""
        return tuple(p for p in self._placed.values() if p.unit is not None and p.unit.code == code_2025)

    def district(self, code: str) -> tuple[str, ...]:
        """The communes of a district of 2016, in the order of the list."""
        return tuple(u.code for u in self.units_2016.values() if u.parent == code)


def _place(row: Mapping[str, str], listed: Mapping[str, Unit]) -> Placed:
    code, successor, basis = row["commune_code_2016"], row["successor_code"], row["successor_basis"]
    if row["mapping"] == "unresolved" or not row["commune_code_2025"]:
        return Placed(code, UNRESOLVED, None, successor, basis)
    name, new = row["commune_vi_2025"], row["commune_code_2025"]
    kind = "phuong" if name.startswith("Phường ") else "xa"
    # Two communes have another code in the other list (CODES §1): the name decides.
    unit = listed.get(new) or next((u for u in listed.values() if u.name == name), None)
    unit = unit or Unit(new, name, kind, valid_from=SINCE_2025)
    if row["mapping"] == "whole":
        return Placed(code, WHOLE, unit)
    return Placed(code, SOURCED if basis == "sourced" else PROPOSED, unit, successor, basis)


def add_units(frame: pd.DataFrame, areas: Areas, column: str = "_area") -> pd.DataFrame:
    """The table with `area_2025`, `area_2025_name`, `area_2025_mark` beside its communes of 2016."""
    placed = {code: areas.in_2025(code) for code in set(frame[column].tolist())}
    rows = [placed[code] for code in frame[column].tolist()]
    made = {
        "area_2025": [p.unit.code if p.unit else None for p in rows],
        "area_2025_name": [p.unit.name if p.unit else None for p in rows],
        "area_2025_mark": [p.mark for p in rows],
    }
    return frame.assign(**{name: pd.Series(v, index=frame.index, dtype=object) for name, v in made.items()})


def regroup(counts: Mapping[str, int], areas: Areas) -> pd.DataFrame:
    """Counts by commune of 2016 as counts by commune of 2025 and mark; the sum stays what it was.

    Columns: code, name, mark, count. What is not placed has the code of 2016, its name and its mark.
    """
    found: dict[tuple[str, str, str], int] = {}
    for code, count in counts.items():
        placed = areas.in_2025(code)
        old = areas.units_2016.get(code)
        unit = placed.unit or old or Unit(code, "", "")
        key = (unit.code, unit.name, placed.mark)
        found[key] = found.get(key, 0) + count
    rows = [(*key, count) for key, count in sorted(found.items())]
    return pd.DataFrame(rows, columns=["code", "name", "mark", "count"]).astype({"count": int})


def tally(codes: Iterable[str], areas: Areas) -> dict[str, int]:
    """How many of these communes have which mark; every mark is named."""
    marks = [areas.in_2025(code).mark for code in codes]
    return {mark: marks.count(mark) for mark in MARKS}
