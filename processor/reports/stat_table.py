"""A table as Stata and SPSS have it: named columns of numbers with labels, or of texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from processor.reports.labels import choices_of, is_multiple, label_of, labels_by_code
from processor.reports.layout import FileColumn
from processor.reports.notes import Notes
from processor.reports.stat_cells import Cells
from processor.reports.stat_names import SPSS as SPSS_NAMES
from processor.reports.stat_names import STATA as STATA_NAMES
from processor.reports.stat_names import Naming, variable_names
from processor.reports.stat_values import SPSS_CLOCK, STATA_CLOCK, Clock, is_number, kind_of
from processor.reports.texts import text

CHUNK = 1000


@dataclass(frozen=True)
class Program:
    """What Stata or SPSS can hold."""

    naming: Naming
    clock: Clock
    longest: int | None
    """Bytes of a text."""
    pads: bool
    """Blanks at the end of a text are padding and lost."""
    text_labels: bool
    """Whether a text can have labels."""


STATA = Program(STATA_NAMES, STATA_CLOCK, None, pads=False, text_labels=False)
SPSS = Program(SPSS_NAMES, SPSS_CLOCK, 32_767, pads=True, text_labels=True)


@dataclass(frozen=True)
class Variable:
    """A column of the file."""

    name: str
    column: FileColumn
    kind: str
    """code, text, or the type of the column; text also where a value was no number."""
    label: str
    """The whole question, however long."""
    list_name: str
    labels: Mapping[str, str]
    """Labels by code; empty where the format has none for such a column."""
    cells: Cells


@dataclass(frozen=True)
class Table:
    """A whole file: its columns, the number of rows, what it is in one line and in many."""

    variables: tuple[Variable, ...]
    rows: int
    label: str
    notes: tuple[str, ...]


def collect(
    layout: Sequence[FileColumn],
    rows: Iterable[Sequence[Any]],
    program: Program,
    *,
    language: str,
    zone: ZoneInfo,
    notes: Notes,
) -> tuple[tuple[Variable, ...], int]:
    """The columns with all cells, and the number of rows.

    A column of labels stands beside its codes only where these could not be given labels.
    """
    makers = [_Maker(column, program, language, notes) for column in layout]
    cells, count = [maker.cells(zone) for maker in makers], 0
    for chunk in _chunks(rows):
        for one, values in zip(cells, zip(*chunk, strict=True), strict=True):
            one.extend(values, count + 1)
        count += len(chunk)
    names = _names(layout, program.naming)
    made = [maker.variable(name, one) for maker, name, one in zip(makers, names, cells, strict=True)]
    labelled = {v.column.source.name for v in made if v.labels}
    return tuple(v for v in made if not (is_label(v.column) and v.column.source.name in labelled)), count


def is_label(column: FileColumn) -> bool:
    """Whether it has the labels of the column before it, as the profile `both` adds them."""
    return column.heading != column.source.name


def _chunks(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _names(layout: Sequence[FileColumn], naming: Naming) -> list[str]:
    """Columns of the table are named first: what stands beside them must not change their names."""
    order = sorted(range(len(layout)), key=lambda place: is_label(layout[place]))
    named = variable_names([layout[place].heading for place in order], naming)
    by_place = dict(zip(order, named, strict=True))
    return [by_place[place] for place in range(len(layout))]


@dataclass(frozen=True)
class _Maker:
    """Makes the variable of one column."""

    column: FileColumn
    program: Program
    language: str
    notes: Notes

    def cells(self, zone: ZoneInfo) -> Cells:
        kind = self._kind()
        known = None if kind == "text" else kind_of(kind, self.program.clock, zone)
        return Cells(known, self._note, self._fit)

    def variable(self, name: str, cells: Cells) -> Variable:
        kind = "text" if cells.is_text else self._kind()
        source, beside = self.column.source, is_label(self.column)
        label = label_of(source.labels, self.language) or source.name
        if beside:
            label = text("label_beside", self.language, label=label)
        listed = source.question.list_name if source.question and kind != "flag" else ""
        labels = {} if beside or (kind == "text" and not self.program.text_labels) else self._labels()
        return Variable(name, self.column, kind, label, listed.removesuffix(".csv") or kind, labels, cells)

    def _kind(self) -> str:
        source = self.column.source
        if is_label(self.column):
            return "text"
        listed = source.type == "text" and self._labels()
        return "code" if listed and all(is_number(code) for code in listed) else source.type

    def _labels(self) -> Mapping[str, str]:
        source = self.column.source
        if source.type == "flag":
            return {code: text(f"flag_{code}", self.language) for code in ("0", "1")}
        choices = choices_of(source)
        if source.type != "text" or is_multiple(source) or not all(c.name.isascii() for c in choices):
            return {}  # pyreadstat counts signs where SPSS counts bytes: other codes would lose their ends
        return labels_by_code(choices, self.language)

    def _note(self, kind: str, row: int) -> None:
        self.notes.add(kind, f"{self.column.heading}:{row}")

    def _fit(self, words: str, row: int) -> str:
        if self.program.pads and words.endswith(" "):
            self._note("blanks_end", row)
        longest = self.program.longest
        if longest is None or len(words) <= longest // 4 or len(words.encode()) <= longest:
            return words
        self._note("cut_bytes", row)
        mark = text("cut", self.language, count=len(words))
        return cut_bytes(words, longest - len(mark.encode())) + mark


def cut_bytes(words: str, size: int) -> str:
    """The beginning of a text that takes no more bytes, whole signs only."""
    return words.encode()[:size].decode(errors="ignore")


def shorten(words: str, size: int, *, in_bytes: bool = False) -> str:
    """The text, or its beginning and `…` where it is longer than so many signs or bytes."""
    if len(words.encode() if in_bytes else words) <= size:
        return words
    return (cut_bytes(words, size - len("…".encode())) if in_bytes else words[: size - 1]) + "…"
