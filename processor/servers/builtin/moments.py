"""Times of the inbox as checkpoints, and how much there is."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, func, or_, select

from processor.database import reading
from processor.servers.builtin.tables import attachments, clock, stamp, states, submissions

if TYPE_CHECKING:
    from processor.servers.builtin.inbox import Inbox


def checkpoint_at(inbox: Inbox, form_id: str, at: datetime) -> str:
    """The checkpoint just before the first submission that moved at a moment or later."""
    c, since = submissions.c, stamp(at)
    reviewed = exists().where(
        states.c.form_id == c.form_id, states.c.instance_id == c.instance_id, states.c.at >= since
    )
    completed = exists().where(
        attachments.c.form_id == c.form_id,
        attachments.c.version_id == c.version_id,
        attachments.c.arrived_at >= since,
    )
    moved = and_(c.form_id == form_id, or_(c.updated_at >= since, reviewed, completed))
    with reading(inbox.engine) as connection:
        now = connection.execute(select(clock)).one()
        first = connection.execute(select(func.min(c.seq)).where(moved)).scalar_one()
    return f"{now.inbox}:{now.seq if first is None else first - 1}"


def count(inbox: Inbox, form_id: str) -> int:
    """How many submissions a reading from the beginning brings."""
    query = select(func.count()).select_from(submissions).where(submissions.c.form_id == form_id)
    with reading(inbox.engine) as connection:
        return int(connection.execute(query).scalar_one())
