"""Rules for dates, amounts, codes and numbers of documents: R-C10 to R-C17, R-C19; pure.

R-C10, R-C11, R-C14 and R-C16 read texts that are no value of their column's type, as imports and
other programs write them. They give a `Reading`, or None when they have no word on the text.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any, NamedTuple

from processor.survey.clean.text import compose, straight_quotes
from processor.survey.values import read_decimal, read_integer


class Reading(NamedTuple):
    """What a rule made of a text: a value, or a finding of this severity and no value."""

    rule: str
    value: Any
    severity: str = ""


_DAY_FIRST = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_YEAR_FIRST = re.compile(r"([0-9]{4})([/.-])([0-9]{1,2})\2([0-9]{1,2})")


def read_paper_date(text: str) -> Reading | None:
    """R-C10: `05/03/1936` is 5 March; R-C11: a year of two digits or no day of the calendar."""
    text = text.strip()
    if match := _DAY_FIRST.fullmatch(text):
        day, _, month, year = match.groups()
    elif match := _YEAR_FIRST.fullmatch(text):
        year, _, month, day = match.groups()
    else:
        return None
    found = calendar_date(int(year), int(month), int(day)) if len(year) == 4 else None
    return Reading("R-C10", found) if found else Reading("R-C11", None, "E")


def calendar_date(year: int, month: int, day: int) -> str | None:
    """ISO text, or None when there is no such day."""
    try:
        return date(year, month, day).isoformat()
    except (ValueError, OverflowError):
        return None


def first_of_month(text: str) -> str:
    """R-C13: a month is written as its first day."""
    return text[:8] + "01"


_UNIT = re.compile(r"\s*(?:đồng|vnđ|vnd|đ|₫)\.?$")
_GROUPED = re.compile(r"[0-9]{1,3}([., \u00a0])[0-9]{3}(?:\1[0-9]{3})*")


def read_paper_amount(text: str) -> Reading | None:
    """R-C14: `405.000 đ` -> 405000. Only thousands may be set apart: `1,5` stays unread."""
    digits = _UNIT.sub("", unicodedata.normalize("NFC", text).strip().lower()).strip()
    if _GROUPED.fullmatch(digits):
        digits = re.sub(r"[^0-9]", "", digits)
    amount = read_integer(digits)
    return None if amount is None else Reading("R-C14", amount)


def is_in_thousands(amount: float) -> bool:
    """R-C15: between 100 and 5000 the officer probably wrote thousands of VND."""
    return 100 <= amount <= 5000


def from_thousands(amount: Any) -> Any:
    """R-C15: the amount in VND."""
    return amount * 1000 if is_in_thousands(amount) else amount


def read_paper_coefficient(text: str) -> Reading | None:
    """R-C16: `1,5` and the code `15` are 1.5; the code 99 is unknown."""
    value = read_decimal(text.strip().replace(",", "."))
    return None if value is None else Reading("R-C16", value)


def coefficient(value: float) -> float | None:
    """R-C16 for a number: codes of two digits are tenths, coefficients themselves end at 5."""
    if value == 99:
        return None
    return value / 10 if 10 <= value < 99 else value


def pad_code(code: str, width: int) -> str:
    """R-C17: a spreadsheet took the leading zeros of `01231`."""
    return code.zfill(width) if code.isascii() and code.isdigit() else code


_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"))
_DECISION = re.compile(r"(?<![^\W\d_])QD(?![^\W\d_])")
_USUAL = re.compile(r"[1-9][0-9]*/QĐ-[A-Z]+|(?!.*QD)(?=.*[1-9])[0-9A-Z./-]+")
"""Most numbers: nothing below would change them."""
_NO_NUMBER = {"", "0", "-", "KO", "KHÔNG"}


def document_number(text: str) -> str | None:
    """R-C19: `12 / qd-ubnd` -> `12/QĐ-UBND`; what says "none" is no number."""
    if _USUAL.fullmatch(text):
        return text
    bare = "".join(text.split()).translate(_DASHES)
    # One letter to one: `ß` would become two, and the rule would not stand still.
    upper = "".join(u if len(u := letter.upper()) == 1 else letter for letter in bare)
    # Letters that spaces kept apart may meet now: the rules for all text hold again.
    number = _DECISION.sub("QĐ", straight_quotes(compose(upper)))
    return None if number in _NO_NUMBER else number


_UNKNOWN_PART = {0, 99}
_UNKNOWN_TEXT = {"-", "--", "?", "x", "không", "ko", "không rõ", "không nhớ"}


def known_part(value: int) -> int | None:
    """R-C12: 0 and 99 stand for a month or day that nobody remembers."""
    return None if value in _UNKNOWN_PART else value


def read_unknown_part(text: str) -> Reading | None:
    """R-C12: a dash where the month or day should be."""
    if unicodedata.normalize("NFC", text).strip().lower() in _UNKNOWN_TEXT:
        return Reading("R-C12", None)
    return None
