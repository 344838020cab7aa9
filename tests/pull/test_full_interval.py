"""A full pass at a chosen interval: recorded, tried again when it was cut off, and never two at once."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from processor.config import PullConfig
from processor.database import reading, writing
from processor.errors import Message, ServerError
from processor.pull import pull
from processor.schedule import Scheduler
from processor.store.pulls import is_full_due
from processor.store.tables import pulls
from tests.pull.memory_server import MemoryServer, submission
from tests.pull.test_pull import ANSWERS
from tests.pull.test_schedule import TIMEOUT, WatchedServer

FORM = "phieu_c"
NOW = datetime(2026, 11, 25, tzinfo=UTC)
DAY = timedelta(days=1)


def record(store, *rows: tuple[str, str, timedelta]) -> None:
    """Pulls of the past: kind, state, how long ago."""
    with writing(store.engine) as connection:
        connection.execute(pulls.delete())
        for kind, state, ago in rows:
            values = {"form_id": FORM, "kind": kind, "state": state, "started_at": NOW - ago}
            connection.execute(pulls.insert().values(values))


def kinds(store) -> list[str]:
    with reading(store.engine) as connection:
        return list(connection.execute(select(pulls.c.kind).order_by(pulls.c.id)).scalars())


def age(store, ago: timedelta) -> None:
    """As if all that were so long ago."""
    with writing(store.engine) as connection:
        connection.execute(pulls.update().values(started_at=datetime.now(UTC) - ago))


@pytest.mark.parametrize(
    ("rows", "days", "due"),
    [
        ([], 7, True),
        ([], 0, False),
        ([("increment", "equal", DAY)], 7, True),
        ([("full", "equal", 6 * DAY)], 7, False),
        ([("full", "differs", 6 * DAY)], 7, False),
        ([("full", "equal", 7 * DAY)], 7, True),
        ([("full", "equal", 8 * DAY), ("full", "killed", DAY / 100)], 7, True),
        ([("full", "equal", 8 * DAY), ("full", "running", DAY / 100)], 7, True),
        ([("full", "equal", 8 * DAY), ("full", "failed", DAY / 100)], 7, False),
        ([("full", "equal", 8 * DAY), ("full", "failed", DAY / 24)], 7, True),
        ([("full", "equal", 2 * DAY), ("full", "failed", DAY)], 7, False),
    ],
)
def test_is_full_due__what_was_before__decides(store, rows, days, due):
    record(store, *rows)
    with reading(store.engine) as connection:
        assert is_full_due(connection, FORM, days, NOW) is due


def test_pull__full_due__reads_everything_and_finds_what_differs_in_silence(store):
    server, form = MemoryServer(), store.config.form(FORM)
    server.put(submission(1, ANSWERS))
    pull(store, server, form, full_days=7)
    server.current["uuid:0001"] = replace(server.current["uuid:0001"], answers=ANSWERS | {"sec_a/rooms": "9"})
    assert pull(store, server, form, full_days=7).updated == 0
    age(store, 8 * DAY)
    assert pull(store, server, form, full_days=7).updated == 1
    assert pull(store, server, form, full_days=7).updated == 0
    assert kinds(store) == ["full", "increment", "full", "increment"]


def test_pull__full_that_fails__increments_meanwhile_then_again(store):
    server, form = MemoryServer(), store.config.form(FORM)
    server.put(submission(1, ANSWERS))
    pull(store, server, form)
    age(store, 8 * DAY)

    def breaks(_seen: int) -> None:
        raise ServerError(Message.PULL_STOPPED)

    with pytest.raises(ServerError):
        pull(store, server, form, full_days=7, progress=breaks)
    server.put(submission(2, ANSWERS))
    assert pull(store, server, form, full_days=7).created == 1
    age(store, 8 * DAY)
    assert pull(store, server, form, full_days=7).is_equal
    assert kinds(store) == ["full", "full", "increment", "full"]


def test_pull__due_in_two_processes_at_once__one_is_full(store):
    server, form = MemoryServer(), store.config.form(FORM)
    server.put(submission(1, ANSWERS))
    pull(store, server, form)
    age(store, 8 * DAY)
    reads, goes_on = threading.Event(), threading.Event()

    def slow(_seen: int) -> None:
        reads.set()
        assert goes_on.wait(TIMEOUT)

    first = threading.Thread(
        target=pull, args=(store, server, form), kwargs={"full_days": 7, "progress": slow}
    )
    second = threading.Thread(target=pull, args=(store, server, form), kwargs={"full_days": 7})
    first.start()
    assert reads.wait(TIMEOUT)
    second.start()
    goes_on.set()
    first.join()
    second.join()
    assert kinds(store) == ["full", "full", "increment"]


def test_scheduler__last_full_pull_long_ago__makes_one(store):
    store.config = replace(store.config, forms=(store.config.form(FORM),), pull=PullConfig(full_days=3))
    server = WatchedServer()
    server.put(submission(1, ANSWERS))
    pull(store, server, store.config.form(FORM))
    server.wait()
    age(store, 4 * DAY)
    scheduler = Scheduler(store, server, store.config, gather=0.05)
    scheduler.start()
    server.wait()
    scheduler.wake(FORM)
    server.wait()
    scheduler.stop(TIMEOUT)
    assert kinds(store) == ["full", "full", "increment"]
