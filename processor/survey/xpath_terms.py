"""Pieces of expressions over the answers of a row, and their coercions; pure (`xpath_rows.py`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from processor.errors import FormError, Message
from processor.survey.xpath_values import Value, number_of, text_of, to_boolean, to_number

Row = Any
"""A list; where a piece looks at a single answer by itself, its text."""
Look = Callable[[Row], Any]

TEXT, NUMBER, TRUTH = "text", "number", "truth"
PLAIN = "plain"
"""A number or a text: a numeric answer, which is the empty text where it is none, or not asked."""
ANY = "any"
"""A single value of whatever kind."""
MANY = "many"
"""The values of all rows of a repeat."""
ROW, ROWS = "row", "rows"
"""A row of a repeat, given by its number; all of them, given by how many there are."""


class Term(NamedTuple):
    """A piece of an expression: what kind of value it gives, and how it is found in a row."""

    kind: str
    look: Look
    number: Look | None = None
    """The same as a number, where there is a shorter way."""
    known: Value | None = None
    """The value of a constant."""


def refused(expression: str) -> FormError:
    """Raised for what is not made here."""
    return FormError(Message.XPATH_UNSUPPORTED, expression=expression, detail="more than answers of the row")


def number(term: Term) -> Look:
    """The term as a number. FormError when it is no single value."""
    look = single(term)
    if term.known is not None:
        known = to_number(term.known)
        return lambda row: known
    if term.kind == NUMBER:
        return look
    if term.number is not None:
        return term.number
    if term.kind == TEXT:
        return lambda row: number_of(look(row))
    return lambda row: to_number(look(row))


def text(term: Term) -> Look:
    """The term as text. FormError when it is no single value."""
    look = single(term)
    if term.kind == TEXT:
        return look
    if term.kind == NUMBER:
        return lambda row: number_text(look(row))
    return lambda row: text_of(look(row))


def truth(term: Term) -> Look:
    """The term as a condition. FormError when it is no single value."""
    look = single(term)
    if term.kind == TRUTH:
        return look
    if term.kind == TEXT:
        return lambda row: look(row) != ""
    return lambda row: to_boolean(look(row))


def single(term: Term) -> Look:
    """The term as the value that it is. FormError when it is none, or many."""
    if term.kind in (MANY, ROW, ROWS):
        raise refused(term.kind)
    return term.look


@lru_cache(maxsize=20_000)
def number_text(value: float) -> str:
    """A number as text."""
    return text_of(value)


def known(value: Value) -> Term:
    """A constant."""
    kind = TRUTH if isinstance(value, bool) else NUMBER if isinstance(value, float) else TEXT
    return Term(kind if isinstance(value, bool | float | str) else ANY, lambda row: value, known=value)


def kind_of(terms: Iterable[Term]) -> str:
    """The kind of a value that is one of these."""
    kinds = {term.kind for term in terms}
    return kinds.pop() if len(kinds) == 1 else PLAIN if kinds <= {TEXT, NUMBER, PLAIN} else ANY
