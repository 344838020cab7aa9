"""What the versions of a form ask: paths of repeats, and how the export names its columns.

A published version never changes, so its fields are read once.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from processor.servers.central.api import Api, part

POINT = ("Latitude", "Longitude", "Altitude", "Accuracy")
_NO_TEXT = ("structure", "repeat")


class FieldRow(NamedTuple):
    """A node of a form version; `path` without leading slash."""

    path: str
    kind: str


@dataclass(frozen=True)
class Fields:
    """The fields of all published versions of a form together, as the export with removed fields sees them."""

    rows: tuple[FieldRow, ...]

    @cached_property
    def repeats(self) -> frozenset[str]:
        """Paths of the repeats of any version."""
        return frozenset(row.path for row in self.rows if row.kind == "repeat")

    @cached_property
    def layout(self) -> Layout | None:
        """How the export names files and columns; None when two would have the same name."""
        return _layout(self)

    def home(self, path: str) -> str:
        """The innermost repeat around a path, empty at the root."""
        around = (r for r in self.repeats if path.startswith(r + "/"))
        return max(around, key=len, default="")


@dataclass(frozen=True)
class Layout:
    """Columns of the export by repeat (`""` is the root): column name -> path, or path and part of a geopoint."""

    columns: Mapping[str, Mapping[str, tuple[str, int | None]]]

    @property
    def outer_first(self) -> list[str]:
        """Paths of the repeats, outer before inner."""
        return sorted(path for path in self.columns if path)


class Catalogue:
    """Reads and keeps the fields of forms."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: dict[tuple[str, str], tuple[FieldRow, ...]] = {}
        self._lock = threading.Lock()

    def versions(self, form_id: str) -> list[Mapping[str, Any]]:
        """The published versions as Central describes them, newest first."""
        found: list[Mapping[str, Any]] = self._api.get(f"{self._api.form(form_id)}/versions")
        return found

    def fields(self, form_id: str) -> Fields:
        """The fields of all versions; newest first, so that the newest type of a path counts."""
        with self._lock:
            merged: dict[str, FieldRow] = {}
            for version in self.versions(form_id):
                for row in self._version(form_id, version["version"]):
                    merged.setdefault(row.path, row)
            return Fields(tuple(merged.values()))

    def _version(self, form_id: str, version: str) -> tuple[FieldRow, ...]:
        key = (form_id, version)
        if key not in self._known:
            # a form may have an empty version, which no path can name: then it is the only one
            place = f"/versions/{part(version)}" if version else ""
            listed = self._api.get(f"{self._api.form(form_id)}{place}/fields")
            self._known[key] = tuple(FieldRow(f["path"][1:], f["type"]) for f in listed)
        return self._known[key]


def _layout(fields: Fields) -> Layout | None:
    columns: dict[str, dict[str, tuple[str, int | None]]] = {"": {}}
    columns |= {path: {} for path in fields.repeats}
    if len({path.rpartition("/")[2] for path in fields.repeats}) < len(fields.repeats):
        return None
    for row in fields.rows:
        if row.kind in _NO_TEXT:
            continue
        home = fields.home(row.path)
        for name, place in _names(row, home):
            if columns[home].setdefault(name, place) != place:
                return None
    return Layout(columns)


def _names(row: FieldRow, home: str) -> Iterator[tuple[str, tuple[str, int | None]]]:
    """The columns of one field: groups are joined with a dash, a geopoint has four."""
    name = row.path[len(home) + 1 if home else 0 :].replace("/", "-")
    if row.kind != "geopoint":
        yield name, (row.path, None)
    else:
        yield from ((f"{name}-{label}", (row.path, i)) for i, label in enumerate(POINT))
