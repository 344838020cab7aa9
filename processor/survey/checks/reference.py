"""Code tables and lists that rules look things up in: CSV files of a few folders, read once; pure but for reading."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
Row = dict[str, str]


class Reference:
    """Tables by name (`base_rates` for `base_rates.csv`), from the first folder that has the file."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders
        self._tables: dict[str, tuple[Row, ...] | None] = {}
        self._made: dict[Callable[..., Any], Any] = {}

    def rows(self, name: str) -> tuple[Row, ...]:
        """All rows of a table that must be there; FileNotFoundError names it."""
        found = self.optional(name)
        if found is None:
            raise FileNotFoundError(f"{name}.csv in {', '.join(str(f) for f in self._folders)}")
        return found

    def optional(self, name: str) -> tuple[Row, ...] | None:
        """All rows of a table, or None when no folder has it (a payment roll that was not given)."""
        if name not in self._tables:
            path = self._path(name)
            self._tables[name] = _read(path) if path else None
        return self._tables[name]

    def made(self, make: Callable[[Reference], T]) -> T:
        """What `make` makes of the tables, made once (a dictionary by code, an index by date)."""
        if make not in self._made:
            self._made[make] = make(self)
        found: T = self._made[make]
        return found

    def sha256(self) -> str:
        """Changes with any change of any table: checks are then made again."""
        digest = hashlib.sha256()
        for path in sorted(p for folder in self._folders for p in folder.glob("*.csv")):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def _path(self, name: str) -> Path | None:
        return next((p for f in self._folders if (p := f / f"{name}.csv").is_file()), None)


def _read(path: Path) -> tuple[Row, ...]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return tuple(csv.DictReader(file))


def by(rows: Sequence[Row], key: str) -> dict[str, Row]:
    """Rows by the value of a column; the last one wins."""
    return {row[key]: row for row in rows}


def to_verify(row: Mapping[str, str]) -> bool:
    """Whether the row's `source_mark` says that it is a fact from memory, not yet held against the document."""
    mark = row.get("source_mark") or ""
    return "verify" in mark or "from memory" in mark
