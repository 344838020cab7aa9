"""Reviews as the service itself writes them into the inbox, once each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, func, select

from processor.database import reading
from processor.errors import ConfigError, ContractError, Message
from processor.servers.abilities import ReviewRefusedError, Stand
from processor.servers.builtin import office
from processor.servers.builtin.tables import states, submissions

if TYPE_CHECKING:
    from processor.servers.builtin.inbox import Inbox


def stand(inbox: Inbox, form_id: str, instance_id: str) -> Stand:
    """Version, state and the number of its last event; ReviewRefusedError when it is deleted or unknown."""
    c, s = submissions.c, states.c
    same = and_(s.form_id == form_id, s.instance_id == instance_id)
    last = select(func.coalesce(func.max(s.id), 0)).where(same).scalar_subquery()
    query = select(c.version_id, c.review_state, last).where(
        c.form_id == form_id, c.instance_id == instance_id, c.deleted.is_(False)
    )
    with reading(inbox.engine) as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        raise ReviewRefusedError(Message.SUBMISSION_UNKNOWN, instance_id=instance_id, form_id=form_id)
    return Stand(row[0], row[1], str(row[2]))


def was_written(inbox: Inbox, form_id: str, instance_id: str, since: str, state: str) -> bool:
    """Whether an event behind the mark set the state."""
    s = states.c
    query = exists().where(
        s.form_id == form_id,
        s.instance_id == instance_id,
        s.event == "review",
        s.after == state,
        s.id > int(since),
    )
    with reading(inbox.engine) as connection:
        return bool(connection.execute(select(query)).scalar_one())


def write(inbox: Inbox, form_id: str, instance_id: str, state: str, actor: str) -> bool:
    """Set the state; False when it was so already."""
    if stand(inbox, form_id, instance_id).review_state == state:
        return False
    try:
        office.set_review(inbox, form_id, instance_id, state, actor)
    except (ConfigError, ContractError) as error:  # no such state; removed for good in this moment
        raise ReviewRefusedError(error.message, **error.values) from None
    return True
