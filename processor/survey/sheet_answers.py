"""What people write into a sheet of findings, as a form would write it; pure.

Only what has one meaning is turned; everything else stays as it was typed, and `survey/corrections.fault`
says what was expected.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from processor.survey.columns import Column

RETURN, OVERRIDE, EXPECT, LEAVE = "returned", "overridden", "expected", "leave"
HANDLINGS = {
    RETURN: ("trả lại", "return"),
    OVERRIDE: ("chấp nhận", "accept"),
    EXPECT: ("đúng như vậy", "correct as it is"),
    LEAVE: ("để nguyên", "leave"),
}
"""Act -> its words in Vietnamese and English; both are read whatever the language of the sheet."""
CLEAR = "x"
_CLEAR = frozenset({"x", "có", "yes", "1", "true", "đúng"})
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[ .,\u00a0]\d{3})+")
"""A whole number has no decimals that the signs could mean."""
_COMMA = re.compile(r"([+-]?\d+),(\d{1,2}|\d{4,})")
"""Not with three digits behind it: those could as well be thousands."""
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_MARKUP = re.compile(r"</?[a-zA-Z][^>]*>|\*\*")


def handling_of(text: str) -> str | None:
    """The act that a word of the column means, empty for none; None for an unknown word."""
    wanted = _folded(text)
    if not wanted:
        return ""
    return next((act for act, words in HANDLINGS.items() if wanted in words), None)


def is_clear(text: str) -> bool | None:
    """Whether the cell is to be emptied; None for an unknown word."""
    wanted = _folded(text)
    return None if wanted and wanted not in _CLEAR else bool(wanted)


def cell_text(value: Any) -> str:
    """A cell as text: whole numbers without a point, days as ISO; empty for an empty one."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    return unicodedata.normalize("NFC", str(value)).strip()


def form_text(column: Column, value: Any) -> str:
    """The answer as a form writes it: a code for a label, an ISO day for `dd/mm/yyyy`."""
    text = cell_text(value)
    if column.type == "date" and (found := _DAY.fullmatch(text)):
        return _day(text, *map(int, found.groups()))
    if column.type == "integer" and _GROUPED.fullmatch(text):
        return re.sub(r"[ .,\u00a0]", "", text)
    if column.type == "decimal" and (found := _COMMA.fullmatch(text)):
        return f"{found[1]}.{found[2]}"
    if column.type == "time" and (found := _CLOCK.fullmatch(text)):
        return f"{int(found[1]):02}:{found[2]}:00"
    question = column.question
    if question is None or not question.is_select or not column.choices:
        return text
    if question.kind == "select_multiple":
        return _codes(column, text)
    return _code(column, text)


def _day(text: str, day: int, month: int, year: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return text


def _codes(column: Column, text: str) -> str:
    known = {choice.name for choice in column.choices}
    words = text.split()
    if set(words) <= known:
        return " ".join(words)
    return " ".join(_code(column, part.strip()) for part in text.split(";") if part.strip())


def _code(column: Column, text: str) -> str:
    """The code itself, or the code of the only option with this label."""
    if any(choice.name == text for choice in column.choices):
        return text
    found = {c.name for c in column.choices if _folded(text) in _labels(c.labels.values())}
    return found.pop() if len(found) == 1 else text


def _labels(labels: Iterable[str]) -> set[str]:
    return {_folded(_MARKUP.sub("", label)) for label in labels}


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
