"""The columns of the reporting tables, computed from the forms; pure.

One table per form path (the root and each repeat) covers all versions of a form: a question that
was removed keeps its column, a new one adds its own, one that was moved to another group stays the
same column. Types come from the form, never from data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from processor.errors import FormError, Message
from processor.forms.definition import Field, Form, Section
from processor.survey.extra_columns import (
    DERIVED,
    derived_columns,
    derived_name,
    derives,
    fit,
    question_columns,
)
from processor.survey.plan import KEY, REPEAT_KEYS, ROOT_SYSTEM, ROW_SYSTEM, SQL_TYPES, Column, TablePlan
from processor.survey.renames import Names, column_names, column_of

__all__ = [
    "DERIVED",
    "SKIPPED_PATHS",
    "SQL_TYPES",
    "Column",
    "TablePlan",
    "derived_columns",
    "derived_name",
    "derives",
    "fit",
    "plan_tables",
    "table_name",
]

_TYPES = {"int": "integer", "decimal": "decimal", "date": "date", "time": "time", "dateTime": "datetime"}

MAX_COLUMNS = 1500
"""Below the limits of PostgreSQL (1600) and SQLite (2000)."""

SKIPPED_PATHS = ("meta/instanceID", "meta/deprecatedID")
"""Identity of the submission: kept as keys and provenance, not as answers."""

NO_ANSWER = ("csv-external", "xml-external")
"""Rows of the survey sheet that only name a file."""


def plan_tables(table: str, versions: Sequence[Form]) -> tuple[TablePlan, ...]:
    """Plans of the root table `table` and of one table per repeat, over `versions` oldest first.

    FormError when two questions would share a column, or a question changes its type.
    """
    newest = versions[-1]
    paths = list(dict.fromkeys(s.path for form in (newest, *versions) for s in form.repeats))
    sections = {s.path: s for form in versions for s in form.repeats}
    root_labels = dict.fromkeys(newest.languages, newest.title)
    root = TablePlan(table, newest.form_id, "", root_labels, _columns("", versions, (KEY,), ROOT_SYSTEM))
    plans = (root, *(_repeat_plan(table, sections[path], versions) for path in paths))
    _check_tables(plans)
    return plans


def _check_tables(plans: Sequence[TablePlan]) -> None:
    """FormError when two tables share a name (in any letter case) or one has too many columns."""
    seen: dict[str, TablePlan] = {}
    for plan in plans:
        first = seen.setdefault(plan.name.casefold(), plan)
        if first is not plan:
            raise FormError(
                Message.FORM_REPEAT_CLASH,
                form_id=plan.form_id,
                first=first.path,
                second=plan.path,
                table=plan.name,
            )
        if (found := len(plan.columns)) > MAX_COLUMNS:
            raise FormError(
                Message.FORM_TOO_WIDE,
                form_id=plan.form_id,
                table=plan.name,
                found=found,
                expected=MAX_COLUMNS,
            )


def table_name(table: str, repeat: str) -> str:
    """`c` and `members` -> `c_members`; the root has the form's own name."""
    return fit(f"{table}_{repeat.rpartition('/')[2]}") if repeat else table


def _repeat_plan(table: str, section: Section, versions: Sequence[Form]) -> TablePlan:
    columns = _columns(section.path, versions, REPEAT_KEYS, ROW_SYSTEM)
    return TablePlan(
        table_name(table, section.path), versions[-1].form_id, section.path, section.labels, columns
    )


def _columns(
    repeat: str, versions: Sequence[Form], keys: tuple[Column, ...], system: tuple[Column, ...]
) -> tuple[Column, ...]:
    merged = _merge(repeat, versions, column_names(versions))
    questions = (c for q in merged.values() for c in question_columns(q))
    columns: dict[str, Column] = {}
    for column in (*keys, *questions, *system):
        # SQLite does not tell `Name` from `name`.
        clash = columns.setdefault(column.name.casefold(), column)
        if clash is not column:
            raise _column_clash(versions[-1], clash, column)
    return tuple(columns.values())


def _column_clash(form: Form, first: Column, second: Column) -> FormError:
    return FormError(
        Message.FORM_COLUMN_CLASH,
        form_id=form.form_id,
        first=first.path or first.name,
        second=second.path or second.name,
        column=second.name,
    )


def _merge(repeat: str, versions: Sequence[Form], names: Names) -> dict[str, Column]:
    """One column per question, renamed or not: newest wording and order first, removed questions after."""
    merged: dict[str, Column] = {}
    for form in reversed(versions):
        for question in form.fields:
            if question.repeat != repeat or question.path in SKIPPED_PATHS or question.kind in NO_ANSWER:
                continue
            found = _column(question, form, column_of(question, names))
            known = merged.get(found.name)
            if known is not None and form.version in known.versions:
                raise _column_clash(form, known, found)
            merged[found.name] = found if known is None else _join(known, found, form)
    return merged


def _column(question: Field, form: Form, name: str) -> Column:
    """The column of one version; its question bears the column's name, so that what is derived of it does too."""
    choices = form.choices.get(question.list_name, ()) if question.is_select else ()
    return Column(
        name=fit(name),
        type=_TYPES.get(question.value_type, "text"),
        origin="question",
        path=question.path,
        data_class=question.data_class or "personal",
        labels=question.labels,
        choices=choices,
        question=question if name == question.name else replace(question, name=name),
        versions=(form.version,),
        other_names=() if name == question.name else (fit(question.name),),
    )


def _nature(column: Column) -> str:
    """What must not change over versions: the type, and what has columns of its own."""
    question = column.question
    if question is not None and (question.kind == "select_multiple" or question.value_type == "geopoint"):
        return question.kind if question.kind == "select_multiple" else "geopoint"
    return column.type


def _may_follow(newer: Column, older: Column) -> bool:
    """Types stay; one choice may become several, its codes stay what they were."""
    was_single = older.question is not None and older.question.kind == "select_one"
    return _nature(newer) == _nature(older) or (was_single and _nature(newer) == "select_multiple")


def _join(newer: Column, older: Column, form: Form) -> Column:
    if not _may_follow(newer, older):
        raise FormError(
            Message.FORM_TYPE_CLASH,
            form_id=form.form_id,
            path=newer.path,
            old=_nature(older),
            old_version=form.version,
            new=_nature(newer),
            new_version=newer.versions[-1],
        )
    known = {c.name for c in newer.choices}
    extra = tuple(c for c in older.choices if c.name not in known)
    paths = dict.fromkeys((newer.path, *newer.former_paths, older.path))
    return replace(
        newer,
        choices=newer.choices + extra,
        versions=(form.version, *newer.versions),
        former_paths=tuple(paths)[1:],
        other_names=tuple(dict.fromkeys((*newer.other_names, *older.other_names))),
    )
