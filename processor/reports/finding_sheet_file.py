"""The workbook of a sheet of findings: locked but for the columns to fill in, signed in a hidden sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from processor.reports.finding_lines import Line
from processor.reports.sheet_texts import COLUMNS, HELP, handling_words, headings, pick, say
from processor.reports.xlsx_file import Book
from processor.survey.sheet_answers import CLEAR
from processor.survey.sheet_identity import Identity, seal

TO_FILL = ("new", "clear", "handling", "reason", "source")
CORRECTING = ("new", "clear", "source")
"""Only for findings about an answer."""
PROTECTED = {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True}
"""What stays allowed; there is no password: the signature holds, not the lock."""


class SheetBook(Book):
    """A workbook with a sheet of findings."""

    def add_findings(self, lines: Sequence[Line]) -> int:
        """The sheet that people fill in; gives the number of lines."""
        language = self.look.language
        sheet = self._sheet(say("sheet", language))
        sheet.freeze_panes(1, 3)
        sheet.set_row(0, 32)
        for place, (key, heading) in enumerate(headings(language).items()):
            look = self._open if key in TO_FILL else self._locked
            sheet.set_column(place, place, COLUMNS[key][2], look)
            sheet.write_string(0, place, heading, self._to_fill if key in TO_FILL else self._heading)
        for number, line in enumerate(lines, start=1):
            self._line(sheet, number, line)
        self._guard(sheet, len(lines))
        return len(lines)

    def add_identity(self, identity: Identity, key: bytes) -> None:
        """The hidden sheet that makes the workbook ours."""
        sheet = self._book.add_worksheet(say("identity", self.look.language))
        sheet.very_hidden()
        sheet.protect()
        for number, text in enumerate(seal(identity, key)):
            sheet.write_string(number, 0, text)

    def add_help(self, info: Iterable[tuple[str, str]]) -> None:
        """How to fill it in, and what the file is."""
        language = self.look.language
        named: Mapping[str, str] = headings(language)
        rows = [(named.get(key, ""), pick(text, language)) for key, text in HELP.items()]
        columns = [(say("help_item", language), 26), (say("help_text", language), 100)]
        self.add_sheet(say("help", language), columns, [*rows, ("", ""), *info])

    @cached_property
    def _open(self) -> Format:
        return self._book.add_format(
            {"num_format": "@", "locked": False, "text_wrap": True, "valign": "top", "bg_color": "#FFF9E5"}
        )

    @cached_property
    def _locked(self) -> Format:
        return self._book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})

    @cached_property
    def _closed(self) -> Format:
        """A cell to fill in that has no meaning here."""
        return self._book.add_format({"num_format": "@", "bg_color": "#E5E7EB"})

    @cached_property
    def _to_fill(self) -> Format:
        return self._book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#FFE9A8", "bottom": 1}
        )

    def _line(self, sheet: Worksheet, number: int, line: Line) -> None:
        for place, key in enumerate(COLUMNS):
            if key not in TO_FILL:
                self._put_text(sheet, number, place, line.cells[key])
            elif key in CORRECTING and not line.can_correct:
                sheet.write_blank(number, place, None, self._closed)
            else:
                sheet.write_blank(number, place, None, self._open)

    def _guard(self, sheet: Worksheet, lines: int) -> None:
        language, keys = self.look.language, list(COLUMNS)
        sheet.autofilter(0, 0, lines, len(keys) - 1)
        for key, words in (("handling", handling_words(language)), ("clear", [CLEAR])):
            place = keys.index(key)
            rule = {"validate": "list", "source": words, "error_message": say(f"bad_{key}", language)}
            sheet.data_validation(1, place, lines, place, rule)
        last = xl_col_to_name(len(keys) - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A2:{last}{lines + 1}"})
        sheet.protect("", PROTECTED)
