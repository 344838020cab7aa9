"""The thread that pulls: at the start, when woken, after a failure, and how it ends."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace

import pytest

from processor.errors import Message, ServerError
from processor.schedule import Scheduler
from processor.store.progress import last_pulls
from tests.pull.memory_server import MemoryServer, submission
from tests.pull.tables import root_rows
from tests.pull.test_pull import ANSWERS

TIMEOUT = 60


class WatchedServer(MemoryServer):
    """Tells when a pull has asked for the list of ids, and fails on demand."""

    def __init__(self):
        super().__init__()
        self.asked = threading.Semaphore(0)
        self.broken = False
        self.calls = 0

    def changed(self, form_id, checkpoint, page_size):
        if self.broken:
            self.asked.release()
            raise ServerError(Message.SUBMISSION_UNREADABLE, instance_id="-", form_id=form_id, detail="down")
        yield from super().changed(form_id, checkpoint, page_size)

    def ids(self, form_id):
        self.calls += 1
        yield from super().ids(form_id)
        self.asked.release()

    def wait(self, pulls=1):
        for _ in range(pulls):
            assert self.asked.acquire(timeout=TIMEOUT)


@pytest.fixture
def scheduled(store):
    store.config = replace(store.config, forms=(store.config.form("phieu_c"),))
    server = WatchedServer()
    scheduler = Scheduler(store, server, store.config, gather=0.05)
    scheduler.start()
    server.wait()
    yield store, server, scheduler
    scheduler.stop(TIMEOUT)
    assert not scheduler._thread.is_alive()


def test_scheduler__woken__pulls_what_came_and_stops_cleanly(scheduled):
    store, server, scheduler = scheduled
    server.put(submission(1, ANSWERS))
    scheduler.wake("phieu_c")
    server.wait()
    scheduler.stop(TIMEOUT)
    assert set(root_rows(store)) == {"uuid:0001"}
    assert last_pulls(store)["phieu_c"].is_equal


def test_scheduler__many_wake_ups_at_once__make_few_pulls(scheduled):
    _store, server, scheduler = scheduled
    before = server.calls
    for _ in range(200):
        scheduler.wake("phieu_c")
        scheduler.wake("unknown form")
    server.wait()
    scheduler.stop(TIMEOUT)
    assert server.calls - before <= 3


def test_scheduler__server_down__says_it_once_without_data_and_goes_on(scheduled, caplog):
    store, server, scheduler = scheduled
    caplog.set_level(logging.INFO, logger="processor.schedule")
    server.put(submission(1, ANSWERS))
    server.broken = True
    for _ in range(3):
        scheduler.wake("phieu_c")
        server.wait()
    server.broken = False
    scheduler.wake("phieu_c")
    server.wait()
    scheduler.stop(TIMEOUT)
    lines = [record.getMessage() for record in caplog.records if record.name == "processor.schedule"]
    assert [line.split(",")[0] for line in lines if line.startswith("pull of")] == [
        "pull of phieu_c failed",
        "pull of phieu_c works again",
    ]
    assert [line.split(",")[0] for line in lines if not line.startswith("pull of")] == ["phieu_c: 1 new"]
    assert set(root_rows(store)) == {"uuid:0001"}


def test_scheduler__unexpected_failure__is_a_line_with_its_kind_only(scheduled, monkeypatch):
    _store, server, scheduler = scheduled
    lines, told = [], threading.Event()
    monkeypatch.setattr(
        "processor.schedule.log.error", lambda text, *values: (lines.append(text % values), told.set())
    )
    server.put(submission(1, {"sec_a/head_name": "Nguyễn"}, received_at="Nguyễn"))
    scheduler.wake("phieu_c")
    assert told.wait(TIMEOUT)
    assert lines == ["pull of phieu_c failed, will be tried again: AttributeError"]


def test_scheduler__stopped_during_a_pull__keeps_whole_pages_and_the_next_goes_on(scheduled, monkeypatch):
    store, server, scheduler = scheduled
    monkeypatch.setattr("processor.pull.PAGE_SIZE", 1)
    for number in range(3):
        server.put(submission(number, ANSWERS))
    first = threading.Event()
    changed = MemoryServer.changed

    def slow(self, *arguments):
        for number, page in enumerate(changed(self, *arguments)):
            if number == 1:
                first.set()
                assert scheduler._stop.wait(TIMEOUT)
            yield page

    monkeypatch.setattr(WatchedServer, "changed", slow)
    scheduler.wake("phieu_c")
    assert first.wait(TIMEOUT)
    scheduler.stop(TIMEOUT)
    record = last_pulls(store)["phieu_c"]
    assert (record.state, record.created) == ("failed", 2)
    assert record.detail == Message.PULL_STOPPED.value
    assert len(root_rows(store)) == 2
