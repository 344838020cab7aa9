"""Sheets of findings on their way out: rights, ledger, file. They come back through `store/sheet_file.py`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from processor.errors import AccessError, Message
from processor.forms.definition import DATA_CLASSES
from processor.reports.choice import check_options
from processor.reports.delivery import Delivered, deliver
from processor.reports.export import Receipt
from processor.reports.finding_lines import Line, Lines
from processor.reports.job import Written
from processor.reports.sheet_texts import COLUMNS, headings, say
from processor.reports.texts import text
from processor.store.ledger import Entry
from processor.survey.sheet_identity import Identity

if TYPE_CHECKING:
    from processor.reports.export import Person
    from processor.reports.finding_sheet_file import SheetBook
    from processor.store.open import Store
    from processor.store.scope import Scope
    from processor.store.work_list import FindingFilter

TABLE = "findings"
"""How the ledger of downloads names these files."""
PROFILE, REFUSED = "sheet", "refused"


@dataclass(frozen=True)
class _Sheet:
    """One sheet in the making."""

    lines: Sequence[Line]
    entry: Entry
    scope: Scope
    made_at: datetime
    language: str
    zone: ZoneInfo
    key: bytes

    def make(self, path: Path, download_id: int) -> Written:
        """The workbook; the number of the ledger becomes the number of the sheet."""
        book = open_sheet_book(path, say("title", self.language), self.entry, self.language, self.zone)
        count = book.add_findings(self.lines)
        book.add_help(self._info(download_id))
        book.add_identity(self._identity(download_id), self.key)
        book.close()
        return Written(count, tuple(book.notes.lines(self.language)))

    def _identity(self, download_id: int) -> Identity:
        return Identity(
            sheet=download_id,
            made_at=self.made_at,
            username=self.entry.username,
            language=self.language,
            practice=self.entry.practice,
            scope=_scope_hash(self.scope),
            headings=headings(self.language),
            places={line.place.ref: line.place for line in self.lines},
        )

    def _info(self, download_id: int) -> Iterator[tuple[str, str]]:
        language, at = self.language, self.made_at.astimezone(self.zone)
        classes = ", ".join(
            text(f"class_{n}", language) for n in DATA_CLASSES if n in self.entry.classes.split()
        )
        mark = text("practice_mark" if self.entry.practice else "practice_none", language)
        yield text("info_practice", language), mark
        yield say("sheet_no", language), str(download_id)
        yield text("info_rows", language), str(len(self.lines))
        yield text("info_classes", language), classes
        yield text("info_when", language), f"{at:%d/%m/%Y %H:%M:%S} (UTC{at:%z})"
        yield text("info_user", language), self.entry.username
        yield text("info_purpose", language), self.entry.purpose or text("no_purpose", language)


def write_sheet(
    store: Store,
    scope: Scope,
    user: Person,
    target: Path,
    *,
    narrowed: FindingFilter,
    language: str,
    purpose: str,
    key: bytes,
) -> Receipt:
    """Write the findings that scope and filter show to `target`, which is replaced if it exists.

    ContractError SHEET_EMPTY or SHEET_MANY when they make no sheet; AccessError EXPORT_PURPOSE when people's
    data are among them and no purpose is given.
    """
    check_options("xlsx", language)
    made_at = datetime.now(UTC)
    maker = Lines(store, scope, language)
    lines = maker.read(narrowed)
    classes = maker.classes(lines)
    entry = Entry(
        user_id=user.id,
        username=user.username,
        table_name=TABLE,
        file_format="xlsx",
        profile=PROFILE,
        areas=ledger_areas(scope, narrowed.communes),
        classes=" ".join(sorted(classes)),
        practice=scope.practice != "survey",
        purpose=check_purpose(classes, purpose),
    )
    zone = ZoneInfo(store.config.timezone)
    sheet = _Sheet(lines, entry, scope, made_at, language, zone, key)
    done = deliver(store.engine, entry, target, sheet.make)
    return as_receipt(done, target, made_at)


def open_sheet_book(path: Path, title: str, entry: Entry, language: str, zone: ZoneInfo) -> SheetBook:
    """An empty workbook; XlsxWriter is imported when the first is made."""
    from processor.reports.finding_sheet_file import SheetBook
    from processor.reports.xlsx_file import Look

    mark = text("practice_mark", language) if entry.practice else ""
    return SheetBook(path, Look(title, entry.username, language, zone, mark))


def as_receipt(done: Delivered, target: Path, at: datetime) -> Receipt:
    """The proof of a sheet that was written."""
    return Receipt(
        download_id=done.download_id,
        path=target,
        rows=done.written.rows,
        columns=len(COLUMNS),
        left_out=0,
        size=done.size,
        sha256=done.sha256,
        at=at,
        notes=done.written.notes,
    )


def check_purpose(classes: frozenset[str], purpose: str) -> str:
    """The purpose on one line. AccessError when these classes need one and there is none."""
    purpose = " ".join(purpose.split())
    if not purpose and (guarded := classes - {"open"}):
        raise AccessError(Message.EXPORT_PURPOSE, classes=", ".join(sorted(guarded)))
    return purpose


def ledger_areas(scope: Scope, communes: frozenset[str] | None) -> str:
    """The communes whose findings the file may hold, as the ledger writes them."""
    area = scope.area if communes is None else scope.area.narrowed(communes)
    return "*" if area.communes is None else " ".join(sorted(area.communes))


def _scope_hash(scope: Scope) -> str:
    areas = None if scope.area.communes is None else sorted(scope.area.communes)
    told = json.dumps([areas, sorted(scope.classes), scope.practice])
    return hashlib.sha256(told.encode()).hexdigest()[:16]
