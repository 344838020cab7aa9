"""Functions of plain values, each as JavaRosa's of the same name; pure."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from functools import lru_cache

from processor.errors import FormError, Message
from processor.survey.xpath_values import Value, text_of, to_boolean, to_number


def _round(value: Value, places: Value = 0.0) -> Value:
    number = to_number(value)
    if math.isnan(number) or math.isinf(number):
        return number
    mode = ROUND_HALF_UP if number >= 0 else ROUND_HALF_DOWN
    return float(Decimal(repr(number)).quantize(Decimal(1).scaleb(-int(to_number(places))), mode))


def _whole(value: Value) -> Value:
    number = to_number(value)
    return number if math.isnan(number) or math.isinf(number) else float(int(number))


def _substr(value: Value, start: Value, end: Value = math.nan) -> Value:
    text, first, last = text_of(value), int(to_number(start)), to_number(end)
    length = len(text)
    first = max(length + first, 0) if first < 0 else min(first, length)
    stop = length if math.isnan(last) else int(last)
    stop = max(length + stop, 0) if stop < 0 else min(stop, length)
    return text[first:stop] if first <= stop else ""


def _selected(value: Value, code: Value) -> Value:
    # The engine looks for the text between spaces: several codes at once are found as well.
    return f" {text_of(code).strip()} " in f" {text_of(value)} "


def _selected_at(value: Value, index: Value) -> Value:
    codes, at = text_of(value).split(), int(to_number(index))
    return codes[at] if 0 <= at < len(codes) else ""


def _regex(value: Value, pattern: Value) -> Value:
    return re.fullmatch(text_of(pattern), text_of(value)) is not None


def _date(value: Value) -> Value:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date) or value == "":
        return value
    if isinstance(value, float):
        return "" if math.isnan(value) else date(1970, 1, 1) + timedelta(days=int(value))
    return date.fromisoformat(text_of(value)[:10])


_FORMATS: dict[str, Callable[[datetime | date], str]] = {
    "Y": lambda d: f"{d.year:04d}",
    "y": lambda d: f"{d.year % 100:02d}",
    "m": lambda d: f"{d.month:02d}",
    "n": lambda d: str(d.month),
    "d": lambda d: f"{d.day:02d}",
    "e": lambda d: str(d.day),
    "H": lambda d: f"{getattr(d, 'hour', 0):02d}",
    "h": lambda d: str(getattr(d, "hour", 0)),
    "M": lambda d: f"{getattr(d, 'minute', 0):02d}",
    "S": lambda d: f"{getattr(d, 'second', 0):02d}",
    "%": lambda _d: "%",
}


@lru_cache(maxsize=4096, typed=True)
def _format_date(value: Value, pattern: Value) -> Value:
    moment = value if isinstance(value, date) else _date(value)
    if not isinstance(moment, date):
        return ""

    def part(match: re.Match[str]) -> str:
        if match[1] not in _FORMATS:
            raise FormError(Message.XPATH_UNSUPPORTED, expression=text_of(pattern), detail=match[0])
        return _FORMATS[match[1]](moment)

    return re.sub(r"%(.)", part, text_of(pattern))


def _translate(value: Value, old: Value, new: Value) -> Value:
    table = dict(zip(text_of(old), text_of(new), strict=False))
    return "".join(table.get(c, "" if c in text_of(old) else c) for c in text_of(value))


def _base64_decode(value: Value) -> Value:
    return base64.b64decode(text_of(value)).decode()


def _of_texts(function: Callable[..., Value]) -> Callable[..., Value]:
    return lambda *values: function(*map(text_of, values))


def _of_numbers(function: Callable[..., float]) -> Callable[..., Value]:
    return lambda *values: function(*map(to_number, values))


PLAIN: dict[str, tuple[int, int, Callable[..., Value]]] = {
    "not": (1, 1, lambda value: not to_boolean(value)),
    "true": (0, 0, lambda: True),
    "false": (0, 0, lambda: False),
    "boolean": (1, 1, to_boolean),
    "number": (1, 1, to_number),
    "string": (1, 1, text_of),
    "int": (1, 1, _whole),
    "round": (1, 2, _round),
    "abs": (1, 1, _of_numbers(abs)),
    "pow": (2, 2, _of_numbers(math.pow)),
    "string-length": (1, 1, _of_texts(lambda t: float(len(t)))),
    "normalize-space": (1, 1, _of_texts(lambda t: " ".join(t.split()))),
    "substr": (2, 3, _substr),
    "substring-before": (2, 2, _of_texts(lambda t, s: t.partition(s)[0] if s in t else "")),
    "substring-after": (2, 2, _of_texts(lambda t, s: t.partition(s)[2])),
    "contains": (2, 2, _of_texts(lambda t, s: s in t)),
    "starts-with": (2, 2, _of_texts(str.startswith)),
    "ends-with": (2, 2, _of_texts(str.endswith)),
    "translate": (3, 3, _translate),
    "base64-decode": (1, 1, _base64_decode),
    "selected": (2, 2, _selected),
    "selected-at": (2, 2, _selected_at),
    "count-selected": (1, 1, _of_texts(lambda t: float(len(t.split())))),
    "regex": (2, 2, _regex),
    "date": (1, 1, _date),
    "format-date": (2, 2, _format_date),
    "format-date-time": (2, 2, _format_date),
}
"""Name: fewest and most arguments, function."""
