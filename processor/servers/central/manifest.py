"""What phones are told of a form (OpenRosa form list and manifest), and all versions that the server serves."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import ParseError, fromstring

from processor.errors import ContractError, Message, ServerError
from processor.servers.central.api import OPENROSA, Api, part
from processor.servers.central.catalogue import Catalogue
from processor.servers.central.values import moment, plain_version
from processor.servers.protocol import DeployedForm

if TYPE_CHECKING:
    from processor.servers.protocol import FormPackage

_LIST = "{http://openrosa.org/xforms/xformsList}"
_KEY = re.compile(rb'<submission base64RsaPublicKey="[A-Za-z0-9+/=]*"\s*/>')
_MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"


class Manifest:
    """Reads forms as phones do, and as the office does."""

    def __init__(self, api: Api, catalogue: Catalogue) -> None:
        self._api = api
        self._catalogue = catalogue
        self._media: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}
        self._plain: dict[tuple[str, str], str] = {}

    def check(self, package: FormPackage) -> None:
        """CENTRAL_READBACK unless phones that ask now get exactly this form with exactly these files.

        A version that a newer one has followed is not looked at: phones get the newer one.
        """
        form = package.form
        current = self._catalogue.versions(form.form_id)[0]["version"]
        if plain_version(current) != form.version:
            return
        listed = self._listed(form.form_id)
        body = self._api.request("GET", f"{self._api.form(form.form_id)}.xml", expect="xml").body
        expected = f"md5:{md5(package.xform)}"
        _same(package, "version", listed.get("version"), current)
        _same(package, "the XForm", listed.get("hash"), f"md5:{md5(body)}")
        _same(package, "the XForm", f"md5:{md5(without_key(body, current))}", expected)
        files = {name: f"md5:{m}" for name, m in ((m.name, m.md5) for m in package.media)}
        _same(package, "the files", self._served(form.form_id), files)

    def _listed(self, form_id: str) -> Mapping[str, str]:
        """The entry of the form list; empty when the form is not offered (closed, or not published)."""
        root = self._xml(f"{self._api.project}/formList", params={"formID": form_id})
        for entry in root.findall(f"{_LIST}xform"):
            if entry.findtext(f"{_LIST}formID") == form_id:
                return {child.tag.removeprefix(_LIST): child.text or "" for child in entry}
        return {}

    def _served(self, form_id: str) -> Mapping[str, str]:
        root = self._xml(f"{self._api.form(form_id)}/manifest")
        files = root.findall(f"{_MANIFEST}mediaFile")
        return {f.findtext(f"{_MANIFEST}filename", ""): f.findtext(f"{_MANIFEST}hash", "") for f in files}

    def _xml(self, path: str, **options: Any) -> Element:
        answer = self._api.request("GET", path, expect="xml", headers=OPENROSA, **options)
        try:
            root: Element = fromstring(answer.body, forbid_dtd=True)
        except ParseError:
            raise ContractError(Message.CENTRAL_ANSWER, what="an OpenRosa document that is no XML") from None
        return root

    def deployed(self) -> Iterator[DeployedForm]:
        """All published versions of all forms of the project, oldest first within a form."""
        for form in self._api.get(f"{self._api.project}/forms"):
            yield from self.versions(form["xmlFormId"])

    def versions(self, form_id: str) -> list[DeployedForm]:
        """The published versions of a form, oldest first."""
        found = [v for v in self._catalogue.versions(form_id) if v["publishedAt"]]
        newest: dict[str, Mapping[str, Any]] = {}
        for version in found:  # encryption publishes a form again under a version with a mark
            newest.setdefault(plain_version(version["version"]), version)
        return [self._deployed(v, current=v is found[0]) for v in reversed(newest.values())]

    def _deployed(self, version: Mapping[str, Any], *, current: bool) -> DeployedForm:
        form_id, name = version["xmlFormId"], version["version"]
        return DeployedForm(
            form_id=form_id,
            version=plain_version(name),
            title=version["name"] or "",
            xform_md5=self.plain_md5(form_id, version),
            media=self._files(form_id, name),
            deployed_at=moment(version["publishedAt"]),
            current=current,
        )

    def plain_md5(self, form_id: str, version: Mapping[str, Any]) -> str:
        """The hash of a published version, as it was before managed encryption put a key into it."""
        name = version["version"]
        if plain_version(name) == name:
            return str(version["hash"])
        key = (form_id, name)
        if key not in self._plain:
            path = f"{self._api.form(form_id)}/versions/{part(name)}.xml"
            self._plain[key] = md5(without_key(self._api.request("GET", path, expect="xml").body, name))
        return self._plain[key]

    def _files(self, form_id: str, version: str) -> tuple[tuple[str, str], ...]:
        """The files of a published version never change, so they are read once."""
        key = (form_id, version)
        if key not in self._media:
            place = f"/versions/{part(version)}" if version else ""
            listed = self._api.get(f"{self._api.form(form_id)}{place}/attachments")
            self._media[key] = tuple(sorted((f["name"], f["hash"]) for f in listed if f["hash"]))
        return self._media[key]


def _same(package: FormPackage, what: str, found: object, expected: object) -> None:
    if found != expected:
        form = package.form
        raise ServerError(
            Message.CENTRAL_READBACK,
            form_id=form.form_id,
            version=form.version,
            what=what,
            found=found,
            expected=expected,
        )


def without_key(xform: bytes, version: str) -> bytes:
    """An XForm as it was before managed encryption marked its version and put a key into it.

    Recorded (14-encryption): the mark and this one element are all that changes, byte for byte.
    """
    plain = plain_version(version)
    if plain == version:
        return xform
    marked, unmarked = (b'version="%b"' % name.encode() for name in (version, plain))
    return _KEY.sub(b"", xform.replace(marked, unmarked, 1), count=1)


def md5(content: bytes) -> str:
    """The protocol's hash of a form."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
