"""The export as it was read before it was read quickly: row by row by the csv module. What the reader must equal."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import compress
from typing import IO

from processor.forms.answers import MAX_BYTES, Answers
from processor.servers.central.catalogue import Layout
from processor.servers.central.document import Content
from processor.servers.central.export_table import UnexplainedError
from processor.servers.central.row import Row

_SYSTEM = (
    "SubmissionDate",
    "KEY",
    "SubmitterID",
    "SubmitterName",
    "AttachmentsPresent",
    "AttachmentsExpected",
    "Status",
    "ReviewState",
    "DeviceID",
    "Edits",
    "FormVersion",
)
_RETURN = "\uffff"
"""Stands for a carriage return while lines are read, which end with a line feed alone; no XML can hold this sign."""


def read_zip(file: IO[bytes], form_id: str, layout: Layout, builder: Builder) -> None:
    """Give every row of an export to the builder."""
    with zipfile.ZipFile(file) as archive:
        names = {
            "": f"{form_id}.csv",
            **{p: f"{form_id}-{p.rpartition('/')[2]}.csv" for p in layout.columns if p},
        }
        if not set(names.values()) <= set(archive.namelist()):
            raise UnexplainedError
        for system, answers in _table(archive, names[""], layout.columns[""], _SYSTEM):
            builder.root(system, answers)
        for repeat in layout.outer_first:
            for system, answers in _table(
                archive, names[repeat], layout.columns[repeat], ("PARENT_KEY", "KEY")
            ):
                builder.row(repeat, system, answers)


class Builder:
    """Puts the tables of an export together again."""

    def __init__(self, layout: Layout, rows: Mapping[str, Row]) -> None:
        self._repeats = layout.outer_first
        self._rows = rows
        self._places: dict[str, Answers] = {}
        self._exact: dict[str, Content] = {}

    def root(self, system: Mapping[str, str], answers: Answers) -> None:
        """A submission; all are noted, as repeats follow, but only the exact ones are given out."""
        key = system["KEY"]
        if key in self._places:
            raise UnexplainedError
        self._places[key] = answers
        row = self._rows.get(key)
        if row is not None and system["Edits"] == "0" and not system["Status"]:
            version = answers.get("meta/instanceID") or key
            if version == key:
                files = int(system["AttachmentsExpected"] or 0)
                self._exact[key] = Content(key, system["FormVersion"], row.received_at, answers, files)

    def row(self, repeat: str, system: Mapping[str, str], answers: Answers) -> None:
        """A row of a repeat; it must be the next one of its parent."""
        key, parent = system["KEY"], self._places.get(system["PARENT_KEY"])
        if parent is None or key in self._places:
            raise UnexplainedError
        siblings = parent.setdefault(repeat, [])
        if not isinstance(siblings, list) or not key.endswith(f"[{len(siblings) + 1}]"):
            raise UnexplainedError
        siblings.append(answers)
        self._places[key] = answers

    def contents(self) -> Mapping[str, Content]:
        """Those without a carriage return anywhere."""
        return {key: content for key, content in self._exact.items() if not _has_return(content.answers)}


def _has_return(answers: Answers) -> bool:
    if any("\r" in value for value in answers.values()):  # in a list of rows: none is a text
        return True
    return any(_has_return(row) for rows in answers.values() if isinstance(rows, list) for row in rows)


def _table(
    archive: zipfile.ZipFile,
    name: str,
    columns: Mapping[str, tuple[str, int | None]],
    system: Sequence[str],
) -> Iterator[tuple[Mapping[str, str], Answers]]:
    """The rows of one file: system columns, and the answers that have text."""
    csv.field_size_limit(MAX_BYTES)
    with archive.open(name) as raw, io.TextIOWrapper(raw, encoding="utf-8", newline="\n") as text:
        lines = _lines(text)
        header = next(lines, [])
        _check_header(header, columns, system)
        answers_of = _reader([columns.get(column) for column in header])
        wanted = [(header.index(column), column) for column in system]
        for cells in lines:
            if len(cells) != len(header):
                raise UnexplainedError
            yield {column: cells[i] for i, column in wanted}, answers_of(cells)


def _lines(text: io.TextIOWrapper) -> Iterator[list[str]]:
    """The rows of a file. Those since the last carriage return are given out as they are."""
    met: list[str] = []

    def marked(line: str) -> str:
        met.append(line)
        return line.replace("\r", _RETURN)

    try:
        for cells in csv.reader((marked(line) if "\r" in line else line for line in text), strict=True):
            yield [cell.replace(_RETURN, "\r") for cell in cells] if met else cells
            met.clear()
    except (csv.Error, UnicodeDecodeError):
        raise UnexplainedError from None


def _check_header(header: Sequence[str], columns: Collection[str], system: Sequence[str]) -> None:
    """Each column explained, none twice, none missing."""
    if len(header) != len(set(header)) or set(header) != {*columns, *system}:
        raise UnexplainedError


def _reader(places: Sequence[tuple[str, int | None] | None]) -> Callable[[Sequence[str]], Answers]:
    """What makes answers of the cells of a row: of those in single columns, and of points, which have several."""
    points: dict[str, list[int]] = {}
    for column, place in enumerate(places):
        if place is not None and place[1] is not None:
            points.setdefault(place[0], []).append(column)
    single = [place is not None and place[1] is None for place in places]
    paths = [place[0] for place in places if place is not None and place[1] is None]

    def answers_of(cells: Sequence[str]) -> Answers:
        answers: Answers = {
            path: cell for path, cell in zip(paths, compress(cells, single), strict=True) if cell
        }
        for path, columns in points.items():
            if text := " ".join(cells[column] for column in columns).rstrip():
                answers[path] = text
        return answers

    return answers_of
