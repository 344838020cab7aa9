"""The functions behind the rules of a catalogue, registered by id; pure.

A rule looks at one submission (`own`), or at all rows that share a key of a *family* (the same
household code, the same ID number, one officer's day). What a family rule says of a key depends only on
the rows with that key: so a change of some submissions asks for their keys only, old and new.

Where groups are large (all forms of an officer) a family has *measures*: the few columns, one value a
submission, that are all its rules see. They are kept with the checks, so that such a group is looked at
without reading the tables of its submissions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal

import pandas as pd

from processor.survey.checks.data import Data
from processor.survey.checks.hits import Result

Parameters = Mapping[str, Any]
"""Values of the catalogue's column `parameters` of a rule: numbers as float, else text."""
Check = Callable[[Data, Parameters], Result]
Column = Callable[[Data], pd.Series]
Keys = Callable[[Data], Mapping[str, pd.Series]]
"""For every table of a family: the key of every row as text, None for a row outside every group."""
Kind = Literal["text", "number"]


@dataclass(frozen=True)
class Measure:
    """A column that is kept of every submission for the rules of a family."""

    table: str
    """A root table: a submission has one value."""
    name: str
    kind: Kind
    reads: tuple[str, ...]
    """`table.column` of everything that it is made of; where a form lacks one, it is empty."""
    make: Callable[[Data], pd.Series]


@dataclass(frozen=True)
class Family:
    """Rows that see each other: those of equal key."""

    name: str
    reads: tuple[str, ...]
    """`table.column` of everything that the keys are made of."""
    keys: Keys
    measures: tuple[Measure, ...] = ()
    """Where there are some, keys and rules see these columns and no others."""


@dataclass(frozen=True)
class Rule:
    """A rule's function. `reads` (`table.column`) is all it looks at: whoever may not see one of these
    columns may not see its findings, and a form without one of them leaves the rule not checked."""

    id: str
    family: str
    reads: tuple[str, ...]
    check: Check
    needs: tuple[str, ...] = ()
    """What must be given beside the forms: `now`, or the name of a table (`payment_roll`). Without one of
    them the rule is not checked."""


@dataclass
class Rulebook:
    """The rules of one survey. `cleaning` are ids of rules that cleaning carries out itself."""

    rules: dict[str, Rule] = field(default_factory=dict)
    families: dict[str, Family] = field(default_factory=dict)
    cleaning: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    """Rules that tell of a missing answer: where the form itself tells of it (REQUIRED), it is told once."""

    def own(self, rule_id: str, reads: str, needs: str = "") -> Callable[[Check], Check]:
        """Registers a rule that looks at one submission. `reads`: `c: a b; c_members: m_sex`."""
        return self._add(rule_id, "", reads, needs)

    def shared(self, rule_id: str, family: str, reads: str, needs: str = "") -> Callable[[Check], Check]:
        """Registers a rule that looks at the rows of equal key of a family."""
        if family not in self.families:
            raise KeyError(f"family {family} of rule {rule_id} is not registered")
        return self._add(rule_id, family, reads, needs)

    def family(self, name: str, reads: str) -> Callable[[Keys], Keys]:
        """Registers the key of a family."""

        def register(keys: Keys) -> Keys:
            self.families[name] = Family(name, columns(reads), keys)
            return keys

        return register

    def measure(self, family: str, column: str, kind: Kind, reads: str) -> Callable[[Column], Column]:
        """Registers what is kept for a family as `column` (`c.minutes`) of a root table."""

        def register(make: Column) -> Column:
            table, _, name = column.partition(".")
            made, known = Measure(table, name, kind, columns(reads), make), self.families[family]
            self.families[family] = replace(known, measures=(*known.measures, made))
            return make

        return register

    def keep(self, family: str, kind: Kind, reads: str) -> None:
        """Registers answers that are kept for a family as they are."""
        for name in columns(reads):
            self.measure(family, name, kind, ": ".join(name.split(".", 1)))(partial(_as_it_is, kind, name))

    def _add(self, rule_id: str, family: str, reads: str, needs: str) -> Callable[[Check], Check]:
        def register(check: Check) -> Check:
            if rule_id in self.rules:
                raise KeyError(f"rule {rule_id} is registered twice")
            self.rules[rule_id] = Rule(rule_id, family, columns(reads), check, tuple(needs.split()))
            return check

        return register


def _as_it_is(kind: Kind, name: str, data: Data) -> pd.Series:
    table, _, column = name.partition(".")
    return data.text(table, column) if kind == "text" else data.number(table, column)


def columns(reads: str) -> tuple[str, ...]:
    """`c: a b; c_members: m_sex` -> `c.a`, `c.b`, `c_members.m_sex`."""
    found: list[str] = []
    for part in reads.split(";"):
        table, _, names = part.partition(":")
        found += [f"{table.strip()}.{name}" for name in names.split()]
    return tuple(found)


def as_hits(result: Result) -> Sequence[Any]:
    """The results of a rule as a sequence."""
    return result if isinstance(result, (list, tuple)) else (result,)
