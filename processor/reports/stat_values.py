"""Cells as the numbers of Stata and SPSS, and as text where a number would not be the same; pure.

`MisfitError` says that a value has no such number. Its column is then text as a whole: neither program
has columns of both, and a value that is dropped or rounded in silence is a wrong one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

MAX_EXACT = 2**53
"""Both programs compute with doubles: whole numbers are exact up to here."""
MAX_DOUBLE = 8.988465674311579e307
"""Stata's largest; SPSS reaches further."""
MAX_CODE, MIN_CODE = 2_147_483_620, -2_147_483_647
"""Values that Stata can give a label."""


class MisfitError(ValueError):
    """The value is no number of its column."""


@dataclass(frozen=True)
class Clock:
    """How a program counts time, and the first day that it knows."""

    epoch: date
    first: date
    day: int
    """What a day counts in a column of days."""
    second: int
    """What a second counts in a column of moments or times."""


STATA_CLOCK = Clock(date(1960, 1, 1), date(100, 1, 1), 1, 1000)
SPSS_CLOCK = Clock(date(1582, 10, 14), date(1582, 10, 15), 86_400, 1)


@dataclass(frozen=True)
class Kind:
    """What a column of one type does with its values."""

    number: Callable[[Any], float]
    """The value as a number. MisfitError when it has none that says the same."""
    words: Callable[[Any], str]
    """The value as text."""
    again: Callable[[float], str]
    """The text of a value that has become a number already."""


def kind_of(name: str, clock: Clock, zone: ZoneInfo) -> Kind:
    """How `code`, or a type of columns other than text, goes into a program with this clock."""
    return {
        "code": Kind(code_number, str, _digits),
        "flag": Kind(_whole, str, _digits),
        "integer": Kind(_whole, str, _digits),
        "decimal": Kind(_decimal, repr, repr),
        "date": Kind(lambda day: _days(day, clock), date.isoformat, lambda n: _day_text(n, clock)),
        "time": Kind(lambda at: _seconds(at, clock), _clock_text, lambda n: _moment_text(n, clock)[11:]),
        "datetime": Kind(
            lambda at: _moment(_local(at, zone), clock),
            lambda at: _text(_local(at, zone)),
            lambda n: _moment_text(n, clock),
        ),
    }[name]


def code_number(code: str) -> float:
    """The number of a code that is written just as the number is: `7`, never `07`. Else MisfitError."""
    try:
        number = int(code)
    except ValueError:
        raise MisfitError from None
    if str(number) != code or not MIN_CODE <= number <= MAX_CODE:
        raise MisfitError
    return float(number)


def is_number(code: str) -> bool:
    """Whether `code_number` takes it."""
    try:
        code_number(code)
    except MisfitError:
        return False
    return True


def _whole(value: int) -> float:
    if abs(value) > MAX_EXACT:
        raise MisfitError
    return float(value)


def _decimal(value: float) -> float:
    if not math.isfinite(value) or abs(value) >= MAX_DOUBLE:
        raise MisfitError
    return float(value)


def _days(value: date, clock: Clock) -> float:
    if value < clock.first:
        raise MisfitError
    return float((value - clock.epoch).days * clock.day)


def _seconds(value: time, clock: Clock) -> float:
    """Exact to the millisecond, like moments."""
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return (seconds * 1000 + value.microsecond // 1000) * clock.second / 1000


def _moment(value: datetime, clock: Clock) -> float:
    if value.date() < clock.first:
        raise MisfitError
    days = (value.date() - clock.epoch).days
    return days * 86_400 * clock.second + _seconds(value.time(), clock)


def _local(value: datetime, zone: ZoneInfo) -> datetime:
    return value.astimezone(zone).replace(tzinfo=None)


def _text(value: datetime) -> str:
    return value.isoformat(" ", timespec="milliseconds")


def _clock_text(value: time) -> str:
    return value.isoformat(timespec="milliseconds")


def _digits(number: float) -> str:
    return str(int(number))


def _day_text(number: float, clock: Clock) -> str:
    return (clock.epoch + timedelta(days=number / clock.day)).isoformat()


def _moment_text(number: float, clock: Clock) -> str:
    past = timedelta(milliseconds=round(number * 1000 / clock.second))
    return _text(datetime.combine(clock.epoch, time()) + past)
