"""Questions that were renamed: which names are one column; pure.

The author says it in the survey sheet: the column `former_name` of a question has its earlier name (or
several, separated by spaces). What one version says holds for all: the cell may be emptied later. The
column keeps the first name, so that corrections, rules and whoever reads the tables find it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from processor.errors import FormError, Message
from processor.forms.definition import Field, Form
from processor.survey.extra_columns import fit

Key = tuple[str, str]
"""Repeat and name in small letters: databases do not tell `Name` from `name`."""

Names = Mapping[Key, str]
"""The name of the column by the name of the question, for the renamed ones and their first names."""


def name_key(repeat: str, name: str) -> Key:
    """Where answers to a question of this name go while nothing says otherwise."""
    return repeat, fit(name).casefold()


def column_of(question: Field, names: Names) -> str:
    """Name of the column that has the answers to the question, in the author's letters."""
    return names.get(name_key(question.repeat, question.name), question.name)


def column_names(versions: Sequence[Form]) -> Names:
    """What `versions`, oldest first, say together.

    FormError FORM_RENAME_CLASH when that would make one column of two questions of one version.
    """
    names: dict[Key, str] = {}
    for form in versions:
        for question in form.fields:
            for former in question.former_name.split():
                _join(names, question, former)
    if names:
        for form in versions:
            _check(form, names)
    return names


def _join(names: dict[Key, str], question: Field, former: str) -> None:
    """All names of both become one column, under the first of them."""
    old, new = name_key(question.repeat, former), name_key(question.repeat, question.name)
    first = names.setdefault(old, former)
    merged = names.get(new, question.name)
    for key in [k for k, name in names.items() if k[0] == question.repeat and name == merged]:
        names[key] = first
    names[new] = first


def _check(form: Form, names: Names) -> None:
    seen: dict[Key, Field] = {}
    for question in form.fields:
        key = name_key(question.repeat, question.name)
        if key not in names:
            continue
        first = seen.setdefault(name_key(question.repeat, names[key]), question)
        if first is not question:
            raise FormError(
                Message.FORM_RENAME_CLASH,
                form_id=form.form_id,
                first=first.path,
                second=question.path,
                version=form.version,
                column=names[key],
            )


def former_names(form: Form) -> Iterator[tuple[Field, str]]:
    """Each question that says so with each name that it had."""
    for question in form.fields:
        for former in question.former_name.split():
            yield question, former
