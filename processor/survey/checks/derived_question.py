"""What is looked at to see that one question has nothing to tell (`derived_quick.py`); pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from processor.survey.checks.derived_filter import Filter
from processor.survey.checks.derived_form import FormModel, is_same
from processor.survey.checks.derived_gate import Member
from processor.survey.checks.derived_reads import Reader
from processor.survey.checks.derived_rows import Layout
from processor.survey.checks.derived_sight import Sight
from processor.survey.checks.derived_words import CALCULATE, CONSTRAINT, FILTER, REQUIRED
from processor.survey.node_values import converted, written
from processor.survey.xform import Blueprint
from processor.survey.xpath import Expression
from processor.survey.xpath_terms import NUMBER, TEXT, Look, Term, number, number_text, single, truth
from processor.survey.xpath_values import number_of

_WHOLE = ("int", "integer", "long")
_TYPED = (*_WHOLE, "decimal", "date", "dateTime", "geopoint")


class Lookout:
    """Makes what is looked at in the rows of one layout. FormError where it is more than answers."""

    def __init__(self, model: FormModel, layout: Layout, sight: Sight, arrived: Reader) -> None:
        self._model, self._layout, self._sight, self._arrived = model, layout, sight, arrived

    def condition(self, path: str, expression: Expression) -> Member:
        """Whether a condition at the node holds."""
        with self._layout.tracked() as places:
            look = self._condition(path, expression)
        return Member(frozenset(places), look)

    def is_needed(self, blueprint: Blueprint, rules: Collection[str]) -> bool:
        """Whether the question must be answered wherever it is asked, and nothing else is told of it."""
        required = blueprint.bind.required
        if required is None or REQUIRED not in rules or {CALCULATE, CONSTRAINT, FILTER} & set(rules):
            return False
        return self._sight.read(required.text, blueprint.path).known is True

    def question(self, blueprint: Blueprint, rules: Collection[str]) -> Member | None:
        """Whether there is nothing to tell of a question that is asked; None when there never is."""
        with self._layout.tracked() as places:
            look = self._question(blueprint, rules)
        return Member(frozenset(places), look) if look is not None else None

    def _condition(self, path: str, expression: Expression) -> Look:
        return truth(self._sight.read(expression.text, path))

    def _question(self, blueprint: Blueprint, rules: Collection[str]) -> Look | None:
        if blueprint.repeat:
            return self._count(blueprint)
        place = self._layout.answer(blueprint.path)
        if CALCULATE in rules:
            return self._calculation(blueprint, place)
        missing, given = self._missing(blueprint, rules), self._given(blueprint, rules)
        if missing is None:
            return None if given is None else lambda row: not row[place] or given(row)
        if given is None:
            return lambda row: bool(row[place]) or not missing(row)
        return lambda row: given(row) if row[place] else not missing(row)

    def _missing(self, blueprint: Blueprint, rules: Collection[str]) -> Look | None:
        required = blueprint.bind.required
        return (
            self._condition(blueprint.path, required) if required is not None and REQUIRED in rules else None
        )

    def _given(self, blueprint: Blueprint, rules: Collection[str]) -> Look | None:
        """Whether an answer is as it should be. One that is not of its type may be told of here, and is not."""
        constraint, checks = blueprint.bind.constraint, []
        if constraint is not None and CONSTRAINT in rules:
            checks.append(self._condition(blueprint.path, constraint))
        if FILTER in rules:
            checks.append(Filter(self._model, self._layout, blueprint, self._arrived).passes)
        if len(checks) == 2:
            one, other = checks
            return lambda row: one(row) and other(row)
        return checks[0] if checks else None

    def _count(self, blueprint: Blueprint) -> Look:
        assert blueprint.count is not None
        around, place = blueprint.path.rpartition("/")[0], self._layout.count(blueprint.path)
        wanted = number(self._sight.read(blueprint.count.text, around))

        def look(row: Any) -> bool:
            count = wanted(row)
            return bool(row[place] == (int(count) if count > 0 else 0))

        return look

    def _calculation(self, blueprint: Blueprint, place: int) -> Look:
        term, kind = (
            self._sight.read(self._model.computed[blueprint.path].text, blueprint.path),
            blueprint.bind.type,
        )
        if kind not in _TYPED and term.kind in (TEXT, NUMBER):
            return _is_text(place, term)
        if kind in _WHOLE:
            return _is_whole(place, number(term))
        value = single(term)
        return lambda row: is_same(blueprint, row[place], written(blueprint, converted(value(row), kind)))


def _is_whole(place: int, made: Look) -> Look:
    """Whether the number stands at the place, however it is written; nothing where there is none."""

    def look(row: Any) -> bool:
        value = made(row)
        if value != value:
            return not row[place]
        return number_of(row[place]) == int(value)

    return look


def _is_text(place: int, term: Term) -> Look:
    """Whether a computed text stands at the place, or a number as it is written; none is the empty text."""
    look = term.look
    if term.kind == TEXT:
        return lambda row: bool(row[place] == look(row))

    def is_number(row: Any) -> bool:
        value = look(row)
        return bool(row[place] == (number_text(value) if value == value else ""))

    return is_number
