"""Answers out of a submission's XML, for tests: by question name, each repeat row apart."""

from __future__ import annotations

from xml.etree import ElementTree


def answers(xml: bytes | None, repeat: str = "") -> list[dict[str, str]]:
    """The root's answers (one mapping), or one mapping for each row of `repeat`."""
    assert xml is not None
    root = ElementTree.fromstring(xml)
    parts = root.findall(repeat) if repeat else [root]
    return [_leaves(part, nested=bool(repeat)) for part in parts]


def _leaves(part: ElementTree.Element, *, nested: bool) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in part:
        name = element.tag.rpartition("}")[2]
        if not nested and name in ("members", "allowances"):
            continue
        if len(element):
            found |= _leaves(element, nested=nested)
        else:
            found[name] = element.text or ""
    return found
