"""Which asset is which form, what we may do there, and what its versions were.

The OpenRosa form id of a Kobo project is the asset's uid, whatever the workbook says. But the asset's content keeps
the form id and version that the author wrote: by them an asset is found and Kobo's versions are mapped to ours.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

from processor.errors import ConfigError, Message, ServerError
from processor.servers.kobo.api import ASSETS, Api, asset_path
from processor.servers.kobo.content import Content, read_content

log = logging.getLogger(__name__)

SEE_ALL = "view_submissions"
VERSION_UID = re.compile(r"v[0-9A-Za-z]{15,40}")
"""How Kobo calls a version of a form."""


class Assets:
    """The projects of our forms. What was found is remembered; versions never change."""

    def __init__(self, api: Api, named: Mapping[str, str]) -> None:
        self._api = api
        self._named = named
        self._found: dict[str, str] = {}
        self._readable: set[str] = set()
        self._contents: dict[str, Content | None] = {}
        self._repeats: dict[str, frozenset[str]] = {}

    def find(self, form_id: str) -> str | None:
        """The asset of a form: the one in the settings, else the one whose content has this form id."""
        uid = self._found.get(form_id) or self._named_asset(form_id) or self._search(form_id)
        if uid is not None:
            self._found[form_id] = uid
        return uid

    def remember(self, form_id: str, uid: str) -> None:
        """A new asset was made for a form."""
        self._found[form_id] = uid

    def detail(self, uid: str) -> dict[str, Any]:
        """Everything kpi says of an asset."""
        value = self._api.find(asset_path(uid))
        if not isinstance(value, dict):
            raise ServerError(Message.KOBO_ASSET_NONE, form_id=uid)
        return value

    def readable(self, form_id: str) -> str:
        """The asset whose submissions we can pull in full.

        ConfigError when the account sees a part only (row-level permissions), which `count` would not tell.
        """
        user = self._api.user
        uid = self.find(form_id)
        if uid is None:
            raise ServerError(Message.KOBO_ASSET_NONE, form_id=form_id)
        if uid not in self._readable:
            detail = self.detail(uid)
            if SEE_ALL not in rights(detail):
                raise ConfigError(Message.KOBO_RIGHTS, user=user, expected=SEE_ALL, form_id=form_id)
            if not detail.get("has_deployment"):
                raise ServerError(Message.KOBO_NOT_DEPLOYED, form_id=form_id)
            self._readable.add(uid)
        return uid

    def version(self, uid: str, kobo_version: str) -> Content | None:
        """The content of a version of an asset by Kobo's own version uid; None when there is no such version.

        Whoever sends a submission chooses what stands there: only what can be a uid becomes part of an address.
        """
        if not VERSION_UID.fullmatch(kobo_version):
            return None
        if kobo_version not in self._contents:
            value = self._api.find(asset_path(uid, "versions", kobo_version))
            if value is None:
                log.warning("KoboToolbox asset %s has no version %s", uid, kobo_version)
            self._contents[kobo_version] = read_content(value.get("content")) if value else None
        return self._contents[kobo_version]

    def repeats(self, uid: str) -> frozenset[str]:
        """The repeats of the present content, for a submission whose version nobody knows."""
        if uid not in self._repeats:
            self._repeats[uid] = read_content(self.detail(uid).get("content")).repeats
        return self._repeats[uid]

    def versions(self, uid: str) -> list[dict[str, Any]]:
        """The deployed versions of an asset, newest first."""
        listed = list(self._api.every(asset_path(uid, "versions")))
        return [v for v in listed if v.get("date_deployed")]

    def _named_asset(self, form_id: str) -> str | None:
        uid = self._named.get(form_id)
        if uid is None:
            return None
        value = self._api.find(asset_path(uid))
        if value is None:
            raise ServerError(Message.KOBO_ASSET_NONE, form_id=form_id)
        found = read_content(value.get("content")).form_id
        if found not in ("", form_id):
            raise ConfigError(Message.KOBO_ASSET_OTHER, asset=uid, found=found, form_id=form_id)
        return uid

    def _search(self, form_id: str) -> str | None:
        """The deployed asset with this form id; before the first deployment the oldest draft.

        A draft may stand twice: an import that was cut off can finish later. Only one is ever deployed.
        """
        _ = self._api.user
        found = [
            a
            for a in self._api.every(ASSETS, q="asset_type:survey")
            if self._form_id(str(a["uid"])) == form_id
        ]
        deployed = [a for a in found if a.get("has_deployment")]
        if len(deployed) > 1:
            names = ", ".join(sorted(str(a["uid"]) for a in deployed))
            raise ConfigError(Message.KOBO_ASSET_TWO, form_id=form_id, found=names)
        chosen = min(deployed or found, key=lambda a: str(a.get("date_created")), default=None)
        return None if chosen is None else str(chosen["uid"])

    def _form_id(self, uid: str) -> str:
        value = self._api.find(asset_path(uid))
        return read_content(value.get("content")).form_id if value else ""


def rights(detail: Mapping[str, Any]) -> set[str]:
    """What the account may do on an asset."""
    return {str(p.get("codename")) for p in detail.get("effective_permissions") or ()}
