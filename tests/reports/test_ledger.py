"""The ledger's rows: opened before, closed once, listed newest first; on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from processor.database import reading
from processor.errors import ContractError
from processor.store.ledger import Entry, close_download, fail_download, list_downloads, open_download
from processor.store.open import Store

ENTRY = Entry(7, "giam.sat", "c", "csv", "codes", "*", "open", False, "Thử")


def test_open__before_anything_else__is_started(any_store: Store) -> None:
    before = datetime.now(UTC)
    number = open_download(any_store.engine, ENTRY)
    (row,) = list_downloads(any_store.engine, None)
    assert (row.id, row.state, row.row_count, row.sha256) == (number, "started", None, None)
    assert before <= row.at <= datetime.now(UTC)


def test_close__twice_or_after_failing__refused(any_store: Store) -> None:
    first, second = (open_download(any_store.engine, ENTRY) for _ in range(2))
    close_download(any_store.engine, first, 10, "a" * 64)
    fail_download(any_store.engine, second)
    for number in (first, second, 99):
        with pytest.raises(ContractError):
            close_download(any_store.engine, number, 11, "b" * 64)
        with pytest.raises(ContractError):
            fail_download(any_store.engine, number)
    states = [(row.state, row.row_count) for row in list_downloads(any_store.engine, None)]
    assert states == [("failed", None), ("done", 10)]


def test_list__of_a_user__is_his_newest_first_and_pages_by_number(any_store: Store) -> None:
    numbers = [open_download(any_store.engine, replace(ENTRY, user_id=n % 2)) for n in range(6)]
    mine = list_downloads(any_store.engine, 1)
    assert [row.id for row in mine] == numbers[5::-2]
    page = list_downloads(any_store.engine, None, size=2, before=numbers[4])
    assert [row.id for row in page] == [numbers[3], numbers[2]]


def test_row__on_sqlite__is_flushed_at_every_commit(store: Store) -> None:
    """A power cut must not take the row of a file that is on the disk already."""
    seen: list[int] = []
    from sqlalchemy import event

    @event.listens_for(store.engine, "commit")
    def _commit(connection) -> None:  # type: ignore[no-untyped-def]
        seen.append(connection.connection.driver_connection.execute("PRAGMA synchronous").fetchone()[0])

    open_download(store.engine, ENTRY)
    with reading(store.engine) as connection:
        after = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
    full, normal = 2, 1
    assert (seen[0], after) == (full, normal)
