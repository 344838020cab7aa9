"""The ledger of downloads: a row stands before the file does, and no row is ever taken away.

`started` becomes `done` (with rows and SHA-256) or `failed`, once. A row that stays `started`
belongs to a process that was killed; no complete file came of it, or its last step was not noted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from processor.database import reading
from processor.errors import ContractError, Message
from processor.store.office_tables import downloads

PAGE = 100


@dataclass(frozen=True)
class Entry:
    """What is about to leave: who takes which rows and columns, in which form, what for."""

    user_id: int
    """0 for somebody at the command line."""
    username: str
    table_name: str
    file_format: str
    profile: str
    areas: str
    """Commune codes separated by one space, or `*` for the whole province."""
    classes: str
    """Data classes separated by one space."""
    practice: bool
    purpose: str
    units: str = field(default="2016", kw_only=True)
    """Year of the administrative units: 2016, or 2025 for those of 2025 beside them."""


@dataclass(frozen=True)
class Download(Entry):
    """A row of the ledger."""

    id: int
    at: datetime
    state: str
    """started, done or failed."""
    row_count: int | None
    sha256: str | None


def open_download(engine: Engine, entry: Entry) -> int:
    """Write that a file is about to be made, on disk when this returns; gives the row's number."""
    values = {**vars(entry), "at": datetime.now(UTC), "state": "started"}
    with _on_disk(engine) as connection:
        return connection.execute(insert(downloads).values(values).returning(downloads.c.id)).scalar_one()


def close_download(engine: Engine, download_id: int, rows: int, sha256: str) -> None:
    """Write that the file is complete. ContractError when the row is not `started`."""
    _finish(engine, download_id, state="done", row_count=rows, sha256=sha256)


def fail_download(engine: Engine, download_id: int) -> None:
    """Write that no file came of it. ContractError when the row is not `started`."""
    _finish(engine, download_id, state="failed")


def list_downloads(
    engine: Engine, user_id: int | None, *, size: int = PAGE, before: int | None = None
) -> list[Download]:
    """Rows of one user, or of everybody (None); newest first, `before` is the last number seen."""
    query = select(downloads).order_by(downloads.c.id.desc()).limit(size)
    if user_id is not None:
        query = query.where(downloads.c.user_id == user_id)
    if before is not None:
        query = query.where(downloads.c.id < before)
    with reading(engine) as connection:
        return [Download(**row._mapping) for row in connection.execute(query)]


def _finish(engine: Engine, download_id: int, **values: Any) -> None:
    started = (downloads.c.id == download_id) & (downloads.c.state == "started")
    with _on_disk(engine) as connection:
        if connection.execute(update(downloads).where(started).values(values)).rowcount != 1:
            raise ContractError(Message.LEDGER_STATE, download_id=download_id)


@contextmanager
def _on_disk(engine: Engine) -> Iterator[Connection]:
    """A write transaction that a power cut cannot take back: files are flushed, so is their row."""
    with engine.connect().execution_options(writes=True) as connection:
        if engine.dialect.name != "sqlite":
            with connection.begin():
                yield connection
            return
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA synchronous=FULL")  # only outside a transaction
        try:
            with connection.begin():
                yield connection
        finally:
            driver.execute("PRAGMA synchronous=NORMAL")
