"""Verdicts that are kept: a question is judged once for each set of answers that its rules look at; pure.

People's answers repeat, so most verdicts are looked up. They are kept under every answer that the verdict
depends on (`derived_reads.py`), calculated ones as they arrived: so a kept verdict holds where all
calculations of the submission are right. Where it cannot be told what a verdict depends on, or answers hardly
repeat, each is judged by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from processor.survey.checks.derived_at import At
from processor.survey.checks.derived_form import FormModel
from processor.survey.checks.derived_reads import Needs, Reader
from processor.survey.checks.derived_rules import Rules, Told
from processor.survey.checks.derived_words import CALCULATE, REQUIRED
from processor.survey.xform import Blueprint
from processor.survey.xpath import Expression

KEPT = 2_000
"""Verdicts that are kept of one question."""
TRIED = 500
"""After so many that were not known: fewer than half of the questions hit upon a kept one, none is kept."""
_OF_THE_MOMENT = {"now", "random", "uuid", "once"}


class Judge:
    """One question, or the number of rows of one repeat."""

    def __init__(
        self,
        model: FormModel,
        blueprint: Blueprint,
        rules: Mapping[str, Expression | None],
        arrived: Reader,
    ) -> None:
        self.blueprint = blueprint
        self.silent = not blueprint.repeat and not {REQUIRED, CALCULATE} & rules.keys()
        self.idle = not blueprint.repeat and rules.keys() == {REQUIRED}
        self.key = model.keys[blueprint.path]
        place, inside = model.places.get(self.key), blueprint.path.rpartition("/")[0]
        self.table = model.table(inside)
        self.column = place.column if place else ""
        self._path = inside if blueprint.repeat else blueprint.path
        self._rules = Rules(model, blueprint, frozenset(rules))
        self._known: dict[Any, tuple[Told, ...]] = {}
        self._made = lambda: _pieces(model, blueprint, arrived.needs(blueprint.path, rules.values()))
        self._asked = self._missed = 0

    def verdict(self, at: At) -> tuple[Told, ...]:
        """What is told of the question in this row, when all calculations are as they should be."""
        pieces = self._pieces
        if not pieces:
            return self.judge(at)
        key = pieces[0](at) if len(pieces) == 1 else tuple([piece(at) for piece in pieces])
        self._asked += 1
        try:
            known = self._known.get(key)
        except TypeError:  # rows of a repeat where an answer belongs
            return self.judge(at)
        if known is None:
            known = self.judge(at)
            self._keep(key, known)
        return known

    @cached_property
    def _pieces(self) -> tuple[Piece, ...]:
        """What a verdict is kept under; few questions are ever judged, so it is made when one is."""
        return self._made()

    def judge(self, at: At) -> tuple[Told, ...]:
        """The same, whatever is kept."""
        part = at.environment.part(self._path, at.numbers)
        return self._rules.judge_rows(part) if self.blueprint.repeat else self._rules.judge(part)

    def _keep(self, key: Any, known: tuple[Told, ...]) -> None:
        self._missed += 1
        if self._missed >= TRIED and self._asked < 2 * self._missed:
            self._pieces, self._known = (), {}
        elif len(self._known) < KEPT:
            self._known[key] = known


Piece = Callable[[At], Any]


def _pieces(model: FormModel, blueprint: Blueprint, needs: Needs) -> tuple[Piece, ...]:
    """What makes up the key; empty where nothing can be kept."""
    row = model.reader.row(blueprint.path.rpartition("/")[0])
    wide = {model.reader.row(path) for path in needs.wide} | needs.rows
    if needs.everything or needs.functions & _OF_THE_MOMENT or any(model.reader.around(r) for r in wide):
        return ()
    found = [*_own(model, needs, row), *_wide(model, needs)]
    if blueprint.repeat:
        found.append(_count_here(model.keys[blueprint.path]))
    if "position" in needs.functions:
        found.append(lambda at: at.numbers)
    if "today" in needs.functions:
        found.append(lambda at: at.environment.now().date())
    return tuple(found)


def _own(model: FormModel, needs: Needs, row: str) -> list[Piece]:
    """The answers of the row itself and of each row around it."""
    levels = [*model.reader.chain(row)]
    by_level: dict[int, list[str]] = defaultdict(list)
    for path in sorted(needs.own):
        by_level[levels.index(model.reader.row(path))].append(model.keys[path])
    return [_answers(level, tuple(keys)) for level, keys in sorted(by_level.items())]


def _answers(level: int, keys: tuple[str, ...]) -> Piece:
    return lambda at: tuple(map(at.rows[level].answers.get, keys))


def _wide(model: FormModel, needs: Needs) -> list[Piece]:
    """The answers of all rows, and how many there are."""
    by_repeat: dict[str, list[str]] = {model.keys[repeat]: [] for repeat in sorted(needs.rows)}
    for path in sorted(needs.wide):
        by_repeat.setdefault(model.keys[model.reader.row(path)], []).append(model.keys[path])
    return [_all_rows(repeat, tuple(keys)) for repeat, keys in by_repeat.items()]


def _all_rows(repeat: str, keys: tuple[str, ...]) -> Piece:
    def piece(at: At) -> Any:
        rows = at.rows[0].answers.get(repeat)
        return tuple([tuple(map(row.get, keys)) for row in rows]) if isinstance(rows, list) else ()

    return piece


def _count_here(repeat: str) -> Piece:
    def piece(at: At) -> int:
        rows = at.answers.get(repeat)
        return len(rows) if isinstance(rows, list) else 0

    return piece
