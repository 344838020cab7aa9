"""Reads a sheet of findings that came back: within limits, signed by us, columns found by their headings."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from processor.errors import ContractError, Message
from processor.survey.sheet_answers import cell_text
from processor.survey.sheet_identity import KIND, Identity, plain, seen_digest, unseal

MAX_BYTES = 10 << 20
MAX_UNPACKED = 64 << 20
"""Bytes of all parts of the workbook together."""
MAX_RATIO = 300
"""A part that shrinks more than this is no sheet of ours; small parts may."""
SMALL = 1 << 20
MAX_PARTS = 500
MAX_ROWS = 20_000
MAX_COLUMNS = 100
HEAD_ROWS = 20
"""Headings are looked for in so many rows."""

DAMAGED = (
    *(OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error, struct.error, ParseError),
)
"""What the reader raises for a damaged or hostile workbook: it tells no more of it, and nor do we."""

FILLED = ("new", "clear", "handling", "reason", "source")
"""Keys of the columns that people fill in."""
FIXED = ("ref", "rule", "submission", "table", "row", "column", "answer")
"""Keys of the columns that say what a line is about; they must be as we wrote them."""
FORMULA = object()
"""Stands for a cell with a formula: what it gives is not what somebody wrote."""


@dataclass(frozen=True)
class Fill:
    """A line in which somebody wrote something."""

    number: int
    """Of the row in the sheet, as Excel counts."""
    ref: str
    fixed: Mapping[str, str]
    values: Mapping[str, Any]
    """By key of `FILLED`, as typed."""

    def text(self, name: str) -> str:
        """What was written there, as text."""
        value = self.values.get(name)
        return "" if value is FORMULA else cell_text(value)

    @property
    def has_formula(self) -> bool:
        """Whether one of the filled cells is a formula."""
        return any(value is FORMULA for value in self.values.values())


@dataclass(frozen=True)
class Sheet:
    """A sheet of ours as it came back."""

    identity: Identity
    fills: Sequence[Fill]
    untouched: int
    """Lines in which nothing was written."""


def read_sheet(path: Path, key: bytes) -> Sheet:
    """The filled lines. ContractError SHEET_… says what is wrong with the file as a whole."""
    check_size(path)
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=False, keep_links=False)
        with closing(book):
            identity = _identity(book, key)
            lines, untouched = _lines(book, identity)
    except DAMAGED as error:
        raise ContractError(Message.SHEET_UNREADABLE, detail=type(error).__name__) from error
    return Sheet(identity, lines, untouched)


def check_size(path: Path) -> None:
    """Refuse what would grow beyond all measure, before anything is unpacked."""
    if path.stat().st_size > MAX_BYTES:
        raise ContractError(Message.SHEET_LARGE, limit=MAX_BYTES >> 20)
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except DAMAGED as error:
        raise ContractError(Message.SHEET_UNREADABLE, detail="no .xlsx file") from error
    packed_hard = any(p.file_size > SMALL and p.file_size > MAX_RATIO * p.compress_size for p in parts)
    if len(parts) > MAX_PARTS or sum(p.file_size for p in parts) > MAX_UNPACKED or packed_hard:
        raise ContractError(Message.SHEET_LARGE, limit=MAX_BYTES >> 20)


def _identity(book: Any, key: bytes) -> Identity:
    for sheet in book.worksheets:
        rows = (cell_text(cell) for cell, *_ in _rows(sheet, width=1))
        if next(rows, "") == KIND:
            found = unseal([KIND, *filter(None, rows)], key)
            if found is not None:
                return found
            break
    raise ContractError(Message.SHEET_FOREIGN)


def _rows(sheet: Any, *, width: int = MAX_COLUMNS) -> Iterator[list[Any]]:
    """Rows of values with `FORMULA` for formulas; SHEET_LARGE beyond the limit."""
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(max_col=width), start=1):
        if number > MAX_ROWS:
            raise ContractError(Message.SHEET_LARGE, limit=MAX_BYTES >> 20)
        yield [FORMULA if cell.data_type == "f" else cell.value for cell in row]


def _lines(book: Any, identity: Identity) -> tuple[list[Fill], int]:
    missing: list[str] = []
    for sheet in book.worksheets:
        rows = enumerate(_rows(sheet), start=1)
        places, lacking = _heading_row(rows, identity.headings)
        if not lacking:
            return _read_lines(rows, places)
        missing = min(missing or lacking, lacking, key=len)
    raise ContractError(Message.SHEET_COLUMNS, expected=", ".join(missing))


def _heading_row(
    rows: Iterator[tuple[int, list[Any]]], headings: Mapping[str, str]
) -> tuple[dict[str, int], list[str]]:
    """Where each column is, and the headings that are missing or stand there twice."""
    wanted = {plain(words): key for key, words in headings.items()}
    best = list(headings.values())
    for number, row in rows:
        found = [(wanted[words], at) for at, cell in enumerate(row) if (words := _words(cell)) in wanted]
        places = dict(found)
        lacking = [h for key, h in headings.items() if [k for k, _ in found].count(key) != 1]
        if not lacking or number >= HEAD_ROWS:
            return places, lacking
        best = min(best, lacking, key=len)
    return {}, best


def _words(cell: Any) -> str:
    return "" if cell is FORMULA else plain(cell_text(cell))


def _read_lines(rows: Iterator[tuple[int, list[Any]]], places: Mapping[str, int]) -> tuple[list[Fill], int]:
    fills, untouched = [], 0
    for number, row in rows:
        cells = {key: row[at] if at < len(row) else None for key, at in places.items()}
        values = {key: cells[key] for key in FILLED if cells[key] is FORMULA or cell_text(cells[key])}
        fixed = {key: cell_text(cells[key]) if cells[key] is not FORMULA else "=" for key in FIXED}
        if values:
            fills.append(Fill(number, fixed["ref"], fixed, values))
        elif fixed["ref"]:
            untouched += 1
    return fills, untouched


def as_written(fill: Fill, identity: Identity) -> bool:
    """Whether the line still says of itself what we wrote: half a sorted sheet does not."""
    place = identity.places[fill.ref]
    known = (place.rule, place.submission_id, place.table_name, place.row_mark, place.column_name)
    told = tuple(fill.fixed[name] for name in FIXED[1:-1])
    same = all(plain(a) == plain(b) for a, b in zip(known, told, strict=True))
    return same and seen_digest(fill.fixed["answer"]) == place.seen
