"""The list that the next process asks with: used while it stands, never when anything about it is in doubt."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from processor.servers.central import list_file
from processor.servers.central.list_file import DAY, KnownList, ListFile
from processor.servers.protocol import SubmissionState
from tests.fakes import Fake
from tests.servers_central.conftest import Opener
from tests.servers_central.copy_of import Copy
from tests.servers_central.phone import FORM, Phone, interview, uid

LIST = "GET /v1/projects/1/forms/hh_visit/submissions"


@pytest.fixture
def filled(phone: Phone) -> Phone:
    """One as it came, one edited, one of them reviewed, one deleted."""
    for number in (1, 2, 3, 4):
        phone.send(interview(number))
    phone.send(interview(2, edit=1, of=uid(2)))
    phone.review(3, "approved")
    phone.delete(4)
    return phone


def listed(open_server: Opener) -> dict[str, SubmissionState]:
    """What a process that has just begun is told."""
    return {s.instance_id: s for s in open_server().ids(FORM)}


def full(fake: Fake, act: Callable[[], object]) -> int:
    """How often the list was asked for."""
    fake.lines.clear()
    act()
    return sum(line.partition("?")[0] == LIST for line in fake.lines)


def the_file(folder: Path) -> Path:
    (found,) = (folder / "cache" / "lists").iterdir()
    return found


@pytest.mark.usefixtures("filled")
def test_unchanged__new_process__same_list_by_one_request(
    fake: Fake, open_server: Opener, tmp_path: Path
) -> None:
    before = listed(open_server)
    assert {s.review_state for s in before.values()} == {"received", "edited", "approved"}
    found = []
    assert full(fake, lambda: found.append(listed(open_server))) == 1
    assert found == [before]
    assert list(found[0]) == list(before)
    assert the_file(tmp_path).stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("filled")
def test_unchanged__new_process__login_increment_and_list(fake: Fake, open_server: Opener) -> None:
    copy = Copy(FORM)
    copy.pull(open_server())
    fake.clock.advance(hours=1)
    copy.pull(open_server())
    fake.clock.advance(hours=1)
    server = open_server()
    fake.lines.clear()
    copy.increment(server)
    assert copy.differing(server) == []
    assert [line.partition("?")[0] for line in fake.lines] == [
        "POST /v1/sessions",
        "GET /v1/projects/1/forms/hh_visit.svc/Submissions",
        LIST,
    ]


ACTS: dict[str, Callable[[Phone], object]] = {
    "delete": lambda phone: phone.delete(1),
    "restore": lambda phone: phone.restore(4),
    "review": lambda phone: phone.review(1, "rejected"),
    "edit": lambda phone: phone.send(interview(1, edit=1, of=uid(1))),
    "send": lambda phone: phone.send(interview(5)),
}


@pytest.mark.parametrize("act", ACTS)
def test_changed_between_two_processes__fresh(
    filled: Phone, open_server: Opener, tmp_path: Path, act: str
) -> None:
    before = listed(open_server)
    ACTS[act](filled)
    after = listed(open_server)
    assert after != before
    the_file(tmp_path).unlink()
    assert listed(open_server) == after


def _without_end(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


def _one_bit(path: Path) -> None:
    content = path.read_bytes()
    place = content.index(b"uuid:")
    path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])


def _row_less(path: Path) -> None:
    head, _rows, digest = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join((head, digest)))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "cut": _without_end,
    "a bit": _one_bit,
    "rows less": _row_less,
    "empty": lambda path: path.write_bytes(b""),
    "no file": lambda path: path.unlink(),
}


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged__read_in_full(fake: Fake, open_server: Opener, tmp_path: Path, damage: str) -> None:
    before = listed(open_server)
    DAMAGE[damage](the_file(tmp_path))
    found = []
    assert full(fake, lambda: found.append(listed(open_server))) == 3
    assert found == [before]


@pytest.mark.usefixtures("filled")
def test_other_project_server_or_form__not_found(tmp_path: Path) -> None:
    known = KnownList("W/x", time.time(), {"a": SubmissionState("a", "b", False, False)})
    ListFile(tmp_path, "https://one#1").write(FORM, known)
    assert ListFile(tmp_path, "https://one#1").read(FORM) == known
    assert ListFile(tmp_path, "https://one#2").read(FORM) is None
    assert ListFile(tmp_path, "https://two#1").read(FORM) is None
    assert ListFile(tmp_path, "https://one#1").read("other") is None


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("seconds", [DAY, -60])
def test_older_than_a_day_or_of_the_future__read_in_full(
    fake: Fake, open_server: Opener, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    server = open_server()
    list(server.ids(FORM))
    now = time.time() + seconds
    monkeypatch.setattr(list_file.time, "time", lambda: now)
    assert full(fake, lambda: listed(open_server)) == 3
    monkeypatch.setattr(list_file.time, "time", lambda: now + seconds)
    assert full(fake, lambda: list(server.ids(FORM))) == 3  # nor by the process that has read it


@pytest.mark.usefixtures("filled")
def test_forgotten__no_process_uses_it(fake: Fake, open_server: Opener, tmp_path: Path) -> None:
    server = open_server()
    list(server.ids(FORM))
    server.forget(FORM)
    assert not list((tmp_path / "cache" / "lists").iterdir())
    assert full(fake, lambda: listed(open_server)) == 3


@pytest.mark.usefixtures("filled")
def test_reading_from_the_beginning__believes_no_list(fake: Fake, open_server: Opener) -> None:
    server = open_server()
    list(server.ids(FORM))
    list(server.changed(FORM, None, 1000))
    assert full(fake, lambda: list(server.ids(FORM))) == 3


@pytest.mark.parametrize("purged", [False, True])
def test_deleted_after_the_deleted_were_listed__not_kept_for_the_next_process(
    fake: Fake, open_server: Opener, filled: Phone, purged: bool
) -> None:
    fake.faults.add("before", match="submissions$", skip=1, call=lambda: filled.delete(2))
    listed(open_server)
    if purged:
        fake.central.purge(FORM)
    found = {key for key, state in listed(open_server).items() if state.deleted}
    assert found == (set() if purged else {uid(2), uid(4)})


def test_no_room__the_list_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    file = ListFile(tmp_path, "https://one#1")
    monkeypatch.setattr(os, "fsync", full_disk)
    file.write(FORM, KnownList("W/x", time.time(), {}))
    assert file.read(FORM) is None
    assert list((tmp_path / "lists").iterdir()) == []


def test_no_etag__nothing_to_ask_with() -> None:
    assert not KnownList("", time.time(), {}).is_believed


def test_many_lines__all_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_file, "LINE", 7)
    states = {
        f"uuid:{n}\n\"'": SubmissionState(f"uuid:{n}\n\"'", f"v{n}", bool(n % 2), bool(n % 3), "edited")
        for n in range(50)
    }
    file = ListFile(tmp_path, "https://one#1")
    file.write(FORM, KnownList("W/x", 5.0, states))
    assert file.read(FORM) == KnownList("W/x", 5.0, states)
