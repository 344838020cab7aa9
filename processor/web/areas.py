"""Districts and communes of the survey: names for codes, communes of a district."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from processor.store.access import EVERYWHERE
from processor.store.scope import Area
from processor.survey.areas import read_areas as read_units


@dataclass(frozen=True)
class Areas:
    """The administrative units as of 2016, in the order of their codes."""

    districts: dict[str, str]
    communes: dict[str, str]
    district_of: dict[str, str]

    def name(self, code: str) -> str:
        """The name of a district or commune, or the code itself when it is unknown."""
        return self.districts.get(code) or self.communes.get(code) or code

    def inside(self, code: str) -> frozenset[str]:
        """The communes of a district, or the commune itself; empty when the code is unknown."""
        if code in self.communes:
            return frozenset({code})
        return frozenset(c for c, district in self.district_of.items() if district == code)

    def area(self, codes: Iterable[str]) -> Area:
        """The rows that somebody with these codes may see; unknown codes give nothing."""
        codes = tuple(codes)
        if EVERYWHERE in codes:
            return Area.province()
        return Area.of(commune for code in codes for commune in self.inside(code))

    def unknown(self, codes: Iterable[str]) -> list[str]:
        """Codes that are neither `*` nor a unit."""
        return [c for c in codes if c != EVERYWHERE and c not in self.districts and c not in self.communes]

    def offered(self, area: Area) -> dict[str, str]:
        """Districts of which the area holds at least one commune."""
        if area.communes is None:
            return self.districts
        held = {self.district_of[c] for c in area.communes}
        return {code: name for code, name in self.districts.items() if code in held}

    def communes_of(self, district: str, area: Area) -> dict[str, str]:
        """Communes of the district inside the area."""
        return {c: n for c, n in self.communes.items() if self.district_of[c] == district and area.allows(c)}


def read_areas(codes: Path) -> Areas:
    """The units of 2016 from the code tables. ConfigError names what is missing or does not fit."""
    units = read_units(codes).units[2016]
    districts = {c: u.name for c, u in units.items() if u.parent in units and not units[u.parent].parent}
    communes = {c: u.name for c, u in units.items() if u.parent in districts}
    return Areas(districts, communes, {code: units[code].parent for code in communes})
