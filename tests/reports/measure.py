"""Time and memory of one file, by number of rows. Not a test; figures are in docs/files.md.

    python -m tests.reports.measure ROWS FORMAT

The rows have the real questionnaire C, every cell filled by its type.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from processor.config import load_config
from processor.database import writing
from processor.forms.xlsform import read_package
from processor.reports.export import write_table
from processor.store import bulk
from processor.store.open import open_store
from processor.survey.columns import Column
from tests.reports import example


def cell(column: Column, row: int) -> Any:
    if column.name in ("submission_id", "_area", "_practice"):
        return {"submission_id": f"uuid:{row:08}", "_area": "16663", "_practice": 0}[column.name]
    if column.choices:
        return column.choices[row % len(column.choices)].name
    day = date(1950, 1, 1) + timedelta(days=row % 20000)
    return {
        "text": f"Ghi chú {row}",
        "integer": row * 1000,
        "decimal": row / 7,
        "flag": row % 2,
        "date": day.isoformat(),
        "time": "08:30:00",
        "datetime": example.STAMP,
    }[column.type]


def main(count: int, file_format: str) -> None:
    config = load_config(example.ROOT / "config" / "survey.toml", {"PROCESSOR_HOME": tempfile.mkdtemp()})
    store = open_store(config)
    form = config.form("phieu_c")
    store.register(read_package(form.workbook, config.media))
    plan = store.plan(form.table)
    for first in range(0, count, 1000):
        rows = range(first, min(first + 1000, count))
        batch = [tuple(cell(column, row) for column in plan.columns) for row in rows]
        with writing(store.engine) as connection:
            bulk.insert(connection, plan.name, [c.name for c in plan.columns], batch)
    print(f"before: peak {peak()} MB")
    started = time.process_time()
    receipt = write_table(
        store,
        plan.name,
        example.EVERYTHING,
        example.Person(),
        Path(config.data) / f"c.{file_format}",
        file_format=file_format,
        profile="labels",
        language="vi",
        purpose="Đo",
    )
    took = time.process_time() - started
    print(
        f"{receipt.rows} rows x {receipt.columns} columns, {file_format}: {took:.1f} s of processor, "
        f"{receipt.size / 1e6:.1f} MB, peak {peak()} MB"
    )


def peak() -> int:
    """Peak memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
