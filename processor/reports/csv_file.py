"""CSV files: UTF-8 with byte order mark, RFC 4180, ISO dates.

The mark is what makes Excel on Windows read Vietnamese; pandas (`utf-8-sig`), R, Stata and SPSS
know it. A machine's file (`codes`) holds every text exactly. A file that people open by double
click is guarded: Excel would run a text that begins like a formula, so it gets an apostrophe.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from processor.reports.layout import FileColumn
from processor.reports.notes import Notes

_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
# After ; tab and line ends too: Excel may split there, by the list separator of its country.
_FORMULA = re.compile(rf"(?:\A|(?<=[;\t\r\n]))(?=[ ']*[{_SIGNS}])|\A(?='*[\t\r\n])")
_FIRST = frozenset(" '\t\r\n=+-@\uff1d\uff0b\uff0d\uff20")
_SEPARATOR = re.compile(r"[;\t\r\n]")
_NUMBER = re.compile(r"[+-]([0-9][0-9 .]*)?")
"""A phone number, a negative number or a dash alone is no formula."""

Cell = Callable[[Any, int], Any]


def guard(words: str) -> str:
    """The text with `'` before what Excel would take for a formula.

    Reversible: taking one `'` away wherever signs follow it gives the text back.
    """
    if words[:1] not in _FIRST and not _SEPARATOR.search(words):
        return words  # nearly every text: nothing to look at
    if _NUMBER.fullmatch(words):
        return words
    return _FORMULA.sub("'", words)


def write_csv(
    path: Path,
    layout: Sequence[FileColumn],
    rows: Iterable[Sequence[Any]],
    *,
    zone: ZoneInfo,
    guarded: bool,
    notes: Notes,
) -> int:
    """Write heading and rows; gives the number of rows."""
    count = 0
    cells = [_cell(column, zone, guarded, notes) for column in layout]
    with path.open("x", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow([guard(c.heading) if guarded else c.heading for c in layout])
        for count, row in enumerate(rows, start=1):
            writer.writerow([cell(value, count) for cell, value in zip(cells, row, strict=True)])
    return count


def write_texts(path: Path, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write rows of texts, guarded; gives their number. For small things: they are held in memory."""
    lines = [[guard(words) for words in row] for row in rows]
    with path.open("x", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, lineterminator="\r\n").writerows([[guard(h) for h in headings], *lines])
    return len(lines)


def _cell(column: FileColumn, zone: ZoneInfo, guarded: bool, notes: Notes) -> Cell:
    """How a value of this column is written; csv itself writes None as nothing, floats in full."""
    if column.source.type == "datetime":
        return lambda value, _row: _local(value, zone)
    if column.source.type in ("date", "time"):
        return lambda value, _row: None if value is None else value.isoformat()
    if column.source.type != "text" or not guarded:
        return lambda value, _row: value

    def guarded_text(value: str | None, row: int) -> str | None:
        if not value or (safe := guard(value)) == value:
            return value
        notes.add("guarded", f"{column.source.name}:{row + 1}")
        return safe

    return guarded_text


def _local(value: datetime | None, zone: ZoneInfo) -> str | None:
    return None if value is None else value.astimezone(zone).isoformat()
