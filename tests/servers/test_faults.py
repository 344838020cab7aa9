"""Kill -9 and full disks: what was acknowledged is there, nothing else is half there."""

from __future__ import annotations

import hashlib
import random
import resource
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from processor.servers.builtin import tables
from processor.servers.builtin.officers import add_officer
from processor.servers.builtin.server import BuiltinServer
from processor.servers.protocol import AppUser
from tests.servers.child import Child, Nursery, nursery
from tests.servers.inbox import current, rows, stored
from tests.servers.phones import Phone, xml

ROUNDS = 16
CLIENTS = 3


@pytest.fixture
def officer(server: BuiltinServer) -> AppUser:
    return add_officer(server, "16663-01", "Hoa", "16663")


@pytest.fixture
def children(server: BuiltinServer, tmp_path: Path, store_url: str) -> Iterator[Nursery]:
    with nursery(tmp_path, store_url) as found:
        yield found


def document(number: int) -> tuple[str, bytes, bytes]:
    """Id, XML and photo of the submission with this number; as large as real ones."""
    key = f"uuid:{number}"
    body = xml(key, photo=f"{number}.jpg", name=f"người {number} " + "x" * 8_000)
    return key, body, f"photo {number}".encode() * 4_000


class Client:
    """A phone that sends until the connection breaks, and remembers what it was told is stored."""

    def __init__(self, first: int) -> None:
        self.number = first
        self.acknowledged: list[int] = []

    def run(self, child: Child, officer: AppUser, first_answer: threading.Event) -> None:
        with requests.Session() as session:
            phone = Phone(child.address, officer, session)
            while self._send(phone):
                first_answer.set()

    def _send(self, phone: Phone) -> bool:
        _key, body, photo = document(self.number)
        try:
            answer = phone.post(body, {f"{self.number}.jpg": photo})
        except requests.RequestException:
            return False  # the next round sends the same form again, as a phone does
        assert answer.status_code == 201
        self.acknowledged.append(self.number)
        self.number += 1
        return True


def test_kill__at_random_moments_over_many_rounds__nothing_acknowledged_is_lost_or_doubled(
    server: BuiltinServer, officer: AppUser, children: Nursery
) -> None:
    clients = [Client(1_000_000 * n) for n in range(1, CLIENTS + 1)]
    chance = random.Random(2016)
    with ThreadPoolExecutor(CLIENTS) as pool:
        for _ in range(ROUNDS):
            child, first_answer = children.start(), threading.Event()
            jobs = [pool.submit(client.run, child, officer, first_answer) for client in clients]
            assert first_answer.wait(30)
            threading.Event().wait(chance.random() * 0.15)  # the moment of the fault, not a wait for anything
            child.kill()
            for job in jobs:
                job.result(30)
    sent = {number for client in clients for number in client.acknowledged}
    assert len(sent) >= ROUNDS
    _check(server, sent, {client.number for client in clients})


def _check(server: BuiltinServer, acknowledged: set[int], in_flight: set[int]) -> None:
    """Everything acknowledged is there with its bytes; beside it at most what was on its way."""
    found = stored(server)
    numbers = {int(key.removeprefix("uuid:")) for key in found}
    assert acknowledged <= numbers <= acknowledged | in_flight
    assert len(rows(server, tables.submissions)) == len(found)
    assert set(current(server)) == set(found)
    files = set(server.inbox.files.all())
    for number in numbers:
        key, body, photo = document(number)
        assert found[key] == body
        path = server.attachment("phieu_c", key, f"{number}.jpg")
        assert path is not None
        assert path.read_bytes() == photo
    for name in files:
        content = server.inbox.files.path(name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == name
    named = {row["sha256"] for table in (tables.attachments, tables.media) for row in rows(server, table)}
    assert named <= files
    server.sweep(older_than=-1)
    assert set(server.inbox.files.all()) == named


def limit_files(child: Child, size: int) -> None:
    """No file of the process may grow beyond `size`: writing then fails as on a full disk."""
    resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_full_disk__file_does_not_fit__507_nothing_half_stored_and_later_taken(
    server: BuiltinServer, officer: AppUser, children: Nursery
) -> None:
    child = children.start()
    phone, body, photo = Phone(child.address, officer), xml("uuid:1", photo="a.jpg"), b"p" * 300_000
    before = set(server.inbox.files.all())
    limit_files(child, 200_000)
    answer = phone.post(body, {"a.jpg": photo})
    assert answer.status_code == 507
    assert "đầy" in answer.text
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert stored(server) == {}
    assert set(server.inbox.files.all()) == before
    assert list((server.config.server.files / "arriving").iterdir()) == []
    limit_files(child, resource.RLIM_INFINITY)
    assert phone.post(body, {"a.jpg": photo}).status_code == 201
    assert current(server)["uuid:1"].attachments[0].size == 300_000
    child.kill()


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_full_disk__database_cannot_grow__507_and_acknowledged_ones_stay(
    server: BuiltinServer, officer: AppUser, children: Nursery
) -> None:
    child = children.start()
    phone = Phone(child.address, officer)
    limit_files(child, 600_000)
    answers = []
    while not answers or answers[-1] == 201:
        answers.append(phone.post(document(len(answers))[1]).status_code)
    taken = len(answers) - 1
    assert answers[-1] == 507
    assert taken > 0
    assert set(stored(server)) == {f"uuid:{n}" for n in range(taken)}
    limit_files(child, resource.RLIM_INFINITY)
    assert phone.post(document(taken)[1]).status_code == 201
    assert set(stored(server)) == {f"uuid:{n}" for n in range(taken + 1)}
    child.kill()
