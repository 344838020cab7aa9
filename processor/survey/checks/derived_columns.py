"""The answers of a page of submissions as the columns that the rules of a form look at; pure.

The same places as in the rows of `derived_rows.py`, but each for all rows of the page at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from weakref import ref

from processor.survey.checks.derived_at import ZONE
from processor.survey.checks.derived_rows import Layout
from processor.survey.page import Page

_PLAIN = {str, type(None)}


class Columns:
    """All rows of one layout in a page whose submissions are nested as the layout is."""

    def __init__(self, layout: Layout, page: Page, around: Columns | None = None) -> None:
        self.layout, self._page = layout, page
        # no circle: the answers of a page would stay until Python looks for circles, which a pull lets it do rarely
        self._around = ref(around) if around is not None else None
        self.rows = page.rows(layout.key)
        self._made: dict[int, Sequence[Any]] = {}
        self.inside = [Columns(inner, page, self) for inner in layout.inside]

    def all(self) -> Iterator[Columns]:
        """These and all inside."""
        yield self
        for inner in self.inside:
            yield from inner.all()

    def odd(self) -> set[int]:
        """Submissions with something else than text where an answer is looked at, or than rows where rows belong."""
        roots, found = self.rows.roots, set()
        for column in self._page.take(self.layout.key, self.layout.looked_at):
            if not _PLAIN.issuperset(map(type, column)):
                found |= {roots[n] for n, value in enumerate(column) if type(value) not in _PLAIN}
        for column in self._page.take(self.layout.key, [inner.key for inner in self.layout.inside]):
            found |= {
                roots[n] for n, value in enumerate(column) if value is not None and type(value) is not list
            }
        return found

    def at(self, place: int) -> Sequence[Any]:
        """What stands at a place of every row; TEXT for the answers, empty where there is none."""
        found = self._made.get(place)
        if found is None:
            found = self._made[place] = (
                self._answers(place) if place < len(self.layout.keys) else self._more(place)
            )
        return found

    def _answers(self, place: int) -> Sequence[Any]:
        column = self._page.take(self.layout.key, self.layout.keys[place : place + 1])[0]
        return ["" if value is None else value for value in column] if None in column else column

    def _more(self, place: int) -> Sequence[Any]:
        what, node, row = self.layout.source(place)
        if row != self.layout.path and self._around is not None:
            around = self._around()
            assert around is not None  # whoever looks at rows holds those around them
            there = around.at(around.layout.place(what, node))
            return [there[above] for above in self.rows.above]
        if what == "number":
            return [*map(float, self.rows.numbers)]
        if what in ("now", "today"):
            times = [d.received_at.astimezone(ZONE) for d in self._page.documents]
            return times if what == "now" else [time.date() for time in times]
        return self._of_rows(what, node, self.inside[self.layout.inner(what, node)])

    def _of_rows(self, what: str, node: str, inner: Columns) -> Sequence[Any]:
        """How many rows there are inside of each row, or what stands in all of them."""
        counts = [0] * len(self.rows.answers)
        for place in inner.rows.above:
            counts[place] += 1
        if what == "count":
            return [*map(float, counts)]
        rest = iter(inner.at(inner.layout.answer(node)))
        return [tuple([next(rest) for _ in range(count)]) for count in counts]
