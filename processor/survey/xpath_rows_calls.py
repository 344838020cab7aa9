"""Functions over the answers of a row (`xpath_rows.py`), each giving the same as in `xpath_functions.py`; pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from processor.survey.xpath_plain import PLAIN
from processor.survey.xpath_terms import (
    ANY,
    MANY,
    NUMBER,
    ROW,
    ROWS,
    TEXT,
    TRUTH,
    Look,
    Term,
    kind_of,
    known,
    number,
    single,
    text,
    truth,
)
from processor.survey.xpath_values import text_of, to_number

Terms = tuple[Term, ...]

_GIVES: Mapping[str, str] = {
    "true": TRUTH, "false": TRUTH, "contains": TRUTH, "starts-with": TRUTH, "ends-with": TRUTH, "regex": TRUTH,
    "selected": TRUTH, "int": NUMBER, "round": NUMBER, "abs": NUMBER, "pow": NUMBER, "string-length": NUMBER,
    "count-selected": NUMBER, "normalize-space": TEXT, "substr": TEXT, "substring-before": TEXT,
    "substring-after": TEXT, "translate": TEXT, "base64-decode": TEXT, "selected-at": TEXT, "date": ANY,
    "format-date": TEXT, "format-date-time": TEXT,
}  # fmt: skip
"""Functions of plain values, and what kind of value each gives."""


def call(name: str, arguments: Terms) -> Term | None:
    """A function; None when it, or that number of arguments, is not made here."""
    low, high, make = _MADE.get(name, (0, -1, None))
    if make is not None and low <= len(arguments) <= high:
        made = make(arguments)
        if made is not None:
            return made
    low, high, function = PLAIN.get(name, (0, -1, None))
    if name not in _GIVES or function is None or not low <= len(arguments) <= high:
        return None
    return _plain(_GIVES[name], function, arguments)


def _plain(kind: str, function: Callable[..., Any], arguments: Terms) -> Term:
    looks = [single(argument) for argument in arguments]
    if all(argument.known is not None for argument in arguments):
        return known(function(*[look(()) for look in looks]))
    if len(looks) == 1:
        only = looks[0]
        return Term(kind, lambda row: function(only(row)))
    if len(looks) == 2:
        one, other = looks
        return Term(kind, lambda row: function(one(row), other(row)))
    return Term(kind, lambda row: function(*[look(row) for look in looks]))


def _if(arguments: Terms) -> Term:
    asked, then, otherwise = truth(arguments[0]), arguments[1], arguments[2]
    one, other = single(then), single(otherwise)
    first, second = number(then), number(otherwise)
    return Term(
        kind_of(arguments[1:]),
        lambda row: one(row) if asked(row) else other(row),
        lambda row: first(row) if asked(row) else second(row),
    )


def _coalesce(arguments: Terms) -> Term:
    """The last one stands where none before it is an answer: neither empty nor NaN, which differs from itself."""
    *before, last = arguments
    look = single(last)
    for term in reversed(before):
        look = _first(single(term), look)
    return Term(kind_of(arguments), look)


def _first(one: Look, other: Look) -> Look:
    def look(row: Any) -> Any:
        value = one(row)
        return value if value != "" and value == value else other(row)

    return look


def _regex(arguments: Terms) -> Term | None:
    pattern, look = arguments[1].known, text(arguments[0])
    if not isinstance(pattern, str):
        return None
    matches = re.compile(pattern).fullmatch
    return Term(TRUTH, lambda row: matches(look(row)) is not None)


def _selected(arguments: Terms) -> Term | None:
    code, look = arguments[1].known, text(arguments[0])
    if not isinstance(code, str):
        return None
    word = f" {code.strip()} "
    return Term(TRUTH, lambda row: word in f" {look(row)} ")


def _substr(arguments: Terms) -> Term | None:
    """Between places that are known; from the end, or to a place that is computed, is the plain function's."""
    places = [argument.known for argument in arguments[1:]]
    if not all(isinstance(place, float) and 0 <= place < math.inf for place in places):
        return None
    part, look = slice(*[int(to_number(place)) for place in places if place is not None]), text(arguments[0])
    part = part if len(places) == 2 else slice(part.stop, None)
    return Term(TEXT, lambda row: look(row)[part])


def _concat(arguments: Terms) -> Term:
    if any(argument.kind == MANY for argument in arguments):
        return _join((known(""), *arguments))
    looks = [text(argument) for argument in arguments]
    return Term(TEXT, lambda row: "".join([look(row) for look in looks]))


def _join(arguments: Terms) -> Term:
    separator, looks = text(arguments[0]), [_texts(argument) for argument in arguments[1:]]
    return Term(TEXT, lambda row: separator(row).join([found for look in looks for found in look(row)]))


def _texts(term: Term) -> Look:
    if term.kind == MANY:
        return lambda row: [text_of(value) for value in term.look(row)]
    look = text(term)
    return lambda row: [look(row)]


def _sum(arguments: Terms) -> Term | None:
    look = arguments[0].look
    if arguments[0].kind != MANY:
        return None
    return Term(NUMBER, lambda row: float(sum([to_number(value) for value in look(row) if value != ""])))


def _count(arguments: Terms) -> Term | None:
    look = arguments[0].look
    if arguments[0].kind == ROWS:
        return Term(NUMBER, look)
    return Term(NUMBER, lambda row: float(len(look(row)))) if arguments[0].kind == MANY else None


def _count_non_empty(arguments: Terms) -> Term | None:
    look = arguments[0].look
    if arguments[0].kind != MANY:
        return None
    return Term(NUMBER, lambda row: float(sum([value != "" for value in look(row)])))


def _extreme(choose: Callable[[list[float]], float]) -> Callable[[Terms], Term | None]:
    def make(arguments: Terms) -> Term | None:
        look = arguments[0].look
        if arguments[0].kind != MANY:
            return None

        def extreme(row: Any) -> float:
            values = [to_number(value) for value in look(row) if value != ""]
            return choose(values) if values and not any(map(math.isnan, values)) else math.nan

        return Term(NUMBER, extreme)

    return make


def _position(arguments: Terms) -> Term | None:
    return Term(NUMBER, arguments[0].look) if arguments[0].kind == ROW else None


def _not(arguments: Terms) -> Term:
    look = truth(arguments[0])
    return Term(TRUTH, lambda row: not look(row))


_MADE: Mapping[str, tuple[int, int, Callable[[Terms], Term | None]]] = {
    "not": (1, 1, _not),
    "boolean": (1, 1, lambda arguments: Term(TRUTH, truth(arguments[0]))),
    "number": (1, 1, lambda arguments: Term(NUMBER, number(arguments[0]))),
    "string": (1, 1, lambda arguments: Term(TEXT, text(arguments[0]))),
    "if": (3, 3, _if),
    "coalesce": (1, 99, _coalesce),
    "concat": (0, 999, _concat),
    "join": (1, 999, _join),
    "regex": (2, 2, _regex),
    "selected": (2, 2, _selected),
    "substr": (2, 3, _substr),
    "sum": (1, 1, _sum),
    "count": (1, 1, _count),
    "count-non-empty": (1, 1, _count_non_empty),
    "min": (1, 1, _extreme(min)),
    "max": (1, 1, _extreme(max)),
    "position": (1, 1, _position),
}
"""Name: fewest and most arguments, what makes it; None where the plain function is to be taken, if there is one."""
