"""Which columns a list shows, and what stands in its cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from processor.forms.definition import Field, Form, Section
from processor.store.scope import Scope
from processor.survey.columns import Column, TablePlan, derived_name, fit
from processor.web.values import Value, clean_label, label_of, value_of

SHORT_KINDS = ("select_one", "integer", "decimal", "date")
LONG_WORDS = ("birth_month", "birth_day")
INTERVIEWER = ("officer", "enumerator", "interviewer")
"""Beginnings of the names of questions about whoever asks: their name is not the submission's."""
DEFAULT_COLUMNS = 3
MOST_COLUMNS = 12


@dataclass(frozen=True)
class Head:
    """A column of the list."""

    name: str
    label: str
    masked: bool
    number: bool


def title_column(plan: TablePlan, scope: Scope) -> Column | None:
    """The cleaned name of the person whom a submission is about, for those who may see names."""
    column = _title_question(plan)
    if column is None or column.question is None:
        return None
    found = plan.by_name.get(derived_name(column.question, "norm"), column)
    return found if scope.shows(found.data_class) else None


def _title_question(plan: TablePlan) -> Column | None:
    """The first name that is not the interviewer's."""
    for column in plan.columns:
        question = column.question
        if column.origin != "question" or question is None or question.clean_as != "person_name":
            continue
        if not question.name.startswith(INTERVIEWER):
            return column
    return None


def choosable(form: Form, plan: TablePlan, language: str) -> list[tuple[str, list[Head]]]:
    """All columns that a list can show, under the headings of the form."""
    groups: dict[str, list[Head]] = {}
    titles = {i.path: label_of(i.labels, language) for i in form.items if isinstance(i, Section)}
    for item in form.items:
        column = plan.by_name.get(fit(item.path.rpartition("/")[2]))
        if isinstance(item, Field) and not item.repeat and column and item.labels:
            title = titles.get(item.path.partition("/")[0], "")
            groups.setdefault(title, []).append(_head(column, language, masked=False))
    return list(groups.items())


def columns_of(wanted: str | None, plan: TablePlan, skipped: Iterable[str]) -> list[Column]:
    """The columns named in the address, or the first short answers after the name."""
    if wanted is not None:
        named = (plan.by_name.get(name) for name in wanted.split(","))
        return [c for c in named if c is not None and c.origin == "question"][:MOST_COLUMNS]
    return _usual(plan, set(skipped))[:DEFAULT_COLUMNS]


def shown_columns(
    named: str | None, saved: Sequence[str] | None, plan: TablePlan, skipped: Iterable[str], scope: Scope
) -> list[Column]:
    """The columns that the address names, else those that the user has chosen for good, else the usual ones.

    Of those chosen for good, what the user may not see any more or no form asks is left out."""
    if named is not None or saved is None:
        return columns_of(named, plan, skipped)
    shown = [c for c in columns_of(",".join(saved), plan, skipped) if scope.shows(c.data_class)]
    return shown if shown or not saved else columns_of(None, plan, skipped)


def _usual(plan: TablePlan, skipped: set[str]) -> list[Column]:
    columns = [c for c in plan.columns if c.origin == "question" and c.question]
    title = _title_question(plan)
    after = columns[columns.index(title) + 1 :] if title else columns
    return [c for c in after if c.question and _is_short(c.question) and c.question.path not in skipped]


def _is_short(question: Field) -> bool:
    return bool(question.code) and question.kind in SHORT_KINDS and question.clean_as not in LONG_WORDS


def heads_of(columns: Iterable[Column], scope: Scope, language: str) -> list[Head]:
    """Headings; a column outside the caller's classes is masked."""
    return [_head(c, language, masked=not scope.shows(c.data_class)) for c in columns]


def _head(column: Column, language: str, *, masked: bool) -> Head:
    label = clean_label(label_of(column.labels, language) or column.name, {})
    return Head(column.name, label, masked, column.type in ("integer", "decimal"))


def cells_of(columns: Iterable[Column], values: Mapping[str, Any], language: str) -> list[Value | None]:
    """The values of a row in the order of the columns."""
    return [value_of(column, values, language) for column in columns]
