"""A sheet of findings as a person handles it: made, filled in, saved, read again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl

from processor.reports.finding_sheet import write_sheet
from processor.reports.sheet_texts import headings
from processor.store.scope import Area, Scope
from processor.store.sheet_file import Sheet, read_sheet
from processor.store.sheet_import import import_sheet
from processor.store.sheet_plan import Step
from processor.store.work_list import FindingFilter

KEY = b"k" * 32
ALL = Scope(Area.province(), frozenset(("open", "personal", "sensitive", "secret")), "survey")
LAN = SimpleNamespace(id=7, username="lan", role="district")
BOSS = SimpleNamespace(id=1, username="boss", role="province")
WHY = {"reason": "gọi lại cho hộ", "source": "điện thoại 05/3"}
NAMES = headings("vi")


def make(
    store: Any, file: Path, scope: Scope = ALL, narrowed: FindingFilter | None = None, **more: Any
) -> Path:
    options = {"narrowed": narrowed or FindingFilter(), "language": "vi", "purpose": "Thử", "key": KEY} | more
    write_sheet(store, scope, LAN, file, **options)
    return file


def rows_of(file: Path) -> list[dict[str, Any]]:
    """The lines of the first sheet by key of the column, with `_` the number of the row."""
    sheet = openpyxl.load_workbook(file).worksheets[0]
    heads = {cell.value: cell.column - 1 for cell in sheet[1]}
    return [
        {"_": number} | {key: row[heads[heading]].value for key, heading in NAMES.items()}
        for number, row in enumerate(sheet.iter_rows(min_row=2), start=2)
    ]


def fill(file: Path, rows: Mapping[int, Mapping[str, Any]], target: Path | None = None) -> Path:
    """Write into rows as a person does, and save."""
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    heads = {cell.value: cell.column for cell in sheet[1]}
    for number, cells in rows.items():
        for key, value in cells.items():
            sheet.cell(number, heads[NAMES[key]]).value = value
    book.save(target or file)
    return target or file


def row_of(file: Path, rule: str, submission: str = "uuid:0000", row: str | None = None) -> int:
    """The number of the row with the finding."""
    return next(
        r["_"]
        for r in rows_of(file)
        if (r["rule"], r["submission"]) == (rule, submission) and (row is None or (r["row"] or "") == row)
    )


def read(file: Path) -> Sheet:
    return read_sheet(file, KEY)


def bring(store: Any, file: Path, user: Any = LAN, scope: Scope = ALL) -> list[Step]:
    return import_sheet(store, user, scope, read(file))


def told(steps: list[Step]) -> list[tuple[str, str, str]]:
    return [(step.outcome, step.deed, step.why) for step in steps]
