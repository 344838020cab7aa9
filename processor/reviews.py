"""Sends the reviews that wait in the outbox to the form server, each once.

Before the first attempt the row takes a mark of where the server's history of the submission stands. Whatever
happens afterwards (answer lost, process killed, disk full), the next attempt looks there first: what is behind the
mark already is not written again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from processor.database import reading, writing
from processor.errors import ConfigError, Message, ProcessorError
from processor.servers.abilities import ReviewRefusedError, TakesReviews
from processor.store import outbox
from processor.store.lease import REVIEWS, Lease, LeaseError, leased
from processor.store.outbox import REFUSED, SENT, Wish

if TYPE_CHECKING:
    from processor.servers.protocol import FormServer
    from processor.store.open import Store

EVERYTHING = "all"
"""One sender for all forms, so that wishes for one submission keep their order."""
SO_ALREADY = "it was so on the form server already"


@dataclass
class Sent:
    """What one sending did."""

    sent: int = 0
    refused: int = 0
    forms: set[str] = field(default_factory=set)
    """Forms of which something was written: a pull brings it back."""
    problem: str = ""
    """Why it ended before its end; what is left is tried again."""

    @property
    def sentence(self) -> str:
        """The line for a log or a terminal."""
        why = f" The rest waits: {self.problem}" if self.problem else ""
        return f"reviews: {self.sent} sent, {self.refused} refused by the form server.{why}"


@dataclass
class _Run:
    store: Store
    server: TakesReviews
    lease: Lease
    told: Sent = field(default_factory=Sent)


def send_waiting(store: Store, server: FormServer, *, wait: float = 0) -> Sent:
    """Send what is due, oldest first; the first failure of the server ends the round, as the next would fail too.

    ConfigError OUTBOX_OFF when writing back is not switched on; LeaseError OUTBOX_BUSY when another process still
    sends after `wait` seconds.
    """
    outbox.require_write_back(store.config)
    if not isinstance(server, TakesReviews):
        raise ConfigError(Message.OUTBOX_SERVER, name=server.name)
    if not _due(store):
        return Sent()
    with leased(store.engine, EVERYTHING, task=REVIEWS, wait=wait) as lease:
        run = _Run(store, server, lease)
        for wish in _due(store):
            if not _send(run, wish):
                break
    return run.told


def _due(store: Store) -> list[Wish]:
    with reading(store.engine) as connection:
        return outbox.due(connection, datetime.now(UTC))


def _send(run: _Run, wish: Wish) -> bool:
    """Try one wish; False when the server failed, so that the others would fail too."""
    try:
        _deliver(run, wish)
    except LeaseError:
        raise
    except ReviewRefusedError as refusal:
        _end(run, wish, REFUSED, str(refusal))
        run.told.refused += 1
    except ProcessorError as error:
        run.told.problem = str(error)
        with writing(run.store.engine) as connection:
            run.lease.renew(connection)
            outbox.put_back(connection, wish, wish.attempts + 1, str(error))
        return False
    return True


def _deliver(run: _Run, wish: Wish) -> None:
    """Write the review unless it is there already; a wish for an older version is refused."""
    place, server = (wish.form_id, wish.instance_id), run.server
    stand = server.review_stand(*place)
    asked = (wish.review_state, wish.comment)
    if wish.mark is not None and server.was_reviewed(*place, wish.mark, *asked):
        _sent(run, wish)
        return
    if stand.version_id != wish.version_id:
        raise ReviewRefusedError(Message.OUTBOX_EDITED, form_id=wish.form_id, instance_id=wish.instance_id)
    with writing(run.store.engine) as connection:
        run.lease.renew(connection)
        begun = outbox.begin(connection, wish, stand.mark)
    if begun:
        written = server.write_review(*place, *asked, actor=wish.actor)
        _sent(run, wish, "" if written else SO_ALREADY)


def _sent(run: _Run, wish: Wish, detail: str = "") -> None:
    _end(run, wish, SENT, detail)
    run.told.sent += 1
    run.told.forms.add(wish.form_id)


def _end(run: _Run, wish: Wish, state: str, detail: str) -> None:
    with writing(run.store.engine) as connection:
        run.lease.renew(connection)
        outbox.end(connection, wish, state, detail)
