"""Reads the text of an expression; what is made of its pieces is up to who asks; pure.

Recursive descent over the tokens, a method for each level of precedence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from processor.errors import FormError, Message
from processor.survey import xpath_functions as functions
from processor.survey.xpath_tokens import tokens

Path = tuple[str, ...]
HERE, ROOT, LIST, ANYWHERE, CHOSEN = ".", "/", "list", "?", "[]"
"""How a path begins: at the node of the expression, the root, a list of the form, or there is no telling. Then
come names, `..` for the element around; `CHOSEN` after a name with conditions: not this row is meant, but any."""

P = TypeVar("P")


@dataclass(frozen=True)
class Step(Generic[P]):
    """One step of a path."""

    name: str
    predicates: tuple[P, ...]


class Maker(Protocol[P]):
    """What the pieces of an expression are made of: `xpath_code` runs it at nodes, `xpath_rows` over a row."""

    def constant(self, word: str, kind: str, /) -> P:
        """A literal or a number."""

    def either(self, left: P, right: P, /) -> P:
        """`or`."""

    def both(self, left: P, right: P, /) -> P:
        """`and`."""

    def equals(self, left: P, right: P, wanted: bool, /) -> P:
        """`=` and `!=`."""

    def compares(self, compare: Callable[[float, float], bool], left: P, right: P, /) -> P:
        """Order of two numbers."""

    def computes(self, compute: Callable[[float, float], float], left: P, right: P, /) -> P:
        """Arithmetic of two numbers."""

    def negative(self, number: P, /) -> P:
        """The number with the other sign."""

    def call(self, name: str, arguments: Sequence[P], /) -> P | None:
        """A function; None when it, or that number of arguments, is not supported."""

    def absolute(self, steps: tuple[Step[P], ...], read: Path, /) -> P:
        """A path from the root; `read` is how it stands in `Expression.reads`."""

    def relative(self, steps: tuple[Step[P], ...], read: Path, /) -> P:
        """A path from the node."""

    def from_(self, start: P, steps: tuple[Step[P], ...], /) -> P:
        """A path from the nodes of another expression."""

    def filtered(self, start: P, predicates: tuple[P, ...], /) -> P:
        """Nodes of another expression that pass the predicates."""


class Parser(Generic[P]):
    """Recursive descent over the tokens; each method returns what is made for its level of precedence."""

    def __init__(self, text: str, made: Maker[P]) -> None:
        self.text, self.made = text, made
        self.tokens = [*tokens(text), ("", "")]
        self.at = 0
        self.base: Path = (HERE,)
        self.reads: list[Path] = []
        self.functions: set[str] = set()

    def whole(self) -> P:
        """The whole text as one expression."""
        code = self._or()
        if self._kind():
            raise self._refuse(self._peek())
        return code

    def _peek(self) -> str:
        return self.tokens[self.at][1]

    def _kind(self) -> str:
        return self.tokens[self.at][0]

    def _next(self) -> str:
        kind, word = self.tokens[self.at]
        self.at += kind != ""  # the end stays the end
        return word

    def _take(self, *words: str) -> str:
        """The next token when it is a sign or operator among `words`, else nothing."""
        kind, word = self.tokens[self.at]
        if word not in words or kind not in ("sign", "operator"):
            return ""
        self.at += 1
        return word

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise self._refuse(self._peek() or f"the end, where {word} was expected")

    def _refuse(self, detail: str) -> FormError:
        return FormError(Message.XPATH_UNSUPPORTED, expression=self.text, detail=detail)

    def _or(self) -> P:
        left = self._and()
        while self._take("or"):
            left = self.made.either(left, self._and())
        return left

    def _and(self) -> P:
        left = self._equality()
        while self._take("and"):
            left = self.made.both(left, self._equality())
        return left

    def _equality(self) -> P:
        left = self._comparison()
        while sign := self._take("=", "!="):
            left = self.made.equals(left, self._comparison(), sign == "=")
        return left

    def _comparison(self) -> P:
        left = self._sum()
        while sign := self._take("<", "<=", ">", ">="):
            left = self.made.compares(functions.COMPARISONS[sign], left, self._sum())
        return left

    def _sum(self) -> P:
        left = self._product()
        while sign := self._take("+", "-"):
            left = self.made.computes(functions.ARITHMETIC[sign], left, self._product())
        return left

    def _product(self) -> P:
        left = self._negation()
        while sign := self._take("*", "div", "mod"):
            left = self.made.computes(functions.ARITHMETIC[sign], left, self._negation())
        return left

    def _negation(self) -> P:
        if not self._take("-"):
            return self._path()
        return self.made.negative(self._negation())

    def _path(self) -> P:
        kind, word = self._kind(), self._peek()
        if kind in ("literal", "number"):
            return self.made.constant(self._next(), kind)
        if self._take("("):
            code = self._or()
            self._expect(")")
            return self._onward(code, (ANYWHERE,))
        if kind == "name" and self.tokens[self.at + 1 : self.at + 2] == [("sign", "(")]:
            return self._onward(self._call(), _STARTS.get(word, (ANYWHERE,)))
        if word == "/":
            self._next()
            return self.made.absolute(self._steps((ROOT,)), self.reads[-1])
        if word in (".", "..", "*") or kind == "name":
            return self.made.relative(self._steps(self.base), self.reads[-1])
        raise self._refuse(word or "the end")

    def _onward(self, start: P, base: Path) -> P:
        """Predicates and steps after a primary expression, whose nodes are those of `base`."""
        predicates = self._predicates(base)
        if predicates:
            start = self.made.filtered(start, predicates)
        return self.made.from_(start, self._steps(base)) if self._take("/") else start

    def _call(self) -> P:
        name = self._next()
        self._expect("(")
        arguments: list[P] = []
        if not self._take(")"):
            arguments.append(self._or())
            while self._take(","):
                arguments.append(self._or())
            self._expect(")")
        code = self.made.call(name, arguments)
        self.functions.add(name)
        if code is None:
            raise self._refuse(f"{name}() with {len(arguments)} arguments")
        return code

    def _steps(self, base: Path) -> tuple[Step[P], ...]:
        steps: list[Step[P]] = []
        while not steps or self._take("/"):
            name = self._name()
            base = (*base, name, CHOSEN) if self._peek() == "[" else (*base, name)
            steps.append(Step(name, self._predicates(base)))
        self.reads.append(base)
        return tuple(steps)

    def _name(self) -> str:
        kind, name = self._kind(), self._next()
        if (kind != "name" and name not in (".", "..", "*")) or self._peek() in ("::", "("):
            raise self._refuse(name or "the end")
        return name

    def _predicates(self, base: Path) -> tuple[P, ...]:
        """Conditions on the nodes of `base`: relative paths in them begin there."""
        found: list[P] = []
        around, self.base = self.base, base
        while self._take("["):
            found.append(self._or())
            self._expect("]")
        self.base = around
        return tuple(found)


_STARTS: dict[str, Path] = {"current": (HERE,), "instance": (LIST,)}
"""Functions that give nodes, and which."""
