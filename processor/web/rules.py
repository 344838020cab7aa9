"""What rules say of what they found, from the rule catalogue, in the page's language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import g

from processor.reports.code_words import At, Meanings
from processor.reports.finding_words import entry_message
from processor.survey.checks.catalogue import Entry
from processor.survey.checks.derived_words import ENTRIES
from processor.survey.checks.load import catalogue_path, read_rules
from processor.web.service import service
from processor.words import WORDS, word

NOWHERE = At()


@lru_cache(maxsize=4)
def _catalogue(folder: Path, _changed: int) -> Mapping[str, Entry]:
    return read_rules(folder)


def entry_of(folder: Path, rule: str) -> Entry | None:
    """The rule as the catalogue has it, or as it follows from the form itself.

    None for one that both lack: a finding may be older than they are.
    """
    path = catalogue_path(folder)
    known = _catalogue(folder, path.stat().st_mtime_ns) if path.is_file() else {}
    return known.get(rule) or ENTRIES.get(rule)


def _meanings() -> Meanings:
    """What codes mean, read once a request."""
    if "meanings" not in g:
        g.meanings = Meanings(service().store)
    found: Meanings = g.meanings
    return found


def rule_text(folder: Path, rule: str, language: str, value: str | None = None) -> str:
    """What the rule says of a value, empty when neither the service nor the catalogue has words for it."""
    return message(folder, rule, language, {"value": value})


def message(folder: Path, rule: str, language: str, values: Mapping[str, Any], at: Any = NOWHERE) -> str:
    """What the rule says with the values of a finding; empty when nobody has words for it.

    `at` is the finding: whose codes the values are (`reports/code_words.py`)."""
    if f"rule.{rule}" in WORDS:
        return word(f"rule.{rule}", language)
    entry = entry_of(folder, rule)
    return entry_message(entry, values, language, _meanings(), at) if entry else ""
