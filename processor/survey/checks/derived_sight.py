"""The expressions of one form, made to look into rows of answers (`derived_rows.py`); pure.

They take every answer as it arrived, as if all calculations were right and nothing were answered that is not
asked: who asks them has found that out, or has taken such answers away.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cache, lru_cache

from processor.survey.checks.derived_form import FormModel
from processor.survey.checks.derived_parts import is_readable
from processor.survey.checks.derived_reads import resolved
from processor.survey.checks.derived_rows import Layout
from processor.survey.node_values import typed
from processor.survey.xform import Blueprint
from processor.survey.xpath_parser import CHOSEN, HERE, ROOT, Parser, Path, Step
from processor.survey.xpath_rows import RowMaker
from processor.survey.xpath_terms import (
    ANY,
    MANY,
    PLAIN,
    ROW,
    ROWS,
    TEXT,
    TRUTH,
    Code,
    Names,
    Term,
    refused,
    truth,
)
from processor.survey.xpath_values import Value, to_number

_NUMBERS = ("int", "integer", "long", "decimal")
Watched = Callable[[str], bool]
"""Whether it is looked at that a question is answered only where it is asked."""


class Sight(RowMaker):
    """Makes the expressions at one node, for rows of one layout."""

    def __init__(
        self, model: FormModel, unjudged: Collection[str], layout: Layout, watched: Watched, names: Names
    ) -> None:
        super().__init__(names)
        self._model, self._unjudged, self._layout, self._watched = model, unjudged, layout, watched
        self._path = ""
        self._parser: Parser[Term]

    def read(self, text: str, path: str) -> Term:
        """An expression at the node `path`. FormError when it looks at other things."""
        around = Sight(self._model, self._unjudged, self._layout, self._watched, self.names)
        around._path, around._parser = path, Parser(text, around)
        return around._parser.whole()

    def absolute(self, steps: tuple[Step[Term], ...], read: Path) -> Term:
        """What a path means."""
        return self._seen(steps, read)

    def relative(self, steps: tuple[Step[Term], ...], read: Path) -> Term:
        """What a path means; in a condition on an answer only that answer."""
        if self._is_inside() and read[-2:] == (CHOSEN, ".") and not {CHOSEN, "*"} & {*read[:-2]}:
            target, _ = resolved(read[:-2], self._path)
            return self._of("a", self._type(target))
        return self._seen(steps, read)

    def call(self, name: str, arguments: Sequence[Term]) -> Term | None:
        """A function; the clock is one that stands in the row."""
        if name in ("today", "now") and not arguments and not self._is_inside():
            return Term(ANY, _at(self._layout.today() if name == "today" else self._layout.now()))
        return super().call(name, arguments)

    def _is_inside(self) -> bool:
        """Whether this is a condition on an answer: it is given that answer, not a row."""
        return self._parser.base != (HERE,)

    def _type(self, target: str) -> str:
        found = self._model.xform.by_path.get(target)
        if found is None or found.parts or found.repeat:
            raise refused(target)
        return found.bind.type

    def _seen(self, steps: tuple[Step[Term], ...], read: Path) -> Term:
        conditions = [predicate for step in steps for predicate in step.predicates]
        chosen = read[-1] == CHOSEN
        plain = read[:-1] if chosen else read
        if self._is_inside() or read[0] not in (HERE, ROOT) or {CHOSEN, "*"} & {*plain}:
            raise refused("/".join(read))
        target, top = resolved(plain, self._path)
        found, reader = self._model.xform.by_path.get(target), self._model.reader
        if found is None:
            return self.names.known("")
        seen_from = reader.shared(target, top, reader.row(self._path))
        if found.repeat:
            return self._rows(found, seen_from, conditions)
        if found.parts or target in self._unjudged:
            raise refused(target)
        if reader.row(target) == seen_from and not chosen:
            return self._answer(found)
        return self._column(found, seen_from, conditions)

    def _answer(self, found: Blueprint) -> Term:
        self._check_watched(found.path)
        return self._of(_at(self._layout.answer(found.path)), found.bind.type)

    def _column(self, found: Blueprint, seen_from: str, conditions: Sequence[Term]) -> Term:
        """The answers of all rows; those that are not asked are left out by the condition that they are given."""
        reader, kind = self._model.reader, found.bind.type
        plain = all(condition.kind in (TRUTH, TEXT) for condition in conditions)  # a number is a row's
        if reader.around(reader.row(found.path)) != seen_from or len(conditions) > 1 or not plain:
            raise refused(found.path)
        self._check_watched(found.path)
        passes = truth(conditions[0]) if conditions else None
        if reader.is_conditional(found.path) and (passes is None or self.names.of_one(passes)("")):
            raise refused(found.path)
        value, column = self._of("a", kind).code, _at(self._layout.column(found.path))
        return Term(MANY, f"[{value} for a in {column}{f' if {passes}' if passes else ''}]")

    def _rows(self, found: Blueprint, seen_from: str, conditions: Sequence[Term]) -> Term:
        path, reader = found.path, self._model.reader
        if conditions or reader.is_conditional(path):
            raise refused(path)
        if seen_from == path:
            return Term(ROW, _at(self._layout.number(path)))
        if reader.around(path) != seen_from:
            raise refused(path)
        return Term(ROWS, _at(self._layout.count(path)))

    def _check_watched(self, path: str) -> None:
        if self._model.reader.is_conditional(path) and not self._watched(path):
            raise refused(path)

    def _of(self, code: Code, kind: str) -> Term:
        """An answer of that type; one that is not of it is empty."""
        if kind in _NUMBERS:
            value, number = self.names.of(value_reader(kind)), self.names.of(_number_reader(kind))
            return Term(PLAIN, f"{value}({code})", f"{number}({code})")
        if kind in ("date", "dateTime"):
            return Term(ANY, f"{self.names.of(value_reader(kind))}({code})")
        return Term(TEXT, code)


def _at(place: int) -> Code:
    return f"p{place}"


@cache
def value_reader(kind: str) -> Callable[[str], Value]:
    """What gives the value of an answer of that type."""

    @lru_cache(maxsize=20_000)
    def value(text: str) -> Value:
        return typed(text, kind) if is_readable(kind, text) else ""

    return value


@cache
def _number_reader(kind: str) -> Callable[[str], float]:
    value = value_reader(kind)

    @lru_cache(maxsize=20_000)
    def number(text: str) -> float:
        return to_number(value(text))

    return number
