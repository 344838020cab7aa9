"""XLSX files: every cell written as what its column is, one row in memory at a time.

Text is always written as text, so that leading zeros and `=1+1` stay. What an Excel cell cannot
hold (long texts, dates before 1900, long numbers) is written so that nobody can miss it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from processor.reports.layout import FileColumn
from processor.reports.notes import Notes
from processor.reports.texts import text

MAX_ROWS = 1_048_576
MAX_TEXT = 32_767
"""Characters of a cell, in units of UTF-16."""
_MAX_NUMBER = 10**15
"""Excel shows and computes with 15 digits."""
_FIRST_DATE = date(1900, 3, 1)
"""Excel has a 29 February 1900; before it, Excel and LibreOffice read the same number differently."""

_FORMATS = {"text": "@", "integer": "0", "decimal": "General", "flag": "0"} | {
    "date": "dd/mm/yyyy",
    "time": "hh:mm:ss",
    "datetime": "dd/mm/yyyy hh:mm:ss",
}
_WIDTHS = {"text": 22, "integer": 12, "decimal": 13, "flag": 12, "date": 12, "time": 10, "datetime": 19}
_HEADING_HEIGHT = 48

Put = Callable[[Worksheet, int, int, Any], None]


@dataclass(frozen=True)
class Look:
    """What the workbook says of itself besides its cells."""

    title: str
    author: str
    language: str
    zone: ZoneInfo
    mark: str = ""
    """Printed on every page when there is practice data in it."""


class Book:
    """A workbook in the making. `close` writes it; without it nothing readable exists."""

    def __init__(self, path: Path, look: Look) -> None:
        options = {"constant_memory": True, "tmpdir": str(path.parent), "use_zip64": True}
        self.look = look
        self.notes = Notes()
        self._book = xlsxwriter.Workbook(str(path), options)
        self._book.set_properties({"title": look.title, "author": look.author})
        self._heading = self._book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF7", "bottom": 1}
        )
        self._wrapped = self._book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        self._formats = {
            kind: self._book.add_format({"num_format": pattern}) for kind, pattern in _FORMATS.items()
        }

    def add_rows(
        self, name: str, layout: Sequence[FileColumn], rows: Iterable[Sequence[Any]], max_rows: int = MAX_ROWS
    ) -> int:
        """Write typed rows, over as many sheets as they need; gives the number of rows."""
        puts = [self._put(column) for column in layout]
        sheet, line, count = self._data_sheet(name, layout), 0, 0
        for count, row in enumerate(rows, start=1):
            line += 1
            if line == max_rows:
                self._finish(sheet, line - 1, layout)
                number = (count - 1) // (max_rows - 1) + 1
                sheet, line = self._data_sheet(f"{name} {number}", layout), 1
            for place, (put, value) in enumerate(zip(puts, row, strict=True)):
                if value is not None and value != "":
                    put(sheet, line, place, value)
        self._finish(sheet, line, layout)
        return count

    def add_sheet(self, name: str, headings: Sequence[tuple[str, int]], rows: Iterable[Sequence[str]]) -> int:
        """Write a sheet of wrapped texts; `headings` come with their widths."""
        sheet = self._sheet(name)
        count = 0
        for place, (heading, width) in enumerate(headings):
            sheet.set_column(place, place, width, self._wrapped)
            sheet.write_string(0, place, heading, self._heading)
        for count, row in enumerate(rows, start=1):
            for place, words in enumerate(row):
                if words:
                    self._put_text(sheet, count, place, words)
        sheet.autofilter(0, 0, max(count, 1), len(headings) - 1)
        return count

    def close(self) -> None:
        """Assemble the file. OSError when the disk does not take it."""
        try:
            self._book.close()
        except FileCreateError as error:
            raise cast("OSError", error.args[0]) from error

    def _sheet(self, name: str) -> Worksheet:
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.repeat_rows(0)
        sheet.set_header("&L" + (self.look.mark or self.look.title).replace("&", "&&"))
        sheet.set_footer("&R" + text("page", self.look.language))
        if self.look.mark:
            sheet.set_tab_color("#B4231F")
        return sheet

    def _data_sheet(self, name: str, layout: Sequence[FileColumn]) -> Worksheet:
        sheet = self._sheet(name)
        sheet.set_row(0, _HEADING_HEIGHT)
        for place, column in enumerate(layout):
            kind = column.source.type
            sheet.set_column(place, place, _WIDTHS[kind], self._formats[kind])
            sheet.write_string(0, place, column.heading, self._heading)
        return sheet

    def _finish(self, sheet: Worksheet, lines: int, layout: Sequence[FileColumn]) -> None:
        last = max(lines, 1)
        sheet.autofilter(0, 0, last, len(layout) - 1)
        texts = [i for i, column in enumerate(layout) if column.source.type == "text"]
        cells = " ".join(f"{xl_rowcol_to_cell(1, i)}:{xl_rowcol_to_cell(last, i)}" for i in texts)
        if cells:
            sheet.ignore_errors({"number_stored_as_text": cells})

    def _put(self, column: FileColumn) -> Put:
        puts: dict[str, Put] = {
            "text": self._put_text,
            "integer": self._put_integer,
            "date": self._put_date,
            "datetime": self._put_datetime,
            "time": lambda sheet, line, place, value: sheet.write_datetime(line, place, value),
        }
        return puts.get(column.source.type, _put_number)

    def _put_text(self, sheet: Worksheet, line: int, place: int, words: str) -> None:
        if len(words) > MAX_TEXT // 2 and _units(words) > MAX_TEXT:
            self._note("cut", sheet, line, place)
            words = self._cut(words)
        if words.startswith("<r>") and words.endswith("</r>"):
            # the writer would take this for its own markup and spoil the file
            plain: Format = self._formats["text"]
            sheet.write_rich_string(line, place, "<r", plain, words[2:], plain)
        else:
            sheet.write_string(line, place, words)

    def _cut(self, words: str) -> str:
        mark = text("cut", self.look.language, count=len(words))
        room = 2 * (MAX_TEXT - _units(mark))
        return words.encode("utf-16-le")[:room].decode("utf-16-le", errors="ignore") + mark

    def _put_integer(self, sheet: Worksheet, line: int, place: int, value: int) -> None:
        if abs(value) < _MAX_NUMBER:
            sheet.write_number(line, place, value)
        else:
            self._note("long_number", sheet, line, place)
            sheet.write_string(line, place, str(value), self._formats["text"])

    def _put_date(self, sheet: Worksheet, line: int, place: int, value: date) -> None:
        if value >= _FIRST_DATE:
            sheet.write_datetime(line, place, value)
        else:
            self._note("early_date", sheet, line, place)
            sheet.write_string(line, place, value.isoformat(), self._formats["text"])

    def _put_datetime(self, sheet: Worksheet, line: int, place: int, value: datetime) -> None:
        local = value.astimezone(self.look.zone).replace(tzinfo=None)
        if local.date() >= _FIRST_DATE:
            sheet.write_datetime(line, place, local)
        else:
            self._note("early_date", sheet, line, place)
            sheet.write_string(line, place, local.isoformat(" "), self._formats["text"])

    def _note(self, kind: str, sheet: Worksheet, line: int, place: int) -> None:
        self.notes.add(kind, f"{sheet.get_name()}!{xl_rowcol_to_cell(line, place)}")


def _put_number(sheet: Worksheet, line: int, place: int, value: float) -> None:
    sheet.write_number(line, place, value)


def _units(words: str) -> int:
    return len(words.encode("utf-16-le")) // 2
