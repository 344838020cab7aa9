"""Columns that stand beside an answer: flags of choices, parts of a point, derived values; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace

from processor.forms.definition import Choice, Field
from processor.survey.plan import Column

MAX_NAME = 63
"""PostgreSQL cuts longer names off, in bytes."""


def fit(name: str) -> str:
    """The name itself, or its beginning and a short hash where it is too long for a database."""
    encoded = name.encode()
    if len(encoded) <= MAX_NAME:
        return name
    digest = hashlib.sha256(encoded).hexdigest()[:8]
    return encoded[: MAX_NAME - 9].decode(errors="ignore") + "_" + digest


def question_columns(column: Column) -> Iterator[Column]:
    """The column of an answer and those beside it: flags, parts, derived values."""
    yield column
    question = column.question
    assert question is not None
    if question.kind == "select_multiple":
        yield from (_choice_column(column, choice) for choice in column.choices)
    elif question.value_type == "geopoint":
        yield from (_part(column, part) for part in ("lat", "lon", "alt", "acc"))
    yield from derived_columns(column)


def _choice_column(column: Column, choice: Choice) -> Column:
    labels = {k: f"{v}: {_choice_label(choice, k)}" for k, v in column.labels.items()}
    name = fit(f"{column.name}__{choice.name}")
    return replace(
        column, name=name, type="flag", origin="choice", labels=labels, choice=choice.name, choices=()
    )


def _choice_label(choice: Choice, language: str) -> str:
    """In that language; lists from files have one label for all, some choices none."""
    return choice.labels.get(language) or choice.labels.get("") or choice.name


def _part(column: Column, part: str) -> Column:
    labels = {k: f"{v} ({part})" for k, v in column.labels.items()}
    return replace(column, name=fit(f"{column.name}_{part}"), type="decimal", origin="part", labels=labels)


DERIVED: Mapping[str, tuple[tuple[str, str, str, str, str], ...]] = {
    # clean_as: (suffix, type, Vietnamese, English, rules)
    "person_name": (
        ("norm", "text", "họ tên chuẩn hóa", "normalised name", "R-C06"),
        ("key", "text", "khóa so khớp", "match key", "R-C07"),
    ),
    "other_name": (
        ("norm", "text", "họ tên chuẩn hóa", "normalised name", "R-C06"),
        ("key", "text", "khóa so khớp", "match key", "R-C07"),
    ),
    "place_name": (("key", "text", "khóa so khớp", "match key", "R-C07"),),
    "village": (
        ("type", "text", "loại (thôn, xóm, bản…)", "kind of village", "R-C18"),
        ("short", "text", "tên không có loại", "name without kind", "R-C18"),
        ("key", "text", "khóa so khớp", "match key", "R-C07"),
    ),
    "birth_year": (
        ("dob_precision", "text", "ngày sinh biết đến (Y, M, D)", "birth date known to (Y, M, D)", "R-C12"),
        ("dob_est", "date", "ngày sinh ước lượng", "estimated birth date", "R-C12"),
    ),
    "phone": (("current", "text", "số gọi hiện nay", "number to dial now", "R-C23, R-C24"),),
}
"""What cleaning adds beside an answer, and the rules of the catalogue by which it does."""


def derived_name(question: Field, suffix: str) -> str:
    """Column of a derived value: `m_name` + `key` -> `m_name_key`; birth parts drop `birth_year`."""
    base = question.name
    if question.clean_as == "birth_year":
        base = base.removesuffix("birth_year").rstrip("_")
        return fit(f"{base}_{suffix}") if base else suffix
    return fit(f"{base}_{suffix}")


def derives(column: Column) -> bool:
    """Whether cleaning adds columns to this one: its answers are of the type that the rules need."""
    question = column.question
    if column.origin != "question" or question is None or question.clean_as not in DERIVED:
        return False
    return column.type == ("integer" if question.clean_as == "birth_year" else "text")


def derived_columns(column: Column) -> Iterator[Column]:
    """The columns that cleaning adds to a question."""
    question = column.question
    if question is None or not derives(column):
        return
    for suffix, kind, vi, en, _ in DERIVED[question.clean_as]:
        labels = {k: f"{column.labels.get(k, column.name)}: {t}" for k, t in (("vi", vi), ("en", en))}
        name = derived_name(question, suffix)
        yield replace(column, name=name, type=kind, origin="derived", labels=labels, choices=())
