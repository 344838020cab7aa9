"""The answers of a submission as rows in which every answer has its place; pure.

Each row is one list: the answers of its questions as texts, empty where there is none, and then what expressions
look at besides: answers around the row, how many rows a repeat has, an answer in all of them, the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from itertools import repeat
from operator import itemgetter
from typing import Any

from processor.survey.checks.derived_form import FormModel

Extra = Callable[["Seen", list[Any]], Any]
"""What stands after the answers of a row; the second is the row around it."""


class Seen:
    """A row of one submission. What is not as `read_submission` gives it raises TypeError or AttributeError."""

    __slots__ = ("answers", "inside", "layout", "number", "own", "row")

    def __init__(self, layout: Layout, answers: Mapping[str, Any], number: int) -> None:
        self.layout, self.answers, self.number = layout, answers, float(number)
        self.own = list(map(answers.get, layout.keys, repeat("")))
        "".join(self.own)  # rows where an answer belongs, and what is no text
        self.row = self.own
        self.inside = tuple([tuple(_rows(inner, answers.get(inner.key))) for inner in layout.inside])

    def fill(self, around: list[Any], blank: Blank | None = None) -> None:
        """Make the lists of this row and of those inside, without what of them is `blank`; first without it."""
        self._lay(blank)
        self._extend(around)

    def _lay(self, blank: Blank | None) -> None:
        if blank is not None:
            self.row = self.own[: len(self.layout.keys)]
            for place in blank.get(self, ()):
                self.row[place] = ""
        for rows in self.inside:
            for row in rows:
                row._lay(blank)

    def _extend(self, around: list[Any]) -> None:
        row, pick = self.row, self.layout.pick
        row.append(self.number)
        if pick is not None:
            row += pick(around)
            return
        for extra in self.layout.extras:
            row.append(extra(self, around))
        for rows in self.inside:
            for inner in rows:
                inner._extend(row)


Blank = Mapping[Seen, Collection[int]]
"""Places of answers, by row, that are not asked: to expressions they are empty."""


def _rows(layout: Layout, rows: Any) -> Sequence[Seen]:
    if rows is None:
        return ()
    if type(rows) is not list:
        raise TypeError(f"rows of {layout.path}: {type(rows)}")
    return [Seen(layout, row, number) for number, row in enumerate(rows, 1)]


class Layout:
    """Where what stands in the rows of one repeat, or at the root."""

    def __init__(self, model: FormModel, path: str, around: Layout | None) -> None:
        self._model, self.path, self._around = model, path, around
        self.key = model.keys[path] if path else ""
        xform, reader = model.xform, model.reader
        own = [
            b.path
            for b in xform.by_path.values()
            if not b.parts and not b.repeat and reader.row(b.path) == path
        ]
        self.keys = tuple(model.keys[node] for node in own)
        self._places: dict[tuple[str, str], int] = {("answer", node): place for place, node in enumerate(own)}
        self._places[("number", path)] = len(own)
        self.extras: list[Extra] = []
        """What follows the row's number."""
        self._sources = [("answer", node, path) for node in own] + [("number", path, path)]
        self._used: set[int] = set()
        self._outer: list[int] = []
        inner = [b.path for b in xform.by_path.values() if b.repeat and reader.around(b.path) == path]
        self.inside = [Layout(model, node, self) for node in inner]

    def answer(self, node: str) -> int:
        """The place of an answer of this row, or of a row around it."""
        return self._place("answer", node, self._model.reader.row(node))

    def number(self, row: str) -> int:
        """The place of the row's number, as expressions count."""
        return self._place("number", row, row)

    def count(self, inner: str) -> int:
        """The place of how many rows there are of a repeat inside this row, or inside a row around it."""
        return self._place("count", inner, self._model.reader.around(inner))

    def column(self, node: str) -> int:
        """The place of the answers in all rows of a repeat inside this row, or inside a row around it."""
        return self._place("column", node, self._model.reader.around(self._model.reader.row(node)))

    def now(self) -> int:
        """The place of the time of receipt."""
        return self._place("now", "", "")

    def today(self) -> int:
        """The place of the day of receipt."""
        return self._place("today", "", "")

    def source(self, place: int) -> tuple[str, str, str]:
        """What stands at a place: its kind, the node, and the row that has it."""
        return self._sources[place]

    def place(self, what: str, node: str) -> int:
        """The place of a source of this row, or of a row around it."""
        return self._places[(what, node)]

    def inner(self, what: str, node: str) -> int:
        """Which of the repeats inside a count, or a column of answers, is about."""
        path = node if what == "count" else self._model.reader.row(node)
        return next(number for number, inner in enumerate(self.inside) if inner.path == path)

    @property
    def looked_at(self) -> Sequence[str]:
        """The answers of the row itself that something looks at, by path in the raw answers."""
        return [key for place, key in enumerate(self.keys) if place in self._used]

    def _place(self, what: str, node: str, row: str) -> int:
        place = self._places.get((what, node))
        if place is None:
            place = self._places[(what, node)] = len(self.keys) + 1 + len(self.extras)
            self.extras.append(self._extra(what, node, row))
            self._sources.append((what, node, row))
        self._used.add(place)
        return place

    def _extra(self, what: str, node: str, row: str) -> Extra:
        if row != self.path:
            if self._around is None:
                raise LookupError(node)
            self._outer.append(self._around._place(what, node, row))
            there = itemgetter(self._outer[-1])
            return lambda seen, around: there(around)
        if what == "now":
            return lambda seen, around: around[0]
        if what == "today":
            return lambda seen, around: around[0].date()
        number = self.inner(what, node)
        if what == "count":
            return lambda seen, around: float(len(seen.inside[number]))
        place = self.inside[number].answer(node)
        return lambda seen, around: tuple([row.row[place] for row in seen.inside[number]])

    @cached_property
    def pick(self) -> Callable[[list[Any]], Sequence[Any]] | None:
        """What follows the number, when all of it stands in the row around this one, and nothing is inside."""
        if self.inside or len(self._outer) < len(self.extras):
            return None
        if len(self._outer) < 2:
            return lambda around: [around[place] for place in self._outer]
        return itemgetter(*self._outer)

    def see(self, answers: Mapping[str, Any]) -> Seen:
        """A submission's answers as rows, not yet filled."""
        return Seen(self, answers, 1)

    def all(self) -> Sequence[Layout]:
        """This and all inside."""
        return [self, *(found for inner in self.inside for found in inner.all())]
