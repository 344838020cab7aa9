"""What comes of a line of a sheet, in words: for pages, commands and the file of refused lines alike."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from babel.dates import format_datetime

from processor.reports.finding_words import DATE
from processor.reports.labels import is_multiple, labels_by_code
from processor.store.present import Columns
from processor.store.sheet_plan import Step
from processor.survey.sheet_answers import form_text
from processor.words import word

if TYPE_CHECKING:
    from processor.survey.columns import Column

CODES = 20
"""So many codes of a list are named."""


def why_words(columns: Columns, step: Step, language: str, zone: tzinfo) -> str:
    """Why a line was refused, with what was expected; empty for every other line."""
    if not step.why:
        return ""
    if step.why == "type":
        return word("sheets.why.type", language, expected=_expected(step_column(columns, step), language))
    if step.why == "other_cell":
        return word("sheets.why.other_cell", language, expected=step.expected)
    if step.why == "meanwhile":
        return word("sheets.why.meanwhile", language, who=step.who, at=_moment(step.at, language, zone))
    return word(f"sheets.why.{step.why}", language)


def _moment(text: str, language: str, zone: tzinfo) -> str:
    at = datetime.fromisoformat(text).astimezone(zone).replace(tzinfo=None)
    return format_datetime(at, DATE[language] + " HH:mm", locale=language)


def step_column(columns: Columns, step: Step) -> Column | None:
    """The column that the line is about, None where it is about none."""
    place = step.place
    if place is None:
        return None
    return columns.any(place.form_id, place.table_name, place.column_name)


def new_words(columns: Columns, step: Step, language: str) -> str:
    """The new answer as the line has it, a code with its label; empty where it asks for none."""
    typed, column = step.fill.text("new"), step_column(columns, step)
    if not typed or column is None or not column.choices:
        return typed
    code, labels = form_text(column, typed), labels_by_code(column.choices, language)
    codes = code.split() if is_multiple(column) else [code]
    return ", ".join(with_label(c, labels[c]) for c in codes) if labels.keys() >= set(codes) else typed


def with_label(code: str, label: str) -> str:
    """`4 Đã thôi hưởng`; a label that has the code in it alone."""
    return label if code in label else f"{code} {label}"


def _expected(column: Column | None, language: str) -> str:
    question = column.question if column else None
    if column is None or question is None:
        return word("sheets.expected.text", language)
    if question.is_select and column.choices:
        codes = [with_label(c, label) for c, label in labels_by_code(column.choices, language).items()]
        key = "choices" if question.kind == "select_multiple" else "choice"
        told = ", ".join(codes[:CODES]) + (", …" if len(codes) > CODES else "")
        return word(f"sheets.expected.{key}", language, codes=told)
    kind = "geopoint" if question.value_type == "geopoint" else column.type
    return word(f"sheets.expected.{kind}", language)
