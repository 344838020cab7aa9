"""The field of a new answer: what is offered for a question, and what was typed as a form would write it; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from processor.survey.columns import Column
from processor.survey.correctable import is_offered
from processor.survey.corrections import fault
from processor.survey.values import READERS
from processor.web.values import Value, clean_label, label_of, value_of

__all__ = [
    "LISTS",
    "WIDGETS",
    "Typed",
    "Writing",
    "as_value",
    "choices_of",
    "is_offered",
    "prefilled",
    "read",
    "widget_of",
]

RADIOS, LISTED = 6, 60
"""Up to so many choices stand side by side, up to so many in a list; in longer ones people search."""
LISTS = ("radio", "select", "search", "checks")
WIDGETS = (*LISTS, "date", "time", "datetime", "integer", "decimal", "geopoint", "text")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:[ .,\u00a0][0-9]{3})+")
_DECIMAL = re.compile(r"([+-]?[0-9]+)[.,]([0-9]+)")
_MONTH = re.compile(r"([0-9]{1,2})/([0-9]{4})")


@dataclass(frozen=True)
class Typed:
    """What somebody typed: the answer as a form writes it, None for empty; or the words that say what was expected."""

    text: str | None = None
    problem: str = ""


@dataclass(frozen=True)
class Writing:
    """How a person writes: the language of the page, the zone of its times."""

    language: str
    zone: ZoneInfo


def widget_of(column: Column) -> str:
    """Which of `WIDGETS` is offered."""
    question = column.question
    assert question is not None
    if column.choices and question.kind == "select_multiple":
        return "checks"
    if column.choices and question.is_select:
        n = len(column.choices)
        return "radio" if n <= RADIOS else "select" if n <= LISTED else "search"
    return "geopoint" if question.value_type == "geopoint" else column.type


def choices_of(column: Column, language: str) -> list[tuple[str, str]]:
    """(code, label) of every choice."""
    return [(c.name, clean_label(label_of(c.labels, language), {}) or c.name) for c in column.choices]


def prefilled(column: Column, text: str | None, writing: Writing) -> str:
    """An answer as the field shows it; what is not of its type as it is."""
    if text is None:
        return ""
    if widget_of(column) == "search":
        return next(
            (f"{code} {label}" for code, label in choices_of(column, writing.language) if code == text), text
        )
    reader = READERS.get(column.type)
    value = reader(text) if reader else None
    if value is None:
        return text
    return _WRITTEN.get(column.type, lambda v, _w: str(v))(value, writing)


def _written_decimal(value: float, writing: Writing) -> str:
    text = repr(value).removesuffix(".0")
    return text.replace(".", ",") if writing.language == "vi" else text


_WRITTEN: Mapping[str, Callable[..., str]] = {
    "date": lambda v, _w: datetime.fromisoformat(v).strftime("%d/%m/%Y"),
    "time": lambda v, _w: v[:5],
    "datetime": lambda v, w: datetime.fromisoformat(v).astimezone(w.zone).strftime("%d/%m/%Y %H:%M"),
    "decimal": _written_decimal,
}


def read(column: Column, sent: Sequence[str], writing: Writing) -> Typed:
    """What the field sent, as a form writes the answer."""
    given = [text for text in (text.replace("\r\n", "\n").strip() for text in sent) if text]
    if not given:
        return Typed()
    widget = widget_of(column)
    text = _READ.get(widget, lambda c, g, _w: g[0])(column, given, writing)
    if text is None or fault(column, text):
        return Typed(problem=f"corrections.expect.{'list' if widget in LISTS else widget}")
    return Typed(text)


def _checked(column: Column, given: Sequence[str], _writing: Writing) -> str:
    """In the order of the list, as phones write it; codes of no list come last and are refused."""
    order = [choice.name for choice in column.choices]
    known = [code for code in order if code in given]
    return " ".join([*known, *(code for code in given if code not in order)])


def _found(column: Column, given: Sequence[str], writing: Writing) -> str | None:
    """The code, or `code label`, or a label that only one choice has."""
    typed = given[0].casefold()
    choices = choices_of(column, writing.language)
    for code, label in choices:
        if typed in (code.casefold(), f"{code} {label}".casefold()):
            return code
    named = [code for code, label in choices if label.casefold() == typed]
    return named[0] if len(named) == 1 else None


def _integer(_column: Column, given: Sequence[str], _writing: Writing) -> str:
    """`1.234.567` as pages write it: a whole number has no decimals that the signs could mean."""
    text = given[0]
    return re.sub(r"[ .,\u00a0]", "", text) if _GROUPED.fullmatch(text) else text


def _decimal(_column: Column, given: Sequence[str], writing: Writing) -> str | None:
    """`1,5` or `1.5`; what could as well be thousands in the page's language is not guessed."""
    match = _DECIMAL.fullmatch(given[0])
    if match is None:
        return given[0]
    whole, rest = match.groups()
    thousands = "." if writing.language == "vi" else ","
    doubtful = thousands in given[0] and len(rest) == 3 and not whole.lstrip("+-").startswith("0")
    return None if doubtful and len(whole.lstrip("+-")) <= 3 else f"{whole}.{rest}"


def _date(column: Column, given: Sequence[str], _writing: Writing) -> str | None:
    question = column.question
    month = _MONTH.fullmatch(given[0])
    if (
        month
        and question is not None
        and (question.clean_as == "month" or "month-year" in question.appearance)
    ):
        return f"{month[2]}-{int(month[1]):02}-01"
    return _moment(given[0], "%d/%m/%Y", "%Y-%m-%d", written="%Y-%m-%d")


def _time(_column: Column, given: Sequence[str], _writing: Writing) -> str | None:
    return _moment(given[0], "%H:%M", "%H:%M:%S", written="%H:%M:%S")


def _datetime(_column: Column, given: Sequence[str], writing: Writing) -> str | None:
    """Typed as the clock in Vietnam shows it."""
    text = _moment(given[0], "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M", written="%Y-%m-%dT%H:%M:%S")
    return text and datetime.fromisoformat(text).replace(tzinfo=writing.zone).isoformat(
        timespec="milliseconds"
    )


def _moment(text: str, *patterns: str, written: str) -> str | None:
    for pattern in patterns:
        try:
            found = datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone comes later, or there is none
        except ValueError:
            continue
        return (
            found.strftime(written) if found.year > 999 else None
        )  # earlier years come out with fewer digits
    return None


_READ: Mapping[str, Callable[[Column, Sequence[str], Writing], str | None]] = {
    "checks": _checked,
    "search": _found,
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
    "time": _time,
    "datetime": _datetime,
}


def as_value(column: Column, text: str | None, language: str) -> Value | None:
    """An answer as pages write it; what is not of its type as it is."""
    if not text:
        return None
    reader = READERS.get(column.type)
    value = reader(text) if reader else text
    return Value(text) if value is None else value_of(column, {column.name: value}, language)
