"""Checks that follow from the form itself, on the raw answers as they arrived; pure, knows no survey.

A phone applies them while a person answers. What other programs write, and what is edited on a server,
passes no phone. Types, and codes in no list at all, are told by flattening and cleaning (TYPE, CHOICE).
Calculations that depend on answers alone are made anew, and the rules of other questions look at these.
An expression that is not understood, or fails on these answers, leaves what depends on it not checked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta, timezone
from types import MappingProxyType
from typing import Any, cast

from processor.errors import FormError
from processor.forms.answers import Answers
from processor.survey.checks.data import ZONE_HOURS
from processor.survey.checks.derived_form import FormModel, is_number, repeats
from processor.survey.checks.derived_words import ENTRIES
from processor.survey.checks.hits import Found
from processor.survey.checks.run import Checked
from processor.survey.filled import Filled, Part
from processor.survey.lists import Lists
from processor.survey.records import Document
from processor.survey.values import READERS
from processor.survey.xform import Blueprint
from processor.survey.xpath import Expression
from processor.survey.xpath_values import Node, to_number

ZONE = timezone(timedelta(hours=ZONE_HOURS))
_TYPES = {
    "int": "integer",
    "integer": "integer",
    "long": "integer",
    "decimal": "decimal",
    "date": "date",
    "dateTime": "datetime",
}
_REFUSED = (FormError, ValueError, TypeError, ArithmeticError)
"""What an expression may raise over answers of any kind: then nothing is known, and that is told."""


KEPT = 100_000
"""Verdicts on single answers that are kept; people's answers repeat."""


class Arrived(Filled):
    """A form with the raw answers of a submission in it; the clock is when the server received it."""

    def __init__(self, model: FormModel, document: Document, lists: Lists) -> None:
        self.model = model
        super().__init__(model.xform, document.answers, document.received_at.astimezone(ZONE), lists)

    def calculation(self, blueprint: Blueprint) -> Expression | None:
        """Only what depends on answers is made anew."""
        return self.model.computed.get(blueprint.path)

    def _grow(self, part: Part, answers: Mapping[str, Any]) -> None:
        keys = self.model.keys
        for blueprint in part.blueprint.parts:
            given = answers.get(keys[blueprint.path])
            if blueprint.repeat:
                rows = given if isinstance(given, list) else []
                made = [Part(self, blueprint, part, n) for n in range(1, len(rows) + 1)]
                part.kids[blueprint.name] = made
                for row, inside in zip(made, rows, strict=True):
                    self._grow(row, inside)
                continue
            child = Part(self, blueprint, part)
            part.kids[blueprint.name] = [child]
            if blueprint.parts:
                self._grow(child, answers)
            else:
                _put(child, given)


def _put(part: Part, given: object) -> None:
    """The answer of a node; one that is not of its type is no value for expressions (its rule is TYPE)."""
    part.given = given if isinstance(given, str) and given else None
    kind = _TYPES.get(part.blueprint.bind.type)
    if part.given is not None and kind is not None and READERS[kind](part.given) is None:
        part._value = ""


class _Run:
    """The findings of some submissions of one version."""

    def __init__(self, model: FormModel) -> None:
        self.model = model
        self.lists: Lists = {}
        self.found: list[Found] = []
        self.not_checked: dict[str, str] = {}
        self.accepted: set[tuple[str, str]] = set()
        self.document: Document
        self.form: Arrived

    def check(self, document: Document) -> None:
        """All rules over one submission."""
        self.document, self.form = document, Arrived(self.model, document, self.lists)
        for blueprint in repeats(self.model):
            for parent in self.form.parts(blueprint.path.rpartition("/")[0]):
                self._rows(parent, blueprint)
        for part in _leaves(self.form.root):
            self._part(part)

    def _part(self, part: Part) -> None:
        bind = part.blueprint.bind
        if part.given is None and bind.required is None and bind.calculate is None:
            return  # whether it is asked or not, nothing can be said
        relevant = self._ask("RELEVANT", part.blueprint, bind.relevant, lambda: part.relevant)
        if relevant is None:
            return
        if not relevant:
            if part.given is not None and not bind.preload:
                self._find("RELEVANT", part)
        elif part.blueprint.path in self.model.computed:
            self._calculation(part)
        elif part.given is None:
            self._required(part)
        else:
            self._answer(part)

    def _required(self, part: Part) -> None:
        required = part.blueprint.bind.required
        if required is not None and self._truth("REQUIRED", part, required):
            self._find("REQUIRED", part)

    def _answer(self, part: Part) -> None:
        constraint, control = part.blueprint.bind.constraint, part.blueprint.control
        asked = constraint is not None and control is not None and part.value != ""
        if asked and not self._is_accepted(part, cast(Expression, constraint)):
            self._find("CONSTRAINT", part)
        if part.blueprint.path in self.model.listed:
            self._choices(part)

    def _is_accepted(self, part: Part, constraint: Expression) -> bool:
        """Whether the constraint holds or cannot be known; a verdict on the answer alone is kept for the next."""
        answer = (part.blueprint.path, part.given or "")
        if answer in self.accepted:
            return True
        verdict = self._truth("CONSTRAINT", part, constraint)
        if verdict and part.blueprint.path in self.model.alone and len(self.accepted) < KEPT:
            self.accepted.add(answer)
        return verdict is not False

    def _choices(self, part: Part) -> None:
        """Codes that other answers exclude; a code of no list is told by CHOICE."""
        control, given = part.blueprint.control, part.given or ""
        assert control is not None
        listed = self.model.listed[part.blueprint.path]
        for code in given.split() if control.kind == "multiple" else [given]:
            shown = self._ask("FILTER", part.blueprint, control.items, _later(self.form, part, code))
            if shown is False and (code in listed or not self._has_list(part)):
                self._find("FILTER", part, value=code)

    def _has_list(self, part: Part) -> bool:
        """Whether cleaning knows the list of the question and looks at the codes itself."""
        place = self.model.places.get(self.model.keys[part.blueprint.path])
        return bool(place and place.question and not place.question.itemset_file)

    def _calculation(self, part: Part) -> None:
        calculate = self.model.computed[part.blueprint.path]
        made = self._ask("CALCULATE", part.blueprint, calculate, part.text)
        if made is not None and not _same(part, made):
            self._find("CALCULATE", part, expected=made)

    def _rows(self, parent: Part, blueprint: Blueprint) -> None:
        sample = Part(self.form, blueprint, parent)
        count = cast(Expression, blueprint.count)
        if not self._ask("REPEAT", blueprint, blueprint.bind.relevant, lambda: sample.relevant):
            return
        wanted = self._ask(
            "REPEAT", blueprint, count, lambda: to_number(count.evaluate(cast(Node, parent), self.form))
        )
        rows = len(parent.children(blueprint.name))
        if wanted is not None and rows != (int(wanted) if wanted > 0 else 0):
            self._find("REPEAT", parent, of=blueprint, value=str(rows), expected=f"{wanted:g}")

    def _truth(self, rule: str, part: Part, expression: Expression) -> bool | None:
        return self._ask(
            rule, part.blueprint, expression, lambda: expression.truth(cast(Node, part), self.form)
        )

    def _ask(
        self, rule: str, blueprint: Blueprint, expression: Expression | None, question: Callable[[], Any]
    ) -> Any:
        """The answer, or None where it cannot be known."""
        try:
            return question()
        except _REFUSED as error:
            text = expression.text if expression is not None else str(error)
            self.not_checked.setdefault(f"{rule} {blueprint.path}", text.strip())
            return None

    def _find(self, rule: str, part: Part, *, of: Blueprint | None = None, **values: Any) -> None:
        model, document = self.model, self.document
        path = model.keys[(of or part.blueprint).path]
        place = model.places.get(path)
        row = [p for p in part.chain if p.blueprint.repeat]
        table = place.table if place and of is None else model.places[_repeat_path(model, row)].table
        values.setdefault("value", part.given)
        values["path"] = path
        if rule in ("CONSTRAINT", "REQUIRED") and place and place.question:
            values |= _reasons(rule, part.blueprint, place.question)
        self.found.append(
            Found(
                rule=rule,
                family="",
                group_key="",
                table_name=table,
                submission_id=document.submission_id,
                row_key=document.submission_id + "".join(f"/{p.name}[{p.number}]" for p in row),
                column_name=place.column if place else "",
                unit="",
                severity=ENTRIES[rule].level,
                values=json.dumps(values, ensure_ascii=False, sort_keys=True),
                area=_area(model, document.answers),
                practice=document.practice,
                due_at=None,
            )
        )


def derived_checks(model: FormModel, documents: Iterable[Document]) -> Checked:
    """What the form itself says of these submissions of that version; one tells nothing of another.

    `not_checked` names rule and path, with the expression that was not understood or could not be computed.
    """
    run = _Run(model)
    for document in documents:
        run.check(document)
    return Checked(tuple(run.found), MappingProxyType(run.not_checked))


def _later(form: Filled, part: Part, code: str) -> Callable[[], bool]:
    control = part.blueprint.control
    assert control is not None
    return lambda: form.shows(part, control, code)


def _leaves(part: Part) -> Iterator[Part]:
    for kids in part.kids.values():
        for child in kids:
            if child.blueprint.parts:
                yield from _leaves(child)
            else:
                yield child


def _same(part: Part, made: str) -> bool:
    given = part.given or ""
    if given == made:
        return True
    numbers = to_number(given), to_number(made)
    return is_number(part.blueprint) and numbers[0] == numbers[1]


def _reasons(rule: str, blueprint: Blueprint, question: Any) -> dict[str, str]:
    """The form's own words, in each language those of the other where it has none, else the expression."""
    expression = blueprint.bind.constraint if rule == "CONSTRAINT" else blueprint.bind.required
    words = question.constraint_messages if rule == "CONSTRAINT" else question.required_messages
    spare = next(filter(None, words.values()), expression.text.strip() if expression else "")
    return {f"reason_{language}": words.get(language) or spare for language in ("vi", "en")}


def _repeat_path(model: FormModel, rows: Sequence[Part]) -> str:
    return model.keys[rows[-1].blueprint.path] if rows else ""


def _area(model: FormModel, answers: Answers) -> str:
    found = (answers.get(path) for path in model.area_paths)
    return next((a for a in found if isinstance(a, str) and a), "")
