"""Values of expressions and their coercions, as JavaRosa defines them; pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Protocol, Union

from processor.errors import FormError, Message


class Node(Protocol):
    """One element of a filled form, or of a list that belongs to it."""

    name: str
    parent: Node | None

    @property
    def chain(self) -> Sequence[Node]:
        """The nodes from the root down to this one."""

    @property
    def value(self) -> Value:
        """The typed answer; `""` when empty."""

    @property
    def relevant(self) -> bool:
        """Whether the node exists for expressions."""

    @property
    def position(self) -> int:
        """1-based number among the siblings of the same name."""

    def children(self, name: str) -> Sequence[Node]:
        """Children of that name in order; `*` is all of them."""


class Environment(Protocol):
    """What expressions know besides the form: the clock and the lists."""

    def now(self) -> datetime:
        """The phone's clock, aware."""

    def instance(self, name: str) -> Node:
        """The document above the root of a secondary instance; FormError when there is none."""

    def choice_label(self, path: str, code: str, node: Node) -> str:
        """Label of a choice of the question at `path`, in the phone's language."""


Value = Union[str, float, bool, date, datetime, "list[Node]"]


@dataclass(slots=True)
class Scope:
    """Where an expression is evaluated: the node, the node where it began, the row number."""

    node: Node
    environment: Environment
    current: Node
    position: int


_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")
TOLERANCE = 1.0e-12
"""Numbers nearer than this are the same."""
_EPOCH = date(1970, 1, 1)
_EPOCH_TIME = datetime(1970, 1, 1, tzinfo=UTC)


def unpack(value: Value) -> Value:
    """The value of a single node; an empty set is `""`; several nodes are an error, as on the phone."""
    if type(value) is not list:
        return value
    if len(value) > 1:
        raise FormError(Message.XPATH_MANY_NODES, name=value[0].name, count=len(value))
    return value[0].value if value else ""


def text_of(value: Value) -> str:
    """As text: whole numbers without a point, dates in ISO form."""
    value = unpack(value)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number_text(value)
    return value.isoformat(timespec="milliseconds") if isinstance(value, datetime) else str(value)


def _number_text(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return str(int(value)) if value == int(value) else repr(value)


def to_number(value: Value) -> float:
    """As a number; a text that is none, the empty one included, is NaN; dates are days since 1970."""
    value = unpack(value)
    if isinstance(value, float):
        return value
    if isinstance(value, str):
        return number_of(value)
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, datetime):
        return (value - _EPOCH_TIME).total_seconds() / 86400
    return float((value - _EPOCH).days)  # type: ignore[operator]


@lru_cache(maxsize=20_000)
def number_of(text: str) -> float:
    """A text as a number; NaN where it is none."""
    text = text.strip()
    return float(text) if _NUMBER.fullmatch(text) else math.nan


def to_boolean(value: Value) -> bool:
    """As a condition: a number that is neither 0 nor NaN, a text that is not empty."""
    value = unpack(value)
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    if isinstance(value, date):
        return True
    return bool(value)


def equal(left: Value, right: Value) -> bool:
    """`=`: by truth when one side is a truth value, by number when one is a number or date, else by text."""
    left, right = unpack(left), unpack(right)
    if isinstance(left, bool) or isinstance(right, bool):
        return to_boolean(left) == to_boolean(right)
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if isinstance(left, float) or isinstance(right, float):
        return abs(to_number(left) - to_number(right)) < TOLERANCE
    return text_of(left) == text_of(right)
