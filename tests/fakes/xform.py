"""A minimal description of a form, read from the XForm that phones get; and the texts of a submission."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

Texts = dict[str, Any]
"""Text by path (`hh/size`); a repeat is a list of the same under its own path, inner keys are full paths."""


class NotAForm(Exception):
    """The document is no XForm; `where` says what is missing."""


def local(tag: str) -> str:
    """A name without its namespace."""
    return tag.rpartition("}")[2]


@dataclass(frozen=True)
class Field:
    """One node of the primary instance; `path` begins with a slash and leaves out the root."""

    path: str
    name: str
    type: str
    multiple: bool = False

    @property
    def binary(self) -> bool:
        """Does the answer name a file?"""
        return self.type == "binary"


@dataclass(frozen=True)
class Description:
    """What the fakes know of one form version."""

    form_id: str
    version: str
    title: str
    fields: tuple[Field, ...]
    media: tuple[str, ...]
    encrypted: bool = False

    @cached_property
    def by_path(self) -> dict[str, Field]:
        """Field by path."""
        return {field.path: field for field in self.fields}

    @cached_property
    def repeats(self) -> frozenset[str]:
        """Paths of the repeats, without the leading slash."""
        return frozenset(field.path[1:] for field in self.fields if field.type == "repeat")

    @cached_property
    def binaries(self) -> frozenset[str]:
        """Paths of the questions that name files, without the leading slash."""
        return frozenset(field.path[1:] for field in self.fields if field.binary)

    @cached_property
    def children(self) -> dict[str, list[Field]]:
        """Fields by the path of their parent, "" for the root."""
        found: dict[str, list[Field]] = {"": []}
        for field in self.fields:
            found.setdefault(field.path.rpartition("/")[0], []).append(field)
        return found

    @cached_property
    def shape(self) -> str:
        """Fingerprint of names and types."""
        return hashlib.md5(repr(self.fields).encode()).hexdigest()


def describe(xml: bytes) -> Description:
    """Read an XForm; NotAForm when it is none."""
    try:
        root = ElementTree.fromstring(xml)
    except ElementTree.ParseError:
        raise NotAForm("formId") from None
    model = _first(root, "model")
    instance = None if model is None else _first(model, "instance")
    data = None if instance is None or not len(instance) else instance[0]
    if model is None or data is None or not data.get("id"):
        raise NotAForm("formId")
    types = {e.get("nodeset", ""): e.get("type", "") for e in model if local(e.tag) == "bind"}
    repeats = {e.get("nodeset", "") for e in root.iter() if local(e.tag) == "repeat"}
    multiple = {e.get("ref", "") for e in root.iter() if local(e.tag) == "select"}
    top = "/" + local(data.tag)
    fields: dict[str, Field] = {}
    _walk(data, top, top, (types, repeats, multiple), fields)
    title = _first(root, "title")
    return Description(
        form_id=data.get("id", ""),
        version=data.get("version", ""),
        title="" if title is None else title.text or "",
        fields=tuple(fields.values()),
        media=_media(root),
        encrypted=any(e.get("base64RsaPublicKey") for e in model if local(e.tag) == "submission"),
    )


def _first(element: Element, name: str) -> Element | None:
    return next((e for e in element.iter() if local(e.tag) == name), None)


def _walk(
    element: Element,
    path: str,
    top: str,
    known: tuple[dict[str, str], set[str], set[str]],
    fields: dict[str, Field],
) -> None:
    types, repeats, multiple = known
    for child in element:
        name = local(child.tag)
        full = f"{path}/{name}"
        short = full[len(top) :]
        if full in repeats:
            kind = "repeat"
        else:
            kind = "structure" if len(child) else types.get(full) or "string"
        fields.setdefault(short, Field(short, name, kind, full in multiple))
        _walk(child, full, top, known, fields)


def _media(root: Element) -> tuple[str, ...]:
    names = [e.get("src", "") for e in root.iter() if local(e.tag) == "instance"]
    names += [e.text or "" for e in root.iter() if local(e.tag) == "value"]
    files = [
        n.rpartition("/")[2] for n in names if n.startswith("jr://") and not n.startswith("jr://instance")
    ]
    return tuple(dict.fromkeys(files))


@dataclass(frozen=True)
class Instance:
    """A submission as its XML says it."""

    form_id: str
    version: str
    instance_id: str
    deprecated_id: str
    instance_name: str | None
    encrypted: bool
    root: Element


def read_instance(xml: bytes) -> Instance | None:
    """The submission, or None when the XML is broken."""
    try:
        root = ElementTree.fromstring(xml)
    except ElementTree.ParseError:
        return None
    meta = {local(e.tag): e.text or "" for m in root if local(m.tag) == "meta" for e in m}
    return Instance(
        form_id=root.get("id", ""),
        version=root.get("version", ""),
        instance_id=meta.get("instanceID", ""),
        deprecated_id=meta.get("deprecatedID", ""),
        instance_name=meta.get("instanceName") or None,
        encrypted=root.get("encrypted") is not None,
        root=root,
    )


def texts(root: Element, repeats: Collection[str], path: str = "") -> Texts:
    """Every text below an element, as it stands."""
    found: Texts = {}
    for child in root:
        name = child.tag.rpartition("}")[2]
        key = f"{path}/{name}" if path else name
        if key in repeats:
            found.setdefault(key, []).append(texts(child, repeats, key))
        elif len(child):
            found.update(texts(child, repeats, key))
        else:
            found[key] = child.text or ""
    return found


def files_named(root: Element, binaries: Collection[str], path: str = "") -> list[str]:
    """Names of the files that the answers at `binaries` name, sorted, each once."""
    names: set[str] = set()
    for child in root:
        key = f"{path}/{local(child.tag)}" if path else local(child.tag)
        if key in binaries and child.text:
            names.add(child.text)
        names.update(files_named(child, binaries, key))
    return sorted(names)
