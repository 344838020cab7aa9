"""What phones get: the form list and the manifest of Kobo's OpenRosa side, which may be another host."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

from processor.errors import ContractError, Message
from processor.servers.http import Http

_HEADERS = {"X-OpenRosa-Version": "1.0"}


class Offered(NamedTuple):
    """A form as the form list offers it."""

    version: str
    md5: str
    media: Mapping[str, str]
    """MD5 by file name."""


class OpenRosa:
    """Reads as a phone does, with the token instead of a password."""

    def __init__(self, http: Http) -> None:
        self._http = http

    @property
    def address(self) -> str:
        """What the phone is set to."""
        return self._http.address.join("/").rstrip("/")

    def offered(self, asset: str) -> Offered | None:
        """What a phone finds in the list, or None."""
        for form in _children(self._get("/formList", formID=asset)):
            if form.get("formID") == asset:
                manifest = form.get("manifestUrl", "")
                media = self._media(manifest) if manifest else {}
                return Offered(form.get("version", ""), form.get("hash", "").removeprefix("md5:"), media)
        return None

    def _media(self, link: str) -> dict[str, str]:
        files = _children(self._get(self._http.rebase(link)))
        return {f.get("filename", ""): f.get("hash", "").removeprefix("md5:") for f in files}

    def _get(self, path: str, **params: str) -> Element:
        body = self._http.request("GET", path, expect="xml", params=params, headers=_HEADERS).body
        try:
            return defusedxml.ElementTree.fromstring(body, forbid_dtd=True)
        except (ParseError, DefusedXmlException, ValueError):
            raise ContractError(
                Message.KOBO_SHAPE, what="list for phones", found="no well-formed XML"
            ) from None


def _children(root: Element) -> Iterator[dict[str, str]]:
    """Each child as name -> text, without namespaces."""
    for child in root:
        yield {part.tag.rpartition("}")[2]: (part.text or "").strip() for part in child}
