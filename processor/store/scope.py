"""Whose rows and which columns a caller may see; an argument of every query for people's data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Practice = Literal["survey", "practice", "both"]
"""Survey data without practice (the rule), practice only, or both (only when asked for)."""


@dataclass(frozen=True)
class Area:
    """Communes a caller may see; `None` is the whole province."""

    communes: frozenset[str] | None

    @classmethod
    def province(cls) -> Area:
        """Everything, also rows whose commune is empty or unknown."""
        return cls(None)

    @classmethod
    def of(cls, communes: object) -> Area:
        """The given commune codes only; an empty set sees nothing."""
        return cls(frozenset(communes))  # type: ignore[call-overload]

    def allows(self, commune: str | None) -> bool:
        """Whether a row of this commune may be shown."""
        return self.communes is None or commune in self.communes

    def narrowed(self, communes: frozenset[str]) -> Area:
        """The part of this area inside `communes`: a filter can never widen a right."""
        return Area(communes if self.communes is None else self.communes & communes)


@dataclass(frozen=True)
class Scope:
    """A caller's rights for one query."""

    area: Area
    classes: frozenset[str]
    """Data classes whose columns may leave the store."""
    practice: Practice

    def shows(self, data_class: str) -> bool:
        """Whether a column of this class may be shown."""
        return data_class in self.classes
