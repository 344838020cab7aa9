"""The raw answers of one submission as the nodes of its form, made where an expression looks; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from processor.survey.checks.derived_form import FormModel
from processor.survey.filled import Filled, Part
from processor.survey.values import READERS
from processor.survey.xform import Blueprint
from processor.survey.xpath import Expression

_TYPES = {
    "int": "integer",
    "integer": "integer",
    "long": "integer",
    "decimal": "decimal",
    "date": "date",
    "dateTime": "datetime",
}
Answers = Mapping[str, Any]


class ArrivedPart(Part):
    """A node whose children are made when they are asked for."""

    __slots__ = ("answers",)

    def __init__(
        self, form: Arrived, blueprint: Blueprint, parent: Part | None, answers: Answers, number: int = 1
    ) -> None:
        super().__init__(form, blueprint, parent, number)
        self.answers = answers
        self.given = None

    def children(self, name: str) -> Sequence[Part]:
        """Children of that name in order."""
        if name == "*":
            return [part for b in self.blueprint.parts for part in self.children(b.name)]
        found = self.kids.get(name)
        if found is None:
            found = self.kids[name] = list(self._made(name))
        return found

    def _made(self, name: str) -> Sequence[Part]:
        form = self.form
        assert isinstance(form, Arrived)
        blueprint = form.model.inside[self.blueprint.path].get(name)
        if blueprint is None:
            return ()
        given = self.answers.get(form.model.keys[blueprint.path])
        if blueprint.repeat:
            rows = given if isinstance(given, list) else ()
            return [ArrivedPart(form, blueprint, self, row, n) for n, row in enumerate(rows, 1)]
        child = ArrivedPart(form, blueprint, self, self.answers)
        if not blueprint.parts:
            _put(child, given)
        return (child,)


class Arrived(Filled):
    """A form with the raw answers of a submission in it; the clock is when the server received it.

    Calculations of `computed` are made anew; other nodes hold what arrived.
    """

    def __init__(
        self, model: FormModel, answers: Answers, received_at: datetime, computed: Mapping[str, Expression]
    ) -> None:
        self.model, self._computed = model, computed
        self.xform, self.clock, self.lists = model.xform, received_at, model.lists
        self._only = None
        self.root = ArrivedPart(self, model.xform.root, None, answers)

    def calculation(self, blueprint: Blueprint) -> Expression | None:
        """What makes the nodes of that kind anew; None where they hold what arrived."""
        return self._computed.get(blueprint.path)


def is_readable(kind: str, text: str) -> bool:
    """Whether the answer is of the type of a bind; where it is not, the rule TYPE tells."""
    known = _TYPES.get(kind)
    return known is None or READERS[known](text) is not None


def _put(part: Part, given: object) -> None:
    """The answer of a node; one that is not of its type is no value for expressions."""
    part.given = given if isinstance(given, str) and given else None
    if part.given is not None and not is_readable(part.blueprint.bind.type, part.given):
        part._value = ""
