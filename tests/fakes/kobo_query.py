"""KoboToolbox: the part of MongoDB's queries and of the history's `q` that is used."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Predicate = Callable[[dict[str, Any]], bool]

_MISSING = object()


def matches(query: dict[str, Any], row: dict[str, Any]) -> bool:
    """Does a row satisfy a query? What is not known matches nothing."""
    for key, wanted in query.items():
        if key in ("$and", "$or"):
            parts = [matches(part, row) for part in wanted]
            if not (all(parts) if key == "$and" else any(parts)):
                return False
        elif key.startswith("$") or not _holds(_value(row, key), wanted):
            return False
    return True


def _value(row: dict[str, Any], key: str) -> Any:
    """Names with dots work only below `_validation_status`."""
    if key.startswith("_validation_status."):
        return row.get("_validation_status", {}).get(key.partition(".")[2], _MISSING)
    return row.get(key, _MISSING)


def _holds(value: Any, wanted: Any) -> bool:
    if not isinstance(wanted, dict):
        return value is not _MISSING and bool(value == wanted)
    return all(_operator(name, value, argument) for name, argument in wanted.items())


def _operator(name: str, value: Any, argument: Any) -> bool:
    there = value is not _MISSING
    match name:
        case "$exists":
            return there is bool(argument)
        case "$ne":
            return not there or value != argument
        case "$in":
            return there and value in argument
        case "$nin":
            return not there or value not in argument
        case "$regex":
            return there and isinstance(value, str) and re.search(argument, value) is not None
        case "$gt" | "$gte" | "$lt" | "$lte":
            return there and type(value) is type(argument) and _ordered(name, value, argument)
    return False


def _ordered(name: str, value: Any, argument: Any) -> bool:
    below, above = value < argument, value > argument
    return {"$gt": above, "$gte": not below, "$lt": below, "$lte": not above}[name]


_TERM = re.compile(r'\s*(?:(\()|(\))|(AND|OR|NOT)\b|([\w]+):(?:"([^"]*)"|([^\s()]+)))')


def history_filter(text: str) -> Predicate:
    """A filter on history entries; one that is not understood lets nothing pass."""
    tokens = [match.groups() for match in _TERM.finditer(text)]
    try:
        predicate, rest = _either(tokens)
    except (IndexError, KeyError):
        return lambda entry: False
    return predicate if not rest and tokens else lambda entry: False


def _either(tokens: list[Any]) -> tuple[Predicate, list[Any]]:
    left, tokens = _both(tokens)
    while tokens and tokens[0][2] == "OR":
        right, tokens = _both(tokens[1:])
        left = lambda entry, a=left, b=right: a(entry) or b(entry)  # noqa: E731
    return left, tokens


def _both(tokens: list[Any]) -> tuple[Predicate, list[Any]]:
    left, tokens = _term(tokens)
    while tokens and tokens[0][2] == "AND":
        right, tokens = _term(tokens[1:])
        left = lambda entry, a=left, b=right: a(entry) and b(entry)  # noqa: E731
    return left, tokens


def _term(tokens: list[Any]) -> tuple[Predicate, list[Any]]:
    opening, _, _, name, quoted, bare = tokens[0]
    if opening:
        inner, tokens = _either(tokens[1:])
        if not tokens[0][1]:
            raise KeyError
        return inner, tokens[1:]
    value = quoted if quoted is not None else bare
    path, _, comparison = name.partition("__") if name.startswith("date_created") else (name, "", "")
    keys = path.split("__")
    if keys[0] not in ("action", "username", "metadata", "date_created"):
        raise KeyError

    def check(entry: dict[str, Any]) -> bool:
        found: Any = entry
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        if found is None:
            return False
        return _compared(found, comparison, value)

    return check, tokens[1:]


def _compared(found: Any, comparison: str, value: str) -> bool:
    match comparison:
        case "gte":
            return bool(found >= value)
        case "gt":
            return bool(found > value)
        case "lte":
            return bool(found <= value)
        case "lt":
            return bool(found < value)
    return bool(found == value)
