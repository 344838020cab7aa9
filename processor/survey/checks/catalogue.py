"""The catalogue of rules as data: id, level, words in both languages, on or off, parameters; pure.

One CSV row a rule. The functions are in the survey's rulebook; `match` proves that the two go together.
"""

from __future__ import annotations

import csv
import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from processor.errors import ConfigError, Message
from processor.survey.checks.rulebook import Rulebook

LEVELS = ("FIX", "E", "W", "I")
"""FIX: cleaning changes the value; E: kept in review; W: counted, to confirm; I: counted, for statistics."""
HEADER = ("id", "level", "form", "columns", "condition", "fix", "message_vi", "message_en", "action_vi",
          "action_en", "on", "parameters", "source")  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One rule as people read it."""

    id: str
    level: str
    form: str
    columns: str
    condition: str
    fix: str
    messages: Mapping[str, str]
    """Templates by language: `{name}` stands for a value of the finding."""
    actions: Mapping[str, str]
    """What the supervisor does, by language."""
    on: bool
    parameters: Mapping[str, Any]
    source: str
    """Where the rule comes from; `verify` marks a fact of law that is from memory."""

    def message(self, language: str, values: Mapping[str, Any]) -> str:
        """The message with its values; an empty value shows as a dash."""
        shown = {k: "–" if v is None else v for k, v in values.items()}
        return string.Formatter().vformat(self.messages[language], (), shown)


def read_catalogue(path: Path) -> dict[str, Entry]:
    """The rules by id, in the file's order. ConfigError names line, column and what was expected."""
    entries: dict[str, Entry] = {}
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != HEADER:
            found = ", ".join(reader.fieldnames or ())
            raise ConfigError(Message.RULES_HEADER, path=path, expected=", ".join(HEADER), found=found)
        for row in reader:
            entry = _entry(path, reader.line_num, row)
            if entry.id in entries:
                raise _bad(path, reader.line_num, "id", "an id that no other row has", entry.id)
            entries[entry.id] = entry
    return entries


def _entry(path: Path, line: int, row: Mapping[str, str]) -> Entry:
    if row["level"] not in LEVELS:
        raise _bad(path, line, "level", ", ".join(LEVELS), row["level"])
    if row["on"] not in ("1", "0"):
        raise _bad(path, line, "on", "1 or 0", row["on"])
    for name in ("id", "message_vi", "message_en"):
        if not row[name]:
            raise _bad(path, line, name, "a text", "")
    return Entry(
        id=row["id"],
        level=row["level"],
        form=row["form"],
        columns=row["columns"],
        condition=row["condition"],
        fix=row["fix"],
        messages=MappingProxyType({"vi": row["message_vi"], "en": row["message_en"]}),
        actions=MappingProxyType({"vi": row["action_vi"], "en": row["action_en"]}),
        on=row["on"] == "1",
        parameters=MappingProxyType(_parameters(path, line, row["parameters"])),
        source=row["source"],
    )


def _parameters(path: Path, line: int, text: str) -> dict[str, Any]:
    """`minutes=5; window=2016-02-23` -> {"minutes": 5.0, "window": "2016-02-23"}."""
    found: dict[str, Any] = {}
    for part in filter(None, (p.strip() for p in text.split(";"))):
        name, equals, value = (p.strip() for p in part.partition("="))
        if not equals or not name.isidentifier():
            raise _bad(path, line, "parameters", "name=value; name=value", part)
        found[name] = _value(value)
    return found


def _value(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def _bad(path: Path, line: int, column: str, expected: str, found: str) -> ConfigError:
    return ConfigError(
        Message.RULES_VALUE, path=path, line=line, column=column, expected=expected, found=found
    )


def match(entries: Mapping[str, Entry], book: Rulebook) -> list[str]:
    """What does not go together, in words; empty when every rule has its function and the reverse."""
    functions = set(book.rules) | book.cleaning
    both = set(book.rules) & book.cleaning
    return [
        *(f"{rule}: no function" for rule in sorted(set(entries) - functions)),
        *(f"{rule}: not in the catalogue" for rule in sorted(functions - set(entries))),
        *(f"{rule}: both a check and a step of cleaning" for rule in sorted(both)),
    ]
