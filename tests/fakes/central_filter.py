"""The part of OData's $filter that Central understands, with its refusals."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.fakes.central_core import Problem
from tests.fakes.truth import Record

Value = Callable[[Record], Any]

FIELDS: dict[str, Value] = {
    "__id": lambda r: r.root,
    "__system/submissionDate": lambda r: r.created_at,
    "__system/updatedAt": lambda r: r.updated_at,
    "__system/submitterId": lambda r: r.versions[0].actor.id,
    "__system/reviewState": lambda r: r.review,
    "__system/deletedAt": lambda r: r.deleted_at,
}
_ORDER = {"lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge}
_PARTS = ("year", "month", "day", "hour", "minute", "second")
_TOKEN = re.compile(
    r"(?P<moment>\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))|(?P<date>\d{4}-\d\d-\d\d(?!T))"
    r"|(?P<number>-?\d+(\.\d+)?)|(?P<text>'(?:[^']|'')*')|(?P<word>[$\w][$\w/.]*)|(?P<sign>[(),])"
)


class DatabaseError(Exception):
    """PostgreSQL would refuse it: Central answers 500."""


def unparsed(position: int) -> Problem:
    """400.18."""
    reason = f"Unexpected character at {position}"
    message = f"The OData filter expression you provided could not be parsed: {reason}"
    return Problem("400.18", message, {"reason": reason})


def unsupported_field(text: str, position: int | None = None) -> Problem:
    """501.5."""
    where = "" if position is None else f" at {position}"
    message = (
        f"The given OData filter expression references fields not supported by this server: {text}{where}"
    )
    details: dict[str, Any] = {"text": text} if position is None else {"at": position, "text": text}
    return Problem("501.5", message, details)


def compile_filter(text: str, now: datetime, prefix: str = "") -> Callable[[Record], bool]:
    """A predicate on submissions. Fields carry `prefix` (`$root/Submissions/` for repeat tables)."""
    parser = _Parser(text, now, prefix)
    found = parser.disjunction()
    if parser.position < len(text.rstrip()):
        raise unparsed(parser.position)
    return found


class _Parser:
    """Recursive descent; `position` is where reading stopped."""

    def __init__(self, text: str, now: datetime, prefix: str) -> None:
        self.text = text
        self.now = now
        self.prefix = prefix
        self.position = 0

    def peek(self) -> re.Match[str] | None:
        start = self.position
        while start < len(self.text) and self.text[start] == " ":
            start += 1
        return _TOKEN.match(self.text, start)

    def taken(self, *words: str) -> bool:
        token = self.peek()
        if token is None or token[0] not in words:
            return False
        self.position = token.end()
        return True

    def disjunction(self) -> Callable[[Record], bool]:
        terms = [self.conjunction()]
        while self.taken("or"):
            terms.append(self.conjunction())
        return terms[0] if len(terms) == 1 else lambda r: any(t(r) for t in terms)

    def conjunction(self) -> Callable[[Record], bool]:
        terms = [self.negation()]
        while self.taken("and"):
            terms.append(self.negation())
        return terms[0] if len(terms) == 1 else lambda r: all(t(r) for t in terms)

    def negation(self) -> Callable[[Record], bool]:
        if self.taken("not"):
            inner = self.negation()
            return lambda r: not inner(r)
        if self.taken("("):
            inner = self.disjunction()
            if not self.taken(")"):
                raise unparsed(self.position)
            return inner
        return self.comparison()

    def comparison(self) -> Callable[[Record], bool]:
        left = self.operand()
        end = self.position
        token = self.peek()
        sign = token[0] if token else ""
        if token is None or sign not in ("eq", "ne", *_ORDER):
            raise unparsed(end)
        self.position = token.end()
        if self.peek() is None:
            raise unparsed(end)
        return _compare(left, sign, self.operand(), self.now)

    def operand(self) -> Value:
        token = self.peek()
        if token is None:
            raise unparsed(self.position)
        start, self.position = token.start(), token.end()
        if token["word"] is None:
            return self.literal(token)
        if self.taken("("):
            return self.function(token["word"], start)
        if token["word"] in ("null", "true", "false"):
            return lambda _: None
        name = token["word"].removeprefix(self.prefix)
        if name not in FIELDS or not token["word"].startswith(self.prefix):
            raise unsupported_field(token["word"], start)
        return FIELDS[name]

    def literal(self, token: re.Match[str]) -> Value:
        value: Any
        if token["moment"]:
            value = datetime.fromisoformat(token["moment"]).astimezone(UTC)
        elif token["date"]:
            value = datetime.fromisoformat(token["date"]).replace(tzinfo=UTC)
        elif token["number"]:
            value = float(token["number"])
        elif token["text"]:
            value = token["text"][1:-1].replace("''", "'")
        else:
            raise unparsed(token.start())
        return lambda _: value

    def function(self, name: str, start: int) -> Value:
        if name == "now":
            raise DatabaseError
        if name not in _PARTS:
            end = self.text.find(")", start) + 1 or len(self.text)
            text = self.text[start:end]
            message = (
                "The given OData filter expression uses features not supported by this server: "
                f'MethodCallExpression at {start} ("{text}")'
            )
            raise Problem("501.4", message, {"at": start, "type": "MethodCallExpression", "text": text})
        inner = self.operand()
        if not self.taken(")"):
            raise unparsed(self.position)
        return lambda r: None if inner(r) is None else getattr(inner(r), name)


def _compare(left: Value, sign: str, right: Value, now: datetime) -> Callable[[Record], bool]:
    if sign in ("eq", "ne"):
        return lambda r: _same(left(r), right(r), now) is (sign == "eq")
    order = _ORDER[sign]

    def check(record: Record) -> bool:
        a, b = _alike(left(record), right(record), now)
        return a is not None and b is not None and bool(order(a, b))

    return check


def _same(left: Any, right: Any, now: datetime) -> bool:
    a, b = _alike(left, right, now)
    return bool(a == b)


def _alike(left: Any, right: Any, now: datetime) -> tuple[Any, Any]:
    """A text compared with a date is read by the database, which knows words such as yesterday."""
    if isinstance(left, datetime) and isinstance(right, str):
        return left, _database_date(right, now)
    return left, right


def _database_date(text: str, now: datetime) -> datetime:
    days = {"yesterday": -1, "today": 0, "tomorrow": 1}
    if text in days:
        day = date.fromordinal(now.date().toordinal()) + timedelta(days=days[text])
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise DatabaseError from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
