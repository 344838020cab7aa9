"""The rules of the form over one node: whether it is asked, and what then holds for its answer; pure.

A phone applies them while a person answers. What other programs write, and what is edited on a server,
passes no phone. Types, and codes in no list at all, are told by flattening and cleaning (TYPE, CHOICE).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, cast

from processor.survey.checks.derived_form import FormModel, is_same
from processor.survey.checks.derived_parts import is_readable
from processor.survey.checks.derived_words import (
    CALCULATE,
    CONSTRAINT,
    FILTER,
    RELEVANT,
    REPEAT,
    REQUIRED,
    UNCHECKED,
)
from processor.survey.filled import Part
from processor.survey.node_values import written
from processor.survey.xform import Blueprint
from processor.survey.xpath import Expression
from processor.survey.xpath_values import Node, to_number


class Told(NamedTuple):
    """What a rule says of a node, whatever submission it is in."""

    rule: str
    values: str
    """What the messages name, as JSON with sorted keys."""


class _UnknownError(Exception):
    """Raised where an expression cannot be computed over these answers."""


class Rules:
    """The rules of one question or repeat; `rules` are those whose expressions are understood."""

    def __init__(self, model: FormModel, blueprint: Blueprint, rules: frozenset[str]) -> None:
        self._model, self._blueprint, self._rules = model, blueprint, rules
        self._key = model.keys[blueprint.path]
        self._question = model.fields.get(self._key)

    def judge(self, part: Part) -> tuple[Told, ...]:
        """What is told of a node."""
        return tuple(self._told(self._answer, part))

    def judge_rows(self, parent: Part) -> tuple[Told, ...]:
        """What is told of the number of rows inside `parent`."""
        return tuple(self._told(self._rows, parent))

    def _told(self, rule: Callable[[Part], Iterator[Told]], part: Part) -> Iterator[Told]:
        try:
            yield from rule(part)
        except _UnknownError as error:
            yield self._tell(UNCHECKED, None, expression=str(error))

    def _answer(self, part: Part) -> Iterator[Told]:
        bind = self._blueprint.bind
        if not self._ask(bind.relevant, lambda: part.relevant):
            if part.given is not None and not bind.preload:
                yield self._tell(RELEVANT, part.given)
        elif CALCULATE in self._rules:
            yield from self._calculation(part)
        elif part.given is None:
            if REQUIRED in self._rules and self._truth(bind.required, part):
                yield self._tell(REQUIRED, None, **self._reasons("required", bind.required))
        else:
            yield from self._told(self._constraint, part)
            yield from self._told(self._choices, part)

    def _constraint(self, part: Part) -> Iterator[Told]:
        constraint = self._blueprint.bind.constraint
        if CONSTRAINT not in self._rules or not is_readable(self._blueprint.bind.type, part.given or ""):
            return
        if not self._truth(constraint, part):
            yield self._tell(CONSTRAINT, part.given, **self._reasons("constraint", constraint))

    def _choices(self, part: Part) -> Iterator[Told]:
        """Codes that other answers exclude; a code of no list is told by CHOICE."""
        control, given = self._blueprint.control, part.given or ""
        if FILTER not in self._rules or control is None:
            return
        listed = self._model.listed[self._blueprint.path]
        for code in given.split() if control.kind == "multiple" else [given]:
            if code in listed and not self._ask(control.items, _later(part, code)):
                yield self._tell(FILTER, code)

    def _calculation(self, part: Part) -> Iterator[Told]:
        given = part.given or ""
        if given and not is_readable(self._blueprint.bind.type, given):
            return
        calculate = self._model.computed[self._blueprint.path]
        made = self._ask(calculate, lambda: written(self._blueprint, part.made(calculate)))
        if not is_same(self._blueprint, given, made):
            yield self._tell(CALCULATE, part.given, expected=made)

    def _rows(self, parent: Part) -> Iterator[Told]:
        sample, count = Part(parent.form, self._blueprint, parent), self._blueprint.count
        assert count is not None
        if not self._ask(self._blueprint.bind.relevant, lambda: sample.relevant):
            return
        wanted = self._ask(count, lambda: to_number(count.evaluate(cast(Node, parent), parent.form)))
        rows = len(parent.children(self._blueprint.name))
        if rows != (int(wanted) if wanted > 0 else 0):
            yield self._tell(REPEAT, str(rows), expected=f"{wanted:g}")

    def _truth(self, expression: Expression | None, part: Part) -> bool:
        assert expression is not None
        return bool(self._ask(expression, lambda: expression.truth(cast(Node, part), part.form)))

    def _ask(self, expression: Expression | None, question: Callable[[], Any]) -> Any:
        """The answer; _UnknownError where it cannot be known.

        Forms and answers are other people's: whatever goes wrong here, the submission is loaded, and it is told.
        """
        try:
            return question()
        except Exception as error:
            raise _UnknownError(expression.text.strip() if expression is not None else str(error)) from error

    def _tell(self, rule: str, value: str | None, **values: Any) -> Told:
        known = {"value": value, "path": self._key, **values}
        shown = {name: _shown(text) for name, text in known.items()}
        return Told(rule, json.dumps(shown, ensure_ascii=False, sort_keys=True))

    def _reasons(self, what: str, expression: Expression | None) -> dict[str, str]:
        """The form's own words, in each language those of the other where it has none, else the expression."""
        words = getattr(self._question, f"{what}_messages", {})
        spare = next(filter(None, words.values()), expression.text.strip() if expression else "")
        return {f"reason_{language}": words.get(language) or spare for language in ("vi", "en")}


def _shown(text: str | None) -> str | None:
    """Signs that no database and no page can hold are written out, `\\x00`."""
    if text is None:
        return None
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()


def _later(part: Part, code: str) -> Callable[[], bool]:
    control = part.blueprint.control
    assert control is not None
    return lambda: part.form.shows(part, control, code)
