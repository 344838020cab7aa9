"""The look of a questionnaire workbook: the same after every edit, contents untouched.

An admin edits in Excel, where new rows come without colour and columns change their width.
`restyle` gives the file its frame back: frozen and filtered header, widths, wrapped text, sections
in colour. It never changes what a cell says.
"""

from __future__ import annotations

import io
import re
import zipfile
from copy import copy
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from processor.errors import FormError, Message

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

FONT = "Arial"
HEADER_FILL, HEADER_INK = "1F3A4D", "FFFFFF"
ROW_FILLS = {"begin_group": "DCE8EF", "end_group": "F0F5F8", "begin_repeat": "FBE7C6", "end_repeat": "FDF4E3"}
ROW_INKS = {"note": "7A4B00", "calculate": "6B6B6B"}
"""Notes and calculations are not answered by anybody: their text is toned down."""
CLASS_FILLS = {"open": "E3F1E3", "personal": "FFF4CC", "sensitive": "FADBCB", "secret": "E4D5F2"}
REQUIRED_FILL = "FFE08A"
WIDTHS = {
    # first part of the header: width in characters
    "type": 26,
    "name": 22,
    "label": 44,
    "hint": 36,
    "guidance_hint": 36,
    "required": 10,
    "required_message": 28,
    "relevant": 30,
    "constraint": 40,
    "constraint_message": 36,
    "calculation": 50,
    "trigger": 16,
    "choice_filter": 26,
    "appearance": 16,
    "parameters": 30,
    "default": 26,
    "code": 10,
    "data_class": 12,
    "clean_as": 14,
    "origin": 14,
    "list_name": 20,
    "source_mark": 50,
    "topic": 22,
    "Tiếng Việt": 80,
    "English": 80,
}
DEFAULT_WIDTH = 18
LINE, MOST_LINES, FORMULA_LINES = 13, 9, 3
"""Points of a line; a long formula is read in the formula bar, not in a row as high as the screen."""
FROZEN = {"survey": "C2", "choices": "C2"}
"""Type and name stay in sight while one scrolls to the right."""
FORMULA_COLUMNS = {"relevant", "constraint", "calculation", "choice_filter", "trigger", "repeat_count"}


def restyle(workbook: Path) -> bool:
    """Give the workbook its look; whether the file changed. FormError when it is not a workbook."""
    before = workbook.read_bytes()
    after = styled(before, workbook.name)
    if after == before:
        return False
    workbook.write_bytes(after)
    return True


def styled(content: bytes, name: str) -> bytes:
    """The workbook with our look. The same contents give the same bytes."""
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(content))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise FormError(Message.FORM_UNREADABLE, name=name, detail=error) from error
    for sheet in book.worksheets:
        _sheet(sheet)
    return _save(book)


def _sheet(sheet: Worksheet) -> None:
    headers = [str(cell.value or "") for cell in sheet[1]]
    heads = [header.partition("::")[0] for header in headers]
    _frame(sheet, headers, heads)
    for cell in sheet[1]:
        _header(cell)
    known: dict[Look, Cell] = {}
    for cells in sheet.iter_rows(min_row=2):
        by_head = dict(zip(heads, cells, strict=True))
        kind = str(by_head["type"].value or "").replace(" ", "_") if "type" in by_head else ""
        for head, cell in zip(heads, cells, strict=True):
            _body(cell, _look(head, str(cell.value or ""), kind), known)
        heights = [_lines(c, h, head) for c, h, head in zip(cells, headers, heads, strict=True)]
        sheet.row_dimensions[cells[0].row].height = LINE * max(heights, default=1) + 3


def _frame(sheet: Worksheet, headers: list[str], heads: list[str]) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.views import SheetView, SheetViewList

    sheet.views = SheetViewList(sheetView=[SheetView(zoomScale=90)])  # a second freeze would add panes
    sheet.freeze_panes = FROZEN.get(sheet.title, "A2")
    sheet.auto_filter.ref = sheet.dimensions
    sheet.row_dimensions[1].height = LINE * 2 + 3
    for number, (header, head) in enumerate(zip(headers, heads, strict=True), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = _width(header, head)


def _width(header: str, head: str) -> int:
    return WIDTHS.get(header, WIDTHS.get(head, DEFAULT_WIDTH))


def _lines(cell: Cell, header: str, head: str) -> int:
    """How many lines the text takes: programs do not work it out when they open a file."""
    width = _width(header, head)
    lines = sum(ceil(max(len(line), 1) / width) for line in str(cell.value or "").splitlines())
    return min(max(lines, 1), FORMULA_LINES if head in FORMULA_COLUMNS else MOST_LINES)


def _header(cell: Cell) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    cell.font = Font(name=FONT, size=10, bold=True, color=HEADER_INK)
    cell.fill = PatternFill("solid", fgColor=HEADER_FILL)
    cell.alignment = Alignment(wrap_text=True, vertical="center")


class Look(NamedTuple):
    """What one body cell looks like."""

    font: str
    ink: str
    bold: bool
    fill: str


def _look(head: str, value: str, kind: str) -> Look:
    fill = ROW_FILLS.get(kind, "")
    if head == "data_class":
        fill = CLASS_FILLS.get(value, fill)
    elif head == "required" and value:
        fill = REQUIRED_FILL
    return Look(
        font="Consolas" if head in FORMULA_COLUMNS else FONT,
        ink=ROW_INKS.get(kind, "1A1A1A"),
        bold=kind.startswith("begin") and head in ("type", "name", "label"),
        fill=fill,
    )


def _body(cell: Cell, look: Look, known: dict[Look, Cell]) -> None:
    """Dress the cell; each look is made once, the rest are copies, which is ten times faster."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    if look in known:
        cell._style = copy(known[look]._style)
        return
    cell.font = Font(name=look.font, size=10, bold=look.bold, color=look.ink)
    cell.fill = PatternFill("solid", fgColor=look.fill) if look.fill else PatternFill()
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.border = Border(bottom=Side("hair", color="C9D3D9"))
    cell.number_format = "@"
    known[look] = cell


def _save(book: Workbook) -> bytes:
    """Bytes without clock: openpyxl writes the present moment into the properties and the archive."""
    raw, out = io.BytesIO(), io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w") as target:
        for part in source.infolist():
            info = zipfile.ZipInfo(part.filename)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, _STAMP.sub(b"2016-02-23T00:00:00Z", source.read(part)))
    return out.getvalue()


_STAMP = re.compile(rb"(?<=W3CDTF\">)[^<]+(?=</dcterms)")
