"""Administrative units over time: the communes of 2016 and of 2025, and what leads from one to the other; pure.

Of 480 communes of 2016 most are known to have gone whole into one of 2025. Some vanished in mergers before: they
are led through the commune that went on, which a source names (certain) or which is a proposal. Some lead nowhere
yet. All of it is shown as such: `mark` stands beside every unit, and nothing is put anywhere without it.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from processor.errors import ConfigError, Message

YEARS = (2016, 2025)
PROVINCE = "Nghệ An"
WHOLE, VIA, UNRESOLVED, UNKNOWN = "whole", "via_successor", "unresolved", "unknown"
"""What a mark begins with: `whole`, `via_successor:sourced`, `via_successor:memory`, `unresolved`, `unknown`."""
CERTAIN = ("sourced",)
"""Bases of a successor that are no proposals."""
_TWO_LEVELS = date(2025, 7, 1)
_MERGED = {"merged_2020": date(2020, 2, 1), "merged_2024": date(2024, 12, 1)}
"""From when the merged units were no more; the months are sourced."""
_FILES = {
    "communes": ("admin_units_nghe_an_2016.csv", ("province_code", "district_code", "commune_code", "commune_vi", "type")),
    "districts": ("districts_nghe_an_2016.csv", ("province_code", "district_code", "district_vi", "type")),
    "later": ("communes_2025_nghe_an.csv", ("province_code", "commune_code", "commune_vi", "type")),
    "crosswalk": (
        "admin_units_nghe_an_2016_to_2025.csv",
        ("commune_code_2016", "district_2025_01", "status", "commune_code_2025", "commune_vi_2025", "mapping", "successor_basis"),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Unit:
    """A province, district or commune for as long as it was one."""

    code: str
    name: str
    kind: str
    """tinh, huyen, thi_xa, thanh_pho, xa, phuong, thi_tran."""
    parent: str
    """Code of the unit above; empty for the province."""
    valid_from: date | None
    """None where nobody has written it down."""
    valid_to: date | None
    """The last day; None as long as it goes on."""


@dataclass(frozen=True)
class Mapped:
    """Where a commune of 2016 is in 2025: code and name (None where nobody knows), and how well that is known."""

    code: str | None
    name: str | None
    mark: str

    @property
    def proposed(self) -> bool:
        """Whether it is a proposal that waits for the official resolutions."""
        kind, _, basis = self.mark.partition(":")
        return kind == VIA and basis not in CERTAIN


NOWHERE = Mapped(None, None, UNKNOWN)


@dataclass(frozen=True)
class Areas:
    """The units of both years by code, and the crosswalk with every commune of 2016 exactly once."""

    units: Mapping[int, Mapping[str, Unit]]
    crosswalk: Mapping[str, Mapped]
    disputed: Mapping[str, str]
    """Codes of 2025 that the crosswalk writes otherwise than the list of 2025, by the same name: to verify."""

    def above(self, code: str, year: int) -> tuple[Unit, ...]:
        """The unit and those above it, smallest first; empty for a code that is none of that year's."""
        units, found = self.units[year], []
        while code in units:
            found.append(units[code])
            code = units[code].parent
        return tuple(found)

    def below(self, code: str, year: int) -> tuple[Unit, ...]:
        """The units directly within a unit, by code."""
        return tuple(u for _, u in sorted(self.units[year].items()) if u.parent == code)

    def to_2025(self, code: str | None) -> Mapped:
        """Where a commune of 2016 is in 2025; `unknown` for what is no commune of 2016."""
        return NOWHERE if code is None else self.crosswalk.get(code, NOWHERE)

    def marks(self) -> Counter[str]:
        """How many communes of 2016 there are with every mark."""
        return Counter(mapped.mark for mapped in self.crosswalk.values())


def read_areas(folder: Path) -> Areas:
    """The units and the crosswalk of the folder's tables. ConfigError names what is missing or does not fit."""
    tables = {key: _read(folder / name, columns) for key, (name, columns) in _FILES.items()}
    path = folder / _FILES["crosswalk"][0]
    before = _units_2016(tables)
    later = _units_2025(tables)
    crosswalk = {row["commune_code_2016"]: _mapped(path, row) for row in tables["crosswalk"]}
    communes = {row["commune_code"] for row in tables["communes"]}
    if len(crosswalk) != len(tables["crosswalk"]) or set(crosswalk) != communes:
        odd = sorted(communes.symmetric_difference(crosswalk)) or ["a commune that stands twice"]
        expected = "every commune of 2016 exactly once"
        raise ConfigError(Message.AREAS_TABLE, path=path, expected=expected, found=", ".join(odd[:5]))
    codes = {unit.name: code for code, unit in later.items()}
    disputed = {
        m.code: codes.get(m.name or "", "")
        for m in crosswalk.values()
        if m.code is not None and m.code not in later
    }
    return Areas({2016: before, 2025: later}, crosswalk, disputed)


def _read(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    if not path.is_file():
        raise ConfigError(Message.AREAS_TABLE, path=path, expected="a table of units", found="no such file")
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if lacking := [name for name in columns if name not in (reader.fieldnames or ())]:
            found = f"no column {lacking[0]}"
            raise ConfigError(Message.AREAS_TABLE, path=path, expected=", ".join(columns), found=found)
        return list(reader)


def _units_2016(tables: Mapping[str, list[dict[str, str]]]) -> dict[str, Unit]:
    gone = {row["commune_code_2016"]: _MERGED.get(row["status"], _TWO_LEVELS) for row in tables["crosswalk"]}
    units = _province(tables["districts"])
    lasting = {row["district_2025_01"] for row in tables["crosswalk"]}
    for row in tables["districts"]:
        code = row["district_code"]
        end = _TWO_LEVELS if row["district_vi"] in lasting else _MERGED["merged_2024"]
        units[code] = Unit(
            code, row["district_vi"], row["type"], row["province_code"], None, _day_before(end)
        )
    for row in tables["communes"]:
        code = row["commune_code"]
        last = _day_before(gone.get(code, _TWO_LEVELS))
        units[code] = Unit(code, row["commune_vi"], row["type"], row["district_code"], None, last)
    return units


def _units_2025(tables: Mapping[str, list[dict[str, str]]]) -> dict[str, Unit]:
    units = _province(tables["later"])
    for row in tables["later"]:
        code = row["commune_code"]
        units[code] = Unit(code, row["commune_vi"], row["type"], row["province_code"], _TWO_LEVELS, None)
    return units


def _province(rows: list[dict[str, str]]) -> dict[str, Unit]:
    return {
        row["province_code"]: Unit(row["province_code"], PROVINCE, "tinh", "", None, None) for row in rows
    }


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _mapped(path: Path, row: Mapping[str, str]) -> Mapped:
    """One line of the crosswalk; a code is given exactly where it is known from something."""
    mapping, basis, code = row["mapping"], row["successor_basis"], row["commune_code_2025"]
    if mapping == WHOLE and code:
        return Mapped(code, row["commune_vi_2025"], WHOLE)
    if mapping == VIA and code and basis:
        return Mapped(code, row["commune_vi_2025"], f"{VIA}:{basis}")
    if mapping == UNRESOLVED and not code:
        return Mapped(None, None, UNRESOLVED)
    found = f"{row['commune_code_2016']}: mapping {mapping!r}, code {code!r}, basis {basis!r}"
    expected = "whole with a code, via_successor with a code and its basis, unresolved without a code"
    raise ConfigError(Message.AREAS_TABLE, path=path, expected=expected, found=found)
