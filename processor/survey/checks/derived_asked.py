"""Questions of a row that are asked under the same condition, looked at together; pure (`derived_quick.py`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from processor.survey.checks.derived_rows import Seen
from processor.survey.xpath_terms import Look

Place = tuple[int, str]
"""Where a question's answer stands, and its path."""


class Asked:
    """Questions under one condition, and those that are asked under further conditions inside of it."""

    def __init__(self, condition: Look | None, around: Asked | None) -> None:
        self._condition, self._around = condition, around
        self.inside: list[Asked] = []
        self.needed: list[Place] = []
        """Questions that must be answered, and of which nothing else is told."""
        self.questions: list[tuple[Look, str]] = []
        """What says that a question is clean, and its path."""
        self._answers: list[Place] = []
        if around is not None:
            around.inside.append(self)

    def watch(self, place: Place) -> None:
        """The question is answered only where it is asked: here, and so in all groups around."""
        self._answers.append(place)
        if self._around is not None:
            self._around.watch(place)

    def settle(self) -> None:
        """Nothing is added any more."""
        self._given, self._all_needed = _picked(self._answers), _picked(self.needed)
        for inner in self.inside:
            inner.settle()

    def look(self, seen: Seen) -> tuple[set[str], set[int]]:
        """The questions that are not clean, and the places of the answers that are not asked."""
        told: set[str] = set()
        places: set[int] = set()
        self._look(seen.row, seen.own, told, places)
        return told, places

    def _look(self, row: list[Any], own: list[str], told: set[str], places: set[int]) -> None:
        if self._condition is not None and not self._condition(row):
            if any(self._given(own)):
                places.update(place for place, _ in self._answers if own[place])
                told.update(path for place, path in self._answers if own[place])
            return
        if not all(self._all_needed(row)):
            told.update(path for place, path in self.needed if not row[place])
        for clean, path in self.questions:
            if not clean(row):
                told.add(path)
        for inner in self.inside:
            inner._look(row, own, told, places)


def _picked(places: Sequence[Place]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """The answers at these places; a single one as the only one."""
    numbers = [place for place, _ in places]
    if not numbers:
        return lambda row: ()
    return itemgetter(*numbers, numbers[0])  # one place by itself would give no list
