"""The answers of many submissions from the export (csv.zip), where that is exactly as good as their XML.

The export shows the raw text of every answer, of removed questions too, about eight times faster than XML by XML.
It is not taken where it could differ: for an edited submission (it names the version first submitted), for a
carriage return (its line ends are not told apart), and when its columns are not those that the form explains.
Whatever is not taken is read as XML.
"""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import compress
from pathlib import Path
from typing import IO, NamedTuple

from processor.errors import Message, ServerError
from processor.forms.answers import MAX_BYTES, Answers
from processor.servers.central.api import Api
from processor.servers.central.catalogue import Layout
from processor.servers.central.document import Content
from processor.servers.central.head import changed_filter
from processor.servers.central.row import Row
from processor.servers.central.values import EPOCH, written

OPTIONS = {"attachments": "false", "deletedFields": "true", "groupPaths": "true"}
TRIES = 3
DAY = 24 * 3600.0
_PREFIX = "export-"
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
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError)
"""What reading a zip that is cut or damaged raises."""
_RETURN = "\uffff"
"""Stands for a carriage return while lines are read, which end with a line feed alone; no XML can hold this sign."""


class UnexplainedError(Exception):
    """The export is whole, but not as the form explains it: then every submission is read as XML."""


class Span(NamedTuple):
    """Submissions that came from `first` to `last`, and have changed since `since`."""

    since: datetime
    first: datetime
    last: datetime

    @property
    def filter(self) -> str:
        """As a filter of Central's."""
        came = "__system/submissionDate"
        between = f"{came} ge {written(self.first)} and {came} le {written(self.last)}"
        return between if self.since == EPOCH else f"({changed_filter(self.since)}) and {between}"


class Export:
    """Reads exports through a file of ours, which never outlives the reading."""

    def __init__(self, api: Api, folder: Path) -> None:
        self._api = api
        self._folder = folder
        _sweep(folder)

    def read(
        self, form_id: str, layout: Layout, span: Span, rows: Mapping[str, Row]
    ) -> Mapping[str, Content]:
        """Contents by root id, of those among `rows` for which the export is exact.

        ServerError when no whole export can be had; UnexplainedError as above.
        """
        path = f"{self._api.form(form_id)}/submissions.csv.zip"
        query = {**OPTIONS, "$filter": span.filter}
        with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=self._folder) as folder:
            target = Path(folder) / "export.zip"
            for _ in range(TRIES):
                self._api.download(path, target, params=query)
                try:
                    builder = Builder(layout, rows)
                    read_zip(target, form_id, layout, builder)
                    return builder.contents()
                except DAMAGED:
                    continue
        raise ServerError(Message.CENTRAL_EXPORT, form_id=form_id, times=TRIES)


def _sweep(folder: Path) -> None:
    """Remove what a killed process left: no export is read for a day."""
    for old in folder.glob(f"{_PREFIX}*"):
        if time.time() - old.stat().st_mtime > DAY:
            shutil.rmtree(old, ignore_errors=True)


def read_zip(file: Path | IO[bytes], form_id: str, layout: Layout, builder: Builder) -> None:
    """Give every row of an export to the builder; UnexplainedError, or one of DAMAGED."""
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
