"""One pull of a form at a time, on both engines."""

from __future__ import annotations

import multiprocessing
import os
import socket
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from processor.database import writing
from processor.errors import Message
from processor.pull import pull
from processor.store.lease import LeaseError, leased
from processor.store.tables import leases
from tests.pull.memory_server import MemoryServer, submission
from tests.pull.test_pull import ANSWERS

HOUR = timedelta(hours=1)


def hold(store, holder, until):
    with writing(store.engine) as connection:
        row = {"name": "pull:phieu_c", "holder": holder, "since": datetime.now(UTC), "until": until}
        connection.execute(leases.insert().values(row))


def test_pull__while_another_runs__is_refused_and_changes_nothing(store):
    server = MemoryServer()
    server.put(submission(1, ANSWERS))
    with leased(store.engine, "phieu_c"), pytest.raises(LeaseError) as refused:
        pull(store, server, store.config.form("phieu_c"), wait=0)
    assert refused.value.message is Message.STORE_BUSY
    assert pull(store, server, store.config.form("phieu_c"), wait=0).created == 1


def test_pull__of_another_form__runs_beside_it(store):
    with leased(store.engine, "phieu_c1"):
        assert pull(store, MemoryServer(), store.config.form("phieu_c"), wait=0).is_equal


def test_lease__many_at_once__exactly_one_holds_it(store):
    begin, held, refused, release = threading.Barrier(6), [], [], threading.Event()

    def compete():
        begin.wait()
        try:
            with leased(store.engine, "phieu_c"):
                held.append(1)
                release.wait(20)
        except LeaseError:
            refused.append(1)
        if len(refused) == 5:
            release.set()

    threads = [threading.Thread(target=compete) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(held), len(refused)) == (1, 5)


def test_lease__of_another_machine__holds_until_it_ends(store):
    hold(store, "elsewhere 1 1 x", datetime.now(UTC) + HOUR)
    with pytest.raises(LeaseError), leased(store.engine, "phieu_c"):
        pass


def test_lease__expired__is_taken_over_and_the_old_holder_cannot_write(store):
    with pytest.raises(LeaseError) as lost, leased(store.engine, "phieu_c") as old:
        with writing(store.engine) as connection:
            connection.execute(leases.update().values(until=datetime.now(UTC) - HOUR))
        with leased(store.engine, "phieu_c"), writing(store.engine) as connection:
            old.renew(connection)
    assert lost.value.message is Message.STORE_LEASE_LOST


def test_lease__of_a_dead_process_here__is_taken_over_at_once(store):
    child = multiprocessing.get_context("fork").Process(target=os._exit, args=(0,))
    child.start()
    child.join()
    hold(store, f"{socket.gethostname()} {child.pid} 1 x", datetime.now(UTC) + HOUR)
    with leased(store.engine, "phieu_c"):
        pass


def test_lease__of_a_living_process_here__holds(store):
    started = Path(f"/proc/{os.getppid()}/stat").read_text().split()[-31]
    hold(store, f"{socket.gethostname()} {os.getppid()} {started} x", datetime.now(UTC) + HOUR)
    with pytest.raises(LeaseError), leased(store.engine, "phieu_c"):
        pass


def test_lease__number_of_a_process_reused__is_taken_over(store):
    hold(store, f"{socket.gethostname()} {os.getppid()} 1 x", datetime.now(UTC) + HOUR)
    with leased(store.engine, "phieu_c"):
        pass
