"""What is deployed on KoboToolbox, in our versions.

A version of ours may have been deployed several times (new media, a rename on the server); the last time counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from processor.servers.kobo.api import Api
from processor.servers.kobo.assets import Assets
from processor.servers.kobo.media import Media
from processor.servers.protocol import DeployedForm


class Catalogue:
    """Lists versions of forms."""

    def __init__(self, api: Api, assets: Assets) -> None:
        self._assets = assets
        self._media = Media(api)

    def all(self, form_ids: Iterable[str]) -> list[DeployedForm]:
        """All deployed versions of the forms, newest first in each."""
        return [found for form_id in form_ids for found in self.versions(form_id)]

    def versions(self, form_id: str) -> list[DeployedForm]:
        """All deployed versions of a form; none when it has no asset yet.

        `xform_md5` is Kobo's hash of the content; only the current version's media are known.
        """
        asset = self._assets.find(form_id)
        if asset is None:
            return []
        detail = self._assets.detail(asset)
        media = tuple(sorted(self._media.hashes(asset).items()))
        found: dict[str, DeployedForm] = {}
        for raw in self._assets.versions(asset):
            version = self._version(asset, raw)
            current = bool(detail.get("deployment__active")) and raw["uid"] == detail["deployed_version_id"]
            if version not in found or current:
                found[version] = _deployed(form_id, version, detail, raw, media if current else None)
        return list(found.values())

    def _version(self, asset: str, raw: dict[str, Any]) -> str:
        content = self._assets.version(asset, str(raw["uid"]))
        return (content.version if content else "") or str(raw["uid"])


def _deployed(
    form_id: str,
    version: str,
    detail: dict[str, Any],
    raw: dict[str, Any],
    media: tuple[tuple[str, str], ...] | None,
) -> DeployedForm:
    return DeployedForm(
        form_id=form_id,
        version=version,
        title=str(detail.get("name") or form_id),
        xform_md5=str(raw.get("content_hash") or ""),
        media=media or (),
        deployed_at=datetime.fromisoformat(raw["date_deployed"]),
        current=media is not None,
    )
