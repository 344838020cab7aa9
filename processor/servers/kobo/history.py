"""Hints of what was changed: asked for so that edits come soon. What they miss, the list of ids shows.

The project's history is best effort on the server's side, and needs the right manage_asset; a wrong filter finds
nothing instead of failing. So it is never proof.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from processor.servers.http import StatusError
from processor.servers.kobo.api import Api, asset_path
from processor.servers.kobo.rows import MODIFIED

if TYPE_CHECKING:
    from processor.servers.kobo.index import Index

log = logging.getLogger(__name__)

STAMP = "%Y-%m-%dT%H:%M:%S"


class Hints:
    """Roots of submissions that were edited or validated since a moment."""

    def __init__(self, api: Api, index: Index) -> None:
        self._api = api
        self._index = index
        self._refused: set[str] = set()

    def since(self, asset: str, at: datetime) -> list[str]:
        """Root ids, each once; new submissions are not among them."""
        rows = self._index.all(asset, query={"_validation_status.timestamp": {"$gte": int(at.timestamp())}})
        if self._index.has_modified:
            rows += self._index.all(asset, query={MODIFIED: {"$gte": at.strftime(STAMP)}})
        return list(dict.fromkeys([*(row.root for row in rows), *self._history(asset, at)]))

    def tells(self, asset: str, at: datetime) -> bool:
        """Whether edits show: rows carry their time of change, or we may read the history."""
        self._index.first(asset, {"_submission_time": {"$gte": at.strftime(STAMP)}})
        if self._index.has_modified:
            return True
        self._history(asset, at)
        return asset not in self._refused

    def _history(self, asset: str, at: datetime) -> list[str]:
        """Roots that the history names, without the prefix there; nothing where we may not read it."""
        if asset in self._refused:
            return []
        q = f'date_created__gte:"{at.strftime(STAMP)}Z" AND action:modify-submission'
        try:
            entries = list(self._api.every(asset_path(asset, "history"), q=q, limit="1000"))
        except StatusError as error:
            if error.status not in (401, 403, 404):
                raise
            log.info("No right to read the history of KoboToolbox asset %s; edits come with the list", asset)
            self._refused.add(asset)
            return []
        roots = (e.get("metadata", {}).get("submission", {}).get("root_uuid") for e in entries)
        return [f"uuid:{root}" for root in roots if root]
