"""Cuts a list in XML into the submissions that it holds, byte for byte as the server keeps them.

Every submission is parsed by its reader, so here only its end is looked for: by its closing tag, and where that could
mislead (a nested element of the same name, a comment, CDATA) by walking the list with expat, ten times slower.
A DTD (hence every entity) is refused.
"""

from __future__ import annotations

import re
from xml.parsers import expat

_COUNT = re.compile(rb"<count>(\d{1,12})</count>")
_VERSION = re.compile(rb"<__version__>([^<]{1,60})</__version__>")
_PLAIN = re.compile(rb"(<\?xml version=\"1\.0\" encoding=\"utf-8\"\?>)?\s*<root>")
_RESULTS = b"<results>"
_OPENING = re.compile(rb"\s*<([^\s/>!?]+)")
_DEPTH = 3
"""root, results, submission."""


class ListError(Exception):
    """The body is no list of submissions."""


def split_list(body: bytes) -> list[bytes]:
    """The submissions of `<root><count/>…<results>…</results></root>`, in order."""
    parts = _by_tags(body)
    return _by_walk(body) if parts is None else parts


def _by_tags(body: bytes) -> list[bytes] | None:
    """The submissions, or None when closing tags alone do not tell where they end."""
    head = body.find(_RESULTS)
    if head < 0 or not _PLAIN.match(body) or b"<!" in body:
        return None
    parts: list[bytes] = []
    position = head + len(_RESULTS)
    while opening := _OPENING.match(body, position):
        begin, tag = opening.start(1) - 1, opening[1]
        close = body.find(b"</" + tag + b">", begin)
        if close < 0 or body.find(b"<" + tag, begin + 1, close) >= 0:
            return None
        position = close + len(tag) + 3
        parts.append(body[begin:position])
    return parts if body[position:].split() == [b"</results></root>"] else None


def _by_walk(body: bytes) -> list[bytes]:
    cutter = _Cutter(body)
    try:
        cutter.parser.Parse(body, True)
    except expat.ExpatError:
        raise ListError("not well-formed XML") from None
    if not cutter.has_results:
        raise ListError("no <results>")
    return cutter.parts


def total(body: bytes) -> int:
    """The number of rows that the list says there are."""
    found = _COUNT.search(body[:2000])
    if found is None:
        raise ListError("no <count>")
    return int(found[1])


def kobo_version(xml: bytes) -> str:
    """Kobo's own version of the form in a submission, or nothing."""
    found = _VERSION.search(xml)
    return found[1].decode("ascii", "replace") if found else ""


class _Cutter:
    def __init__(self, body: bytes) -> None:
        self._body = body
        self.parts: list[bytes] = []
        self.has_results = False
        self._depth = 0
        self._begin = 0
        self._inside = False
        self.parser = parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        parser.XmlDeclHandler = self._declared

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == _DEPTH - 1:
            self._inside = tag == "results"
            self.has_results |= self._inside
        elif self._depth == _DEPTH:
            self._begin = self.parser.CurrentByteIndex

    def _end(self, tag: str) -> None:
        """expat stands at `</tag>`, or behind an element that was empty (`<tag/>`)."""
        if self._depth == _DEPTH and self._inside:
            end = self.parser.CurrentByteIndex
            if self._body.startswith(b"</" + tag.encode(), end):
                end = self._body.index(b">", end) + 1
            self.parts.append(self._body[self._begin : end])
        self._depth -= 1

    def _doctype(self, *_: object) -> None:
        raise ListError("a DOCTYPE")

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if (encoding or "utf-8").lower() not in ("utf-8", "utf8"):
            raise ListError(f"encoding {encoding!r:.20}")
