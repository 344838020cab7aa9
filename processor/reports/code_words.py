"""What a value of a finding means, in words: the one place for pages, sheets, files and commands.

A message says what a value is a code of (`{reason:c1.stop_reason}`, `survey/checks/catalogue.py`). The label is the
one of the form version that the submission was filled in with, else of any version; a code that no list has is
shown as it is, with a mark.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from processor.reports.finding_words import NOTHING, decimal, said
from processor.reports.labels import column_label, label_of, labels_by_code
from processor.reports.law_words import Law
from processor.reports.texts import text
from processor.reports.unit_names import unit_names

if TYPE_CHECKING:
    from processor.forms.definition import Choice
    from processor.store.open import Store
    from processor.survey.columns import Column, TablePlan

BETWEEN = re.compile(r"[\s,;+]+")
"""What stands between the codes of one value: `1 4 13`, `0501, 0503`, `3+4`."""
PARTS = " / "
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


class At(NamedTuple):
    """Where a finding stands: whose codes its values are."""

    form_id: str = ""
    form_version: str = ""
    table_name: str = ""
    column_name: str = ""


class Meanings:
    """Says values of findings; reads the lists of the forms once, for as many findings as are asked."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._plans = {plan.name: plan for form in store.config.forms for plan in store.plans(form.form_id)}
        self._labels: dict[tuple[Any, ...], Mapping[str, str]] = {}
        self._law = Law(store.config)
        self._kinds: Mapping[str, Callable[[Any, str], str]] = {
            "money": _money,
            "decimals": _decimals,
            "yes": lambda value, language: text("yes" if str(value) == "1" else "no", language),
            "commune": self._unit,
            "district": self._unit,
            "rate": self._law.rate,
            "band": self._law.band,
        }

    def say(self, at: Any, kind: str, value: Any, language: str) -> str:
        """The value in words; `at` has the fields of `At` (a finding has them)."""
        if "/" in kind:
            return self._parts(at, kind.split("/"), value, language)
        if value is None:
            return NOTHING
        if kind in self._kinds:
            return self._kinds[kind](value, language)
        if kind == "question":
            return self._question(at, str(value), language)
        return self._codes(at, kind, str(value), language) if "." in kind else str(said(value, language))

    def own(self, at: Any, value: Any, language: str) -> Any:
        """A value of the finding's own column: `Nam (1)`, or as it is where it is no code."""
        plan = self._plans.get(at.table_name)
        column = plan.by_name.get(at.column_name) if plan else None
        labels = self._labels_of(at, plan, column, language) if plan and column and column.choices else {}
        codes = [] if value is None else str(value).split()
        if not codes or not labels.keys() >= set(codes):
            return said(value, language)
        return ", ".join(
            labels[code] if code in labels[code] else f"{labels[code]} ({code})" for code in codes
        )

    def _parts(self, at: Any, kinds: list[str], value: Any, language: str) -> str:
        parts = str(value).split(PARTS)
        if len(parts) != len(kinds):
            return str(said(value, language))
        return PARTS.join(self.say(at, kind, part, language) for kind, part in zip(kinds, parts, strict=True))

    def _codes(self, at: Any, kind: str, value: str, language: str) -> str:
        """`“Tivi màu”, “Đài (radio)”`: a value may hold several codes."""
        table, _, name = kind.partition(".")
        plan = self._plans.get(table)
        column = plan.by_name.get(name) if plan else None
        labels = self._labels_of(at, plan, column, language) if plan and column else {}
        codes = [value] if value in labels else list(filter(None, BETWEEN.split(value)))
        if not labels.keys() & set(codes):
            return text("unknown_code", language, code=value)
        return ", ".join(
            f"“{labels[code]}”" if code in labels else text("unknown_code", language, code=code)
            for code in codes
        )

    def _labels_of(self, at: Any, plan: TablePlan, column: Column, language: str) -> Mapping[str, str]:
        version = at.form_version if at.form_id == plan.form_id else ""
        key = (plan.name, column.name, version, language)
        if key not in self._labels:
            every, asked = column.choices, self._choices(plan, column, version)
            self._labels[key] = {**labels_by_code(every, language), **labels_by_code(asked, language)}
        return self._labels[key]

    def _choices(self, plan: TablePlan, column: Column, version: str) -> tuple[Choice, ...]:
        """The options that the version offered; none for a version that lacks the question."""
        paths = (column.path, *column.former_paths)
        for form in self._store.versions(plan.form_id) if version else ():
            if form.version == version:
                asked = (field for field in form.fields if field.path in paths and field.is_select)
                return next((form.choices.get(field.list_name, ()) for field in asked), ())
        return ()

    def _unit(self, value: Any, language: str) -> str:
        names = unit_names(self._store.config.codes)
        codes = list(filter(None, BETWEEN.split(str(value))))
        return ", ".join(names.get(code) or text("unknown_code", language, code=code) for code in codes)

    def _question(self, at: Any, value: str, language: str) -> str:
        """`C.A14 Điện thoại` for a column of the finding's table, or for a number on paper."""
        plan = self._plans.get(at.table_name)
        found = plan.by_name.get(value) if plan else None
        columns = (column for plan in self._plans.values() for column in plan.columns)
        found = found or next((c for c in columns if c.question and c.question.code == value), None)
        return column_label(found, language) if found and label_of(found.labels, language) else value


def _money(value: Any, language: str) -> str:
    number = NUMBER.fullmatch(str(value))
    return f"{decimal(float(number[0]), language)} đ" if number else str(value)


def _decimals(value: Any, language: str) -> str:
    """`1.0, 1.5` as the language writes it."""
    numbers = str(value).split(", ")
    return "; ".join(decimal(float(n), language) if NUMBER.fullmatch(n) else n for n in numbers)
