"""A finding in words: the catalogue's message with its values, or the service's own words for its rules."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from processor.survey.checks.catalogue import Entry
from processor.words import WORDS, word

DATE = {"vi": "dd/MM/yyyy", "en": "d MMM yyyy"}
"""How a day is written."""
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
LONG = 10_000
"""Numbers from here on are written with separators; smaller ones may be years and line numbers."""


def finding_message(entries: Mapping[str, Entry], rule: str, values: Mapping[str, Any], language: str) -> str:
    """The message in the language; the rule's id alone where nobody has words for it."""
    if (key := f"rule.{rule}") in WORDS:
        text, value = word(key, language), values.get("value")
        return f"{text}: {value}" if value else text
    return entry_message(entries[rule], values, language) if rule in entries else rule


def entry_message(entry: Entry, values: Mapping[str, Any], language: str) -> str:
    """The rule's message with the values as people read them; a dash for what the finding lacks."""
    names = (name for _, name, _, _ in string.Formatter().parse(entry.messages[language]) if name)
    return entry.message(language, {name: said(values.get(name), language) for name in names})


def said(value: Any, language: str) -> Any:
    """A value as people read it: days and long numbers as the language writes them, others as they are."""
    if isinstance(value, str) and DAY.fullmatch(value):
        try:
            return format_date(date.fromisoformat(value), DATE[language], locale=language)
        except ValueError:
            return value
    if isinstance(value, float) or (isinstance(value, int) and abs(value) >= LONG):
        return decimal(value, language)
    return value


def decimal(value: Any, language: str) -> str:
    """`1.234.567` and `1,5`; in English `1,234,567` and `1.5`."""
    return format_decimal(value, "#,##0.#########", locale=language, decimal_quantization=False)
