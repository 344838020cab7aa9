"""A row of the data API, as far as its JSON is to be trusted: ids, times, status, names of files; pure.

Answers never come from here: the JSON drops repeat items without answers and empties blank text.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from processor.errors import ContractError, Message, ServerError

LIGHT = ("_id", "_uuid", "_validation_status", "_attachments", "_submission_time", "_submitted_by")
MODIFIED = "_date_modified"
"""A newer server's time of the last change; absent on the recorded one."""

_REVIEW = {
    "": "received",
    "validation_status_approved": "approved",
    "validation_status_not_approved": "rejected",
    "validation_status_on_hold": "has_issues",
}
STATUS = {state: uid for uid, state in _REVIEW.items()}
"""Validation status by review state; the empty one means: cleared."""


class RowFile(NamedTuple):
    """An attachment that has arrived."""

    name: str
    uid: str


class Row(NamedTuple):
    """One row: `number` is Kobo's `_id`, `root` never changes, `uuid` changes with every edit."""

    number: int
    root: str
    uuid: str
    at: datetime
    modified: datetime | None
    submitter: str
    review: str
    files: tuple[RowFile, ...]

    @property
    def version_id(self) -> str:
        """instanceID of the current version."""
        return f"uuid:{self.uuid}"


def read_row(raw: Any) -> Row:
    """Read a row; ServerError for a server too old to tell the root, ContractError for any other shape."""
    if not isinstance(raw, Mapping):
        raise ContractError(Message.KOBO_SHAPE, what="row of the data", found=type(raw).__name__)
    if not raw.get("meta/rootUuid"):
        raise ServerError(Message.KOBO_OLD, number=raw.get("_id"))
    try:
        return Row(
            number=int(raw["_id"]),
            root=str(raw["meta/rootUuid"]),
            uuid=str(raw["_uuid"]),
            at=_moment(raw["_submission_time"]),
            modified=_moment(raw[MODIFIED]) if raw.get(MODIFIED) else None,
            submitter=str(raw.get("_submitted_by") or ""),
            review=read_status(raw.get("_validation_status")),
            files=_files(raw.get("_attachments") or []),
        )
    except (KeyError, ValueError, TypeError) as error:
        found = f"{type(error).__name__} in the row with _id {raw.get('_id')}"
        raise ContractError(Message.KOBO_SHAPE, what="row of the data", found=found) from None


def read_status(status: Any) -> str:
    """Review state of a validation status; ContractError for one that we do not know."""
    uid = str((status or {}).get("uid") or "")
    if uid not in _REVIEW:
        raise ContractError(Message.KOBO_SHAPE, what="validation status", found=uid)
    return _REVIEW[uid]


def _moment(text: str) -> datetime:
    """Kobo writes UTC without a zone."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _files(attachments: list[Mapping[str, Any]]) -> tuple[RowFile, ...]:
    """One per name, the last one counts; deleted ones are left out."""
    found: dict[str, RowFile] = {}
    for raw in attachments:
        name = str(raw.get("media_file_basename") or raw["filename"].rpartition("/")[2])
        if not raw.get("is_deleted"):
            found[name] = RowFile(name, str(raw["uid"]))
    return tuple(found[name] for name in sorted(found))
