"""SPSS files (`.sav`, UTF-8), written by pyreadstat; what SPSS cannot hold whole is cut and stands in the notes."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from processor.reports.stat_table import Table, Variable, cut_bytes, shorten

if TYPE_CHECKING:
    import pandas as pd

FILE_LABEL, LABEL, VALUE_LABEL, NOTE_LINE = 64, 256, 120, 80
"""Bytes, by the Command Syntax Reference (FILE LABEL, VARIABLE LABELS, VALUE LABELS, DOCUMENT)."""
_FORMATS = {"date": "EDATE10", "time": "TIME8", "datetime": "DATETIME20", "decimal": "F16.6"}
_DIGITS = 8
_NO_ROOM = "Unable to write data"
"""What pyreadstat says when the disk takes no more."""


def write_sav(path: Path, table: Table) -> None:
    """Write the table. OSError when the disk does not take it."""
    import pyreadstat

    variables = table.variables
    try:
        pyreadstat.write_sav(
            _frame(table),
            str(path),
            file_label=shorten(table.label, FILE_LABEL, in_bytes=True),
            column_labels=[shorten(v.label, LABEL, in_bytes=True) for v in variables],
            note=list(_note_lines(table)),
            variable_value_labels={v.name: _value_labels(v) for v in variables if v.labels},
            variable_measure={v.name: _measure(v) for v in variables},
            variable_format={v.name: _format(v) for v in variables if not v.cells.is_text},
            row_compress=True,
        )
    except pyreadstat.ReadstatError as error:
        if _NO_ROOM in str(error):
            raise OSError(errno.ENOSPC, _NO_ROOM) from error
        raise


def _frame(table: Table) -> pd.DataFrame:
    """The cells without copies."""
    import numpy as np
    import pandas as pd

    def values(variable: Variable) -> pd.Series:
        cells = variable.cells
        if cells.is_text:
            return pd.Series(cells.texts, dtype="str", copy=False)
        return pd.Series(np.asarray(cells.numbers), copy=False)

    return pd.DataFrame({v.name: values(v) for v in table.variables}, copy=False)


def _value_labels(variable: Variable) -> dict[Any, str]:
    short = {code: shorten(label, VALUE_LABEL, in_bytes=True) for code, label in variable.labels.items()}
    if variable.cells.is_text:
        return short
    return {float(code): label for code, label in short.items()}


def _measure(variable: Variable) -> str:
    return "nominal" if variable.labels or variable.cells.is_text else "scale"


def _format(variable: Variable) -> str:
    """Whole numbers as wide as the widest of them."""
    if variable.kind in _FORMATS:
        return _FORMATS[variable.kind]
    known = [n for n in variable.cells.numbers if n == n]  # noqa: PLR0124 - NaN is the one that is not itself
    widest = max((len(str(int(n))) for n in (min(known), max(known))), default=1) if known else 1
    return f"F{max(_DIGITS, widest)}.0"


def _note_lines(table: Table) -> Iterator[str]:
    """Lines of 80 bytes, as SPSS has them: what the file is, then the questions that are cut above."""
    long = (f"{v.name}: {v.label}" for v in table.variables if len(v.label.encode()) > LABEL)
    for words in (*table.notes, *long):
        yield from _lines(words)


def _lines(words: str) -> Iterator[str]:
    """Broken between words, inside of them only where one alone is longer than a line."""
    line = ""
    for word in words.split():
        longer = f"{line} {word}" if line else word
        if len(longer.encode()) <= NOTE_LINE:
            line = longer
            continue
        if line:
            yield line
        while len(word.encode()) > NOTE_LINE:
            part = cut_bytes(word, NOTE_LINE)
            yield part
            word = word[len(part) :]
        line = word
    yield line
