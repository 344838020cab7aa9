"""A form being filled: nodes with answers, calculations and relevance, and what a phone would refuse.

Values are computed when they are asked for and kept, so the order of the questions does not matter.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from processor.errors import FormError, Message
from processor.survey.lists import Listed, Lists, listed
from processor.survey.node_values import converted, typed, written
from processor.survey.xform import Blueprint, Control, XForm
from processor.survey.xpath import Expression
from processor.survey.xpath_values import Node, Value, unpack


class Part:
    """One element of the instance: a group, a row of a repeat or a question."""

    __slots__ = (
        "_busy",
        "_relevant",
        "_value",
        "blueprint",
        "chain",
        "form",
        "given",
        "kids",
        "name",
        "number",
        "parent",
    )

    def __init__(self, form: Filled, blueprint: Blueprint, parent: Part | None, number: int = 1) -> None:
        self.form, self.blueprint, self.parent, self.number = form, blueprint, parent, number
        self.name = blueprint.name
        self.chain: tuple[Part, ...] = (*(parent.chain if parent else ()), self)
        self.kids: dict[str, list[Part]] = {}
        self.given: str | None = blueprint.default or None
        self._value: Value | None = None
        self._relevant: bool | None = None
        self._busy = False

    @property
    def position(self) -> int:
        """1-based row number."""
        return self.number

    def children(self, name: str) -> Sequence[Part]:
        """Children of that name in order."""
        if name == "*":
            return [part for parts in self.kids.values() for part in parts]
        return self.kids.get(name, ())

    @property
    def relevant(self) -> bool:
        """Whether the phone would send it: its own condition and those of all groups around it."""
        if self._relevant is None:
            inherited = self.parent is None or self.parent.relevant
            condition = self.blueprint.bind.relevant
            self._relevant = inherited and (condition is None or condition.truth(cast(Node, self), self.form))
        return self._relevant

    @property
    def value(self) -> Value:
        """The answer in its type; a calculation is computed."""
        if self._value is None:
            self._value = self._compute()
        return self._value

    def _compute(self) -> Value:
        calculate = self.form.calculation(self.blueprint)
        if calculate is None:
            return typed(self.given or "", self.blueprint.bind.type)
        if self._busy:
            raise FormError(Message.XPATH_CYCLE, path=self.blueprint.path)
        self._busy = True
        try:
            return self.made(calculate)
        finally:
            self._busy = False

    def made(self, calculate: Expression) -> Value:
        """What the expression gives here, in the type of the node."""
        found = unpack(calculate.evaluate(cast(Node, self), self.form))
        return converted(found, self.blueprint.bind.type)

    def text(self) -> str:
        """The answer as it stands in the XML."""
        return written(self.blueprint, self.value)


LAST_SAVED = "__last-saved"
"""The interview saved before on the same phone; a practice phone has none."""


@dataclass(frozen=True)
class Problem:
    """What a phone would refuse: kind as in the engine's report, path with row number, value."""

    kind: str
    path: str
    value: str


class Filled:
    """An instance of `xform` with `answers` put in; the clock of the phone is `now`."""

    def __init__(self, xform: XForm, answers: Mapping[str, Any], now: datetime, lists: Lists) -> None:
        self.xform, self.clock, self.lists = xform, now, lists
        self._only: tuple[str, str] | None = None
        self.root = Part(self, xform.root, None)
        self._grow(self.root, answers)

    def calculation(self, blueprint: Blueprint) -> Expression | None:
        """What computes the nodes of that kind; None where they hold what was given."""
        return blueprint.bind.calculate

    def now(self) -> datetime:
        """The phone's clock."""
        return self.clock

    def instance(self, name: str) -> Node:
        """A list of the form."""
        if name not in self.xform.lists and name != LAST_SAVED:
            raise FormError(Message.XPATH_NO_LIST, name=name)
        key = (name, self._only)
        if key not in self.lists:
            items = self.xform.lists.get(name, ())
            only = self._only
            self.lists[key] = listed([i for i in items if only is None or i.get(only[0]) == only[1]])
        return cast(Node, self.lists[key])

    def choice_label(self, path: str, code: str, node: Node) -> str:
        """Label of a choice as the phone shows it."""
        for choice in self.choices(cast(Part, node), path):
            if choice.get("name") == code:
                return self.xform.texts.get(choice.get("itextId", ""), choice.get("label", ""))
        return ""

    def shows(self, node: Part, control: Control, code: str) -> bool:
        """Whether the question shows that code, seen from `node`.

        A filter judges each choice by itself, so only the choices of that code are looked at.
        """
        assert control.items is not None
        self._only = (control.code, code)
        try:
            return bool(control.items.evaluate(cast(Node, node), self))
        finally:
            self._only = None

    def choices(self, node: Part, path: str) -> Iterator[dict[str, str]]:
        """The choices that the question at `path` shows, seen from `node`."""
        control = self.xform.by_path[_full(path, node)].control
        if control is not None and control.items is not None:
            for item in cast("list[Listed]", control.items.evaluate(cast(Node, node), self)):
                yield {name: kids[0].value for name, kids in item.kids.items()}

    def _grow(self, part: Part, answers: Mapping[str, Any]) -> None:
        for blueprint in part.blueprint.parts:
            given = answers.get(blueprint.name)
            if blueprint.repeat:
                rows = given or []
                part.kids[blueprint.name] = [Part(self, blueprint, part, n) for n in range(1, len(rows) + 1)]
                for row, values in zip(part.kids[blueprint.name], rows, strict=True):
                    self._grow(row, values)
                continue
            child = Part(self, blueprint, part)
            part.kids[blueprint.name] = [child]
            if blueprint.parts:
                self._grow(child, given if isinstance(given, Mapping) else answers)
            elif given is not None:
                child.given = " ".join(given) if isinstance(given, list) else str(given)

    def set_values(self) -> None:
        """Dynamic defaults and values set by another answer; what the person gave stays."""
        for rule in self.xform.set_values:
            for part in list(self.parts(rule.target)):
                fires = not rule.trigger or beside(part, rule.trigger).given
                if part.given is None and rule.value and fires:
                    part.given = rule.value.text_value(cast(Node, part), self) or None
                    part._value = None

    def parts(self, path: str) -> Iterator[Part]:
        """All nodes of a path."""
        found = [self.root]
        for name in path.strip("/").split("/")[1:]:
            found = [child for part in found for child in part.children(name)]
        yield from found


def beside(part: Part, path: str) -> Part:
    """The node of `path` in the same row of the same repeats as `part`."""
    steps = path.strip("/").split("/")
    same = sum(
        1 for _ in itertools.takewhile(lambda p: p[0].name == p[1], zip(part.chain, steps, strict=False))
    )
    found = part.chain[same - 1]
    for name in steps[same:]:
        found = found.children(name)[0]
    return found


def _full(path: str, node: Part) -> str:
    steps = list(node.blueprint.path.split("/")) if not path.startswith("/") else []
    for step in path.split("/"):
        if step == "..":
            steps.pop()
        elif step not in (".", ""):
            steps.append(step)
    return "/" + "/".join(s for s in steps if s)
