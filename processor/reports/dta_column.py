"""How a column stands in a Stata file: the smallest type that holds all of it exactly."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from processor.reports.stat_table import Variable

STR = 2045
"""Bytes of the longest fixed text; beyond it is `strL`."""
SHORT = 244
_WHOLE = (
    # code, dtype, smallest, largest, missing, display format
    (65530, "<i1", -127, 100, 101, "%8.0g"),
    (65529, "<i2", -32_767, 32_740, 32_741, "%8.0g"),
    (65528, "<i4", -2_147_483_647, 2_147_483_620, 2_147_483_621, "%12.0g"),
)
_DOUBLE = 65526
_MISSING = struct.unpack("<d", b"\0\0\0\0\0\0\xe0\x7f")[0]
_STRL = 32_768
_DISPLAY = {"date": "%tdDD/NN/CCYY", "time": "%tcHH:MM:SS", "datetime": "%tcDD/NN/CCYY_HH:MM:SS"} | {
    "decimal": "%12.0g",
}
_FRACTIONS = ("decimal", "time", "datetime")
"""Kinds that are doubles whatever their values are."""


@dataclass(frozen=True)
class Stored:
    """A column as it is written."""

    code: int
    dtype: str
    display: str
    cells: Callable[[int, int], Any]
    """The cells from one row up to another, for an array of `dtype`."""


class Strl:
    """Long texts stand apart, each different one of a column once; cells hold its place."""

    def __init__(self) -> None:
        self._places: dict[tuple[int, str], int] = {}

    def place(self, words: str, column: int, row: int) -> int:
        """Number of the place: two bytes of column, six of row; 0 for an empty text."""
        return self._places.setdefault((column, words), row) << 16 | column if words else 0

    def blocks(self) -> Iterator[bytes]:
        """The texts by row and column: Stata wants them in this order, and none before its first cell."""
        ordered = sorted((row, column, words) for (column, words), row in self._places.items())
        for row, column, words in ordered:
            content = words.encode() + b"\0"
            yield b"GSO" + struct.pack("<IQBI", column, row, 130, len(content)) + content


def stored(variable: Variable, column: int, strl: Strl) -> Stored:
    """The column in its smallest type; `column` is its number in the file, from 1."""
    return _texts(variable.cells.texts, column, strl) if variable.cells.is_text else _numbers(variable)


def _texts(texts: list[str], column: int, strl: Strl) -> Stored:
    """Fixed width, or `strL` for texts that are longer or would be mostly filled up with nothing."""
    sizes = {words: len(words.encode()) for words in set(texts)}
    width = max(sizes.values(), default=0) or 1
    apart = sum(sizes.values()) + 8 * len(texts)
    if width > STR or (width > SHORT and width * len(texts) > 2 * apart):
        places = np.array([strl.place(words, column, row) for row, words in enumerate(texts, 1)], np.uint64)
        return Stored(_STRL, "<u8", "%9s", lambda first, last: places[first:last])
    display = f"%-{min(max(width, 9), 40)}s"
    return Stored(
        width, f"S{width}", display, lambda first, last: [words.encode() for words in texts[first:last]]
    )


def _numbers(variable: Variable) -> Stored:
    values = np.asarray(variable.cells.numbers)
    known = values[~np.isnan(values)]
    low, high = (known.min(), known.max()) if len(known) else (0, 0)
    code, dtype, missing, display = _DOUBLE, "<f8", _MISSING, "%16.0f"
    if variable.kind not in _FRACTIONS:
        fitting = (whole for whole in _WHOLE if whole[2] <= low and high <= whole[3])
        code, dtype, _low, _high, missing, display = next(fitting, (code, dtype, 0, 0, missing, display))

    def cells(first: int, last: int) -> Any:
        part = values[first:last]
        return np.where(np.isnan(part), missing, part)

    return Stored(code, dtype, _DISPLAY.get(variable.kind, display), cells)
