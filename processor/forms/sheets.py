"""The sheets of a questionnaire workbook as rows of text, each knowing where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from processor.errors import FormError, Message

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

STRUCTURE = ("begin_group", "end_group", "begin_repeat", "end_repeat")


@dataclass(frozen=True)
class Row:
    """One filled row: cells by header, empty ones left out."""

    sheet: str
    number: int
    cells: Mapping[str, str]

    def __getitem__(self, header: str) -> str:
        """The cell's text, `""` when it is empty."""
        return self.cells.get(header, "")

    @property
    def kind(self) -> str:
        """First word of the type: `select_one`, `begin_group`, `text`."""
        words = self["type"].replace("begin ", "begin_").replace("end ", "end_").split()
        return words[0] if words else ""

    @property
    def place(self) -> str:
        """Where an admin finds it in Excel."""
        name = self["name"] or self["type"]
        return f"sheet {self.sheet}, row {self.number}" + (f" ({name})" if name else "")

    def in_languages(self, column: str, languages: tuple[str, ...]) -> dict[str, str]:
        """The texts of a translated column by language, `""` where one is missing."""
        return {language: self[f"{column}::{language}"] for language in languages}


@dataclass(frozen=True)
class Sheets:
    """The three sheets that make a questionnaire."""

    survey: tuple[Row, ...]
    choices: tuple[Row, ...]
    settings: Row
    languages: tuple[str, ...]
    """As the headers spell them, `Tiếng Việt (vi)`."""


def read_sheets(workbook: Path) -> Sheets:
    """Read the workbook as it is, without pyxform. FormError when it is none or lacks a sheet."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(workbook, read_only=True, data_only=True)
        survey, choices, settings = (_rows(book[name]) for name in ("survey", "choices", "settings"))
    except (OSError, ValueError, KeyError, BadZipFile, InvalidFileException) as error:
        raise FormError(Message.FORM_UNREADABLE, name=workbook.name, detail=error) from error
    headers = dict.fromkeys(h for row in survey for h in row.cells if h.startswith("label::"))
    languages = tuple(h.removeprefix("label::") for h in headers)
    return Sheets(survey, choices, settings[0] if settings else Row("settings", 2, {}), languages)


def read_heads(workbook: Path) -> dict[str, dict[str, str]]:
    """Sheet -> header -> letter of its column, `F`; empty for a workbook that cannot be read."""
    from openpyxl import load_workbook
    from openpyxl.utils import get_column_letter
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(workbook, read_only=True)
        return {
            name: {str(h).strip(): get_column_letter(n) for n, h in enumerate(_first(book[name]), 1) if h}
            for name in ("survey", "choices", "settings")
        }
    except (OSError, ValueError, KeyError, BadZipFile, InvalidFileException):
        return {}


def _first(sheet: Worksheet) -> tuple[object, ...]:
    return next(sheet.iter_rows(max_row=1, values_only=True), ())


def _rows(sheet: Worksheet) -> tuple[Row, ...]:
    lines = sheet.iter_rows(values_only=True)
    headers = [str(value or "").strip() for value in next(lines, ())]
    found = []
    for number, values in enumerate(lines, start=2):
        cells = {h: str(v) for h, v in zip(headers, values, strict=False) if h and v not in (None, "")}
        if cells:
            found.append(Row(sheet.title, number, cells))
    return tuple(found)
