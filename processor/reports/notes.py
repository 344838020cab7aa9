"""What had to be written otherwise than it is stored: counted, located, told to the reader."""

from __future__ import annotations

from collections.abc import Iterator

from processor.reports.texts import text

SHOWN = 20
"""Places that are named; beyond it only the count grows, so that memory does not."""


class Notes:
    """Collects places by kind: cut, long_number, early_date, guarded."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._places: dict[str, list[str]] = {}

    def add(self, kind: str, place: str) -> None:
        """One more cell of this kind."""
        self._counts[kind] = self._counts.get(kind, 0) + 1
        places = self._places.setdefault(kind, [])
        if len(places) < SHOWN:
            places.append(place)

    def lines(self, language: str) -> Iterator[str]:
        """One sentence per kind."""
        for kind, count in self._counts.items():
            more = ", …" if count > SHOWN else ""
            yield text(f"note_{kind}", language, count=count, places=", ".join(self._places[kind]) + more)
