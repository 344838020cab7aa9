"""What the office does to submissions: delete, restore, review, remove practice. All is written down."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, and_, exists, select

from processor.database import reading
from processor.errors import ConfigError, ContractError, Message
from processor.servers.builtin.tables import attachments, media, states, submissions, versions
from processor.servers.protocol import REVIEW_STATES

if TYPE_CHECKING:
    from processor.servers.builtin.inbox import Inbox, Ticket


def set_deleted(inbox: Inbox, form_id: str, instance_id: str, deleted: bool, actor: str) -> None:
    """Delete softly, or restore; the same state again changes nothing."""
    with inbox.writing() as ticket:
        row = _find(ticket, form_id, instance_id)
        if bool(row.deleted) != deleted:
            event = "deleted" if deleted else "restored"
            _record(ticket, row, (event, _life(row.deleted), _life(deleted)), actor)
            _update(ticket, row, {"deleted": deleted})


def set_review(inbox: Inbox, form_id: str, instance_id: str, state: str, actor: str) -> None:
    """Set the review state; the same state again changes nothing."""
    if state not in REVIEW_STATES:
        raise ConfigError(Message.REVIEW_STATE, found=state, expected=", ".join(REVIEW_STATES))
    with inbox.writing() as ticket:
        row = _find(ticket, form_id, instance_id)
        if row.review_state != state:
            _record(ticket, row, ("review", row.review_state, state), actor)
            _update(ticket, row, {"review_state": state})


def remove_practice(inbox: Inbox, actor: str) -> int:
    """Remove the content of all practice submissions for good; how many there were.

    Their rows stay as deleted ones, so that every copy learns of it. Files go at the next sweep.
    """
    wanted = select(submissions).where(submissions.c.practice, submissions.c.removed.is_(False))
    with reading(inbox.engine) as connection:
        expected = len(connection.execute(wanted).all())
    with inbox.writing(expected + 1) as ticket:
        rows = ticket.connection.execute(wanted.order_by(submissions.c.seq).limit(expected)).all()
        for number, row in enumerate(rows):
            numbered = replace(ticket, seq=ticket.seq - number)
            _record(numbered, row, ("removed", _life(row.deleted), "removed"), actor)
            _update(numbered, row, {"deleted": True, "removed": True})
        _drop_content(ticket.connection)
    return len(rows)


def sweep(inbox: Inbox, older_than: float) -> int:
    """Remove files that no row names and that are so many seconds old; how many.

    Under the writers' lock: a post that is about to name a file has just renewed it.
    """
    with inbox.writing() as ticket:
        used = select(attachments.c.sha256).where(attachments.c.sha256.is_not(None))
        known = set(ticket.connection.execute(used.union(select(media.c.sha256))).scalars())
        return inbox.files.sweep(known, older_than)


def _life(deleted: bool) -> str:
    return "deleted" if deleted else "live"


def _find(ticket: Ticket, form_id: str, instance_id: str) -> Row[Any]:
    c = submissions.c
    where = and_(c.form_id == form_id, c.instance_id == instance_id, c.removed.is_(False))
    row = ticket.connection.execute(select(submissions).where(where)).one_or_none()
    if row is None:
        raise ContractError(Message.SUBMISSION_UNKNOWN, form_id=form_id, instance_id=instance_id)
    return row


def _record(ticket: Ticket, row: Row[Any], change: tuple[str, str, str], actor: str) -> None:
    event, before, after = change
    values = {"form_id": row.form_id, "instance_id": row.instance_id, "seq": ticket.seq}
    values |= {"event": event, "before": before, "after": after, "actor": actor, "at": ticket.at}
    ticket.connection.execute(states.insert(), values)


def _update(ticket: Ticket, row: Row[Any], changes: dict[str, Any]) -> None:
    c = submissions.c
    where = and_(c.form_id == row.form_id, c.instance_id == row.instance_id)
    ticket.connection.execute(submissions.update().where(where).values(seq=ticket.seq, **changes))


def _drop_content(connection: Connection) -> None:
    """Versions and files of removed submissions."""
    same = and_(
        submissions.c.form_id == versions.c.form_id,
        submissions.c.instance_id == versions.c.instance_id,
        submissions.c.removed,
    )
    connection.execute(versions.delete().where(exists().where(same)))
    kept = exists().where(
        versions.c.form_id == attachments.c.form_id, versions.c.version_id == attachments.c.version_id
    )
    connection.execute(attachments.delete().where(~kept))
