"""Functions over the answers of a row (`xpath_rows.py`), each giving the same as in `xpath_functions.py`; pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
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
    Code,
    Names,
    Term,
    kind_of,
    number,
    single,
    text,
    truth,
)
from processor.survey.xpath_values import to_number

Terms = tuple[Term, ...]
Make = Callable[[Terms, Names], Term | None]

_GIVES: Mapping[str, str] = {
    "true": TRUTH, "false": TRUTH, "contains": TRUTH, "starts-with": TRUTH, "ends-with": TRUTH, "regex": TRUTH,
    "selected": TRUTH, "int": NUMBER, "round": NUMBER, "abs": NUMBER, "pow": NUMBER, "string-length": NUMBER,
    "count-selected": NUMBER, "normalize-space": TEXT, "substr": TEXT, "substring-before": TEXT,
    "substring-after": TEXT, "translate": TEXT, "base64-decode": TEXT, "selected-at": TEXT, "date": ANY,
    "format-date": TEXT, "format-date-time": TEXT,
}  # fmt: skip
"""Functions of plain values, and what kind of value each gives."""


def call(name: str, arguments: Terms, names: Names) -> Term | None:
    """A function; None when it, or that number of arguments, is not made here."""
    low, high, make = _MADE.get(name, (0, -1, None))
    if make is not None and low <= len(arguments) <= high:
        made = make(arguments, names)
        if made is not None:
            return made
    low, high, function = PLAIN.get(name, (0, -1, None))
    if name not in _GIVES or function is None or not low <= len(arguments) <= high:
        return None
    return _plain(name, function, arguments, names)


def _plain(name: str, function: Callable[..., Any], arguments: Terms, names: Names) -> Term:
    codes = [single(argument) for argument in arguments]
    if all(argument.known is not None for argument in arguments):
        return names.known(function(*[argument.known for argument in arguments]))
    if name in _SHORT:
        return Term(_GIVES[name], _SHORT[name].format(*map(text, arguments)))
    return Term(_GIVES[name], f"{names.of(function)}({', '.join(codes)})")


_SHORT = {
    "contains": "({1} in {0})",
    "starts-with": "{0}.startswith({1})",
    "ends-with": "{0}.endswith({1})",
    "string-length": "float(len({0}))",
    "count-selected": "float(len({0}.split()))",
}
"""Functions of texts that Python has as well."""


def _if(arguments: Terms, names: Names) -> Term:
    asked, (then, otherwise) = truth(arguments[0]), arguments[1:]
    return Term(
        kind_of(arguments[1:]),
        f"({single(then)} if {asked} else {single(otherwise)})",
        f"({number(then)} if {asked} else {number(otherwise)})",
    )


def _coalesce(arguments: Terms, names: Names) -> Term:
    """The last one stands where none before it is an answer: neither empty nor NaN, which differs from itself."""
    *before, last = arguments
    code = single(last)
    for term in reversed(before):
        it = names.temporary()
        code = f"({it} if ({it} := {single(term)}) != '' and {it} == {it} else {code})"
    return Term(kind_of(arguments), code)


def _regex(arguments: Terms, names: Names) -> Term | None:
    pattern, code = arguments[1].known, text(arguments[0])
    if not isinstance(pattern, str):
        return None
    return Term(TRUTH, f"({names.of(re.compile(pattern).fullmatch)}({code}) is not None)")


def _selected(arguments: Terms, names: Names) -> Term | None:
    word, code = arguments[1].known, text(arguments[0])
    if not isinstance(word, str):
        return None
    return Term(TRUTH, f"({f' {word.strip()} '!r} in ' ' + {code} + ' ')")


def _substr(arguments: Terms, names: Names) -> Term | None:
    """Between places that are known; from the end, or to a place that is computed, is the plain function's."""
    places = [argument.known for argument in arguments[1:]]
    if not all(isinstance(place, float) and 0 <= place < math.inf for place in places):
        return None
    first, *last = [str(int(to_number(place))) for place in places if place is not None]
    return Term(TEXT, f"{text(arguments[0])}[{first}:{''.join(last)}]")


def _concat(arguments: Terms, names: Names) -> Term:
    if any(argument.kind == MANY for argument in arguments):
        return _join((names.known(""), *arguments), names)
    return Term(TEXT, f"({' + '.join(map(text, arguments))})" if arguments else "''")


def _join(arguments: Terms, names: Names) -> Term:
    texts = ", ".join([_texts(argument) for argument in arguments[1:]])
    return Term(TEXT, f"{text(arguments[0])}.join([{texts}])")


def _texts(term: Term) -> Code:
    return f"*map(text_of, {term.code})" if term.kind == MANY else text(term)


def _of_many(function: Callable[[Iterable[Any]], float]) -> Make:
    """A function over the values of all rows."""

    def make(arguments: Terms, names: Names) -> Term | None:
        if arguments[0].kind != MANY:
            return None
        return Term(NUMBER, f"{names.of(function)}({arguments[0].code})")

    return make


def _total(values: Iterable[Any]) -> float:
    return float(sum([to_number(value) for value in values if value != ""]))


def _non_empty(values: Iterable[Any]) -> float:
    return float(sum([value != "" for value in values]))


def _extreme(choose: Callable[[list[float]], float]) -> Callable[[Iterable[Any]], float]:
    def extreme(values: Iterable[Any]) -> float:
        numbers = [to_number(value) for value in values if value != ""]
        return choose(numbers) if numbers and not any(map(math.isnan, numbers)) else math.nan

    return extreme


def _count(arguments: Terms, names: Names) -> Term | None:
    code = arguments[0].code
    if arguments[0].kind == ROWS:
        return Term(NUMBER, code)
    return Term(NUMBER, f"float(len({code}))") if arguments[0].kind == MANY else None


def _position(arguments: Terms, names: Names) -> Term | None:
    return Term(NUMBER, arguments[0].code) if arguments[0].kind == ROW else None


_MADE: Mapping[str, tuple[int, int, Make]] = {
    "not": (1, 1, lambda arguments, names: Term(TRUTH, f"(not {truth(arguments[0])})")),
    "boolean": (1, 1, lambda arguments, names: Term(TRUTH, truth(arguments[0]))),
    "number": (1, 1, lambda arguments, names: Term(NUMBER, number(arguments[0]))),
    "string": (1, 1, lambda arguments, names: Term(TEXT, text(arguments[0]))),
    "if": (3, 3, _if),
    "coalesce": (1, 99, _coalesce),
    "concat": (0, 999, _concat),
    "join": (1, 999, _join),
    "regex": (2, 2, _regex),
    "selected": (2, 2, _selected),
    "substr": (2, 3, _substr),
    "sum": (1, 1, _of_many(_total)),
    "count": (1, 1, _count),
    "count-non-empty": (1, 1, _of_many(_non_empty)),
    "min": (1, 1, _of_many(_extreme(min))),
    "max": (1, 1, _of_many(_extreme(max))),
    "position": (1, 1, _position),
}
"""Name: fewest and most arguments, what makes it; None where the plain function is to be taken, if there is one."""
