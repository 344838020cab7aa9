"""The raw copy: every content and every state of every submission, append-only.

A content is the canonical JSON of what the server delivered, its state at the server left out:
deletion, restore and review are rows of `raw_states`. A row is appended when content or state
differs from the newest one, so the newest row is the current one and repeats add nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, func, select

from processor.servers.protocol import Attachment, Submission
from processor.store import bulk
from processor.store.canonical import written
from processor.store.tables import raw_states, raw_versions

_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_PLAIN = re.compile(rb"\\u(?:0000|d[89a-f])")
"""Signs that no database text can hold stand escaped in the canonical JSON."""
_dumps = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
TEXT_LIMIT = 200
"""Longest id that is taken: both databases index them."""


class Content(NamedTuple):
    """The canonical JSON of one version, in UTF-8 as it is hashed and stored, and its hash."""

    encoded: bytes
    sha256: str

    @property
    def body(self) -> str:
        """The JSON as text."""
        return self.encoded.decode()

    @property
    def may_be_unstorable(self) -> bool:
        """Whether an answer may hold a sign that a database text cannot."""
        return b"\\u" in self.encoded and _NOT_PLAIN.search(self.encoded) is not None


@dataclass(frozen=True)
class Stored:
    """The current content and state of a submission, as the raw copy alone tells it."""

    submission: Submission
    content: Content
    raw_no: int
    state_no: int
    pulled_at: datetime


def content(submission: Submission) -> Content:
    """Canonical: sorted keys, no spaces, UTF-8, attachments in order of name, times in UTC."""
    beside = _beside(submission).encode("utf-8", "backslashreplace")
    encoded = b"".join((b'{"answers":', written(submission.answers), beside))
    return Content(encoded, hashlib.sha256(encoded).hexdigest())


def _beside(submission: Submission) -> str:
    """What stands beside the answers, keys in order; times and flags need no escaping."""
    text, files = encode_basestring, sorted((a.name, a.size, a.sha256) for a in submission.attachments)
    return (
        f',"attachments":{_dumps(files) if files else "[]"},'
        f'"form_id":{text(submission.form_id)},"form_version":{text(submission.form_version)},'
        f'"instance_id":{text(submission.instance_id)},"practice":{"true" if submission.practice else "false"},'
        f'"received_at":"{stamp(submission.received_at)}","submitter":{text(submission.submitter)},'
        f'"updated_at":"{stamp(submission.updated_at)}","version_id":{text(submission.version_id)}}}'
    )


def stamp(moment: datetime) -> str:
    """UTC text as `Instant` stores it; ValueError for a time without zone."""
    if moment.tzinfo is None:
        raise ValueError(f"expected an aware time, found {moment!r}")
    return _stamp(moment if moment.tzinfo is UTC else moment.astimezone(UTC))


@lru_cache(4096)
def _stamp(moment: datetime) -> str:
    """Of a time in UTC, where equal ones are the same: in other zones an hour may come twice."""
    return moment.isoformat(timespec="microseconds")


def is_storable(text: str) -> bool:
    """Whether both databases can hold the text exactly."""
    return "\0" not in text and (text.isascii() or not _SURROGATE.search(text))


def has_usable_identity(submission: Submission) -> bool:
    """Whether ids and codes can be keys; without them not even the raw copy can hold it."""
    keys = (submission.instance_id, submission.version_id, submission.form_version, submission.submitter)
    return bool(submission.instance_id) and max(map(len, keys)) <= TEXT_LIMIT and is_storable("\n".join(keys))


VERSION_COLUMNS = (
    "form_id",
    "instance_id",
    "no",
    "version_id",
    "form_version",
    "practice",
    "sha256",
    "body",
    "pulled_at",
    "pull_id",
)
STATE_COLUMNS = ("form_id", "instance_id", "no", "practice", "deleted", "review_state", "at", "pull_id")


def append(
    connection: Connection, versions: Sequence[tuple[Any, ...]], states: Sequence[tuple[Any, ...]]
) -> None:
    """Append rows in the order of `VERSION_COLUMNS` and `STATE_COLUMNS`."""
    bulk.insert(connection, raw_versions.name, VERSION_COLUMNS, versions, encoded=("body",))
    bulk.insert(connection, raw_states.name, STATE_COLUMNS, states)


def read_current(
    connection: Connection, form_id: str, *, after: str, size: int, among: Sequence[str] | None = None
) -> list[Stored]:
    """Newest content and state of up to `size` submissions (of `among`) whose ids follow `after`."""
    query = _newest(form_id).where(raw_versions.c.instance_id > after)
    if among is not None:
        query = query.where(bulk.one_of(connection, raw_versions.c.instance_id, among))
    rows = connection.execute(query.order_by(raw_versions.c.instance_id).limit(size))
    return [_stored(row) for row in rows]


def _newest(form_id: str) -> Any:
    version, state = raw_versions.c, raw_states.c
    other_version, other_state = raw_versions.alias(), raw_states.alias()
    newest_version = (
        select(func.max(other_version.c.no))
        .where(other_version.c.form_id == version.form_id, other_version.c.instance_id == version.instance_id)
        .scalar_subquery()
    )
    newest_state = (
        select(func.max(other_state.c.no))
        .where(other_state.c.form_id == version.form_id, other_state.c.instance_id == version.instance_id)
        .scalar_subquery()
    )
    same = and_(
        state.form_id == version.form_id,
        state.instance_id == version.instance_id,
        state.no == newest_state,
    )
    return (
        select(
            version.instance_id,
            version.no,
            version.body,
            version.sha256,
            version.pulled_at,
            func.coalesce(state.no, 0).label("state_no"),
            state.deleted,
            state.review_state,
        )
        .select_from(raw_versions.outerjoin(raw_states, same))
        .where(version.form_id == form_id, version.no == newest_version)
    )


def _stored(row: Any) -> Stored:
    body = json.loads(row.body)
    submission = Submission(
        form_id=body["form_id"],
        instance_id=body["instance_id"],
        version_id=body["version_id"],
        form_version=body["form_version"],
        answers=body["answers"],
        received_at=datetime.fromisoformat(body["received_at"]),
        updated_at=datetime.fromisoformat(body["updated_at"]),
        submitter=body["submitter"],
        practice=body["practice"],
        deleted=bool(row.deleted),
        review_state=row.review_state or "received",
        attachments=tuple(Attachment(*parts) for parts in body["attachments"]),
    )
    return Stored(submission, Content(row.body.encode(), row.sha256), row.no, row.state_no, row.pulled_at)
