"""What is looked at to see that one question has nothing to tell (`derived_quick.py`); pure."""

from __future__ import annotations

from collections.abc import Collection

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
from processor.survey.xpath_terms import NUMBER, TEXT, Code, number, number_text, single, truth
from processor.survey.xpath_values import Value, number_of

_WHOLE = ("int", "integer", "long")
_TYPED = (*_WHOLE, "decimal", "date", "dateTime", "geopoint")


class Lookout:
    """Makes what is looked at in the rows of one layout. FormError where it is more than answers."""

    def __init__(self, model: FormModel, layout: Layout, sight: Sight, arrived: Reader) -> None:
        self._model, self._layout, self._sight, self._arrived = model, layout, sight, arrived
        self._names = sight.names

    def condition(self, path: str, expression: Expression) -> Member:
        """Whether a condition at the node holds."""
        return Member(self._condition(path, expression), self._names)

    def is_needed(self, blueprint: Blueprint, rules: Collection[str]) -> bool:
        """Whether the question must be answered wherever it is asked, and nothing else is told of it."""
        required = blueprint.bind.required
        if required is None or REQUIRED not in rules or {CALCULATE, CONSTRAINT, FILTER} & set(rules):
            return False
        return self._sight.read(required.text, blueprint.path).known is True

    def question(self, blueprint: Blueprint, rules: Collection[str]) -> Member | None:
        """Whether there is nothing to tell of a question that is asked; None when there never is."""
        code = self._question(blueprint, rules)
        return Member(code, self._names) if code is not None else None

    def _condition(self, path: str, expression: Expression) -> Code:
        return truth(self._sight.read(expression.text, path))

    def _question(self, blueprint: Blueprint, rules: Collection[str]) -> Code | None:
        if blueprint.repeat:
            return self._count(blueprint)
        answer = f"p{self._layout.answer(blueprint.path)}"
        if CALCULATE in rules:
            return self._calculation(blueprint, answer)
        missing, given = self._missing(blueprint, rules), self._given(blueprint, rules)
        if missing is None:
            return None if given is None else f"(not {answer} or {given})"
        if given is None:
            return f"({answer} or not {missing})"
        return f"({given} if {answer} else not {missing})"

    def _missing(self, blueprint: Blueprint, rules: Collection[str]) -> Code | None:
        required = blueprint.bind.required
        return (
            self._condition(blueprint.path, required) if required is not None and REQUIRED in rules else None
        )

    def _given(self, blueprint: Blueprint, rules: Collection[str]) -> Code | None:
        """Whether an answer is as it should be. One that is not of its type may be told of here, and is not."""
        constraint, checks = blueprint.bind.constraint, []
        if constraint is not None and CONSTRAINT in rules:
            checks.append(self._condition(blueprint.path, constraint))
        if FILTER in rules:
            it = Filter(self._model, self._layout, blueprint, self._arrived)
            checks.append(f"{self._names.of(it.passes)}({', '.join(f'p{place}' for place in it.places)})")
        return f"({' and '.join(checks)})" if checks else None

    def _count(self, blueprint: Blueprint) -> Code:
        assert blueprint.count is not None
        around, place = blueprint.path.rpartition("/")[0], self._layout.count(blueprint.path)
        wanted = number(self._sight.read(blueprint.count.text, around))
        return f"{self._names.of(_is_counted)}(p{place}, {wanted})"

    def _calculation(self, blueprint: Blueprint, answer: Code) -> Code:
        term, kind = (
            self._sight.read(self._model.computed[blueprint.path].text, blueprint.path),
            blueprint.bind.type,
        )
        if kind not in _TYPED and term.kind == TEXT:
            return f"({answer} == {term.code})"
        if kind not in _TYPED and term.kind == NUMBER:
            return f"({answer} == {self._names.of(_text_or_none)}({term.code}))"
        if kind in _WHOLE:
            return f"{self._names.of(_is_whole)}({answer}, {number(term)})"

        def is_written(given: str, value: Value) -> bool:
            return is_same(blueprint, given, written(blueprint, converted(value, kind)))

        return f"{self._names.of(is_written)}({answer}, {single(term)})"


def _is_counted(count: float, wanted: float) -> bool:
    return count == (int(wanted) if wanted > 0 else 0)


def _is_whole(given: str, made: float) -> bool:
    """Whether the number was given, however it is written; nothing where there is none."""
    return not given if made != made else number_of(given) == int(made)


def _text_or_none(value: float) -> str:
    """A number as it is written; none is the empty text."""
    return number_text(value) if value == value else ""
