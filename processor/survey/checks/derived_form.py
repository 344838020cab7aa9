"""A form version as its own checks see it: made once, used for every submission; pure, knows no survey."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from processor.forms.definition import Field
from processor.survey.flatten import question_paths
from processor.survey.plan import TablePlan
from processor.survey.xform import Blueprint, XForm
from processor.survey.xpath import Expression

_NOT_OF_ANSWERS = re.compile(
    r"(?<![\w.\-])(?:now|today|random|once|uuid|property|randomize|jr:choice-name|pulldata)\s*\(|__last-saved"
)
"""The clock, chance, the phone, or the language it was set to: what is computed of these is kept as it came."""
_LOOKS_AROUND = re.compile(rf"/|\.\.|current\(|position\(|{_NOT_OF_ANSWERS.pattern}")
_NUMBERS = ("int", "integer", "long", "decimal")


@dataclass(frozen=True)
class Place:
    """Where an answer stands in the tables."""

    table: str
    column: str
    question: Field | None


@dataclass(frozen=True)
class FormModel:
    """One version of a form with the tables it goes to."""

    xform: XForm
    plans: Sequence[TablePlan]
    area_path: str

    @cached_property
    def area_paths(self) -> tuple[str, ...]:
        """Where the answer of the area may stand."""
        return question_paths(self.plans, self.area_path)

    @cached_property
    def keys(self) -> Mapping[str, str]:
        """Path in the XForm -> path in the raw answers."""
        start = len(self.xform.root.path) + 1
        return {path: path[start:] for path in self.xform.by_path}

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """Path in the raw answers -> its column; of a repeat the table of its rows, no column."""
        found = {plan.path: Place(plan.name, "", None) for plan in self.plans}
        for plan in self.plans:
            for column in plan.questions:
                for path in (*column.former_paths, column.path):
                    found[path] = Place(plan.name, column.name, column.question)
        return found

    @cached_property
    def computed(self) -> Mapping[str, Expression]:
        """Calculations that depend on answers only, by path in the XForm."""
        return {
            path: b.bind.calculate
            for path, b in self.xform.by_path.items()
            if b.bind.calculate is not None and not _NOT_OF_ANSWERS.search(b.bind.calculate.text)
        }

    @cached_property
    def alone(self) -> frozenset[str]:
        """Questions whose constraint looks at nothing but the answer, by path in the XForm."""
        binds = ((path, b.bind.constraint) for path, b in self.xform.by_path.items())
        return frozenset(path for path, c in binds if c is not None and not _LOOKS_AROUND.search(c.text))

    @cached_property
    def listed(self) -> Mapping[str, frozenset[str]]:
        """Codes of the list behind a question whose choices depend on other answers, by path in the XForm."""
        found: dict[str, frozenset[str]] = {}
        for path, blueprint in self.xform.by_path.items():
            control = blueprint.control
            if control is None or control.items is None or "[" not in control.items.text:
                continue
            name = re.search(r"instance\(\s*['\"]([^'\"]+)", control.items.text)
            items = self.xform.lists.get(name[1], ()) if name else ()
            found[path] = frozenset(item.get(control.code, "") for item in items)
        return found


def is_number(blueprint: Blueprint) -> bool:
    """Whether its answers are compared as numbers."""
    return blueprint.bind.type in _NUMBERS


def repeats(model: FormModel) -> Iterator[Blueprint]:
    """Repeats whose number of rows the form computes."""
    return (b for b in model.xform.by_path.values() if b.repeat and b.count is not None)
