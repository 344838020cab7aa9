"""Writes the rows of one table as CSV, XLSX, Stata or SPSS into a given place; rights and ledger are `export`'s."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from processor.reports.codebook import Codebook
from processor.reports.csv_file import write_csv, write_texts
from processor.reports.info import Facts
from processor.reports.layout import FileColumn, arrange
from processor.reports.notes import Notes
from processor.reports.texts import text
from processor.store.rows import iterate_rows

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from processor.reports.xlsx_file import Book
    from processor.store.open import Store


STEP = 100
"""Rows after which it is told how far a file is."""


@dataclass(frozen=True)
class Written:
    """What was written, as far as it is known only afterwards."""

    rows: int
    notes: tuple[str, ...] = ()
    columns: int | None = None
    """Where their number depends on the cells."""


Make = Callable[[Path, int], Written]
"""Writes a file to the path; the number is the ledger's."""


@dataclass(frozen=True)
class Job:
    """One file of a table: its columns, its rows' scope (in the facts) and its words."""

    store: Store
    communes: frozenset[str] | None
    layout: tuple[FileColumn, ...]
    codebook: Codebook
    facts: Facts
    zone: ZoneInfo
    progress: Callable[[int], None] | None = None
    """Told how many rows are written."""

    def csv(self, path: Path, _download_id: int) -> Written:
        """The rows alone. What people open is guarded, what programs read (`codes`) is exact."""
        notes = Notes()
        guarded = self.facts.entry.profile != "codes"
        with self.rows() as rows:
            count = write_csv(path, self.layout, rows, zone=self.zone, guarded=guarded, notes=notes)
        return Written(count, tuple(notes.lines(self.facts.language)))

    def xlsx(self, path: Path, download_id: int) -> Written:
        """The rows, the codebook and what the file is."""
        book = open_book(self.facts, path, self.zone)
        say = self.facts.language
        name = text("sheet_practice" if self.facts.mark() else "sheet_data", say)
        with self.rows() as rows:
            count = book.add_rows(name, self.layout, rows)
        notes = tuple(book.notes.lines(say))
        add_codebook(book, self.codebook)
        headings = [(text("info_item", say), 34), (text("info_value", say), 100)]
        lines = self.facts.rows(download_id, count, notes)
        book.add_sheet(text("sheet_info", say), headings, lines)
        book.close()
        return Written(count, notes)

    def statistics(self, path: Path, download_id: int) -> Written:
        """The rows for Stata or SPSS, codes with their labels; what the file is stands in its notes."""
        from processor.reports.stat_job import write_statistics

        return write_statistics(self, path, download_id)

    def codebook_csv(self, path: Path, _download_id: int) -> Written:
        """The codebook alone, every choice in its cell."""
        headings = [heading for heading, _width in self.codebook.headings()]
        return Written(write_texts(path, headings, self.codebook.rows(in_cell=None)))

    def codebook_xlsx(self, path: Path, _download_id: int) -> Written:
        """The codebook alone, long lists on their own sheet."""
        book = open_book(self.facts, path, self.zone)
        count = add_codebook(book, self.codebook)
        book.close()
        return Written(count, tuple(book.notes.lines(self.facts.language)))

    @contextmanager
    def rows(self) -> Iterator[Iterator[list[Any]]]:
        """The rows of the file, all of one moment."""
        facts = self.facts
        _columns, rows = iterate_rows(self.store, facts.plan.name, facts.scope, communes=self.communes)
        with closing(cast("Generator[tuple[Any, ...], None, None]", rows)):
            yield self._told(arrange(self.layout, rows))

    def _told(self, rows: Iterator[list[Any]]) -> Iterator[list[Any]]:
        """The rows as they are, each part of them told."""
        count = 0
        for count, row in enumerate(rows, start=1):
            yield row
            if self.progress and count % STEP == 0:
                self.progress(count)
        if self.progress:
            self.progress(count)


def open_book(facts: Facts, path: Path, zone: ZoneInfo) -> Book:
    """An empty workbook that says whose it is; XlsxWriter is imported when the first is made."""
    from processor.reports.xlsx_file import Book, Look

    return Book(path, Look(facts.title(), facts.entry.username, facts.language, zone, facts.mark()))


def add_codebook(book: Book, codebook: Codebook) -> int:
    """The sheets of columns and of choices; gives the number of columns."""
    say = codebook.language
    count = book.add_sheet(text("sheet_codebook", say), codebook.headings(), codebook.rows())
    book.add_sheet(text("sheet_choices", say), codebook.choice_headings(), codebook.choice_rows())
    return count
