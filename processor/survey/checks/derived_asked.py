"""Questions of a row that are asked under the same condition, looked at together; pure (`derived_quick.py`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any

from processor.survey.checks.derived_gate import Gate, Member
from processor.survey.checks.derived_rows import Seen

Place = tuple[int, str]
"""Where a question's answer stands, and its path."""


class Asked:
    """Questions under one condition, and those that are asked under further conditions inside of it."""

    def __init__(self, condition: Member | None = None, around: Asked | None = None) -> None:
        self._condition, self._around = condition, around
        self._inside: list[Asked] = []
        self.needed: list[Place] = []
        """Questions that must be answered, and of which nothing else is told."""
        self.questions: list[tuple[Member, str]] = []
        """Other questions of which something may be told when they are asked."""
        self._own: list[Place] = []
        self._answers: list[Place] = []
        if around is not None:
            around._inside.append(self)

    def watch(self, place: Place) -> None:
        """The question is answered only where it is asked: here, and so in all groups around."""
        self._own.append(place)
        group: Asked | None = self
        while group is not None:
            group._answers.append(place)
            group = group._around

    def settle(self) -> Gate:
        """Nothing is added any more; all questions here and inside as seen from the top."""
        self._pick()
        top = [member for member, _ in self.questions]
        inside = (member for inner in self._inside for member in inner._members(()))
        return Gate([place for place, _ in self.needed], [*top, *inside])

    def _pick(self) -> None:
        self._given, self._all_needed = _picked(self._answers), _picked(self.needed)
        for inner in self._inside:
            inner._pick()

    def _members(self, around: Sequence[Member]) -> Iterator[Member]:
        assert self._condition is not None
        conditions = [*around, self._condition]
        found = {path: member for member, path in self.questions}
        found |= {path: Member(f"p{place}", self._condition.names) for place, path in self.needed}
        for place, path in self._own:
            yield _under(conditions, found.pop(path, None), place)
        for member in found.values():
            yield _under(conditions, member, None)
        for inner in self._inside:
            yield from inner._members(conditions)

    def look(self, seen: Seen) -> tuple[set[str], set[int]]:
        """The questions that are not clean, and the places of the answers that are not asked."""
        told: set[str] = set()
        places: set[int] = set()
        self._look(seen.row, seen.own, told, places)
        return told, places

    def _look(self, row: list[Any], own: list[str], told: set[str], places: set[int]) -> None:
        if self._condition is not None and not self._condition.holds(row):
            if any(self._given(own)):
                places.update(place for place, _ in self._answers if own[place])
                told.update(path for place, path in self._answers if own[place])
            return
        if not all(self._all_needed(row)):
            told.update(path for place, path in self.needed if not row[place])
        told.update(path for member, path in self.questions if not member.holds(row))
        for inner in self._inside:
            inner._look(row, own, told, places)


def _under(conditions: Sequence[Member], question: Member | None, place: int | None) -> Member:
    """A question as it is seen from outside of its conditions: where it is not asked it is not answered."""
    asked = " and ".join([condition.code for condition in conditions])
    clean = question.code if question is not None else "True"
    empty = "True" if place is None else f"not p{place}"
    return Member(f"({clean} if {asked} else {empty})", conditions[0].names)


def _picked(places: Sequence[Place]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """The answers at these places."""
    numbers = [place for place, _ in places]
    if not numbers:
        return lambda row: ()
    return itemgetter(*numbers, numbers[0])  # one place by itself would give no list
