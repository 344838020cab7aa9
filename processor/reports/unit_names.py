"""Names of districts and communes of 2016 for sentences: none is mistaken for another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from processor.survey.areas import read_areas


@lru_cache(maxsize=2)
def unit_names(folder: Path) -> Mapping[str, str]:
    """Names by code; a commune whose name there is twice has its district behind it. ConfigError as `read_areas`."""
    units = read_areas(folder).units[2016]
    times = Counter(unit.name for unit in units.values())
    return {
        code: f"{unit.name} ({units[unit.parent].name})" if times[unit.name] > 1 else unit.name
        for code, unit in units.items()
    }
