"""A finding in words: the catalogue's message with its values, or the service's own words for its rules."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from babel.dates import format_date
from babel.numbers import format_decimal

from processor.survey.checks.catalogue import Entry
from processor.survey.checks.derived_words import ENTRIES
from processor.words import WORDS, word

if TYPE_CHECKING:
    from processor.reports.code_words import Meanings

DATE = {"vi": "dd/MM/yyyy", "en": "d MMM yyyy"}
"""How a day is written."""
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
LONG = 10_000
"""Numbers from here on are written with separators; smaller ones may be years and line numbers."""


OWN = ("value", "expected")
"""Values of the rules that follow from the form itself: answers to the finding's own question."""
NOTHING = "–"


def finding_message(
    entries: Mapping[str, Entry],
    rule: str,
    values: Mapping[str, Any],
    language: str,
    meanings: Meanings,
    at: Any,
) -> str:
    """The message in the language; the rule's id alone where nobody has words for it.

    `at` is the finding, or what else has the fields of `code_words.At`."""
    if (key := f"rule.{rule}") in WORDS:
        text, value = word(key, language), values.get("value")
        return f"{text}: {value}" if value else text
    return entry_message(entries[rule], values, language, meanings, at) if rule in entries else rule


def entry_message(entry: Entry, values: Mapping[str, Any], language: str, meanings: Meanings, at: Any) -> str:
    """The rule's message with the values as people read them; a dash for what the finding lacks."""
    own = OWN if entry.id in ENTRIES else ()
    parts: list[str] = []
    for literal, name, kind, _ in string.Formatter().parse(entry.messages[language]):
        parts.append(literal)
        if name is None:
            continue
        value = values.get(name)
        shown = meanings.own(at, value, language) if name in own else value
        shown = meanings.say(at, kind, value, language) if kind else said(shown, language)
        parts.append(NOTHING if shown is None else str(shown))
    return "".join(parts)


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
