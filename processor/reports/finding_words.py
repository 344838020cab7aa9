"""A finding in words: the catalogue's message with its values, or the service's own words for its rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from processor.survey.checks.catalogue import Entry
from processor.words import WORDS, word


def finding_message(entries: Mapping[str, Entry], rule: str, values: Mapping[str, Any], language: str) -> str:
    """The message in the language; the rule's id alone where nobody has words for it."""
    if (key := f"rule.{rule}") in WORDS:
        said, value = word(key, language), values.get("value")
        return f"{said}: {value}" if value else said
    if rule not in entries:
        return rule
    try:
        return entries[rule].message(language, values)
    except (KeyError, IndexError, ValueError):  # the catalogue asks for a value that the finding lacks
        return entries[rule].messages[language]
