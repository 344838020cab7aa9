"""Small workbooks written as Markdown tables in the tests."""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook


def workbook(path: Path, markdown: str) -> Path:
    """Write the tables as .xlsx: a line `| sheet |` starts a sheet, the next line is its header."""
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = None
    for line in markdown.strip().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 1 and cells[0]:
            sheet = book.create_sheet(cells[0])
        elif sheet is not None and any(cells):
            sheet.append([cell.replace("¦", "|") or None for cell in cells])
    book.save(path)
    return path
