"""The functions behind the rules of a catalogue, registered by id; pure.

A rule looks at one submission (`own`), or at all rows that share a key of a *family* (the same
household code, the same ID number, one officer's day). What a family rule says of a key depends only on
the rows with that key: so a change of some submissions asks for their keys only, old and new.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from processor.survey.checks.data import Data
from processor.survey.checks.hits import Result

Parameters = Mapping[str, Any]
"""Values of the catalogue's column `parameters` of a rule: numbers as float, else text."""
Check = Callable[[Data, Parameters], Result]
Keys = Callable[[Data], Mapping[str, pd.Series]]
"""For every table of a family: the key of every row as text, None for a row outside every group."""


@dataclass(frozen=True)
class Family:
    """Rows that see each other: those of equal key."""

    name: str
    reads: tuple[str, ...]
    """`table.column` of everything that the keys are made of."""
    keys: Keys


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

    def _add(self, rule_id: str, family: str, reads: str, needs: str) -> Callable[[Check], Check]:
        def register(check: Check) -> Check:
            if rule_id in self.rules:
                raise KeyError(f"rule {rule_id} is registered twice")
            self.rules[rule_id] = Rule(rule_id, family, columns(reads), check, tuple(needs.split()))
            return check

        return register


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
