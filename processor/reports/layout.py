"""Which columns a file has, under which headings, and what stands in their cells.

`labels` reads well in Excel, `codes` is for programs, `both` has a column of labels beside every
coded answer. There is always exactly one heading row, and no heading occurs twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from processor.reports.labels import choices_of, is_multiple, label_of, labels_by_code
from processor.survey.columns import Column

Show = Callable[[Any], Any]
SEPARATOR = "; "
"""Between the labels of a multiple choice."""


@dataclass(frozen=True)
class FileColumn:
    """One column of a file; `place` is its position in the rows that the store gives."""

    heading: str
    source: Column
    place: int
    show: Show | None = None
    """Makes the label of a stored code; None leaves the value as it is."""


def lay_out(columns: Sequence[Column], profile: str, language: str) -> tuple[FileColumn, ...]:
    """The columns of a file of this profile, in the order of the table."""
    if profile == "codes":
        return tuple(FileColumn(c.name, c, place) for place, c in enumerate(columns))
    if profile == "both":
        return tuple(_both(columns, language))
    headings = unique_headings(columns, language)
    return tuple(
        FileColumn(heading, c, place, _shower(c, language))
        for place, (heading, c) in enumerate(zip(headings, columns, strict=True))
    )


def arrange(layout: Sequence[FileColumn], rows: Iterable[Sequence[Any]]) -> Iterator[list[Any]]:
    """The rows of the store as rows of the file."""
    cells = [(column.place, column.show) for column in layout]
    for row in rows:
        yield [
            row[place] if show is None or row[place] is None else show(row[place]) for place, show in cells
        ]


def unique_headings(columns: Sequence[Column], language: str) -> list[str]:
    """Labels in the language; where two are alike (capitals aside), all of them get their name."""
    labels = [label_of(c.labels, language) or c.name for c in columns]
    times = Counter(label.casefold() for label in labels)
    named = [
        f"{label} ({c.name})" if times[label.casefold()] > 1 else label
        for label, c in zip(labels, columns, strict=True)
    ]
    if len({heading.casefold() for heading in named}) == len(named):
        return named
    return [f"{label} ({c.name})" for label, c in zip(labels, columns, strict=True)]


def _both(columns: Sequence[Column], language: str) -> Iterator[FileColumn]:
    taken = {c.name for c in columns}
    for place, column in enumerate(columns):
        yield FileColumn(column.name, column, place)
        if choices_of(column):
            name = f"{column.name}_label"
            while name in taken:
                name += "_"
            taken.add(name)
            yield FileColumn(name, column, place, _shower(column, language))


def _shower(column: Column, language: str) -> Show | None:
    """A code that the list does not have stays as it is: better seen than lost."""
    choices = choices_of(column)
    if not choices:
        return None
    labels = labels_by_code(choices, language)
    if is_multiple(column):
        return lambda codes: SEPARATOR.join(labels.get(code, code) for code in codes.split())
    return lambda code: labels.get(code, code)
