"""Reads documents like one that was read before: only their texts are looked at; pure.

A document whose tags were all met at their places in documents that the parser has read is read without the parser,
in less than half of the time. Whatever could make a difference (an entity, a comment, CDATA, a carriage return, a
control character, another encoding, an attribute, a tag that is new at its place, an element twice, text between
questions) gives None, and the parser decides. So nothing is taken or refused here that the parser would not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

_MARKS = frozenset(b"<>&") | (frozenset(range(32)) - frozenset(b"\t\n"))
_TEXT = bytes(sorted(frozenset(range(256)) - _MARKS))
_NO_CHARACTERS = b"\xef\xbf"
"""How U+FFFE and U+FFFF begin, which XML refuses."""
_DECLARATIONS = frozenset(
    f"?xml version={q}1.0{q}{encoding}{space}?"
    for q in "'\""
    for encoding in ("", f" encoding={q}UTF-8{q}", f" encoding={q}utf-8{q}")
    for space in ("", " ")
)
_XML_SPACE = " \t\n"
_DEEPEST = 40
"""Containers in each other; the parser's reader has the limit of depth, which is higher."""
_END = ("", "")

_LEAF, _EMPTY, _GROUP, _ROW, _EMPTY_ROW, _CLOSE = range(6)
Place = tuple[int, str, str, "Places"]
"""Kind, path, closing tag, what may stand inside."""
Places = dict[str, Place]
"""By tag, exactly as written between `<` and `>`."""


_NOTHING: Places = {}


class Shape(NamedTuple):
    """What was met inside of one root tag."""

    root: Element
    places: Places


def pieces(xml: bytes) -> list[str] | None:
    """Tag, text, tag, text, … of a plain document; None for any other.

    Plain: `<` and `>` take turns, and nothing stands for something else. What is no tag is no known tag either.
    """
    marks = xml.translate(None, _TEXT)
    if marks != b"<>" * (len(marks) // 2) or _NO_CHARACTERS in xml:
        return None
    try:
        found = xml.decode("utf-8").replace(">", "<").split("<")
    except UnicodeDecodeError:
        return None
    first = 3 if len(found) > 3 and found[1] in _DECLARATIONS and not found[2].strip(_XML_SPACE) else 1
    return None if found[0] or found[-1].strip(_XML_SPACE) else found[first:]


def read(places: Places, found: list[str]) -> dict[str, Any] | None:
    """The answers of a plain document; None when anything in it was not met before."""
    pairs = iter(zip(found[2::2], found[3::2], strict=True))
    into: dict[str, Any] = {}
    answers = into
    outside: list[tuple[Places, dict[str, Any], int, str, str]] = []
    for tag, text in pairs:
        place = places.get(tag)
        if place is None:
            return None
        kind, path, close, inside = place
        if kind == _LEAF:
            following, tail = next(pairs, _END)
            if following != close or path in into or (tail and not tail.isspace()):
                return None
            into[path] = text
            continue
        if text and not text.isspace():
            return None
        if kind == _EMPTY:
            if path in into:
                return None
            into[path] = ""
        elif kind == _CLOSE:
            if not outside:  # the root's
                return answers if next(pairs, _END) is _END else None
            places, above, before, group, blank = outside.pop()
            if len(into) == before:  # what has nothing inside is a question
                if group in into:
                    return None
                into[group] = blank
            into = above
        elif kind == _EMPTY_ROW:
            into.setdefault(path, []).append({})
        else:
            outside.append((places, into, len(into) if kind == _GROUP else -1, path, text))
            if len(outside) > _DEEPEST:
                return None
            if kind == _ROW:
                row: dict[str, Any] = {}
                into.setdefault(path, []).append(row)
                into = row
            places = inside
    return None


Namer = Callable[[str, str], tuple[str, str, bool]]
"""Of a prefix and a tag as the parser gives it: path, prefix of the paths inside, whether it is a repeat."""


class Learner:
    """Remembers what stood where in documents that the parser has read; `room` places at most."""

    def __init__(self, namer: Namer, room: int) -> None:
        self._namer = namer
        self.room = room

    def learn(self, shapes: dict[str, Shape], found: list[str], root: Element) -> None:
        """Remember the tags of a plain document and of the tree that the parser made of it."""
        tags = [tag for tag in found[::2] if not tag.startswith("/")]
        if any(tag.startswith(("!", "?")) for tag in tags) or tags[0].endswith("/"):
            return
        self.room -= 1  # also what teaches nothing costs
        if self.room <= 0:
            return
        if tags[0] not in shapes:
            bare = Element(root.tag, root.attrib)
            shapes[tags[0]] = Shape(bare, {_closing(tags[0]): (_CLOSE, "", "", _NOTHING)})
        self._inside(shapes[tags[0]].places, iter(tags[1:]), root, "")

    def _inside(self, places: Places, tags: Iterator[str], parent: Element, prefix: str) -> None:
        for element in parent:
            tag = next(tags)
            path, inside, is_repeat = self._namer(prefix, element.tag)
            place = places.get(tag)
            if place is None or (place[0] == _LEAF and len(element)):
                place = self._place(tag, element, path, is_repeat)
                if self.room > 0 and not element.keys():
                    self.room -= 1
                    places[tag] = place
            self._inside(place[3], tags, element, inside)

    def _place(self, tag: str, element: Element, path: str, is_repeat: bool) -> Place:
        """Tags inside of an element with attributes are forgotten with it."""
        if tag.endswith("/"):
            return (_EMPTY_ROW if is_repeat else _EMPTY, path, "", _NOTHING)
        if not is_repeat and not len(element):
            return (_LEAF, path, _closing(tag), _NOTHING)
        inside: Places = {_closing(tag): (_CLOSE, "", "", _NOTHING)}
        return (_ROW if is_repeat else _GROUP, path, _closing(tag), inside)


def _closing(tag: str) -> str:
    """Of `meta xmlns="…"`: `/meta`."""
    return "/" + tag.split(None, 1)[0]
