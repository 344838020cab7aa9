"""What a rule says of tables: its findings' values, and its message in both languages."""

from __future__ import annotations

import json
from typing import Any

from processor.survey.checks.data import Data
from tests.checks.make import entries, run


def values(rule: str, tables: Data) -> list[dict[str, Any]]:
    """The values of every finding of the rule."""
    return [json.loads(found.values) for found in run(rule, tables)]


def messages(rule: str, tables: Data) -> list[str]:
    """The first finding's message in Vietnamese and English, with its values."""
    return [entries()[rule].message(language, values(rule, tables)[0]) for language in ("vi", "en")]


def carries(rule: str, tables: Data, *shown: str) -> bool:
    """Whether both messages show all these values."""
    return all(value in message for message in messages(rule, tables) for value in shown)
