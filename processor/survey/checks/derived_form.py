"""A form version as its own checks see it: made once, used for every submission; pure, knows no survey."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from processor.forms.definition import Field, Form
from processor.survey.checks.derived_reads import Reader
from processor.survey.lists import Lists
from processor.survey.plan import TablePlan
from processor.survey.xform import Blueprint, XForm
from processor.survey.xpath import Expression
from processor.survey.xpath_values import to_number

_NOT_OF_ANSWERS = re.compile(
    r"(?<![\w.\-])(?:now|today|random|once|uuid|property|randomize|jr:choice-name|pulldata)\s*\(|__last-saved"
)
"""The clock, chance, the phone, or the language it was set to: what is computed of these is kept as it came."""
_NUMBERS = ("int", "integer", "long", "decimal")


@dataclass(frozen=True)
class Place:
    """Where an answer stands in the tables."""

    table: str
    column: str


@dataclass(frozen=True)
class FormModel:
    """One version of a form with the tables it goes to."""

    form: Form
    xform: XForm
    plans: Sequence[TablePlan]
    lists: Lists = field(default_factory=dict, repr=False, compare=False)
    """Lists that were narrowed to one code, kept for the next submission."""

    @cached_property
    def keys(self) -> Mapping[str, str]:
        """Path in the XForm -> path in the raw answers."""
        start = len(self.xform.root.path) + 1
        return {path: path[start:] for path in self.xform.by_path}

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """Path in the raw answers -> its column; of a repeat the table of its rows, no column."""
        found = {plan.path: Place(plan.name, "") for plan in self.plans}
        for plan in self.plans:
            for column in plan.questions:
                for path in (*column.former_paths, column.path):
                    found[path] = Place(plan.name, column.name)
        return found

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The questions as this version has them, by path in the raw answers."""
        return {item.path: item for item in self.form.fields}

    @cached_property
    def computed(self) -> Mapping[str, Expression]:
        """Calculations that depend on answers only, by path in the XForm."""
        return {
            path: b.bind.calculate
            for path, b in self.xform.by_path.items()
            if b.bind.calculate is not None and not _NOT_OF_ANSWERS.search(b.bind.calculate.text)
        }

    @cached_property
    def inside(self) -> Mapping[str, Mapping[str, Blueprint]]:
        """Path in the XForm -> what is directly inside, by name."""
        return {path: {part.name: part for part in b.parts} for path, b in self.xform.by_path.items()}

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

    @cached_property
    def reader(self) -> Reader:
        """What looks at what."""
        return Reader(self.xform, self.computed)

    def table(self, path: str) -> str:
        """The table in which the rows around a node of the XForm stand."""
        row = self.reader.row(path)
        return self.places[self.keys[row] if row else ""].table


def is_same(blueprint: Blueprint, given: str, made: str) -> bool:
    """Whether the answer that arrived is the calculated one; numbers may be written otherwise."""
    return given == made or (blueprint.bind.type in _NUMBERS and to_number(given) == to_number(made))
