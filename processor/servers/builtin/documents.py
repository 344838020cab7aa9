"""The XML that phones read: form list, manifest, answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element, SubElement, tostring

Entry = Mapping[str, str]


def form_list(entries: Iterable[Entry]) -> bytes:
    """The list of forms; every entry needs formID, name and downloadUrl or Collect refuses the list."""
    return _document("xforms", "http://openrosa.org/xforms/xformsList", "xform", entries)


def manifest(entries: Iterable[Entry]) -> bytes:
    """The files of a form; every entry needs filename, hash and downloadUrl."""
    return _document("manifest", "http://openrosa.org/xforms/xformsManifest", "mediaFile", entries)


def response(text: str, nature: str) -> bytes:
    """What the phone shows to the officer."""
    root = Element("OpenRosaResponse", xmlns="http://openrosa.org/http/response")
    SubElement(root, "message", nature=nature).text = text
    return _bytes(root)


def _document(name: str, namespace: str, child: str, entries: Iterable[Entry]) -> bytes:
    root = Element(name, xmlns=namespace)
    for entry in entries:
        element = SubElement(root, child)
        for key, value in entry.items():
            SubElement(element, key).text = value
    return _bytes(root)


def _bytes(root: Element) -> bytes:
    found: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return found
