"""One page of a pull into the copy: what is new against what we have, and one transaction for all.

Raw versions, states, the current submissions, their reporting rows and the checkpoint are written
together or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, select

from processor.servers.protocol import Submission
from processor.store import bulk, raw, reporting
from processor.store.loading import Arrived, Loaded
from processor.store.sealed import is_lost, tells_a_loss
from processor.store.tables import submissions

if TYPE_CHECKING:
    from processor.store.open import Registered


class Current(NamedTuple):
    """A row of `submissions` without the form: what we hold of a submission now."""

    instance_id: str
    raw_no: int
    state_no: int
    sha256: str
    version_id: str
    form_version: str
    area: str
    submitter: str
    practice: bool
    deleted: bool
    review_state: str
    received_at: datetime
    updated_at: datetime
    pulled_at: datetime
    attachments_expected: int
    attachments_present: int
    problem: str


@dataclass
class Counts:
    """What a pull has brought so far."""

    created: int = 0
    edited: int = 0
    deleted: int = 0
    restored: int = 0
    updated: int = 0
    refused: int = 0
    """Without a usable id: cannot be stored at all, the comparison reports them as missing."""


@dataclass
class Delta:
    """What a page changes."""

    versions: list[tuple[Any, ...]] = field(default_factory=list)
    states: list[tuple[Any, ...]] = field(default_factory=list)
    current: dict[str, Current] = field(default_factory=dict)
    arrived: dict[str, Arrived] = field(default_factory=dict)

    def live(self) -> list[Arrived]:
        """The changed submissions that have rows."""
        return [a for a in self.arrived.values() if not a.submission.deleted]


def read_known(connection: Connection, form_id: str, ids: Iterable[str]) -> dict[str, Current]:
    """What we hold of the given submissions."""
    query = select(*(submissions.c[name] for name in Current._fields)).where(
        submissions.c.form_id == form_id,
        bulk.one_of(connection, submissions.c.instance_id, [i for i in ids if raw.is_storable(i)]),
    )
    return {row.instance_id: Current(*row) for row in connection.execute(query)}


def compare_page(
    page: Sequence[Submission], known: Mapping[str, Current], pull_id: int, now: datetime, counts: Counts
) -> Delta:
    """What the page changes; a submission that comes twice is taken in order, the later is newer."""
    delta = Delta()
    for submission in page:
        if not raw.has_usable_identity(submission):
            counts.refused += 1
            continue
        before = delta.current.get(submission.instance_id) or known.get(submission.instance_id)
        if not submission.content_known and not tells_a_loss(submission, before):
            _take_state(delta, submission, before, (pull_id, now), counts)
            continue
        if before is None and submission.practice and submission.deleted:
            continue  # removed practice that we no longer hold, or never did
        content = raw.content(submission)
        if before is None or _differs(before, submission, content):
            after = _add(delta, submission, content, before, (pull_id, now))
            _count(counts, before, after)
    return delta


def mark_gone(
    gone: Iterable[str],
    known: Mapping[str, Current],
    form_id: str,
    origin: tuple[int, datetime],
    delta: Delta,
    counts: Counts,
) -> None:
    """Submissions that the server no longer has at all: deleted here, their raw copy stays."""
    for key in gone:
        before = delta.current.get(key) or known.get(key)
        if before is not None:
            _set_state(delta, form_id, before, before._replace(deleted=True), origin, counts)


def _take_state(
    delta: Delta, submission: Submission, before: Current | None, origin: tuple[int, datetime], counts: Counts
) -> None:
    """A submission whose answers the server does not show; a deleted one never held leaves no trace.

    The version stays the one whose answers we hold: what was edited and deleted before we saw the edit
    comes when it is restored. A live one without answers and reason is no statement at all: the comparison finds it.
    """
    if before is None or not (submission.deleted or is_lost(submission)):
        return
    after = before._replace(deleted=submission.deleted, review_state=submission.review_state)
    _set_state(delta, submission.form_id, before, after, origin, counts)


def _set_state(
    delta: Delta, form_id: str, before: Current, after: Current, origin: tuple[int, datetime], counts: Counts
) -> None:
    if after == before:
        return
    if (before.deleted, before.review_state) != (after.deleted, after.review_state):
        after = after._replace(state_no=before.state_no + 1)
        flags = (int(after.practice), int(after.deleted), after.review_state)
        delta.states.append(
            (form_id, after.instance_id, after.state_no, *flags, raw.stamp(origin[1]), origin[0])
        )
    delta.current[after.instance_id] = after
    delta.arrived.pop(after.instance_id, None)
    _count(counts, before, after)


def _differs(before: Current, submission: Submission, content: raw.Content) -> bool:
    state = (before.deleted, before.review_state)
    return before.sha256 != content.sha256 or state != (submission.deleted, submission.review_state)


def _add(
    delta: Delta,
    submission: Submission,
    content: raw.Content,
    before: Current | None,
    origin: tuple[int, datetime],
) -> Current:
    pull_id, now = origin
    raw_no, state_no, sha256, pulled_at = (0, 0, "", now)
    deleted, review_state = False, "received"
    if before is not None:
        raw_no, state_no, sha256, pulled_at = before.raw_no, before.state_no, before.sha256, before.pulled_at
        deleted, review_state = before.deleted, before.review_state
    form_id, key = submission.form_id, submission.instance_id
    if sha256 != content.sha256:
        raw_no, pulled_at = raw_no + 1, now
        head = (form_id, key, raw_no, submission.version_id, submission.form_version)
        tail = (int(submission.practice), content.sha256, content.encoded, raw.stamp(now), pull_id)
        delta.versions.append(head + tail)
    if (deleted, review_state) != (submission.deleted, submission.review_state):
        state_no += 1
        flags = (int(submission.practice), int(submission.deleted), submission.review_state)
        delta.states.append((form_id, key, state_no, *flags, raw.stamp(now), pull_id))
    after = current(raw.Stored(submission, content, raw_no, state_no, pulled_at))
    delta.current[key] = after
    delta.arrived[key] = Arrived(submission, content, pulled_at)
    return after


def current(stored: raw.Stored) -> Current:
    """The row of `submissions` that follows from the raw copy; area and problem come with loading."""
    submission = stored.submission
    return Current(
        instance_id=submission.instance_id,
        raw_no=stored.raw_no,
        state_no=stored.state_no,
        sha256=stored.content.sha256,
        version_id=submission.version_id,
        form_version=submission.form_version,
        area="",
        submitter=submission.submitter,
        practice=submission.practice,
        deleted=submission.deleted,
        review_state=submission.review_state,
        received_at=submission.received_at,
        updated_at=submission.updated_at,
        pulled_at=stored.pulled_at,
        attachments_expected=len(submission.attachments),
        attachments_present=sum(a.sha256 is not None for a in submission.attachments),
        problem="",
    )


def _count(counts: Counts, before: Current | None, after: Current) -> None:
    if after.deleted and not (before and before.deleted):
        counts.deleted += 1
    elif before is None:
        counts.created += 1
    elif before.deleted and not after.deleted:
        counts.restored += 1
    elif before.version_id != after.version_id:
        counts.edited += 1
    else:
        counts.updated += 1


def write(connection: Connection, registered: Registered, form_id: str, delta: Delta, loaded: Loaded) -> None:
    """Write what a page changed, in the caller's transaction."""
    raw.append(connection, delta.versions, delta.states)
    reporting.replace(connection, registered.plans, loaded.prepared, delta.current)
    write_current(connection, form_id, delta.current.values(), loaded)


def write_current(connection: Connection, form_id: str, rows: Iterable[Current], loaded: Loaded) -> None:
    """Put the rows of `submissions` in the place of what is there."""
    ready = [_row(form_id, row, loaded) for row in rows]
    among = {"form_id": [form_id]}
    bulk.delete(connection, submissions.name, "instance_id", [row[1] for row in ready], **among)
    bulk.insert(connection, submissions.name, ("form_id", *Current._fields), ready)


def _row(form_id: str, row: Current, loaded: Loaded) -> tuple[Any, ...]:
    """As the driver takes them: times as text, flags as numbers."""
    key = row.instance_id
    return (
        *(form_id, key, row.raw_no, row.state_no, row.sha256, row.version_id, row.form_version),
        *(loaded.areas.get(key, ""), row.submitter, int(row.practice), int(row.deleted), row.review_state),
        *(raw.stamp(row.received_at), raw.stamp(row.updated_at), raw.stamp(row.pulled_at)),
        *(row.attachments_expected, row.attachments_present, loaded.problems.get(key, "")),
    )
