"""The catalogue of rules as data: id, level, words in both languages, on or off, parameters; pure.

One CSV row a rule. The functions are in the survey's rulebook; `match` proves that the two go together.
"""

from __future__ import annotations

import csv
import re
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
KINDS = frozenset({"band", "commune", "decimals", "district", "money", "question", "rate", "yes"})
"""What a message can say of a value beside the codes of a question (`{reason:c1.stop_reason}`)."""
_ONE = rf"(?:_|{'|'.join(sorted(KINDS))}|[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)"
KIND = re.compile(rf"{_ONE}(?:/{_ONE})*")
"""`_/c_members.m_sex/_`: of a value of parts (`182345678 / 1 / 1950`) each part; `_` is said as it is."""
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
    """Templates by language: `{name}` stands for a value of the finding, `{name:kind}` for one that is a code of a
    question or is written in its own way (`KIND`); `reports/finding_words.py` says them."""
    actions: Mapping[str, str]
    """What the supervisor does, by language."""
    on: bool
    parameters: Mapping[str, Any]
    source: str
    """Where the rule comes from; `verify` marks a fact of law that is from memory."""

    def message(self, language: str, values: Mapping[str, Any]) -> str:
        """The message with its values as they are kept; an empty value shows as a dash."""
        shown = {k: "–" if v is None else v for k, v in values.items()}
        return _AsKept().vformat(self.messages[language], (), shown)


class _AsKept(string.Formatter):
    """Kinds are no formats of Python."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        """The value, whatever it is a code of."""
        return str(value)


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
        _check_kinds(path, line, name, row[name])
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


def _check_kinds(path: Path, line: int, column: str, text: str) -> None:
    expected = f"{{name}} or {{name:kind}}, kind one of {', '.join(sorted(KINDS))} or table.column"
    try:
        kinds = [kind for _, _, kind, _ in string.Formatter().parse(text) if kind]
    except ValueError:
        raise _bad(path, line, column, expected, text) from None
    for kind in kinds:
        if not KIND.fullmatch(kind):
            raise _bad(path, line, column, expected, kind)


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
