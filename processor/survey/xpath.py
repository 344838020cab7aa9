"""The part of XPath that questionnaires use, as a form engine computes it; pure.

`compile_expression` turns a text into an `Expression`; `evaluate` runs it at a node. Values and coercions
follow JavaRosa, the engine on the phones: an empty answer is `""`, `""` as a number is NaN, a node that
is not relevant does not exist, a name inside a repeat means the same row. What is outside of this part
(axes, `//`, attributes, variables, other functions) raises FormError and is never guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from processor.errors import FormError, Message
from processor.survey import xpath_code as made
from processor.survey import xpath_functions as functions
from processor.survey.xpath_tokens import tokens
from processor.survey.xpath_values import (
    Environment,
    Node,
    Scope,
    Value,
    text_of,
    to_boolean,
    to_number,
    unpack,
)

Code = Callable[[Scope], Value]

Path = tuple[str, ...]
HERE, ROOT, LIST, ANYWHERE, CHOSEN = ".", "/", "list", "?", "[]"
"""How a path begins: at the node of the expression, the root, a list of the form, or there is no telling. Then
come names, `..` for the element around; `CHOSEN` after a name with conditions: not this row is meant, but any."""


@dataclass(frozen=True)
class Expression:
    """A compiled expression; `text` is what it was made of.

    `reads` are all paths in it, those in predicates included, and `functions` all functions, whether or not
    an evaluation comes to them. `refused` says why it cannot be evaluated at all.
    """

    text: str
    code: Code
    reads: tuple[Path, ...] = ()
    functions: frozenset[str] = frozenset()
    refused: FormError | None = None

    def evaluate(self, node: Node, environment: Environment) -> Value:
        """Its value at `node`: text, number, truth value, date, or a list of nodes."""
        return self.code(Scope(node, environment, node, 0))

    def text_value(self, node: Node, environment: Environment) -> str:
        """Its value as text."""
        return text_of(unpack(self.evaluate(node, environment)))

    def truth(self, node: Node, environment: Environment) -> bool:
        """Its value as a condition."""
        return to_boolean(self.evaluate(node, environment))


@lru_cache(maxsize=4096)
def compile_expression(text: str) -> Expression:
    """Compile `text`; FormError says what in it is not understood."""
    parser = Parser(text)
    code = parser.whole()
    return Expression(text, code, tuple(dict.fromkeys(parser.reads)), frozenset(parser.functions))


class Parser:
    """Recursive descent over the tokens; each method returns code for its level of precedence."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.at = 0
        self.base: Path = (HERE,)
        self.reads: list[Path] = []
        self.functions: set[str] = set()

    def whole(self) -> Code:
        """The whole text as one expression."""
        code = self._or()
        if self.at < len(self.tokens):
            raise self._refuse(self._peek())
        return code

    def _peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def _kind(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def _next(self) -> str:
        word = self._peek()
        self.at += 1
        return word

    def _take(self, *words: str) -> str:
        """The next token when it is a sign or operator among `words`, else nothing."""
        return self._next() if self._kind() in ("sign", "operator") and self._peek() in words else ""

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise self._refuse(self._peek() or f"the end, where {word} was expected")

    def _refuse(self, detail: str) -> FormError:
        return FormError(Message.XPATH_UNSUPPORTED, expression=self.text, detail=detail)

    def _or(self) -> Code:
        left = self._and()
        while self._take("or"):
            left = made.either(left, self._and())
        return left

    def _and(self) -> Code:
        left = self._equality()
        while self._take("and"):
            left = made.both(left, self._equality())
        return left

    def _equality(self) -> Code:
        left = self._comparison()
        while sign := self._take("=", "!="):
            left = made.equals(left, self._comparison(), sign == "=")
        return left

    def _comparison(self) -> Code:
        left = self._sum()
        while sign := self._take("<", "<=", ">", ">="):
            left = made.compares(functions.COMPARISONS[sign], left, self._sum())
        return left

    def _sum(self) -> Code:
        left = self._product()
        while sign := self._take("+", "-"):
            left = made.computes(functions.ARITHMETIC[sign], left, self._product())
        return left

    def _product(self) -> Code:
        left = self._negation()
        while sign := self._take("*", "div", "mod"):
            left = made.computes(functions.ARITHMETIC[sign], left, self._negation())
        return left

    def _negation(self) -> Code:
        if not self._take("-"):
            return self._path()
        code = self._negation()
        return lambda scope: -to_number(code(scope))

    def _path(self) -> Code:
        kind, word = self._kind(), self._peek()
        if kind in ("literal", "number"):
            return made.constant(self._next(), kind)
        if self._take("("):
            code = self._or()
            self._expect(")")
            return self._onward(code, (ANYWHERE,))
        if kind == "name" and self.tokens[self.at + 1 : self.at + 2] == [("sign", "(")]:
            return self._onward(self._call(), _STARTS.get(word, (ANYWHERE,)))
        if word == "/":
            self._next()
            return self.absolute(self._steps((ROOT,)))
        if word in (".", "..", "*") or kind == "name":
            return self.relative(self._steps(self.base))
        raise self._refuse(word or "the end")

    def absolute(self, steps: tuple[made.Step, ...]) -> Code:
        """What a path from the root does; it is the last of `reads`."""
        return made.absolute(steps)

    def relative(self, steps: tuple[made.Step, ...]) -> Code:
        """What a path from the node does; it is the last of `reads`."""
        return made.relative(steps)

    def _onward(self, start: Code, base: Path) -> Code:
        """Predicates and steps after a primary expression, whose nodes are those of `base`."""
        predicates = self._predicates(base)
        if predicates:
            start = made.filtered(start, predicates)
        return made.from_(start, self._steps(base)) if self._take("/") else start

    def _call(self) -> Code:
        name = self._next()
        self._expect("(")
        arguments: list[Code] = []
        if not self._take(")"):
            arguments.append(self._or())
            while self._take(","):
                arguments.append(self._or())
            self._expect(")")
        code = functions.call(name, arguments)
        self.functions.add(name)
        if code is None:
            raise self._refuse(f"{name}() with {len(arguments)} arguments")
        return code

    def _steps(self, base: Path) -> tuple[made.Step, ...]:
        steps: list[made.Step] = []
        while not steps or self._take("/"):
            name = self._name()
            base = (*base, name, CHOSEN) if self._peek() == "[" else (*base, name)
            steps.append(made.Step(name, self._predicates(base)))
        self.reads.append(base)
        return tuple(steps)

    def _name(self) -> str:
        name = self._next()
        kind = self.tokens[self.at - 1][0] if self.at <= len(self.tokens) else ""
        if (kind != "name" and name not in (".", "..", "*")) or self._peek() in ("::", "("):
            raise self._refuse(name or "the end")
        return name

    def _predicates(self, base: Path) -> tuple[Code, ...]:
        """Conditions on the nodes of `base`: relative paths in them begin there."""
        found: list[Code] = []
        around, self.base = self.base, base
        while self._take("["):
            found.append(self._or())
            self._expect("]")
        self.base = around
        return tuple(found)


_STARTS: dict[str, Path] = {"current": (HERE,), "instance": (LIST,)}
"""Functions that give nodes, and which."""
