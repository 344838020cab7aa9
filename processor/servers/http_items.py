"""A long JSON list read while it comes, an element at a time: its text is never held as a whole.

A list counts only when its closing bracket has come and nothing but space behind it: a part is never taken for all.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from json import JSONDecoder
from typing import Any

from processor.servers.http_body import BodyError

Hook = Callable[[dict[str, Any]], Any]
BLOCK = 64 * 1024
"""Bytes that are looked at together: an element that is not whole in them is looked at again with the next ones."""
_BEHIND = frozenset(" \t\n\r,]")
_NO_SPACE = re.compile(r"[^ \t\n\r]")


def parse_items(pieces: Iterable[bytes], hook: Hook) -> list[Any]:
    """The elements of a JSON list, `hook` applied to each of their objects; BodyError when it is no list, or not all."""
    try:
        text = _Text(_blocks(pieces), JSONDecoder(object_hook=hook).raw_decode)
        found = list(_elements(text))
        text.end()
        return found
    except (ValueError, RecursionError):  # a text that is no UTF-8 is one, too
        raise BodyError("not valid JSON") from None


def _blocks(pieces: Iterable[bytes]) -> Iterator[str]:
    """The text in blocks of some size, whatever the pieces are."""
    decode = codecs.getincrementaldecoder("utf-8")().decode
    parts: list[str] = []
    size = 0
    for piece in pieces:
        parts.append(decode(piece))
        size += len(piece)
        if size >= BLOCK:
            yield "".join(parts)
            parts, size = [], 0
    yield "".join(parts) + decode(b"", final=True)


def _elements(text: _Text) -> Iterator[Any]:
    if text.sign() != "[":
        raise ValueError("no list")
    if text.is_next("]"):
        text.sign()
        return
    sign = ","
    while sign == ",":
        yield text.element()
        sign = text.sign()
    if sign != "]":
        raise ValueError("no sign between elements")


class _Text:
    """What has come and is not yet parsed."""

    def __init__(self, blocks: Iterator[str], parse: Callable[[str, int], tuple[Any, int]]) -> None:
        self._blocks = blocks
        self._parse = parse
        self._text = ""
        self._place = 0

    def sign(self) -> str:
        """The next sign that is no space; ValueError at the end of the text."""
        while (found := _NO_SPACE.search(self._text, self._place)) is None:
            self._place = len(self._text)
            self._more()
        self._place = found.end()
        return found[0]

    def is_next(self, sign: str) -> bool:
        """Whether this is the next sign; it is left there."""
        found = self.sign() == sign
        self._place -= 1
        return found

    def element(self) -> Any:
        """The next value. It is whole when the list goes on behind it: 12 may be the beginning of 12.5e3."""
        self.is_next("")  # values begin without space
        while True:
            try:
                value, end = self._parse(self._text, self._place)
                if self._text[end : end + 1] in _BEHIND:
                    self._place = end
                    return value
            except ValueError:
                pass
            self._more()

    def end(self) -> None:
        """ValueError unless nothing but space follows."""
        rest = [self._text[self._place :], *self._blocks]
        if any(_NO_SPACE.search(block) for block in rest):
            raise ValueError("text behind the list")

    def _more(self) -> None:
        """At least as much again, so that a long element is looked at a few times only; ValueError at the end."""
        parts = [self._text[self._place :]]
        missing = len(parts[0])
        for block in self._blocks:
            parts.append(block)
            missing -= len(block)
            if missing <= 0:
                break
        if len(parts) == 1:
            raise ValueError("cut off")
        self._text, self._place = "".join(parts), 0
