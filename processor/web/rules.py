"""Short texts of the rules, from the rule catalogue, for findings and changes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from processor.survey.checks.catalogue import Entry
from processor.survey.checks.load import catalogue_path, read_rules
from processor.words import WORDS, word


@lru_cache(maxsize=4)
def _catalogue(folder: Path, _changed: int) -> Mapping[str, Entry]:
    return read_rules(folder)


def rule_text(folder: Path, rule: str, language: str, value: str | None = None) -> str:
    """What the rule says of a value, empty when neither the service nor the catalogue has words for it."""
    if f"rule.{rule}" in WORDS:
        return word(f"rule.{rule}", language)
    path = catalogue_path(folder)
    known = _catalogue(folder, path.stat().st_mtime_ns) if path.is_file() else {}
    return known[rule].message(language, {"value": value}) if rule in known else ""
