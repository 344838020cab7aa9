"""Short texts of the rules, from the rule catalogue, for findings and changes."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from processor.words import WORDS, word


@cache
def _catalogue(path: Path) -> dict[str, tuple[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return {row["rule_id"]: (row["message_vi"], row["message_en"]) for row in csv.DictReader(stream)}


def rule_text(codes: Path, rule: str, language: str) -> str:
    """What the rule says, empty when the catalogue has no text for it."""
    if f"rule.{rule}" in WORDS:
        return word(f"rule.{rule}", language)
    vi, en = _catalogue(codes / "rules.csv").get(rule, ("", ""))
    return en if language == "en" else vi or en
