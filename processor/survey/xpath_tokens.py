"""The words of an expression: names, numbers, texts, signs and operators; pure."""

from __future__ import annotations

import re

from processor.errors import FormError, Message

_TOKEN = re.compile(
    r"""\s*(?:(?P<literal>"[^"]*"|'[^']*')|(?P<number>\d+(?:\.\d*)?|\.\d+)"""
    r"""|(?P<name>[^\W\d][\w.\-]*(?::[^\W\d][\w.\-]*)?)"""
    r"""|(?P<sign>!=|<=|>=|//|::|\.\.|[()\[\]@,|+\-*=<>/.$]))"""
)
_OPERATOR_NAMES = ("and", "or", "div", "mod")
_BEFORE_OPERAND = {"(", "[", ",", "@", "::", "/", "//", "|", "+", "-", "*", "=", "!=", "<", "<=", ">", ">="}


def tokens(text: str) -> list[tuple[str, str]]:
    """Kind and text of each; FormError where there is none."""
    found: list[tuple[str, str]] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise FormError(Message.XPATH_UNSUPPORTED, expression=text, detail=text[at : at + 20])
        kind = str(match.lastgroup)
        word = match[kind]
        operand_due = not found or found[-1][0] == "operator" or found[-1][1] in _BEFORE_OPERAND
        if kind == "name" and word in _OPERATOR_NAMES and not operand_due:
            kind = "operator"
        found.append((kind, word))
        at = match.end()
    return found
