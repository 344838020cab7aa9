"""The record of every pull: what it brought and whether the copy equals the form server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from processor.store.tables import checkpoints, pulls

RUNNING, EQUAL, DIFFERS, INCOMPLETE = "running", "equal", "differs", "incomplete"
FAILED, KILLED = "failed", "killed"
INCREMENT, FULL, SINCE = "increment", "full", "since"
FULL_AGAIN = timedelta(hours=1)
"""How long after a full pull that failed only increments run, so that new submissions still come."""
PROVEN = (EQUAL, INCOMPLETE, DIFFERS)
"""States of a pull that came to its end: it compared, and says what it saw."""


@dataclass(frozen=True)
class PullRecord:
    """One pull of one form. Counts of the comparison are None when it did not come so far."""

    id: int
    form_id: str
    kind: str
    """increment; since (what changed since a given time was read again as well); full (everything was)."""
    started_at: datetime
    ended_at: datetime | None = None
    state: str = RUNNING
    """running, equal, incomplete (the raw copy is equal, some submissions have no rows yet),
    differs, failed (see `detail`), killed (the process ended in the middle)."""
    created: int = 0
    edited: int = 0
    deleted: int = 0
    restored: int = 0
    updated: int = 0
    """Same answers, something beside them changed: a file arrived, a review."""
    incomplete: int = 0
    """Live submissions without rows, because their form version is not published or unreadable."""
    server_count: int | None = None
    copy_count: int | None = None
    only_server: int | None = None
    only_copy: int | None = None
    differ: int | None = None
    """On both sides with another version, state or practice mark."""
    rows_differ: int | None = None
    """Submissions whose reporting rows are missing, too many or of another version."""
    detail: str = ""

    @property
    def is_equal(self) -> bool:
        """Whether this pull proved that the copy equals the server."""
        return self.state == EQUAL

    @property
    def has_moves(self) -> bool:
        """Whether it brought anything."""
        return any(getattr(self, name) for name in _MOVES)

    @property
    def sentence(self) -> str:
        """The reconciliation line in English; the pages have their own words."""
        moves = f"{self.created} new, {self.edited} edited, {self.deleted} deleted, {self.restored} restored"
        if self.state not in PROVEN:
            return f"{self.form_id}: pull {self.state} ({moves}). {self.detail}".rstrip()
        return f"{self.form_id}: {moves}, {self.updated} otherwise changed. {self._comparison()}"

    def _comparison(self) -> str:
        counts = f"server {self.server_count}, copy {self.copy_count}"
        why = f" ({self.detail})" if self.detail else ""
        if self.state == EQUAL:
            return f"The copy equals the server: {counts}{why}."
        waiting = f"{self.incomplete} without reporting rows"
        if self.state == INCOMPLETE:
            return f"The raw copy equals the server: {counts}; {waiting}{why}."
        parts = [
            f"{self.only_server} only on the server",
            f"{self.only_copy} only in the copy",
            f"{self.differ} with another version or state",
            f"{self.rows_differ} with wrong reporting rows",
            waiting,
        ]
        return f"THE COPY DIFFERS: {counts}; {', '.join(parts)}{why}."


def start_pull(connection: Connection, form_id: str, kind: str) -> PullRecord:
    """Record that a pull begins; one that a killed process left running is marked as killed.

    The caller holds the form's lease, so nothing else of this form can be running.
    """
    now = datetime.now(UTC)
    left = pulls.update().where(pulls.c.form_id == form_id, pulls.c.state == RUNNING)
    connection.execute(left.values(state=KILLED))
    values = {"form_id": form_id, "kind": kind, "started_at": now, "state": RUNNING}
    key = connection.execute(pulls.insert().values(values)).inserted_primary_key
    assert key is not None
    return PullRecord(key[0], form_id, kind, now)


def note_counts(connection: Connection, record: PullRecord, counts: Mapping[str, Any]) -> PullRecord:
    """Record what came so far, in the transaction that stores it."""
    noted: dict[str, Any] = {name: counts[name] for name in _MOVES}
    connection.execute(pulls.update().where(pulls.c.id == record.id).values(noted))
    return replace(record, **noted)


def finish_pull(connection: Connection, record: PullRecord) -> PullRecord:
    """Record how a pull ended."""
    ended = replace(record, ended_at=datetime.now(UTC))
    values = {name: getattr(ended, name) for name in _FIELDS if name not in ("id", "form_id", "started_at")}
    connection.execute(pulls.update().where(pulls.c.id == record.id).values(values))
    return ended


def reads_all(connection: Connection, form_id: str, full_days: int) -> bool:
    """Whether a pull reads everything of itself: the first one does, and one that is due.

    Asked under the form's lease, so that two processes do not both think so.
    """
    first = read_checkpoint(connection, form_id) is None
    return first or is_full_due(connection, form_id, full_days, datetime.now(UTC))


def is_full_due(connection: Connection, form_id: str, days: int, now: datetime) -> bool:
    """Whether the last full pull that came to its end began so many days ago; one that was cut off counts not.

    0 days: never.
    """
    if not days:
        return False
    fulls = select(pulls.c.started_at, pulls.c.state).where(pulls.c.form_id == form_id, pulls.c.kind == FULL)
    newest = fulls.order_by(pulls.c.id.desc()).limit(1)
    done = connection.execute(newest.where(pulls.c.state.in_(PROVEN))).one_or_none()
    if done is not None and now - done.started_at < timedelta(days=days):
        return False
    tried = connection.execute(newest).one_or_none()
    return tried is None or tried.state != FAILED or now - tried.started_at >= FULL_AGAIN


def read_checkpoint(connection: Connection, form_id: str) -> str | None:
    """Where the next increment starts; None is the beginning."""
    query = select(checkpoints.c.checkpoint).where(checkpoints.c.form_id == form_id)
    return connection.execute(query).scalar_one_or_none()


def save_checkpoint(connection: Connection, form_id: str, checkpoint: str, now: datetime) -> None:
    """Move on, in the transaction that stores the page."""
    connection.execute(checkpoints.delete().where(checkpoints.c.form_id == form_id))
    values = {"form_id": form_id, "checkpoint": checkpoint, "at": now}
    connection.execute(checkpoints.insert().values(values))


def last_pulls(connection: Connection) -> Mapping[str, PullRecord]:
    """The newest pull of every form that was ever pulled."""
    newest = select(func.max(pulls.c.id)).group_by(pulls.c.form_id)
    query = select(*(pulls.c[name] for name in _FIELDS)).where(pulls.c.id.in_(newest))
    return {row.form_id: _record(row) for row in connection.execute(query)}


_MOVES = ("created", "edited", "deleted", "restored", "updated")
_FIELDS = tuple(PullRecord.__dataclass_fields__)


def _record(row: Row[Any]) -> PullRecord:
    return PullRecord(**row._mapping)
