"""ODK Central: a submission as OData shows it: columns of the latest version only, lossy types."""

from __future__ import annotations

import hashlib
import json
import math
import re
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element

from tests.fakes import central_keys
from tests.fakes.clock import iso_ms
from tests.fakes.truth import Record
from tests.fakes.xform import Description, Field, local, read_instance

_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")


def system(record: Record) -> dict[str, Any]:
    """`__system`: formVersion is the version first submitted."""
    first, files = record.versions[0], record.current.files
    return {
        "submissionDate": iso_ms(record.created_at),
        "updatedAt": iso_ms(record.updated_at),
        "submitterId": str(first.actor.id),
        "submitterName": first.actor.name,
        "attachmentsPresent": sum(f is not None for f in files.values()),
        "attachmentsExpected": len(files),
        "status": central_keys.status(record),
        "reviewState": record.review,
        "deviceId": first.device,
        "edits": len(record.versions) - 1,
        "formVersion": first.form_version,
        "deletedAt": iso_ms(record.deleted_at),
    }


class Rows:
    """Rows of one form version. `expand`: repeats inline; `wkt`: geopoints as text."""

    def __init__(self, description: Description, *, expand: bool = False, wkt: bool = False) -> None:
        self.description = description
        self.expand = expand
        self.wkt = wkt

    def root(self, record: Record) -> dict[str, Any]:
        """One row of `Submissions`."""
        out: dict[str, Any] = {}
        if not central_keys.is_encrypted(record):
            instance = read_instance(record.current.xml)
            assert instance is not None
            link = f"Submissions('{quote(record.root, safe='')}')"
            out = self._group(instance.root, "", record.root, link)
        return {**out, "__id": record.root, "__system": system(record)}

    def repeat(self, record: Record, path: str) -> list[dict[str, Any]]:
        """All rows of a repeat table (`hh.member`) of a submission, flat."""
        instance = read_instance(record.current.xml)
        if instance is None or central_keys.is_encrypted(record):
            return []
        rows: list[dict[str, Any]] = []
        link = f"Submissions('{quote(record.root, safe='')}')"
        self._collect(instance.root, "", record.root, link, (path, "Submissions", rows))
        return rows

    def _collect(
        self,
        element: Element,
        path: str,
        owner: str,
        link: str,
        wanted: tuple[str, str, list[dict[str, Any]]],
    ) -> None:
        target, table, rows = wanted
        for field in self.description.children.get(path, []):
            if not (target + "/").startswith(field.path + "/"):
                continue
            for index, child in enumerate(_named(element, field.name)):
                if field.type != "repeat":
                    self._collect(child, field.path, owner, f"{link}/{field.name}", wanted)
                    continue
                key = row_id(owner, field.path, index)
                inner = f"{link}/{field.name}('{key}')"
                if field.path == target:
                    values = self._group(child, field.path, key, inner)
                    rows.append({**values, "__id": key, f"__{table}-id": owner})
                else:
                    deeper = (target, "Submissions" + field.path.replace("/", "-"), rows)
                    self._collect(child, field.path, key, inner, deeper)

    def _group(self, element: Element | None, path: str, owner: str, link: str) -> dict[str, Any]:
        out: dict[str, Any] = {}
        repeats: dict[str, Any] = {}
        named = _by_name(element)
        for field in self.description.children.get(path, []):
            found = named.get(field.name, [])
            if field.type == "repeat":
                repeats.update(self._repeat(field, found, owner, link))
            elif field.type == "structure":
                child = found[0] if found else None
                out[field.name] = self._group(child, field.path, owner, f"{link}/{field.name}")
            else:
                out[field.name] = self._value(field, found[0].text if found else None)
        return {**out, **repeats}

    def _repeat(self, field: Field, found: list[Element], owner: str, link: str) -> dict[str, Any]:
        if not found:
            return {}
        out: dict[str, Any] = {f"{field.name}@odata.navigationLink": f"{link}/{field.name}"}
        if self.expand:
            out[field.name] = []
            for index, child in enumerate(found):
                key = row_id(owner, field.path, index)
                values = self._group(child, field.path, key, f"{link}/{field.name}('{key}')")
                out[field.name].append({**values, "__id": key})
        return out

    def _value(self, field: Field, text: str | None) -> Any:
        if not text:
            return None
        if field.type in ("int", "decimal"):
            return number(text, whole=field.type == "int")
        if field.type == "geopoint":
            return self._point(text)
        return text

    def _point(self, text: str) -> Any:
        parts = [number(p, whole=False) for p in text.split()]
        if len(parts) < 2 or None in parts:
            return None
        place = [parts[1], parts[0], *parts[2:3]]
        if self.wkt:
            return f"POINT ({' '.join(str(p) for p in place)})"
        accuracy = parts[3] if len(parts) > 3 else None
        return {"type": "Point", "coordinates": place, "properties": {"accuracy": accuracy}}


def number(text: str, *, whole: bool) -> Any:
    """As JavaScript reads it: beyond 2^53 digits are lost, what is no number is null."""
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    if math.isinf(value):
        return None
    if whole:
        value = float(int(value))
    return int(value) if value.is_integer() and abs(value) < 1e21 else value


def row_id(owner: str, path: str, index: int) -> str:
    """Positional: the same for whatever stands at this place."""
    return hashlib.sha1(f"{owner}{path}[{index}]".encode()).hexdigest()


def _by_name(element: Element | None) -> dict[str, list[Element]]:
    found: dict[str, list[Element]] = {}
    for child in () if element is None else element:
        found.setdefault(local(child.tag), []).append(child)
    return found


def _named(element: Element, name: str) -> list[Element]:
    return [child for child in element if local(child.tag) == name]


class RowCache:
    """Rows of `Submissions` as JSON text, kept while nothing of the submission changes."""

    def __init__(self) -> None:
        self._texts: dict[tuple[int, str], tuple[tuple[Any, ...], str]] = {}

    def text(self, rows: Rows, record: Record) -> str:
        """The row without `__system`'s cost when it was written before."""
        kind = f"{rows.description.shape}{rows.expand}{rows.wkt}"
        present = sum(f is not None for f in record.current.files.values())
        state = (record.current.number, record.events, record.deleted_at, record.review, present)
        known = self._texts.get((record.number, kind))
        if known is None or known[0] != state:
            text = json.dumps(rows.root(record), ensure_ascii=False, separators=(",", ":"))
            known = self._texts[(record.number, kind)] = (state, text)
        return known[1]
