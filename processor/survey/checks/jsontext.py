"""The values of many findings as JSON with sorted keys; pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
"""Made once: `json.dumps` would make an encoder for every finding."""
_SIMPLE = (str, int, bool, type(None))
"""What is the same JSON wherever it is equal and of one type; -0.0 equals 0.0 and is not."""


def json_texts(columns: Mapping[str, Sequence[Any]], number: int) -> list[str]:
    """One text for each of `number` findings, as `json.dumps(..., ensure_ascii=False, sort_keys=True)` would write
    it; most values stand many times in their column and are written once."""
    if not columns:
        return ["{}"] * number
    cells = [_cells(name, columns[name]) for name in sorted(columns)]
    return [f"{{{', '.join(row)}}}" for row in zip(*cells, strict=True)]


def _cells(name: str, values: Sequence[Any]) -> list[str]:
    start, known = f"{_encode(name)}: ", {}
    found = []
    for value in values:
        if type(value) not in _SIMPLE:
            found.append(start + _encode(value))
            continue
        key = (type(value), value)
        if key not in known:
            known[key] = start + _encode(value)
        found.append(known[key])
    return found
