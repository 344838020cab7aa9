"""Publishing on KoboToolbox: import, media, deployment, and reading back what phones get.

Every step looks at the server first and does what is missing, so a run that was interrupted anywhere is repaired by
the next one. What was imported from which workbook is remembered beside the cache; losing that costs an import.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from processor.errors import ConfigError, FormError, Message, ServerError
from processor.servers.http import StatusError
from processor.servers.kobo.api import Api, asset_path
from processor.servers.kobo.assets import Assets, rights
from processor.servers.kobo.content import Content, read_content, same_content
from processor.servers.kobo.imports import Imports, Progress
from processor.servers.kobo.media import Media
from processor.servers.kobo.openrosa import OpenRosa

if TYPE_CHECKING:
    from processor.servers.protocol import FormPackage

MANAGE = "manage_asset"
_GENERATED = ("_count", "_other")
"""Ends of the names of questions that pyxform adds by itself."""


class Deployer:
    """Publishes packages on one server; needs the right manage_asset."""

    def __init__(
        self, api: Api, assets: Assets, openrosa: OpenRosa, folder: Path, imports: Imports, progress: Progress
    ) -> None:
        self._api = api
        self._assets = assets
        self._openrosa = openrosa
        self._folder = folder
        self._imports = imports
        self._media = Media(api)
        self._progress = progress

    def publish(self, package: FormPackage) -> str:
        """Bring the server to the package; the asset. The same again changes nothing."""
        form_id = package.form.form_id
        user = self._api.user
        asset = self._assets.find(form_id)
        if asset is not None and MANAGE not in rights(self._assets.detail(asset)):
            raise ConfigError(Message.KOBO_RIGHTS, user=user, expected=MANAGE, form_id=form_id)
        if asset is None or not self._is_imported(asset, package):
            asset = self._imports.bring(package, asset, self._progress)
            self._assets.remember(form_id, asset)
            self._check(asset, package)
        detail = self._assets.detail(asset)
        self._media.bring(asset, package.media)
        if not self._is_deployed(asset, detail) or self._missing(asset, package):
            self._deploy(asset, detail, form_id)
        self._verify(asset, package)
        return asset

    def _is_imported(self, asset: str, package: FormPackage) -> bool:
        """Whether the draft is this very workbook, and nobody has changed it on the server since."""
        try:
            known = json.loads((self._folder / asset / "imported.json").read_text(encoding="ascii"))
            same = (known["workbook"], known["content"])
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return same == (_sha256(package.workbook), self._assets.detail(asset).get("version__content_hash"))

    def _check(self, asset: str, package: FormPackage) -> None:
        """Refuse a draft that is not the questionnaire, or another one under a version that phones have."""
        detail = self._assets.detail(asset)
        _compare(read_content(detail.get("content")), detail.get("summary") or {}, package)
        form = package.form
        for version in self._assets.versions(asset):
            known = self._assets.version(asset, str(version["uid"]))
            if known is None or known.version != form.version:
                continue
            if not self._says_the_same(asset, str(version["uid"]), detail):
                raise FormError(Message.FORM_VERSION_TAKEN, form_id=form.form_id, version=form.version)
        self._remember(asset, package, detail)

    def _remember(self, asset: str, package: FormPackage, detail: Mapping[str, Any]) -> None:
        path = self._folder / asset / "imported.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        known = {"workbook": _sha256(package.workbook), "content": detail.get("version__content_hash")}
        partial = path.with_name("imported.part")
        partial.write_text(json.dumps(known), encoding="ascii")
        partial.replace(path)

    def _is_deployed(self, asset: str, detail: Mapping[str, Any]) -> bool:
        """Whether phones get what the draft says; each import makes a new version of the same content."""
        if not detail.get("has_deployment") or not detail.get("deployment__active"):
            return False
        deployed = str(detail.get("deployed_version_id"))
        return deployed == detail.get("version_id") or self._says_the_same(asset, deployed, detail)

    def _says_the_same(self, asset: str, version: str, detail: Mapping[str, Any]) -> bool:
        value = self._api.get(asset_path(asset, "versions", version))
        if value.get("content_hash") == detail.get("version__content_hash"):
            return True
        return same_content(value.get("content"), detail.get("content"))

    def _missing(self, asset: str, package: FormPackage) -> str:
        """What phones lack of the package, in words; empty when nothing."""
        offered = self._openrosa.offered(asset)
        if offered is None:
            return "the form list does not offer it"
        wrong = [f.name for f in package.media if offered.media.get(f.name) != f.md5]
        return f"other or no files for {', '.join(wrong)}" if wrong else ""

    def _deploy(self, asset: str, detail: Mapping[str, Any], form_id: str) -> None:
        """Deploy the draft. A 405 says that the other way is meant: an earlier answer was lost."""
        path = asset_path(asset, "deployment")
        self._progress(f"{form_id}: deploy")
        body: dict[str, Any] = {"active": True}
        first, second = ("PATCH", "POST") if detail.get("has_deployment") else ("POST", "PATCH")
        for method in (first, second):
            sent = body | ({"version_id": detail["version_id"]} if method == "PATCH" else {})
            try:
                self._api.http.request(method, path, ok=(200, 201), json=sent)
                return
            except StatusError as error:
                if error.status == 400:
                    detail_text = _words(error.detail)
                    raise FormError(Message.KOBO_DEPLOY, form_id=form_id, detail=detail_text) from None
                if error.status != 405 or method == second:
                    raise

    def _verify(self, asset: str, package: FormPackage) -> None:
        """Read back: deployed, active, the questions, and what a phone is offered."""
        form_id = package.form.form_id
        detail = self._assets.detail(asset)
        problem = "it is not deployed"
        if self._is_deployed(asset, detail):
            _compare(read_content(detail.get("content")), detail.get("summary") or {}, package)
            problem = self._missing(asset, package)
        if problem:
            raise ServerError(Message.KOBO_VERIFY, form_id=form_id, detail=problem)


def _compare(content: Content, summary: Mapping[str, Any], package: FormPackage) -> None:
    """FormError unless the server read the same questions under the same id and version."""
    form = package.form
    expected = {item.path for item in form.items if item.path.partition("/")[0] != "meta"}
    found = {path for path in content.paths if path.partition("/")[0] != "meta"}
    missing = {p for p in expected - found if not p.endswith(_GENERATED)}
    for what, bad in (("questions are missing", missing), ("unknown questions", found - expected)):
        if bad:
            detail = f"{what}: {', '.join(sorted(bad)[:5])}"
            raise FormError(Message.KOBO_IMPORT_DIFFERS, form_id=form.form_id, detail=detail)
    if not summary.get("row_count"):
        raise FormError(Message.KOBO_IMPORT_DIFFERS, form_id=form.form_id, detail="it has no rows")
    if (content.form_id, content.version) != (form.form_id, form.version):
        detail = f"form id {content.form_id!r}, version {content.version!r}"
        raise FormError(Message.KOBO_IMPORT_DIFFERS, form_id=form.form_id, detail=detail)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _words(detail: Any) -> str:
    """The server's reason for refusing a form: no person's data is in it."""
    if isinstance(detail, Mapping):
        detail = detail.get("error") or detail.get("detail") or detail
    return str(detail)[:300]
