"""The inbox: its database, its files and its clock; what every part of the built-in server shares."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine

from processor.database import writing
from processor.servers.builtin.files import FileStore
from processor.servers.builtin.tables import clock, stamp


@dataclass(frozen=True)
class Ticket:
    """A write transaction of the inbox: its connection, its number and its time."""

    connection: Connection
    seq: int
    at: str


@dataclass(frozen=True)
class Inbox:
    """Database and files. Threads of one process queue at a lock of their own: cheaper than polling
    the database's."""

    engine: Engine
    files: FileStore
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def writing(self, numbers: int = 1) -> Iterator[Ticket]:
        """A write transaction; it holds the lock of the clock's row from its first statement on, so
        writers follow one another on both engines and numbers are committed in their order."""
        with self._turn, writing(self.engine) as connection:
            yield Ticket(connection, advance(connection, numbers), stamp(datetime.now(UTC)))


def advance(connection: Connection, numbers: int) -> int:
    """Take `numbers` numbers from the clock; the highest of them."""
    statement = clock.update().values(seq=clock.c.seq + numbers).returning(clock.c.seq)
    return int(connection.execute(statement).scalar_one())
