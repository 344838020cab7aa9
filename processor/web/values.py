"""How an answer is written on a page: label with its code, date, number, file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from processor.forms.definition import Choice, Labels
from processor.survey.columns import Column

IMAGE = "image"


@dataclass(frozen=True)
class Value:
    """`text` is what is read; `code` what is stored, when that is something else."""

    text: str
    code: str = ""
    kind: str = "text"
    """text, number, date, datetime, time, money, file"""
    raw: Any = None


def label_of(labels: Labels, language: str) -> str:
    """The text in the language, else in Vietnamese, else in whatever there is."""
    return labels.get(language) or labels.get("vi") or next(iter(labels.values()), "")


def clean_label(text: str, row: Mapping[str, Any]) -> str:
    """A label without markup; `${name}` becomes the row's visible answer, or nothing."""
    text = re.sub(r"</?[a-zA-Z][^>]*>|\*\*", "", text)
    text = re.sub(r"\$\{([^}]+)\}", lambda m: str(row.get(m[1]) or ""), text)
    return re.sub(r"\s+([:;,.]|$)", r"\1", " ".join(text.split()))


def value_of(column: Column, row: Mapping[str, Any], language: str) -> Value | None:
    """The answer of a question column, None when empty."""
    raw = row.get(column.name)
    if raw is None or raw == "":
        return None
    question = column.question
    if column.choices and question and question.kind == "select_multiple":
        texts = [_choice(column.choices, code, language) for code in str(raw).split()]
        return Value("; ".join(texts), str(raw))
    if column.choices:
        return _chosen(column, str(raw), language)
    if question and question.value_type == "binary":
        return Value(str(raw), kind="file", raw=raw)
    return _plain(column, raw)


def _plain(column: Column, raw: Any) -> Value:
    money = column.question is not None and column.question.clean_as == "amount"
    typed = typed_value(column.type, raw)
    if isinstance(typed, datetime):
        return Value(str(raw), kind="datetime", raw=typed)
    if isinstance(typed, date):
        return Value(str(raw), kind="date", raw=typed)
    if isinstance(typed, time):
        return Value(str(raw), kind="time", raw=typed)
    if isinstance(typed, Decimal) or (money and isinstance(typed, int)):
        return Value(str(raw), kind="money" if money else "number", raw=typed)
    return Value(str(raw), raw=raw)


def typed_value(kind: str, raw: Any) -> Any:
    """The value as its column type says; SQLite gives texts where PostgreSQL gives objects."""
    if kind == "decimal" and not isinstance(raw, Decimal):
        return Decimal(str(raw))
    if not isinstance(raw, str):
        return raw
    readers = {"date": date.fromisoformat, "datetime": datetime.fromisoformat, "time": time.fromisoformat}
    return readers[kind](raw) if kind in readers else raw


def _chosen(column: Column, code: str, language: str) -> Value:
    label = _choice(column.choices, code, language)
    return Value(label, code if label != code else "")


def _choice(choices: tuple[Choice, ...], code: str, language: str) -> str:
    for choice in choices:
        if choice.name == code:
            return clean_label(label_of(choice.labels, language), {}) or code
    return code
