"""A pull that is killed with SIGKILL at every commit: the next one ends as if nothing had been."""

from __future__ import annotations

import multiprocessing
import pickle
import signal

from processor import pull as pulling
from processor.pull import pull
from processor.store import rebuild as rebuilding
from processor.store.progress import last_pulls
from tests.killing import die_at_commit
from tests.pull.memory_server import MemoryServer, late_file, submission
from tests.pull.tables import everything, raw_rows
from tests.pull.test_pull import ANSWERS
from tests.store.forms import CHOICES, EXTRA, package

SECOND = package("2", extra=EXTRA, choices=CHOICES)


def first_state() -> MemoryServer:
    server = MemoryServer()
    for number in range(6):
        server.put(submission(number, ANSWERS))
    return server


def second_state(server: MemoryServer) -> None:
    """All kinds of changes at once."""
    server.change("uuid:0000", answers=ANSWERS | {"members": []}, version_id="uuid:e0")
    server.change("uuid:0001", deleted=True)
    server.change("uuid:0002", review_state="approved")
    server.change("uuid:0003", attachments=late_file(True))
    server.put(submission(6, ANSWERS | {"needs": "03", "remark": "x"}, form_version="2"))
    server.put(submission(7, ANSWERS, practice=True))


def dying_pull(store, server, number):
    """In the forked child: a pull that dies when it is about to commit for the n-th time.

    What is durable then is what the commit before left: both sides of every commit are covered.
    """
    store.engine.dispose(close=False)
    die_at_commit(store.engine, number)
    pull(store, server, store.config.form("phieu_c"))


def test_pull__killed_at_every_commit__next_pull_gives_the_tables_of_a_pull_from_nothing(
    fresh_store, sqlite_store, monkeypatch
):
    monkeypatch.setattr(pulling, "PAGE_SIZE", 2)
    monkeypatch.setattr(rebuilding, "PART", 3)
    server = first_state()
    final = pickle.loads(pickle.dumps(server))
    second_state(final)
    with sqlite_store() as other:
        other.register(SECOND)
        pull(other, final, other.config.form("phieu_c"))
        expected, expected_raw = everything(other, own_time=False), raw_rows(other)
    deaths = 0
    while True:
        with fresh_store() as store:
            form = store.config.form("phieu_c")
            pull(store, server, form)
            store.register(SECOND)
            killed = run_child(store, final, deaths + 1)
            record = pull(store, final, form, wait=0)
            assert record.state == "equal", record
            assert everything(store, own_time=False) == expected
            assert raw_rows(store) == expected_raw + 2, (
                "each version and state once: two submissions changed their content"
            )
            assert last_pulls(store)["phieu_c"] == record
        if not killed:
            break
        deaths += 1
    assert deaths >= 10


def run_child(store, server, number) -> bool:
    store.engine.dispose()
    child = multiprocessing.get_context("fork").Process(target=dying_pull, args=(store, server, number))
    child.start()
    child.join()
    assert child.exitcode in (0, -signal.SIGKILL)
    return child.exitcode != 0
