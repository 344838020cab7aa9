"""What the pull reads: changes in the order of the clock, the list of ids, files.

A checkpoint is `<inbox>:<seq>`. One of another inbox (restored from elsewhere, made anew) or from
the future (an older backup was put back) means: from the beginning.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, and_, select

from processor.database import reading
from processor.forms.answers import Answers, read_submission
from processor.servers.builtin.tables import attachments, clock, submissions, versions
from processor.servers.protocol import Attachment, Page, Submission, SubmissionState

if TYPE_CHECKING:
    from processor.servers.builtin.inbox import Inbox
    from processor.servers.builtin.publishing import Catalogue


class Feed:
    """Reads the inbox; every page is one consistent view."""

    def __init__(self, inbox: Inbox, catalogue: Catalogue) -> None:
        self._inbox = inbox
        self._catalogue = catalogue

    def changed(self, form_id: str, checkpoint: str | None, page_size: int) -> Iterator[Page]:
        """Submissions whose number is above the checkpoint, lowest first."""
        with reading(self._inbox.engine) as connection:
            now = connection.execute(select(clock)).one()
        after = _position(checkpoint, now.inbox, now.seq)
        while True:
            with reading(self._inbox.engine) as connection:
                rows = connection.execute(_page(form_id, after, page_size)).all()
                files = _files(connection, form_id, rows)
            if not rows:
                return
            after = rows[-1].seq
            yield Page(tuple(self._submission(row, files) for row in rows), f"{now.inbox}:{after}")
            if len(rows) < page_size:
                return

    def _submission(self, row: Row[Any], files: dict[str, list[Attachment]]) -> Submission:
        return Submission(
            form_id=row.form_id,
            instance_id=row.instance_id,
            version_id=row.version_id,
            form_version=row.form_version,
            answers=self._answers(row),
            received_at=datetime.fromisoformat(row.received_at),
            updated_at=datetime.fromisoformat(row.updated_at),
            submitter=row.submitter,
            practice=row.practice,
            deleted=row.deleted,
            review_state=row.review_state,
            attachments=tuple(files.get(row.version_id, ())),
        )

    def _answers(self, row: Row[Any]) -> Answers:
        if row.xml is None:  # removed for good
            return {}
        known = self._catalogue.known(row.form_id, row.form_version)
        assert known is not None  # a submission is only taken for a known version, and versions stay
        return read_submission(bytes(row.xml), known.repeats).answers

    def ids(self, form_id: str) -> Iterator[SubmissionState]:
        """Every submission, removed ones as deleted."""
        c = submissions.c
        query = select(c.instance_id, c.version_id, c.deleted, c.practice, c.review_state)
        with reading(self._inbox.engine) as connection:
            rows = connection.execute(query.where(c.form_id == form_id).order_by(c.instance_id)).all()
        return (SubmissionState(*row) for row in rows)

    def attachment(self, form_id: str, instance_id: str, name: str) -> Path | None:
        """The file of the current version, None while it has not arrived."""
        c = attachments.c
        current = and_(submissions.c.form_id == c.form_id, submissions.c.version_id == c.version_id)
        query = (
            select(c.sha256)
            .join(submissions, current)
            .where(c.form_id == form_id, submissions.c.instance_id == instance_id, c.name == name)
        )
        with reading(self._inbox.engine) as connection:
            sha256 = connection.execute(query).scalar_one_or_none()
        return self._inbox.files.path(sha256) if sha256 else None


def _position(checkpoint: str | None, inbox: str, seq: int) -> int:
    name, _, number = (checkpoint or "").partition(":")
    if name != inbox or not number.isdecimal() or int(number) > seq:
        return 0
    return int(number)


def _page(form_id: str, after: int, size: int) -> Any:
    same = and_(
        versions.c.form_id == submissions.c.form_id, versions.c.version_id == submissions.c.version_id
    )
    return (
        select(submissions, versions.c.xml)
        .outerjoin(versions, same)
        .where(submissions.c.form_id == form_id, submissions.c.seq > after)
        .order_by(submissions.c.seq)
        .limit(size)
    )


def _files(connection: Connection, form_id: str, rows: Any) -> dict[str, list[Attachment]]:
    """The files of a page's versions, in the order of the names."""
    c = attachments.c
    found: dict[str, list[Attachment]] = {}
    ids = [row.version_id for row in rows]
    query = (
        select(c.version_id, c.name, c.size, c.sha256)
        .where(c.form_id == form_id, c.version_id.in_(ids))
        .order_by(c.version_id, c.name)
    )
    for row in connection.execute(query):
        found.setdefault(row.version_id, []).append(Attachment(row.name, row.size, row.sha256))
    return found
