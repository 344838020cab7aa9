"""Whether all questions of a row are clean, at the cost of looking up; pure (`derived_quick.py`).

People's answers repeat. What was found clean is kept under the answers, and whatever else of the row, that were
looked at to find it out: so it is clean wherever these are the same. Questions that look at the same are looked
up together. Where answers hardly repeat, nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from threading import Lock
from typing import Any, NamedTuple

from processor.survey.xpath_terms import Look

KEPT = 1_000
"""Sets of answers that are kept of the questions that look at them."""
TRIED = 250
"""After so many rows that were not known it is asked whether they are more than half of all."""
LEARNED = 500
"""After so many rows those with few sets of answers are looked up together."""
TOGETHER = 1_000
"""So many sets of answers there may be together, if all can be with all."""


class Member(NamedTuple):
    """What is looked at in a row: a condition, or whether a question is clean; all places that decide over it."""

    places: frozenset[int]
    holds: Look


class _Unit:
    """Questions that are looked up together."""

    __slots__ = ("known", "members", "missed", "pick", "since")

    def __init__(self, members: Sequence[Member], since: int) -> None:
        self.members, self.since, self.missed = members, since, 0
        self.pick: Callable[[Any], Any] = itemgetter(*sorted(frozenset().union(*[m.places for m in members])))
        self.known: set[Any] = set()

    def is_clean(self, row: Any) -> bool:
        """Whether all are, without looking up."""
        return all(member.holds(row) for member in self.members)


class Gate:
    """The questions of the rows of one repeat, or of the root."""

    def __init__(self, needed: Sequence[int], members: Sequence[Member]) -> None:
        numbers = [*needed, *needed[:1]]  # one place by itself would give no list
        self._needed: Callable[[Any], Sequence[Any]] = itemgetter(*numbers) if numbers else lambda row: ()
        self._always = [member.holds for member in members if not member.places]
        self._units = [_Unit(group, 0) for group in _grouped([m for m in members if m.places])]
        self._rows = 0
        self._changing = Lock()  # a pull and a correction may look at the same time: no question may be lost

    def passes(self, row: Any) -> bool:
        """Whether all questions of the row are clean, when none is answered that is not asked."""
        self._rows += 1
        if self._rows == LEARNED:
            self._join()
        if not all(self._needed(row)):
            return False
        for unit in self._units:
            key = unit.pick(row)
            if key not in unit.known and not self._find_out(unit, key, row):
                return False
        return all(is_clean(row) for is_clean in self._always)

    def _find_out(self, unit: _Unit, key: Any, row: Any) -> bool:
        if not unit.is_clean(row):
            return False
        unit.missed += 1
        if len(unit.known) < KEPT:
            unit.known.add(key)
        if unit.missed % TRIED == 0 and 2 * unit.missed > self._rows - unit.since:
            self._part(unit)
        return True

    def _join(self) -> None:
        """Look up together what has few sets of answers."""
        with self._changing:
            self._units = self._joined()

    def _joined(self) -> list[_Unit]:
        joined: list[_Unit] = []
        members: list[Member] = []
        sets = 1
        for unit in sorted(self._units, key=lambda unit: len(unit.known)):
            if members and sets * len(unit.known) > TOGETHER:
                joined.append(_Unit(members, self._rows))
                members, sets = [], 1
            members, sets = [*members, *unit.members], sets * max(len(unit.known), 1)
        return [*joined, _Unit(members, self._rows)] if members else joined

    def _part(self, unit: _Unit) -> None:
        """Look up each by itself, or no longer."""
        with self._changing:
            others = [other for other in self._units if other is not unit]
            if len(others) == len(self._units):
                return  # another thread did
            if len(unit.members) > 1:
                others += [_Unit([member], self._rows) for member in unit.members]
            else:  # first here, then no longer there: who looks meanwhile looks twice rather than never
                self._always = [*self._always, unit.members[0].holds]
            self._units = others


def _grouped(members: Sequence[Member]) -> list[list[Member]]:
    """Each with one of those that look at all that it looks at, and more."""
    groups: list[list[Member]] = []
    for member in sorted(members, key=lambda m: -len(m.places)):
        fitting = [group for group in groups if member.places <= group[0].places]
        if fitting:
            fitting[-1].append(member)
        else:
            groups.append([member])
    return groups
