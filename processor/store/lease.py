"""One pull of a form at a time, and one sender of reviews, whichever process or machine starts it.

A lease is a row with an end. Every transaction of its holder renews it and fails when another took
it over: a process that slept too long cannot write any more. A holder on this machine whose
process has ended is succeeded at once, so a killed pull delays nobody.
"""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from processor.database import writing
from processor.errors import ContractError, Message
from processor.store.tables import leases

DURATION = timedelta(minutes=3)
ASK_AGAIN = 0.2
_HERE: set[str] = set()
"""Holders that live in this process."""


class LeaseError(ContractError):
    """Somebody else holds the lease; wait, or leave the work to them."""


@dataclass(frozen=True)
class Task:
    """What a lease is for, and what is said when somebody else has it, or took it over."""

    name: str
    busy: Message
    lost: Message


PULL = Task("pull", Message.STORE_BUSY, Message.STORE_LEASE_LOST)
REVIEWS = Task("reviews", Message.OUTBOX_BUSY, Message.OUTBOX_LEASE_LOST)


@dataclass(frozen=True)
class Lease:
    """The right to do one task: to change the copy of a form, or to send what waits in the outbox."""

    form_id: str
    holder: str
    task: Task = PULL

    @property
    def name(self) -> str:
        """The row's key."""
        return f"{self.task.name}:{self.form_id}"

    def renew(self, connection: Connection) -> None:
        """Extend the lease within the transaction that writes; LeaseError when it was lost."""
        c = leases.c
        mine = leases.update().where(c.name == self.name, c.holder == self.holder)
        if connection.execute(mine.values(until=datetime.now(UTC) + DURATION)).rowcount != 1:
            raise LeaseError(self.task.lost, form_id=self.form_id)


@contextmanager
def leased(engine: Engine, form_id: str, *, task: Task = PULL, wait: float = 0) -> Iterator[Lease]:
    """Hold the lease of a form, or of another task, for the block.

    LeaseError, as the task says it, when somebody else still holds it after `wait` seconds.
    """
    lease = Lease(form_id, _new_holder(), task)
    _HERE.add(lease.holder)
    try:
        _wait_for(engine, lease, time.monotonic() + wait)
        try:
            yield lease
        finally:
            with writing(engine) as connection:
                mine = (leases.c.name == lease.name, leases.c.holder == lease.holder)
                connection.execute(leases.delete().where(*mine))
    finally:
        _HERE.discard(lease.holder)


def _wait_for(engine: Engine, lease: Lease, deadline: float) -> None:
    while True:
        try:
            with writing(engine) as connection:
                return _take(connection, lease)
        except LeaseError:
            if time.monotonic() >= deadline:
                raise
        time.sleep(ASK_AGAIN)


def _take(connection: Connection, lease: Lease) -> None:
    now, name = datetime.now(UTC), lease.name
    found = connection.execute(select(leases).where(leases.c.name == name).with_for_update()).one_or_none()
    values = {"holder": lease.holder, "since": now, "until": now + DURATION}
    if found is None:
        connection.execute(_insert(connection).values(name=name, **values).on_conflict_do_nothing())
    elif found.until <= now or _has_ended(found.holder):
        connection.execute(leases.update().where(leases.c.name == name).values(values))
    held = connection.execute(select(leases).where(leases.c.name == name)).one_or_none()
    if held is None or held.holder != lease.holder:
        busy = held or found
        since, until = (busy.since, busy.until) if busy else (now, now)
        raise LeaseError(lease.task.busy, form_id=lease.form_id, since=since, until=until)


def _insert(connection: Connection):  # type: ignore[no-untyped-def]  # two dialect classes
    from sqlalchemy.dialects import postgresql, sqlite

    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(leases)


def _new_holder() -> str:
    return f"{socket.gethostname()} {os.getpid()} {_started(os.getpid())} {uuid.uuid4().hex}"


def _started(pid: int) -> str:
    """When a process began, so that a reused number is not taken for it; empty without /proc."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").split()[-31]
    except OSError:
        return ""


def _has_ended(holder: str) -> bool:
    """Whether the holder surely lives no more: only this machine's processes can be asked."""
    host, _, rest = holder.partition(" ")
    pid, started, _mark = (rest.split(" ") + ["", "", ""])[:3]
    if host != socket.gethostname() or not pid.isdigit():
        return False
    if int(pid) == os.getpid():
        return holder not in _HERE
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return bool(started) and _started(int(pid)) != started
