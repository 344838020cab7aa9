"""Files of Stata and SPSS as programs read them that did not write them, and what must stand in them."""

from __future__ import annotations

import csv
import math
import re
import shutil
import subprocess
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyreadstat
import pytest

from processor.reports.labels import choices_of, is_multiple
from processor.survey.columns import Column

INSTALL = "apt-get install -y --no-install-recommends pspp"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
EPOCH = {"dta": date(1960, 1, 1), "sav": date(1582, 10, 14)}
DAY, SECOND = {"dta": 1, "sav": 86_400}, {"dta": 1000, "sav": 1}
Columns = dict[str, list[Any]]


def pandas_stata(path: Path) -> Columns:
    """The raw numbers and texts of a Stata file as pandas reads them."""
    plain = {"convert_dates": False, "convert_categoricals": False, "preserve_dtypes": False}
    return _plain(pd.read_stata(path, **plain))


def readstat(path: Path) -> tuple[Columns, Any]:
    """The same of either format, and what is said of the columns, as pyreadstat reads it."""
    read = pyreadstat.read_dta if path.suffix == ".dta" else pyreadstat.read_sav
    frame, about = read(str(path), disable_datetime_conversion=True)
    return _plain(frame), about


def _plain(frame: pd.DataFrame) -> Columns:
    def value(cell: Any) -> Any:
        return None if not isinstance(cell, str) and (cell is None or math.isnan(cell)) else cell

    return {str(name): [value(cell) for cell in frame[name]] for name in frame.columns}


def pspp(path: Path, numbers: Sequence[str], more: str = "") -> tuple[Columns, str]:
    """An SPSS file as PSPP reads it: cells, and what it prints for the commands `more`."""
    program, target = shutil.which("pspp"), path.with_suffix(".csv")
    if program is None:
        pytest.fail(f"PSPP is missing. Install it: {INSTALL}")
    show = f"FORMATS {' '.join(numbers)} (F40.3).\n" if numbers else ""
    save = f"SAVE TRANSLATE /OUTFILE='{target}' /TYPE=CSV /REPLACE /FIELDNAMES /CELLS=VALUES.\n"
    syntax = path.with_suffix(".sps")
    syntax.write_text(f"GET FILE='{path}'.\n{show}{save}{more}\n", encoding="utf-8")
    done = subprocess.run(
        [program, "-o", "-", str(syntax)], capture_output=True, timeout=60, env={"LC_ALL": "C.UTF-8"}
    )
    said = done.stdout.decode()
    assert done.returncode == 0, said
    with target.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    cells: Columns = {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}
    for name in numbers:
        cells[name] = [float(cell) if cell.strip() else None for cell in cells.get(name, ())]
    return cells, said


def is_coded(column: Column) -> bool:
    """Whether all of its codes are whole numbers as they are written."""
    codes = [choice.name for choice in choices_of(column)]
    whole = all(re.fullmatch("0|-?[1-9][0-9]{0,8}", code) for code in codes)
    return bool(codes) and whole and column.type == "text" and not is_multiple(column)


def expected(column: Column, value: Any, kind: str) -> Any:
    """The cell that a file of this kind must have for a value of the database."""
    if column.type == "text" and not is_coded(column):
        return value or ""
    if value is None:
        return None
    if isinstance(value, datetime):
        local = value.astimezone(ZONE)
        return (local.date() - EPOCH[kind]).days * 86_400 * SECOND[kind] + clock(local.time(), kind)
    if isinstance(value, date):
        return float((value - EPOCH[kind]).days * DAY[kind])
    if isinstance(value, time):
        return clock(value, kind)
    return float(value)


def clock(value: time, kind: str) -> float:
    assert value.microsecond == 0
    return float((value.hour * 60 + value.minute) * 60 + value.second) * SECOND[kind]
