"""Rules that every form brings with it: they stand in no catalogue, and have a page all the same."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from processor.survey.checks.catalogue import Entry
from processor.survey.checks.derived_words import ENTRIES
from processor.words import LANGUAGES, word

LEVELS = {"TYPE": "E", "CHOICE": "W", "UNKNOWN": "W"}
"""What flattening and cleaning tell of every form, with its level."""
_NONE: Mapping[str, str] = MappingProxyType({})


@cache
def form_entries() -> Mapping[str, Entry]:
    """By rule: what follows from the questions' types and lists, and from their conditions."""
    return {**{rule: _entry(rule, level) for rule, level in LEVELS.items()}, **ENTRIES}


def _entry(rule: str, level: str) -> Entry:
    messages = {language: word(f"rule.{rule}", language) for language in LANGUAGES}
    actions = {language: word("rules.form_act", language) for language in LANGUAGES}
    return Entry(rule, level, "", "", "", "", messages, actions, True, _NONE, "the form itself")
