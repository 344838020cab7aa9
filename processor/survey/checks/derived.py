"""Checks that follow from the form itself, on the raw answers as they arrived; pure, knows no survey.

Calculations that depend on answers alone are made anew, and the rules of other questions look at these. An
expression that is not understood leaves what depends on it not checked (`FormChecks.not_checked`), one that
cannot be computed over some answers is told where it could not (rule UNCHECKED): neither counts as passed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from processor.survey.checks.derived_at import At, Submission
from processor.survey.checks.derived_form import FormModel
from processor.survey.checks.derived_judges import Judge
from processor.survey.checks.derived_quick import QuickForm, Where
from processor.survey.checks.derived_reads import Needs, Reader
from processor.survey.checks.derived_words import (
    CALCULATE,
    CONSTRAINT,
    ENTRIES,
    FILTER,
    RELEVANT,
    REPEAT,
    REQUIRED,
    UNCHECKED,
)
from processor.survey.page import Page
from processor.survey.records import Document, Finding
from processor.survey.xform import Blueprint
from processor.survey.xpath import Expression
from processor.survey.xpath_terms import FAILURES

Cell = tuple[str, str]
"""Table and column."""
Rule = tuple[str, str, str]
"""Rule id, and the table and column at which it tells."""


Suspects = Mapping[Where, Collection[str]]
"""By row, the questions that may have something to tell."""


@dataclass
class _Level:
    """What is judged in each row of a table, and the repeats inside."""

    judges: list[Judge] = field(default_factory=list)
    repeats: list[Blueprint] = field(default_factory=list)
    unseen: set[str] = field(default_factory=set)
    """Questions of which it is never known beforehand that they are clean."""

    def those(self, suspects: Collection[str]) -> Sequence[Judge]:
        """The judges of the suspects, and of what is not known beforehand."""
        if not suspects and not self.unseen:
            return ()
        return [j for j in self.judges if j.blueprint.path in suspects or j.blueprint.path in self.unseen]


class FormChecks:
    """The checks of one form version: made once, used for every submission."""

    def __init__(self, model: FormModel) -> None:
        self.model = model
        self._levels: dict[str, _Level] = defaultdict(_Level)
        self._not_checked: dict[str, str] = {}
        self._told: list[tuple[str, Judge, Expression | None]] = []
        blueprints = [(b, self._understood(b)) for b in model.xform.by_path.values()]
        judged = {b.path for b, rules in blueprints if CALCULATE in rules}
        self._unjudged = {path: e for path, e in model.computed.items() if path not in judged}
        self._arrived = Reader(model.xform, self._unjudged)
        understood = {b.path: rules for b, rules in blueprints if rules}
        self._quick = QuickForm(model, understood, self._arrived, self._unjudged)
        self._circular = any(
            path in model.reader.needs(path, [model.computed[path]]).computed for path in judged
        )
        for blueprint, rules in blueprints:
            self._add(blueprint, rules)

    @property
    def not_checked(self) -> Mapping[str, str]:
        """`REQUIRED /data/age` -> the expression that is not understood; under RELEVANT nothing is checked there."""
        return self._not_checked

    @cached_property
    def reads(self) -> Mapping[Rule, frozenset[Cell] | None]:
        """All columns that a finding may tell of, its own included; None where that cannot be told."""
        found: dict[Rule, frozenset[Cell] | None] = {}
        for rule, judge, expression in self._told:
            cells = self._cells(judge, self.model.reader.needs(judge.blueprint.path, [expression]))
            for name in (rule, UNCHECKED):
                key = (name, judge.table, judge.column)
                before = found.get(key, frozenset())
                found[key] = None if before is None or cells is None else before | cells
        return found

    def check(self, documents: Iterable[Document], page: Page | None = None) -> tuple[Finding, ...]:
        """What the form says of submissions of this version; one tells nothing of another.

        `page` has just these submissions, when their answers are laid out already.
        """
        page = Page([*documents], {}) if page is None else page
        clean = () if self._circular else self._quick.clean(page)
        looked = [
            (each, n in clean) for n, each in enumerate(page.documents) if self._is_unseen or n not in clean
        ]
        return tuple([found for document, is_clean in looked for found in self._check(document, is_clean)])

    def _add(self, blueprint: Blueprint, rules: Mapping[str, Expression | None]) -> None:
        model = self.model
        level = self._levels[model.reader.row(blueprint.path.rpartition("/")[0])]
        if blueprint.repeat:
            level.repeats.append(blueprint)
        if not rules:
            return
        judge = Judge(model, blueprint, rules, self._arrived)
        level.judges.append(judge)
        if blueprint.path not in self._quick.questions:
            level.unseen.add(blueprint.path)
        self._told += [(rule, judge, expression) for rule, expression in rules.items()]

    def _understood(self, blueprint: Blueprint) -> dict[str, Expression | None]:
        """The rules of a node of which every expression is understood; the others are noted."""
        reader, path = self.model.reader, blueprint.path
        rules = dict(_rules(self.model, blueprint))
        if rules and (refused := reader.needs(path, ()).refused):
            self._not_checked[f"{RELEVANT} {path}"] = refused[0].text.strip()
            return {}
        understood = {}
        for rule, expression in rules.items():
            if refused := reader.needs(path, [expression]).refused:
                self._not_checked[f"{rule} {path}"] = refused[0].text.strip()
            elif rule == FILTER and expression and not expression.text.strip().startswith("instance("):
                self._not_checked[f"{rule} {path}"] = expression.text.strip()  # rows of the form as choices
            else:
                understood[rule] = expression
        return understood

    def _cells(self, judge: Judge, needs: Needs) -> frozenset[Cell] | None:
        places = [self.model.places.get(self.model.keys[path]) for path in needs.nodes]
        if needs.everything or None in places:
            return None
        own = {(judge.table, judge.column)} if judge.column else set()
        return frozenset(own | {(place.table, place.column) for place in places if place})

    def _check(self, document: Document, is_clean: bool) -> Sequence[Finding]:
        """First as if all calculations were right; if one is not, all is judged anew."""
        if not self._circular:
            found = self._first(document, is_clean)
            if not any(f.rule in (CALCULATE, UNCHECKED) for f in found):
                return found
        return list(self._look(document, self.model.computed))

    def _first(self, document: Document, is_clean: bool) -> Sequence[Finding]:
        try:
            suspects: Suspects | None = {} if is_clean else self._quick.look(document)
        except FAILURES:
            suspects = None
        return list(self._look(document, self._unjudged, suspects))

    @cached_property
    def _is_unseen(self) -> bool:
        return any(level.unseen for level in self._levels.values())

    def _look(
        self, document: Document, computed: Mapping[str, Expression], suspects: Suspects | None = None
    ) -> Iterator[Finding]:
        """All that is told; of those that are looked at beforehand only the suspects may tell something."""
        submission = Submission(self.model, document, computed)
        yield from self._row("", At(submission, document.answers), computed is self._unjudged, suspects)

    def _row(self, row: str, at: At, quick: bool, suspects: Suspects | None) -> Iterator[Finding]:
        answers, level = at.answers, self._levels[row]
        for judge in level.judges if suspects is None else level.those(suspects.get((row, at.numbers), ())):
            given = answers.get(judge.key)
            if judge.idle if given else judge.silent:
                continue
            if type(given) is list and not judge.blueprint.repeat:
                continue
            for told in judge.verdict(at) if quick else judge.judge(at):
                place = (judge.table, at.environment.id, at.key, judge.column)
                yield Finding(*place, told.rule, ENTRIES[told.rule].level, told.values)
        for repeat in level.repeats:
            rows = answers.get(self.model.keys[repeat.path])
            for number, inside in enumerate(rows if isinstance(rows, list) else (), 1):
                yield from self._row(repeat.path, at.inside(inside, repeat.name, number), quick, suspects)


def _rules(model: FormModel, blueprint: Blueprint) -> Iterator[tuple[str, Expression | None]]:
    """The rules that the form has for a node, with what each of them computes beside the relevance."""
    bind, path = blueprint.bind, blueprint.path
    if blueprint.repeat:
        if blueprint.count is not None:
            yield REPEAT, blueprint.count
        return
    if blueprint.parts or model.keys[path] not in model.places:
        return  # an answer without a column is told by UNKNOWN
    if model.reader.is_conditional(path):
        yield RELEVANT, None
    if path in model.computed:
        yield CALCULATE, model.computed[path]
        return
    if bind.required is not None:
        yield REQUIRED, bind.required
    if bind.constraint is not None and blueprint.control is not None:
        yield CONSTRAINT, bind.constraint
    if path in model.listed and blueprint.control is not None:
        yield FILTER, blueprint.control.items
