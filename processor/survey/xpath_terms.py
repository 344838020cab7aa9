"""Pieces of expressions over the answers of a row, as Python code, and their coercions; pure (`xpath_rows.py`).

Code is made of a form's expressions alone, never of an answer: an answer stands behind a name (`p12` is what stands
at place 12 of the row, `a` a single answer), a text of the form is written as a literal of Python.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from types import CodeType
from typing import Any, NamedTuple

from processor.errors import FormError, Message
from processor.survey.xpath_values import Value, equal, number_of, text_of, to_boolean, to_number

FAILURES = (
    FormError,
    ValueError,
    TypeError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RuntimeError,
    re.error,
)
"""What looking may raise over odd forms and odd answers: then nothing is known."""

Code = str
"""An expression of Python that needs no brackets around it."""

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
    """A piece of an expression: what kind of value it gives, and the code that computes it."""

    kind: str
    code: Code
    number: Code | None = None
    """The same as a number, where there is a shorter way."""
    known: Value | None = None
    """The value of a constant."""


def refused(expression: str) -> FormError:
    """Raised for what is not made here."""
    return FormError(Message.XPATH_UNSUPPORTED, expression=expression, detail="more than answers of the row")


def number(term: Term) -> Code:
    """The term as a number. FormError when it is no single value."""
    code = single(term)
    if term.known is not None:
        return _float(to_number(term.known))
    if term.kind == NUMBER:
        return code
    if term.number is not None:
        return term.number
    return f"number_of({code})" if term.kind == TEXT else f"to_number({code})"


def text(term: Term) -> Code:
    """The term as text. FormError when it is no single value."""
    code = single(term)
    if term.kind == TEXT:
        return code
    return f"number_text({code})" if term.kind == NUMBER else f"text_of({code})"


def truth(term: Term) -> Code:
    """The term as a condition. FormError when it is no single value."""
    code = single(term)
    if term.kind == TRUTH:
        return code
    return f"({code} != '')" if term.kind == TEXT else f"to_boolean({code})"


def single(term: Term) -> Code:
    """The term as the value that it is. FormError when it is none, or many."""
    if term.kind in (MANY, ROW, ROWS):
        raise refused(term.kind)
    return term.code


@lru_cache(maxsize=20_000)
def number_text(value: float) -> str:
    """A number as text."""
    return text_of(value)


def _float(value: float) -> Code:
    return f"({value!r})" if math.isfinite(value) else "nan" if value != value else f"({value!r})"


def kind_of(terms: Iterable[Term]) -> str:
    """The kind of a value that is one of these."""
    kinds = {term.kind for term in terms}
    return kinds.pop() if len(kinds) == 1 else PLAIN if kinds <= {TEXT, NUMBER, PLAIN} else ANY


_HELPERS: dict[str, Any] = {
    "__builtins__": {},
    "nan": math.nan,
    "inf": math.inf,
    **{
        f.__name__: f
        for f in (abs, len, map, float, equal, number_of, number_text, text_of, to_boolean, to_number)
    },
}


class Names:
    """What the code of one form calls by name, and the functions that are made of code."""

    def __init__(self) -> None:
        self._bound: dict[str, Any] = dict(_HELPERS)
        self._temporary = 0

    def of(self, value: Any) -> Code:
        """The name of a function or another value."""
        name = f"f{len(self._bound)}"
        self._bound[name] = value
        return name

    def temporary(self) -> Code:
        """A name for a value that is looked at twice."""
        self._temporary += 1
        return f"t{self._temporary}"

    def known(self, value: Value) -> Term:
        """A constant."""
        if isinstance(value, bool):
            return Term(TRUTH, str(value), known=value)
        if isinstance(value, float):
            return Term(NUMBER, _float(value), known=value)
        if isinstance(value, str):
            return Term(TEXT, repr(value), known=value)
        return Term(ANY, self.of(value), known=value)

    def of_one(self, code: Code) -> Callable[[str], Any]:
        """The function of a single answer."""
        return self._made(f"lambda a: {code}")

    def of_row(self, code: Code) -> Callable[[Sequence[Any]], Any]:
        """The function of a row."""
        places = places_of(code)
        arguments = ", ".join(f"p{place}" for place in places)
        values = ", ".join(f"row[{place}]" for place in places)
        return self._made(f"lambda row: (lambda {arguments}: {code})({values})")

    def of_rows(self, code: Code, places: Sequence[int]) -> Callable[[Iterable[Any]], set[Any]]:
        """Those sets of answers, each a tuple of what stands at `places`, for which the code holds."""
        key = "".join(f"p{place}, " for place in places)
        return self._made(f"lambda keys: {{({key}) for {key} in keys if {code}}}")

    def _made(self, source: str) -> Any:
        """FormError when there is more in it than Python reads."""
        return eval(_compiled(source), self._bound)  # noqa: S307 - made of the form's expressions, see above


def places_of(code: Code) -> tuple[int, ...]:
    """All places of the row that the code looks at. FormError when there is more in it than Python reads."""
    return tuple(
        sorted({int(name[1:]) for name in _names(_compiled(code)) if name[0] == "p" and name[1:].isdigit()})
    )


def _names(code: CodeType) -> Iterable[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def _compiled(source: str) -> CodeType:
    try:
        return compile(source, "<form>", "eval")
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise refused(source[:100]) from error
