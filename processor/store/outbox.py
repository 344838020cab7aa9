"""Review states that wait to be written to the form server: queued here, sent by `processor/reviews.py`.

A wish is one row and never changes what it asks for. It waits, is being sent, and ends as sent, refused,
superseded (by a newer wish for the same submission) or cancelled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, exists, func, not_, or_, select

from processor.config import Config
from processor.errors import ConfigError, ContractError, Message
from processor.servers.protocol import REVIEW_STATES
from processor.store import bulk
from processor.store.office_tables import outbox
from processor.store.raw import is_storable
from processor.store.tables import submissions

WAITING, SENDING, SENT = "waiting", "sending", "sent"
REFUSED, SUPERSEDED, CANCELLED = "refused", "superseded", "cancelled"
OPEN = (WAITING, SENDING)
COMMENT_LIMIT = 500
"""Central takes the comment in a header; percent-encoded Vietnamese grows threefold and more."""
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)


@dataclass(frozen=True)
class Wish:
    """One review on its way."""

    id: int
    form_id: str
    instance_id: str
    version_id: str
    """The version that was current in the copy when the review was written."""
    review_state: str
    comment: str
    """In plain Vietnamese, for the officer; holds what the caller wrote and nothing else."""
    actor: str
    reason_key: str
    queued_at: datetime
    state: str
    attempts: int
    next_at: datetime
    mark: str | None
    """Where the server's history stood before the first attempt; None: nothing was sent yet."""
    ended_at: datetime | None
    detail: str


def require_write_back(config: Config) -> None:
    """ConfigError OUTBOX_OFF unless the settings switch it on: whoever queues or sends asks first."""
    if not config.write_back.reviews:
        raise ConfigError(Message.OUTBOX_OFF)


def queue_review(
    connection: Connection,
    form_id: str,
    instance_id: str,
    state: str,
    comment: str,
    *,
    actor: str,
    reason_key: str,
) -> int:
    """Let a review wait for the next sending; the number of its row.

    A newer wish takes the place of an unsent older one for the same submission; just the same wish again is the
    one that waits already. ContractError SUBMISSION_UNKNOWN when the copy has no such submission.
    """
    if state not in REVIEW_STATES:
        raise ConfigError(Message.REVIEW_STATE, found=state, expected=", ".join(REVIEW_STATES))
    if len(comment) > COMMENT_LIMIT or not is_storable(comment):
        raise ConfigError(Message.OUTBOX_COMMENT, limit=COMMENT_LIMIT, found=len(comment))
    _lock(connection, form_id, instance_id)
    asked = {"review_state": state, "comment": comment, "reason_key": reason_key}
    asked["version_id"] = _version(connection, form_id, instance_id)
    same = and_(*(outbox.c[name] == value for name, value in asked.items()))
    waiting = and_(
        outbox.c.form_id == form_id, outbox.c.instance_id == instance_id, outbox.c.state == WAITING
    )
    known = connection.execute(select(outbox.c.id).where(waiting, same)).scalar_one_or_none()
    if known is not None:
        return int(known)
    now = datetime.now(UTC)
    connection.execute(outbox.update().where(waiting).values(state=SUPERSEDED, ended_at=now))
    head = {"form_id": form_id, "instance_id": instance_id, "actor": actor, "queued_at": now, "next_at": now}
    key = connection.execute(outbox.insert().values(**head, **asked, state=WAITING)).inserted_primary_key
    assert key is not None
    return int(key[0])


def _lock(connection: Connection, form_id: str, instance_id: str) -> None:
    """Wishes for one submission follow one another; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        key = func.hashtextextended(f"outbox:{form_id}:{instance_id}", 0)
        connection.execute(select(func.pg_advisory_xact_lock(key)))


def _version(connection: Connection, form_id: str, instance_id: str) -> str:
    c = submissions.c
    query = select(c.version_id).where(c.form_id == form_id, c.instance_id == instance_id)
    found = connection.execute(query).scalar_one_or_none()
    if found is None:
        raise ContractError(Message.SUBMISSION_UNKNOWN, instance_id=instance_id, form_id=form_id)
    return str(found)


def due(connection: Connection, now: datetime) -> list[Wish]:
    """What is to be sent now, oldest first; what a killed process was sending comes whatever the time."""
    ready = or_(outbox.c.state == SENDING, and_(outbox.c.state == WAITING, outbox.c.next_at <= now))
    return _wishes(connection, outbox.c.id, ready)


def list_wishes(connection: Connection, *, everything: bool = False) -> list[Wish]:
    """What is under way or refused, oldest first; `everything` adds what has ended well."""
    shown = () if everything else (outbox.c.state.in_((*OPEN, REFUSED)),)
    return _wishes(connection, outbox.c.id, *shown)


def _wishes(connection: Connection, order: Any, *conditions: Any) -> list[Wish]:
    columns = [outbox.c[name] for name in Wish.__dataclass_fields__]
    query = select(*columns).where(*conditions).order_by(order)
    return [Wish(**row._mapping) for row in connection.execute(query)]


def begin(connection: Connection, wish: Wish, mark: str) -> bool:
    """Note that this wish is being sent now, and the first mark; False when it was superseded meanwhile."""
    values = {"state": SENDING, "attempts": wish.attempts + 1, "mark": func.coalesce(outbox.c.mark, mark)}
    mine = outbox.update().where(outbox.c.id == wish.id, outbox.c.state.in_(OPEN))
    return connection.execute(mine.values(values)).rowcount == 1


def end(connection: Connection, wish: Wish, state: str, detail: str = "") -> None:
    """Note how a wish ended."""
    values = {"state": state, "ended_at": datetime.now(UTC), "detail": detail}
    connection.execute(outbox.update().where(outbox.c.id == wish.id, outbox.c.state.in_(OPEN)).values(values))


def put_back(connection: Connection, wish: Wish, attempts: int, detail: str) -> None:
    """Wait longer after every failure; a wish that a newer one has overtaken meanwhile waits no more."""
    later = and_(
        outbox.c.form_id == wish.form_id,
        outbox.c.instance_id == wish.instance_id,
        outbox.c.state == WAITING,
        outbox.c.id > wish.id,
    )
    if connection.execute(select(func.count()).select_from(outbox).where(later)).scalar_one():
        end(connection, wish, SUPERSEDED, detail)
        return
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempts - 1, 20))
    values = {"state": WAITING, "next_at": datetime.now(UTC) + wait, "attempts": attempts, "detail": detail}
    connection.execute(outbox.update().where(outbox.c.id == wish.id, outbox.c.state.in_(OPEN)).values(values))


def retry(connection: Connection, number: int) -> None:
    """Send this wish at the next sending: one that waits, or that was refused and no newer one followed."""
    newer = outbox.alias()
    followed = exists().where(
        newer.c.form_id == outbox.c.form_id,
        newer.c.instance_id == outbox.c.instance_id,
        newer.c.id > outbox.c.id,
        newer.c.state != CANCELLED,
    )
    values = {"state": WAITING, "next_at": datetime.now(UTC), "ended_at": None}
    _move(connection, number, (WAITING, REFUSED), "retried", values, not_(followed))


def cancel(connection: Connection, number: int) -> None:
    """Never send it. One that is being sent may be with the server already, and is left alone."""
    values = {"state": CANCELLED, "ended_at": datetime.now(UTC)}
    _move(connection, number, (WAITING,), "cancelled", values)


def cancel_unsent(connection: Connection, reason_keys: Sequence[str], *, actor: str, since: datetime) -> None:
    """Cancel what this actor has let wait since then for these reasons; what is on its way already stays."""
    mine = and_(outbox.c.actor == actor, outbox.c.queued_at >= since, outbox.c.state == WAITING)
    chosen = outbox.update().where(mine, bulk.one_of(connection, outbox.c.reason_key, reason_keys))
    connection.execute(chosen.values(state=CANCELLED, ended_at=datetime.now(UTC)))


def _move(
    connection: Connection,
    number: int,
    among: tuple[str, ...],
    act: str,
    values: dict[str, Any],
    *conditions: Any,
) -> None:
    mine = outbox.update().where(outbox.c.id == number, outbox.c.state.in_(among), *conditions)
    if connection.execute(mine.values(values)).rowcount == 1:
        return
    found = connection.execute(select(outbox.c.state).where(outbox.c.id == number)).scalar_one_or_none()
    found = f"{found}, followed by a newer one" if found in among else found or "no such row"
    expected = " or ".join(among)
    raise ConfigError(Message.OUTBOX_ROW, number=number, act=act, expected=expected, found=found)
