"""The answers of many submissions from the export (csv.zip), where that is exactly as good as their XML.

The export shows the raw text of every answer, of removed questions too, about eight times faster than XML by XML.
It is not taken where it could differ: for an edited submission (it names the version first submitted), for a
carriage return (its line ends are not told apart), and when its columns are not those that the form explains.
Whatever is not taken is read as XML.
"""

from __future__ import annotations

import shutil
import tempfile
import time
import zipfile
import zlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, NamedTuple

from processor.errors import Message, ServerError
from processor.forms.answers import Answers
from processor.servers.central.api import Api
from processor.servers.central.catalogue import Layout
from processor.servers.central.document import Content
from processor.servers.central.export_table import Table, UnexplainedError
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
_OF_ROW = ("PARENT_KEY", "KEY")
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError)
"""What reading a zip that is cut or damaged raises."""


class System(NamedTuple):
    """What is used of the system columns of a submission."""

    key: str
    files: str
    status: str
    edits: str
    form_version: str


_USED = ("KEY", "AttachmentsExpected", "Status", "Edits", "FormVersion")


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
    with _opened(file) as archive:
        names = {
            "": f"{form_id}.csv",
            **{p: f"{form_id}-{p.rpartition('/')[2]}.csv" for p in layout.columns if p},
        }
        if not set(names.values()) <= set(archive.namelist()):
            raise UnexplainedError
        with _member(archive, names[""]) as raw:
            builder.roots(Table(raw, layout.columns[""], _SYSTEM, _USED))
        for repeat in layout.outer_first:
            with _member(archive, names[repeat]) as raw:
                builder.rows(repeat, Table(raw, layout.columns[repeat], _OF_ROW, _OF_ROW))


def _opened(file: Path | IO[bytes]) -> zipfile.ZipFile:
    """The zip; one wrong bit in its directory is met by Python in several ways, all of which are damage."""
    try:
        return zipfile.ZipFile(file)
    except (RuntimeError, ValueError) as error:
        raise zipfile.BadZipFile from error


def _member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """One file of the zip, unpacked while it is read; Central packs in one way."""
    if archive.getinfo(name).compress_type not in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        raise zipfile.BadZipFile
    try:
        return archive.open(name)
    except (RuntimeError, ValueError) as error:
        raise zipfile.BadZipFile from error


class Builder:
    """Puts the tables of an export together again."""

    def __init__(self, layout: Layout, rows: Mapping[str, Row]) -> None:
        self._repeats = layout.outer_first
        self._rows = rows
        self._places: dict[str, Answers] = {}
        self._exact: dict[str, Content] = {}
        self._has_return = False

    def roots(self, table: Table) -> None:
        """The submissions."""
        for cells in table.rows():
            self.root(System(*table.system(cells)), table.answers(cells))
        self._has_return |= table.has_return

    def root(self, system: System, answers: Answers) -> None:
        """A submission; all are noted, as repeats follow, but only the exact ones are given out."""
        key = system.key
        if key in self._places:
            raise UnexplainedError
        self._places[key] = answers
        row = self._rows.get(key)
        if row is not None and system.edits == "0" and not system.status:
            version = answers.get("meta/instanceID") or key
            if version == key:
                files = int(system.files or 0)
                self._exact[key] = Content(key, system.form_version, row.received_at, answers, files)

    def rows(self, repeat: str, table: Table) -> None:
        """The rows of a repeat; each must be the next one of its parent."""
        places, before, siblings = self._places, None, []
        for cells in table.rows():
            parent, key = table.system(cells)
            if parent != before:
                before, siblings = parent, self._siblings(repeat, parent)
            if key in places or not key.endswith(f"[{len(siblings) + 1}]"):
                raise UnexplainedError
            answers = places[key] = table.answers(cells)
            siblings.append(answers)
        self._has_return |= table.has_return

    def _siblings(self, repeat: str, parent: str) -> list[Answers]:
        """The rows that the parent has so far."""
        found = self._places.get(parent)
        siblings = None if found is None else found.setdefault(repeat, [])
        if not isinstance(siblings, list):
            raise UnexplainedError
        return siblings

    def contents(self) -> Mapping[str, Content]:
        """Those without a carriage return anywhere."""
        if not self._has_return:
            return self._exact
        return {key: content for key, content in self._exact.items() if not _has_return(content.answers)}


def _has_return(answers: Answers) -> bool:
    if any("\r" in value for value in answers.values()):  # in a list of rows: none is a text
        return True
    return any(_has_return(row) for rows in answers.values() if isinstance(rows, list) for row in rows)
