"""Reads the texts of answers as typed values, strictly and without loss; pure.

Each reader takes the text of an answer and gives the typed value, or None when the text is not
exactly a value of that type. Nothing is guessed: what a reader refuses becomes a finding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

Reader = Callable[[str], Any]

# `45.000` is refused: on paper here it means forty-five thousand, in XForms forty-five.
_INTEGER = re.compile(r"[+-]?[0-9]{1,40}(?:\.(?!000$)0{1,20})?")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
_OFFSET = r"(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)"
_TIME = re.compile(rf"({_CLOCK}){_OFFSET}?")
_DATETIME = re.compile(rf"{_DATE.pattern}T{_CLOCK}{_OFFSET}")
_INT64 = range(-(2**63), 2**63)
_SURE_DIGITS = 15
"""A double keeps every decimal number of so many digits."""


def read_integer(text: str) -> int | None:
    """`45`, `+45`, `-45`; `45.0` as form engines write calculated numbers; 64 bit."""
    if not _INTEGER.fullmatch(text):
        return None
    value = int(text.partition(".")[0])
    return value if value in _INT64 else None


def read_decimal(text: str) -> float | None:
    """`1200.0`, `1.2E7`; refused when a double would not give the same digits back."""
    if not _DECIMAL.fullmatch(text):
        return None
    value = float(text)
    if len(text) <= _SURE_DIGITS and text.isascii() and "e" not in text.lower():
        return value
    exact = Decimal(text)
    digits = "".join(map(str, exact.as_tuple().digits)).rstrip("0")
    written = (repr(value), format(value, f".{max(len(digits) - 1, 0)}e"))
    return value if exact in map(Decimal, written) else None


def read_date(text: str) -> str | None:
    """A calendar date `2016-03-05`."""
    if not _DATE.fullmatch(text):
        return None
    try:
        date.fromisoformat(text)
    except ValueError:
        return None
    return text


def read_time(text: str) -> str | None:
    """A clock time. The phone's offset is left out: the answer is what the clock showed."""
    match = _TIME.fullmatch(text)
    if not match:
        return None
    try:
        return time.fromisoformat(match[1]).isoformat()
    except ValueError:
        return None


def read_datetime(text: str) -> str | None:
    """An instant with its offset, as UTC text; without offset it is no instant."""
    if not _DATETIME.fullmatch(text):
        return None
    try:
        return instant(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def instant(value: datetime) -> str:
    """UTC text of an aware time, of one width so that texts sort by time."""
    if value.tzinfo is None:
        raise ValueError(f"expected an aware time, found {value!r}")
    return (value if value.tzinfo is UTC else value.astimezone(UTC)).isoformat(timespec="microseconds")


Point = tuple[float, float, float | None, float | None]


def read_geopoint(text: str) -> Point | None:
    """Latitude, longitude and, where given, altitude and accuracy of `18.67 105.69 4.0 5.0`."""
    parts = [read_decimal(part) for part in text.split(" ")]
    if not 2 <= len(parts) <= 4 or None in parts:
        return None
    latitude, longitude, *rest = parts
    if abs(latitude) > 90 or abs(longitude) > 180:  # type: ignore[arg-type]
        return None
    altitude, accuracy, *_ = [*rest, None, None]
    return latitude, longitude, altitude, accuracy  # type: ignore[return-value]


READERS: Mapping[str, Reader] = {
    "integer": read_integer,
    "decimal": read_decimal,
    "date": read_date,
    "time": read_time,
    "datetime": read_datetime,
}
"""Reader by column type; texts need none."""
