"""Which rows of a page are clean, at the cost of looking up; pure (`derived_quick.py`).

People's answers repeat. The questions that look at the same places of a row are held against each different set of
answers there once a page, and what was found clean is kept for the next pages. Where answers hardly repeat,
nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from processor.survey.xpath_terms import FAILURES, Code, Names, places_of

KEPT = 1_000
"""Sets of answers that are kept of the questions that look at them."""
TRIED = 2_000
"""After so many that were not known it is asked whether they are more than half of all."""

ColumnAt = Callable[[int], Sequence[Any]]
"""What stands at a place of every row."""


@dataclass(frozen=True)
class Member:
    """What is looked at in a row: a condition, or whether a question is clean."""

    code: Code
    names: Names

    @cached_property
    def holds(self) -> Callable[[Sequence[Any]], Any]:
        """Whether it is so in a row."""
        return self.names.of_row(self.code)

    @cached_property
    def places(self) -> tuple[int, ...]:
        """All places that decide over it."""
        return places_of(self.code)


class _Unit:
    """Questions that look at the same places."""

    def __init__(self, places: Sequence[int], members: Sequence[Member]) -> None:
        self.places, self._members = places, members
        self.known: frozenset[Any] = frozenset()
        self._is_kept = True
        self._asked = self._missed = 0

    @cached_property
    def _clean(self) -> Callable[[Iterable[Any]], set[Any]]:
        """Of sets of answers those with which all questions are clean."""
        code = " and ".join([member.code for member in self._members])
        return self._members[0].names.of_rows(code, self.places)

    def failing(self, at: ColumnAt, size: int) -> Iterable[int]:
        """The rows in which not all are clean."""
        columns = [at(place) for place in self.places]
        if not columns:
            return () if all(member.holds(()) for member in self._members) else range(size)
        unclean = self._unclean({*zip(*columns, strict=True)})
        if not unclean:
            return ()
        return [n for n, key in enumerate(zip(*columns, strict=True)) if key in unclean]

    def _unclean(self, keys: set[Any]) -> set[Any]:
        new = keys - self.known
        try:
            clean = self._clean(new)
        except FAILURES:
            clean = {key for key in new if self._is_clean(key)}
        self._asked += len(keys)
        self._missed += len(new)
        if self._is_kept:
            self._keep(clean)
        return new - clean

    def _is_clean(self, key: Any) -> bool:
        """Whether the questions can be judged, and are clean."""
        try:
            return bool(self._clean((key,)))
        except FAILURES:
            return False

    def _keep(self, clean: set[Any]) -> None:
        """For the next pages; another thread that looks meanwhile has the old ones, or these."""
        if self._missed >= TRIED and 2 * self._missed > self._asked:
            self._is_kept, self.known = False, frozenset()
        elif clean and len(self.known) + len(clean) <= KEPT:
            self.known |= clean


class Gate:
    """The questions of the rows of one repeat, or of the root."""

    def __init__(self, needed: Sequence[int], members: Iterable[Member]) -> None:
        self._needed = needed
        groups: dict[tuple[int, ...], list[Member]] = {}
        for member in members:
            groups.setdefault(member.places, []).append(member)
        self._units = [_Unit(places, group) for places, group in groups.items()]

    def failing(self, at: ColumnAt, size: int) -> Iterator[int]:
        """The rows in which a question may not be clean, when none is answered that is not asked."""
        for place in self._needed:
            column = at(place)
            if not all(column):
                yield from (n for n, answer in enumerate(column) if not answer)
        for unit in self._units:
            yield from unit.failing(at, size)
