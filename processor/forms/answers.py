"""The raw answers of a submission: texts exactly as received, keyed by question path; pure.

`read_submission` is the only reader of submission XML, for every server. A document may come from
anywhere: it is bounded in size and depth, and a DTD (hence every entity) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

from processor.errors import Message, ProcessorError
from processor.forms.quick_xml import Learner, Shape, pieces
from processor.forms.quick_xml import read as read_quickly

Answers = dict[str, "str | list[Answers]"]
"""Raw text answers keyed by full question path without the root (`sec_a/district_code`).

A repeat stands under its own path as an ordered list of the same kind of mapping, whose keys are
full paths too (`members` -> [{`members/m_name`: ...}]). An empty element is `""`; a question that
the XML does not carry (not relevant) is absent. Texts are exactly what was received.
An element that comes twice without being a repeat is kept as `path[2]`, an attribute as `path/@name`.
"""

MAX_BYTES = 5_000_000
MAX_DEPTH = 60
MAX_PATHS = 10_000

_ENCRYPTED = "encrypted"
_TEMPLATE = "{http://openrosa.org/javarosa}template"
_ENCODING = re.compile(rb"<\?xml[^>]{0,100}?\bencoding\s*=\s*[\"']([^\"']{1,40})[\"']")
_PLAIN_ENCODINGS = (b"utf-8", b"us-ascii", b"ascii")


class XmlError(ProcessorError):
    """The document is not a submission; whoever sent it must act."""


class ParsedSubmission(NamedTuple):
    """What a submission's XML says. Ids are empty texts where the XML has none."""

    form_id: str
    version: str
    instance_id: str
    deprecated_id: str
    answers: Answers


class SubmissionXml:
    """A well-formed document, its root read; the form it names says how to read the rest.

    XmlError when the document is no well-formed XML, has a DTD, or is too large.
    """

    def __init__(self, xml: bytes) -> None:
        self._root = _parse(xml)
        self.form_id = self._root.get("id", "")
        self.version = self._root.get("version", "")
        self.encrypted = self._root.get(_ENCRYPTED) is not None

    def read(self, repeats: Collection[str]) -> ParsedSubmission:
        """All answers; `repeats` are the paths of the form's repeats. XmlError when it is too deep."""
        answers: Answers = {}
        _reader(frozenset(repeats)).read(self._root, "", answers, 1)
        return _parsed(self._root, answers)


def read_submission(xml: bytes, repeats: Collection[str]) -> ParsedSubmission:
    """Read one submission of a form whose repeats have the paths `repeats`; XmlError as above."""
    return _reader(frozenset(repeats)).submission(xml)


def named_files(answers: Answers, paths: Collection[str]) -> Iterator[str]:
    """The file names that answers to the questions `paths` (photos, audit logs, ...) hold, in order."""
    for path, value in answers.items():
        if isinstance(value, list):
            for row in value:
                yield from named_files(row, paths)
        elif value and path in paths:
            yield value


def _parsed(root: Element, answers: Answers) -> ParsedSubmission:
    return ParsedSubmission(
        form_id=root.get("id", ""),
        version=root.get("version", ""),
        instance_id=_text(answers, "meta/instanceID"),
        deprecated_id=_text(answers, "meta/deprecatedID"),
        answers=answers,
    )


def _text(answers: Answers, path: str) -> str:
    value = answers.get(path, "")
    return value if isinstance(value, str) else ""


def _parse(xml: bytes) -> Element:
    if len(xml) > MAX_BYTES:
        raise XmlError(Message.XML_LARGE, found=len(xml), limit=MAX_BYTES)
    try:
        if _is_plain(xml):
            return ElementTree.fromstring(xml)  # noqa: S314 - no DTD, so no entities
        return defusedxml.ElementTree.fromstring(xml, forbid_dtd=True)
    except DefusedXmlException:
        raise XmlError(Message.XML_DTD) from None
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise XmlError(Message.XML_SYNTAX, detail=error) from None


def _is_plain(xml: bytes) -> bool:
    """Whether the bytes can be searched as they are, and hold no DTD: then the fast parser is safe."""
    if b"<!DOCTYPE" in xml or b"\0" in xml or xml[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return False
    declared = _ENCODING.search(xml[:200])
    return declared is None or declared[1].lower() in _PLAIN_ENCODINGS


class _Place(NamedTuple):
    """What an element of a name is at one place of a form."""

    path: str
    inside: str
    """Beginning of the paths below it."""
    is_repeat: bool


class _Reader:
    """Walks documents of a form; `repeats` decides what is a list.

    Paths are made once and shared: a page of submissions then holds each path once in memory.
    """

    def __init__(self, repeats: frozenset[str]) -> None:
        self._repeats = repeats
        self._places: dict[str, dict[str, _Place]] = {}
        self._size = 0
        self._shapes: dict[str, Shape] = {}
        self._learner = Learner(self._place, MAX_PATHS)

    def submission(self, xml: bytes) -> ParsedSubmission:
        """Read a document: as one like it was read, else by the parser, and remember what stood where."""
        found = pieces(xml) if len(xml) <= MAX_BYTES else None
        shape = self._shapes.get(found[0]) if found else None
        answers = read_quickly(shape.places, found) if found and shape else None
        if shape and answers is not None:
            return _parsed(shape.root, answers)
        root, answers = _parse(xml), {}
        self.read(root, "", answers, 1)
        if found:
            self._learner.learn(self._shapes, found, root)
        return _parsed(root, answers)

    def read(self, parent: Element, prefix: str, into: Answers, depth: int) -> None:
        """Put everything below `parent` into `into`, paths beginning with `prefix`."""
        if depth > MAX_DEPTH:
            raise XmlError(Message.XML_DEEP, limit=MAX_DEPTH)
        places = self._places.get(prefix, {})
        for element in parent:
            path, inside, is_repeat = places.get(element.tag) or self._place(prefix, element.tag)
            if is_repeat:
                self._row(element, path, inside, into, depth)
            elif len(element):
                _about(element, path, into)
                self.read(element, inside, into, depth + 1)
            elif path in into or element.keys():
                _keep(into, path, element.text or "")
                _attributes(element, path, into)
            else:
                into[path] = element.text or ""

    def _place(self, prefix: str, tag: str) -> _Place:
        """By prefix and local name; remembered, within bounds: documents of strangers make up names."""
        path = prefix + tag.rpartition("}")[2]
        place = _Place(path, path + "/", path in self._repeats)
        if self._size < MAX_PATHS:
            self._size += 1
            self._places.setdefault(prefix, {})[tag] = place
        return place

    def _row(self, element: Element, path: str, inside: str, into: Answers, depth: int) -> None:
        rows = into.setdefault(path, [])
        assert isinstance(rows, list)  # a path is always or never a repeat
        if element.get(_TEMPLATE) is not None:
            return
        row: Answers = {}
        rows.append(row)
        _about(element, path, row)
        self.read(element, inside, row, depth + 1)


@lru_cache(maxsize=64)
def _reader(repeats: frozenset[str]) -> _Reader:
    return _Reader(repeats)


def _keep(into: Answers, path: str, text: str) -> None:
    """Under the path, or the next free `path[n]`: nothing replaces what came before."""
    name, number = path, 1
    while name in into:
        number += 1
        name = f"{path}[{number}]"
    into[name] = text


def _about(element: Element, path: str, into: Answers) -> None:
    """What a group or row says beside its questions: attributes, and text between them that is not blank."""
    if element.keys():
        _attributes(element, path, into)
    loose = element.text or ""
    for child in element:
        if child.tail:
            loose += child.tail
    if loose and loose.strip():
        _keep(into, path, loose)


def _attributes(element: Element, path: str, into: Answers) -> None:
    for name, value in element.attrib.items():
        _keep(into, f"{path}/@{name.rpartition('}')[2]}", value)
