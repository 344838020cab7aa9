"""One file of an export as rows: texts of cells, and what makes answers of them. Made once a file, used once a row.

Nearly every line holds no quote and is parted at its commas; from a quote on the csv module reads as many lines as
belong together.
"""

from __future__ import annotations

import csv
from codecs import getincrementaldecoder
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import chain, compress
from operator import itemgetter
from typing import IO, Any

from processor.forms.answers import MAX_BYTES, Answers

BLOCK = 256 * 1024
"""Bytes that are taken out of the zip at a time."""
_RETURN = "\uffff"
"""Stands for a carriage return while lines are read, which end with a line feed alone; no XML can hold this sign."""
Places = Mapping[str, tuple[str, int | None]]
"""Column name -> path, or path and part of a geopoint (`catalogue.Layout`)."""


class UnexplainedError(Exception):
    """The export is whole, but not as the form explains it: then every submission is read as XML."""


class Table:
    """The rows of a file in their order, each as long as the header."""

    def __init__(self, raw: IO[bytes], columns: Places, system: Sequence[str], used: Sequence[str]) -> None:
        """UnexplainedError for a header that has not just these columns; `used` are some of `system`."""
        csv.field_size_limit(MAX_BYTES)
        self.has_return = False
        """Whether a carriage return has been met so far."""
        self._lines = chain.from_iterable(self._parted(raw))
        header = next(self._read(), [])
        _check_header(header, columns, system)
        self._width = len(header)
        self.system: Callable[[Sequence[str]], tuple[str, ...]] = _picker([header.index(c) for c in used])
        """The cells of `used`, in that order."""
        self.answers = _reader([columns.get(column) for column in header])
        """The answers of a row that have text."""

    def rows(self) -> Iterator[list[str]]:
        """The cells of each row; UnexplainedError for one of another length, or that is no CSV."""
        width = self._width
        for cells in self._read():
            if len(cells) != width:
                raise UnexplainedError
            yield cells

    def _read(self) -> Iterator[list[str]]:
        try:
            for line in self._lines:
                yield self._quoted(line) if '"' in line else line.split(",")
        except (csv.Error, UnicodeDecodeError):
            raise UnexplainedError from None

    def _quoted(self, first: str) -> list[str]:
        """The row that begins with this line, and may go on in the next ones."""
        lines = (f"{line}\n".replace("\r", _RETURN) for line in chain((first,), self._lines))
        cells = next(csv.reader(lines, strict=True))
        return [cell.replace(_RETURN, "\r") for cell in cells] if self.has_return else cells

    def _parted(self, raw: IO[bytes]) -> Iterator[list[str]]:
        """The lines without their ends, block by block; the last one may lack its end."""
        decode = getincrementaldecoder("utf-8")().decode
        rest = ""
        while data := raw.read(BLOCK):
            self.has_return = self.has_return or b"\r" in data
            *lines, rest = (rest + decode(data)).split("\n")
            yield lines
        rest += decode(b"", final=True)
        yield [rest] if rest else []


def _check_header(header: Sequence[str], columns: Collection[str], system: Sequence[str]) -> None:
    """Each column explained, none twice, none missing."""
    if len(header) != len(set(header)) or set(header) != {*columns, *system}:
        raise UnexplainedError


def _picker(places: Sequence[int]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """What takes the cells at these places out of a row."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda cells: tuple(cells[place] for place in places)


def _reader(places: Sequence[tuple[str, int | None] | None]) -> Callable[[Sequence[str]], Answers]:
    """What makes answers of the cells of a row: of those in single columns, and of points, which have several."""
    points: dict[str, list[int]] = {}
    single: list[int] = []
    for column, place in enumerate(places):
        if place is not None and place[1] is None:
            single.append(column)
        elif place is not None:
            points.setdefault(place[0], []).append(column)
    paths = [path for path, part in filter(None, places) if part is None]
    pick = _picker(single)

    def answers_of(cells: Sequence[str]) -> Answers:
        picked = pick(cells)
        answers: Any = dict(zip(compress(paths, picked), filter(None, picked), strict=False))
        for path, columns in points.items():
            if text := " ".join([cells[column] for column in columns]).rstrip():
                answers[path] = text
        return answers

    return answers_of
