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

from processor.errors import FormError
from processor.survey import xpath_code
from processor.survey.xpath_parser import Parser, Path
from processor.survey.xpath_values import (
    Environment,
    Node,
    Scope,
    Value,
    text_of,
    to_boolean,
    unpack,
)

Code = Callable[[Scope], Value]


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
    parser = Parser(text, xpath_code)
    code = parser.whole()
    return Expression(text, code, tuple(dict.fromkeys(parser.reads)), frozenset(parser.functions))
