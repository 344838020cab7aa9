"""The cells of one column for Stata or SPSS: numbers as long as all of them fit, else texts.

Both formats say how wide a column is before the first row, so that a table is held in memory:
eight bytes a cell, and the different texts of a column once.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Sequence
from typing import Any

from processor.reports.stat_values import Kind, MisfitError

MANY = 10_000
"""Different texts that are looked up; a column with more hardly has any twice."""

Note = Callable[[str, int], None]
"""Takes what had to be written otherwise (a kind of `Notes`) and the number of the row."""
Fit = Callable[[str, int], str]
"""Makes a text one that the program can hold, and notes what it had to do."""


class Cells:
    """Of `numbers` (NaN is empty) and `texts` one is filled: texts where `is_text`."""

    def __init__(self, kind: Kind | None, note: Note, fit: Fit) -> None:
        self.numbers = array("d")
        self.texts: list[str] = []
        self._kind, self._note, self._fit = kind, note, fit
        self._known: dict[str, str] = {}

    @property
    def is_text(self) -> bool:
        """Whether these are texts; a column of numbers becomes one with the first value that does not fit."""
        return self._kind is None or self._fallen

    _fallen = False

    def extend(self, values: Sequence[Any], first: int) -> None:
        """Take the next rows; `first` is the number of the first of them."""
        if not self.is_text and self._take_numbers(values):
            return
        if not self.is_text:
            self._become_text()
        self.texts.extend(self._text(value, row) for row, value in enumerate(values, first))
        if len(self._known) > MANY:
            self._known.clear()

    def _take_numbers(self, values: Sequence[Any]) -> bool:
        """Whether all of them are numbers."""
        assert self._kind is not None
        number = self._kind.number
        try:
            self.numbers.extend([math.nan if value is None else number(value) for value in values])
        except MisfitError:
            return False
        return True

    def _become_text(self) -> None:
        assert self._kind is not None
        again = self._kind.again
        self.texts = ["" if math.isnan(number) else again(number) for number in self.numbers]
        self.numbers, self._fallen = array("d"), True

    def _text(self, value: Any, row: int) -> str:
        if value is None:
            return ""
        words = self._words(value, row)
        return self._known.setdefault(words, words)

    def _words(self, value: Any, row: int) -> str:
        if self._kind is None:
            return self._fit(value, row)
        try:
            self._kind.number(value)
        except MisfitError:
            self._note("text_instead", row)
        return self._fit(self._kind.words(value), row)
