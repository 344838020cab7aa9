"""Publishing a form on Central: draft, changed files, publish, and reading back what phones get.

What is uploaded is the XForm that was checked here, not the workbook: Central would convert a workbook with its own
pyxform, and nobody could say that phones have what was checked. Every step looks first at what is there, so an
interruption at any request is mended by running it again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from processor.errors import ConfigError, FormError, Message, ServerError
from processor.servers.central.api import ABSENT, Api, RefusedError, part
from processor.servers.central.manifest import Manifest, md5
from processor.servers.central.values import plain_version

if TYPE_CHECKING:
    from processor.servers.protocol import FormPackage

log = logging.getLogger(__name__)

_XML = {"Content-Type": "application/xml"}
_WARNED = "400.16"
_TAKEN = "409.6"
_AUTHOR_ACTS = frozenset({"400.2", "400.8", "400.15", "400.17"})


class Deployer:
    """Brings a form version to one project."""

    def __init__(self, api: Api, manifest: Manifest, *, sealed: bool = False) -> None:
        self._api = api
        self._sealed = sealed
        self._manifest = manifest

    def publish(self, package: FormPackage) -> None:
        """Publish, unless exactly this is published; FormError when the version is taken by other content."""
        form = package.form
        encrypted = self._check_project(form.form_id)
        if not self._is_published(package):
            if encrypted:
                raise ConfigError(Message.CENTRAL_ENCRYPTED_NEW, form_id=form.form_id, version=form.version)
            self._draft(package)
            self._upload_media(package)
            self._publish_draft(package)
        self._manifest.check(package)

    def _check_project(self, form_id: str) -> bool:
        """Whether the project is encrypted; CENTRAL_ENCRYPTED where the settings do not say so."""
        encrypted = self._api.get(self._api.project)["keyId"] is not None
        if encrypted and not self._sealed:
            raise ConfigError(Message.CENTRAL_ENCRYPTED, form_id=form_id)
        return encrypted

    def _is_published(self, package: FormPackage) -> bool:
        """Whether the version is published; FORM_VERSION_TAKEN when with another XForm or other files."""
        form = package.form
        versions = f"{self._api.form(form.form_id)}/versions"
        found = self._published(versions, form.version)
        if found is None:
            return False
        wanted = {m.name: m.md5 for m in package.media}
        hashed = self._manifest.plain_md5(form.form_id, found)
        name = found["version"] if self._sealed else form.version
        files = f"{versions}/{part(name)}/attachments"
        if hashed != md5(package.xform) or self._hashes(files) != wanted:
            raise FormError(Message.FORM_VERSION_TAKEN, form_id=form.form_id, version=form.version)
        return True

    def _published(self, versions: str, version: str) -> Mapping[str, Any] | None:
        """The published version, or in an encrypted project the one with a mark behind the same version."""
        found = self._api.find(f"{versions}/{part(version)}")
        if found is not None or not self._sealed:
            return found.value if found else None
        listed = self._api.find(versions)
        same = (v for v in (listed.value if listed else ()) if plain_version(v["version"]) == version)
        return next(same, None)

    def _draft(self, package: FormPackage) -> None:
        """A draft of exactly this XForm, left from an interrupted run or new; it inherits the published files."""
        path = self._api.form(package.form.form_id)
        draft = self._api.find(f"{path}/draft")
        if draft is not None and draft.value["hash"] == md5(package.xform):
            return
        if draft is not None or self._api.find(path) is not None:
            self._send(package, f"{path}/draft", {})
            return
        deleted = self._api.get(f"{self._api.project}/forms", params={"deleted": "true"})
        if any(f["xmlFormId"] == package.form.form_id for f in deleted):
            raise FormError(Message.CENTRAL_FORM_DELETED, form_id=package.form.form_id)
        self._send(package, f"{self._api.project}/forms", {"publish": "false"})

    def _send(self, package: FormPackage, path: str, query: Mapping[str, str]) -> None:
        """Upload; warnings are told, and no reason to stop. A draft replaces a draft, so repeating is safe."""
        options: dict[str, Any] = {"data": package.xform, "headers": _XML, "safe": path.endswith("/draft")}
        try:
            try:
                self._api.request("POST", path, params=query, **options)
            except RefusedError as error:
                if error.code != _WARNED:
                    raise
                _tell(package, error.details.get("warnings") or {})
                self._api.request("POST", path, params={**query, "ignoreWarnings": "true"}, **options)
        except RefusedError as error:
            if error.code not in _AUTHOR_ACTS:
                raise
            detail = error.details.get("error") or error.reason
            raise FormError(
                Message.CENTRAL_FORM_INVALID, form_id=package.form.form_id, detail=detail
            ) from None

    def _upload_media(self, package: FormPackage) -> None:
        """Send the files whose MD5 differs from what the draft has; FormError when it then has not what it should."""
        base = f"{self._api.form(package.form.form_id)}/draft/attachments"
        wanted = {m.name: m.md5 for m in package.media}
        found = self._hashes(base)
        for file in package.media:
            if file.name in found and found[file.name] != file.md5:
                kind = "text/csv" if file.name.endswith(".csv") else "application/octet-stream"
                path, headers = f"{base}/{part(file.name)}", {"Content-Type": kind}
                self._api.request("POST", path, data=file.path.read_bytes(), headers=headers, safe=True)
        found = self._hashes(base)
        if found != wanted:
            names = sorted({name for name, _ in found.items() ^ wanted.items()})
            form = package.form
            raise FormError(
                Message.CENTRAL_FORM_MEDIA, form_id=form.form_id, version=form.version, names=", ".join(names)
            )

    def _hashes(self, path: str) -> dict[str, str | None]:
        """MD5 by name of the files that a form version expects; None for one that is not there."""
        return {f["name"]: f["hash"] for f in self._api.get(path)}

    def _publish_draft(self, package: FormPackage) -> None:
        """Publish; when the answer was lost, or somebody was faster, what is published decides."""
        form = package.form
        try:
            self._api.request("POST", f"{self._api.form(form.form_id)}/draft/publish")
        except ServerError as error:
            open_end = error.message is Message.HTTP_UNSURE or getattr(error, "code", "") in (_TAKEN, ABSENT)
            if not open_end or not self._is_published(package):
                raise


def _tell(package: FormPackage, warnings: Mapping[str, Any]) -> None:
    """Central's warnings name questions and rows of the form, never people."""
    texts = list(warnings.get("xlsFormWarnings") or [])
    for warning in warnings.get("workflowWarnings") or []:
        texts.append(f"{warning.get('type')}: {warning.get('details')}")
    for text in texts:
        log.warning("form %s: ODK Central warns: %s", package.form.form_id, text)
