"""Rules for identity numbers (CMND of 9, CCCD of 12 digits): R-C30 to R-C38; pure functions of values.

What disagrees is found; which of number, sex and year is wrong, only the card says.
"""

from __future__ import annotations

import re

from processor.survey.clean import facts
from processor.survey.records import ERROR, WARNING

OLD, NEW = 9, 12
"""Lengths of the two kinds of numbers."""
CARD_AGE = 14
"""Below this age nobody has a card of 9 digits."""
_PLACEHOLDERS = {"123456789", "012345678901"}
_NOT_DIGIT = re.compile(r"[^0-9]")


def digits_only(text: str) -> str | None:
    """R-C30; nothing left is no answer."""
    return _NOT_DIGIT.sub("", text) or None


def is_placeholder(number: str) -> bool:
    """R-C33: one digit all along, or the digits in order."""
    return len(set(number)) == 1 or number in _PLACEHOLDERS


def without_placeholder(number: str) -> str | None:
    """R-C33: nobody has this number."""
    return None if is_placeholder(number) else number


def with_zero(number: str, sex: str | None, year: int | None) -> str:
    """R-C31: the lost zero, where province, sex and year then all agree; an unknown one agrees with nothing."""
    padded = f"0{number}"
    if len(padded) != NEW or sex is None or year is None or province_level(padded):
        return number
    return padded if fits_sex_and_century(padded, sex, year) and fits_year(padded, year) else number


def has_length(number: str) -> bool:
    """R-C32."""
    return len(number) in (OLD, NEW)


def province_level(number: str) -> str:
    """R-C34: empty for a province's code; W where it may be a country's, else E."""
    if number[:3] in facts.CARD_PROVINCES:
        return ""
    return ERROR if number.startswith("0") else WARNING


def fits_sex_and_century(number: str, sex: str | None, year: int | None) -> bool:
    """R-C35; what is not known does not disagree."""
    of_sex, first, last = facts.CARD_DIGITS[number[3]]
    return sex in (None, of_sex) and (year is None or first <= year <= last)


def fits_year(number: str, year: int) -> bool:
    """R-C36."""
    return number[4:6] == f"{year % 100:02d}"


def is_from_elsewhere(number: str) -> bool:
    """R-C37: a number of 9 digits of another block."""
    return len(number) == OLD and not number.startswith(facts.HOME_BLOCK)


def is_too_young(born: str, day: str) -> bool:
    """R-C38: under 14 on that day; both ISO texts, an unknown month or day of birth being the first."""
    year, rest = int(day[:4]) - CARD_AGE, day[4:]
    return born > f"{year:04d}{rest}"
