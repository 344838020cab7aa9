"""Review states written back as Kobo's validation status; Kobo keeps no comment."""

from __future__ import annotations

from processor.errors import ConfigError, ContractError, Message
from processor.servers.abilities import ReviewRefusedError, Stand
from processor.servers.kobo.api import Api, asset_path
from processor.servers.kobo.assets import Assets
from processor.servers.kobo.index import Index
from processor.servers.kobo.rows import STATUS, Row, read_status


class Reviews:
    """Writes validation statuses; needs the right validate_submissions."""

    def __init__(self, api: Api, assets: Assets, index: Index) -> None:
        self._api = api
        self._assets = assets
        self._index = index

    def set(self, form_id: str, instance_id: str, state: str) -> bool:
        """Write the state; False when it was so already. `received` clears the status.

        Setting the same again does no harm, so a lost answer is mended by repeating.
        """
        if state not in STATUS:
            raise ConfigError(Message.REVIEW_STATE, found=state, expected=", ".join(STATUS))
        asset = self._assets.readable(form_id)
        changed = [self._write(asset, row, state) for row in self._rows(form_id, asset, instance_id)]
        return any(changed)

    def stand(self, form_id: str, instance_id: str) -> Stand:
        """The newest row of the root; Kobo keeps no history of its statuses."""
        row = self._rows(form_id, self._assets.readable(form_id), instance_id)[-1]
        return Stand(row.version_id, row.review, "")

    def write(self, form_id: str, instance_id: str, state: str) -> bool:
        """`set`; a state that Kobo has no word for is refused for good."""
        if state not in STATUS:
            raise ReviewRefusedError(Message.OUTBOX_STATE, found=state, expected=", ".join(STATUS))
        return self.set(form_id, instance_id, state)

    def _rows(self, form_id: str, asset: str, instance_id: str) -> list[Row]:
        """All rows of the root: a ghost beside the submission does no harm."""
        rows = self._index.all(asset, query={"meta/rootUuid": {"$in": [instance_id]}})
        if not rows:
            raise ReviewRefusedError(Message.SUBMISSION_UNKNOWN, instance_id=instance_id, form_id=form_id)
        return rows

    def _write(self, asset: str, row: Row, state: str) -> bool:
        if row.review == state:
            return False
        path = asset_path(asset, "data", str(row.number), "validation_status")
        if state == "received":
            self._api.http.request("DELETE", path, ok=(204,), safe=True)
            return True
        body = {"validation_status.uid": STATUS[state]}
        answer = self._api.http.request("PATCH", path, json=body, safe=True)
        if read_status(answer.value) != state:
            raise ContractError(Message.KOBO_SHAPE, what="validation status", found=row.number)
        return True
