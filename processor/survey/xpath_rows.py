"""Expressions over the answers of one row, without nodes: what a phone would compute, many times cheaper; pure.

A row is a list in which every answer has its place. What kind of value a piece gives is known before there is an
answer, so its coercions are chosen once, when the expression is read. Only what gives exactly the same as
`xpath_code.py` is made: all else is refused, and whatever fails while it is computed tells nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from processor.survey.xpath_parser import Path, Step
from processor.survey.xpath_rows_calls import call
from processor.survey.xpath_terms import (
    NUMBER,
    PLAIN,
    TEXT,
    TRUTH,
    Look,
    Term,
    known,
    number,
    refused,
    single,
    truth,
)
from processor.survey.xpath_values import TOLERANCE, equal, to_number


class RowMaker:
    """Operators over rows. Paths, and what looks at the clock, are for those who know where answers stand."""

    def constant(self, word: str, kind: str) -> Term:
        """A literal or a number."""
        return known(word[1:-1] if kind == "literal" else float(word))

    def either(self, left: Term, right: Term) -> Term:
        """`or`."""
        one, other = truth(left), truth(right)
        return Term(TRUTH, lambda row: one(row) or other(row))

    def both(self, left: Term, right: Term) -> Term:
        """`and`."""
        one, other = truth(left), truth(right)
        return Term(TRUTH, lambda row: one(row) and other(row))

    def equals(self, left: Term, right: Term, wanted: bool) -> Term:
        """`=` and `!=`; which coercion holds is often known from the kinds (`xpath_values.equal`)."""
        kinds = {left.kind, right.kind}
        if TRUTH in kinds:
            one, other = truth(left), truth(right)
            return Term(TRUTH, lambda row: (one(row) == other(row)) is wanted)
        if kinds == {TEXT}:
            return Term(TRUTH, _same_text(left, right, wanted))
        if NUMBER in kinds and kinds <= {NUMBER, TEXT, PLAIN}:
            return Term(TRUTH, _same_number(left, right, wanted))
        one, other = single(left), single(right)
        if right.known == "" and kinds <= {TEXT, PLAIN}:
            return Term(TRUTH, lambda row: (one(row) == "") is wanted)  # a number never is
        return Term(TRUTH, lambda row: equal(one(row), other(row)) is wanted)

    def compares(self, compare: Callable[[float, float], bool], left: Term, right: Term) -> Term:
        """Order of two numbers."""
        return Term(TRUTH, _of_two(compare, left, right))

    def computes(self, compute: Callable[[float, float], float], left: Term, right: Term) -> Term:
        """Arithmetic of two numbers."""
        return Term(NUMBER, _of_two(compute, left, right))

    def negative(self, term: Term) -> Term:
        """The number with the other sign."""
        look = number(term)
        return Term(NUMBER, lambda row: -look(row))

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
        return call(name, tuple(arguments))


def _same_text(left: Term, right: Term, wanted: bool) -> Look:
    one, other, word = left.look, right.look, right.known
    if word is not None:
        return (lambda row: one(row) == word) if wanted else (lambda row: one(row) != word)
    return lambda row: (one(row) == other(row)) is wanted


def _same_number(left: Term, right: Term, wanted: bool) -> Look:
    one, other = number(left), number(right)
    if right.known is not None:
        there = to_number(right.known)
        return lambda row: (abs(one(row) - there) < TOLERANCE) is wanted
    return lambda row: (abs(one(row) - other(row)) < TOLERANCE) is wanted


def _of_two(compute: Callable[[float, float], Any], left: Term, right: Term) -> Look:
    one, other = number(left), number(right)
    if right.known is not None:
        there = to_number(right.known)
        return lambda row: compute(one(row), there)
    return lambda row: compute(one(row), other(row))
