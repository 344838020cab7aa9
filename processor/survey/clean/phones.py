"""Rules for telephone numbers: R-C20 to R-C26; pure functions of one value.

The answer keeps the number as it was dialled on the day of the interview. What one dials now stands beside it
(`x_current`): a mobile of eleven digits and a landline 038 are told apart by their length and that day, which
a number that is already rewritten would no longer show.
"""

from __future__ import annotations

import re

from processor.survey.clean import facts

_NOT_DIALLED = re.compile(r"[^0-9+]")
_COUNTRY = re.compile(r"(?:\+84|0084)(.*)|84([0-9]{9,10})")
_WITHOUT_ZERO = re.compile(r"[35789][0-9]{8}")
_MOBILE = re.compile(r"0(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-9])[0-9]{7}")
_LANDLINE = re.compile(r"02[0-9]{9}")


def digits_only(text: str) -> str | None:
    """R-C20: digits, and a plus before them; nothing left is no answer."""
    bare = _NOT_DIALLED.sub("", text)
    digits = bare.replace("+", "")
    return (f"+{digits}" if bare.startswith("+") else digits) if digits else None


def without_country(number: str) -> str:
    """R-C21: `+84 912…`, `0084 912…`, `84912…` and `+84 0912…` begin with 0."""
    match = _COUNTRY.fullmatch(number)
    return "0" + (match[1] or match[2] or "").lstrip("0") if match else number


def with_zero(number: str) -> str:
    """R-C22: a spreadsheet took the leading zero."""
    return f"0{number}" if _WITHOUT_ZERO.fullmatch(number) and len(set(number)) > 1 else number


def known_number(number: str) -> str | None:
    """R-C25: one digit all along, or the digits in order, stand for no number."""
    return None if len(set(number)) == 1 or number == "0123456789" else number


def current(number: str, day: str | None) -> str:
    """R-C23, R-C24: what one dials since 2018; `day` is that of the interview, ISO text.

    Without a day 038 stays: it may be a landline of then or a mobile of now.
    """
    if len(number) == 11 and number[:4] in facts.PHONE_PREFIXES:
        return facts.PHONE_PREFIXES[number[:4]] + number[4:]
    is_landline = len(number) == 10 and number.startswith(facts.OLD_AREA)
    if is_landline and day is not None and day < facts.AREA_CHANGED:
        return facts.NEW_AREA + number[3:]
    return number


def has_structure(number: str) -> bool:
    """R-C26: a current number is one of a mobile or of a landline."""
    return bool(_MOBILE.fullmatch(number) or _LANDLINE.fullmatch(number))
