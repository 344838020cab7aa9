"""Stata files of version 118 (Stata 14 and later, UTF-8), as `help dta` of Stata describes them.

Written here and not by a library: pandas and pyreadstat write no notes (the whole question, what the
file is, practice or not), a list of labels once for each of its columns, and the second puts every
whole number into four bytes. Tests compare the bytes with those of pandas and read them with both.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import numpy as np

from processor.reports.dta_column import Stored, Strl, stored
from processor.reports.stat_names import STATA, variable_names
from processor.reports.stat_table import Table, shorten

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
LABEL = 80
"""Signs of a label of a column or of the file."""
ROWS = 1000
SECTIONS = (
    *("map", "variable_types", "varnames", "sortlist", "formats", "value_label_names", "variable_labels"),
    *("characteristics", "data", "strls", "value_labels"),
)


def write_dta(path: Path, table: Table, at: datetime) -> None:
    """Write the table. OSError when the disk does not take it."""
    with path.open("xb") as stream:
        _Writer(stream, table, at).write()


class _Writer:
    """Sections in the order of the format; the map in front of them is filled in at the end."""

    def __init__(self, stream: BinaryIO, table: Table, at: datetime) -> None:
        self.stream, self.table, self.at = stream, table, at
        self.strl = Strl()
        self.columns: list[Stored] = [
            stored(v, number, self.strl) for number, v in enumerate(table.variables, 1)
        ]
        self.lists, self.list_of = _lists(table)

    def write(self) -> None:
        stream = self.stream
        stream.write(b"<stata_dta>" + self._header())
        places = [0, stream.tell()]
        stream.write(_tag("map", bytes(8 * 14)))
        for name, parts in self._sections():
            places.append(stream.tell())
            stream.write(f"<{name}>".encode())
            for part in parts:
                stream.write(part)
            stream.write(f"</{name}>".encode())
        places.append(stream.tell())
        stream.write(b"</stata_dta>")
        places.append(stream.tell())
        stream.seek(places[1])
        stream.write(_tag("map", struct.pack("<14Q", *places)))

    def _header(self) -> bytes:
        label = shorten(self.table.label, LABEL).encode()
        stamp = f"{self.at:%d} {MONTHS[self.at.month - 1]} {self.at:%Y %H:%M}".encode()
        return _tag(
            "header",
            _tag("release", b"118"),
            _tag("byteorder", b"LSF"),
            _tag("K", struct.pack("<H", len(self.columns))),
            _tag("N", struct.pack("<Q", self.table.rows)),
            _tag("label", struct.pack("<H", len(label)), label),
            _tag("timestamp", struct.pack("B", len(stamp)), stamp),
        )

    def _sections(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        variables = self.table.variables
        yield "variable_types", (struct.pack("<H", c.code) for c in self.columns)
        yield "varnames", (_field(v.name, 129) for v in variables)
        yield "sortlist", iter([bytes(2 * (len(variables) + 1))])
        yield "formats", (_field(c.display, 57) for c in self.columns)
        yield "value_label_names", (_field(self.list_of.get(v.name, ""), 129) for v in variables)
        yield "variable_labels", (_field(shorten(v.label, LABEL), 321) for v in variables)
        yield "characteristics", self._notes()
        yield "data", self._data()
        yield "strls", self.strl.blocks()
        yield "value_labels", (_value_labels(name, labels) for name, labels in self.lists.items())

    def _notes(self) -> Iterator[bytes]:
        """Notes as the command `notes` of Stata shows them: of the file, and of columns whose label is cut."""
        yield from _notes_of("_dta", self.table.notes)
        for variable in self.table.variables:
            if len(variable.label) > LABEL:
                yield from _notes_of(variable.name, (variable.label,))

    def _data(self) -> Iterator[bytes]:
        record = np.dtype([(f"c{number}", c.dtype) for number, c in enumerate(self.columns)])
        for first in range(0, self.table.rows, ROWS):
            last = min(first + ROWS, self.table.rows)
            block = np.zeros(last - first, record)
            for number, column in enumerate(self.columns):
                block[f"c{number}"] = column.cells(first, last)
            yield block.tobytes()


def _lists(table: Table) -> tuple[dict[str, Mapping[str, str]], dict[str, str]]:
    """Lists of labels by name, and the name of its list by column. One list may have grown for one column only."""
    known: dict[str, Mapping[str, str]] = {}
    names: dict[str, str] = {}
    for variable in table.variables:
        if not variable.labels:
            continue
        name = variable.list_name
        if known.setdefault(name, variable.labels) != variable.labels:
            name = f"{name}_{variable.name}"
            known[name] = variable.labels
        names[variable.name] = name
    allowed = dict(zip(known, variable_names(known, STATA), strict=True))
    return {allowed[n]: known[n] for n in known}, {variable: allowed[n] for variable, n in names.items()}


def _tag(name: str, *parts: bytes) -> bytes:
    return b"".join((f"<{name}>".encode(), *parts, f"</{name}>".encode()))


def _field(words: str, size: int) -> bytes:
    return words.encode().ljust(size, b"\0")


def _notes_of(owner: str, notes: tuple[str, ...]) -> Iterator[bytes]:
    if not notes:
        return
    yield _characteristic(owner, "note0", str(len(notes)))
    for number, words in enumerate(notes, 1):
        yield _characteristic(owner, f"note{number}", words)


def _characteristic(owner: str, name: str, words: str) -> bytes:
    content = _field(owner, 129) + _field(name, 129) + words.encode() + b"\0"
    return _tag("ch", struct.pack("<I", len(content)), content)


def _value_labels(name: str, labels: Mapping[str, str]) -> bytes:
    values = sorted((int(code), label) for code, label in labels.items())
    texts = [label.encode() + b"\0" for _value, label in values]
    starts = np.cumsum([0, *map(len, texts)])
    numbers = (len(values), int(starts[-1]), *map(int, starts[:-1]), *(value for value, _label in values))
    body = struct.pack(f"<{len(numbers)}i", *numbers) + b"".join(texts)
    return _tag("lbl", struct.pack("<i", len(body)), _field(name, 129), bytes(3), body)
