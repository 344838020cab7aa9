"""Expressions over the answers of one row, without nodes: what a phone would compute, many times cheaper; pure.

A row has a place for every answer. What kind of value a piece gives is known before there is an answer, so its
coercions are chosen once, when the expression is read, and what is made is the code of a Python function. Only what
gives exactly the same as `xpath_code.py` is made: all else is refused, and whatever fails while it is computed
tells nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from processor.survey.xpath_functions import ARITHMETIC, COMPARISONS
from processor.survey.xpath_parser import Path, Step
from processor.survey.xpath_rows_calls import call
from processor.survey.xpath_terms import (
    NUMBER,
    PLAIN,
    TEXT,
    TRUTH,
    Code,
    Names,
    Term,
    number,
    refused,
    single,
    truth,
)
from processor.survey.xpath_values import TOLERANCE

_SIGNS: dict[object, str] = {
    function: sign for sign, function in {**ARITHMETIC, **COMPARISONS}.items() if not sign.isalpha()
}


class RowMaker:
    """Operators over rows. Paths, and what looks at the clock, are for those who know where answers stand."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def constant(self, word: str, kind: str) -> Term:
        """A literal or a number."""
        return self.names.known(word[1:-1] if kind == "literal" else float(word))

    def either(self, left: Term, right: Term) -> Term:
        """`or`."""
        return Term(TRUTH, f"({truth(left)} or {truth(right)})")

    def both(self, left: Term, right: Term) -> Term:
        """`and`."""
        return Term(TRUTH, f"({truth(left)} and {truth(right)})")

    def equals(self, left: Term, right: Term, wanted: bool) -> Term:
        """`=` and `!=`; which coercion holds is often known from the kinds (`xpath_values.equal`)."""
        kinds, sign = {left.kind, right.kind}, "==" if wanted else "!="
        if TRUTH in kinds:
            return Term(TRUTH, f"({truth(left)} {sign} {truth(right)})")
        one, other = single(left), single(right)
        if kinds == {TEXT} or (
            right.known == "" and kinds <= {TEXT, PLAIN}
        ):  # a number never is the empty text
            return Term(TRUTH, f"({one} {sign} {other})")
        if NUMBER in kinds and kinds <= {NUMBER, TEXT, PLAIN}:
            near = f"abs({number(left)} - {number(right)}) < {TOLERANCE!r}"
        else:
            near = f"equal({one}, {other})"
        return Term(TRUTH, f"({near})" if wanted else f"(not {near})")

    def compares(self, compare: Callable[[float, float], bool], left: Term, right: Term) -> Term:
        """Order of two numbers."""
        return Term(TRUTH, self._of_two(compare, left, right))

    def computes(self, compute: Callable[[float, float], float], left: Term, right: Term) -> Term:
        """Arithmetic of two numbers."""
        return Term(NUMBER, self._of_two(compute, left, right))

    def _of_two(self, compute: Callable[[float, float], object], left: Term, right: Term) -> Code:
        sign = _SIGNS.get(compute)
        if sign is None:
            return f"{self.names.of(compute)}({number(left)}, {number(right)})"
        return f"({number(left)} {sign} {number(right)})"

    def negative(self, term: Term) -> Term:
        """The number with the other sign."""
        return Term(NUMBER, f"(-{number(term)})")

    def from_(self, start: Term, steps: tuple[Step[Term], ...]) -> Term:
        """A path from the nodes of another expression: there are none."""
        raise refused("/")

    def filtered(self, start: Term, predicates: tuple[Term, ...]) -> Term:
        """Nodes of another expression: there are none."""
        raise refused("[]")

    def absolute(self, steps: tuple[Step[Term], ...], read: Path) -> Term:
        """A path from the root."""
        raise refused("/".join(read))

    def relative(self, steps: tuple[Step[Term], ...], read: Path) -> Term:
        """A path from the node."""
        raise refused("/".join(read))

    def call(self, name: str, arguments: Sequence[Term]) -> Term | None:
        """A function; None when it is not made here."""
        return call(name, tuple(arguments), self.names)
