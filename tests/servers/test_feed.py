"""What the pull sees: every change once the checkpoint is passed on, none hidden behind it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from processor.errors import ConfigError, ContractError, Message
from processor.servers.builtin import tables
from processor.servers.builtin.server import BuiltinServer, open_builtin
from processor.servers.protocol import Submission
from tests.servers.inbox import current, nothing_stored, rows, stored
from tests.servers.phones import Phone, xml


def since(server: BuiltinServer, checkpoint: str | None) -> tuple[list[Submission], str | None]:
    found = []
    for page in server.changed("phieu_c", checkpoint, 2):
        assert len(page.submissions) <= 2
        found += page.submissions
        checkpoint = page.checkpoint
    return found, checkpoint


def test_changed__pages__all_once_in_order_and_then_nothing(server: BuiltinServer, phone: Phone) -> None:
    for number in range(5):
        phone.post(xml(f"uuid:{number}"))
    found, checkpoint = since(server, None)
    assert [s.instance_id for s in found] == [f"uuid:{n}" for n in range(5)]
    assert since(server, checkpoint) == ([], checkpoint)
    assert since(server, None)[0] == found
    assert list(server.changed("other", None, 2)) == []


def test_changed__delete_restore_review__seen_with_history(server: BuiltinServer, phone: Phone) -> None:
    phone.post(xml("uuid:1"))
    _found, checkpoint = since(server, None)
    for deleted in (True, True, False):
        server.set_deleted("phieu_c", "uuid:1", deleted, actor="admin")
        found, checkpoint = since(server, checkpoint)
        assert [s.deleted for s in found] in ([deleted], [])
    for state in ("has_issues", "has_issues", "approved"):
        server.set_review("phieu_c", "uuid:1", state, actor="lan")
    assert [s.review_state for s in since(server, checkpoint)[0]] == ["approved"]
    history = [(r["event"], r["before"], r["after"], r["actor"]) for r in rows(server, tables.states)]
    assert history == [
        ("deleted", "live", "deleted", "admin"),
        ("restored", "deleted", "live", "admin"),
        ("review", "received", "has_issues", "lan"),
        ("review", "has_issues", "approved", "lan"),
    ]


def test_states__unknown_submission_or_state__refused(server: BuiltinServer, phone: Phone) -> None:
    phone.post(xml("uuid:1"))
    with pytest.raises(ContractError) as unknown:
        server.set_deleted("phieu_c", "uuid:nobody", True, actor="admin")
    assert unknown.value.message is Message.SUBMISSION_UNKNOWN
    with pytest.raises(ConfigError) as state:
        server.set_review("phieu_c", "uuid:1", "fine", actor="admin")
    assert state.value.message is Message.REVIEW_STATE


@pytest.mark.parametrize("change", ["other_inbox", "future", "nonsense"])
def test_checkpoint__not_of_this_inbox__from_the_beginning(
    server: BuiltinServer, phone: Phone, change: str
) -> None:
    phone.post(xml("uuid:1"))
    inbox, seq = str(since(server, None)[1]).split(":")
    given = {"other_inbox": f"other:{seq}", "future": f"{inbox}:{int(seq) + 100}", "nonsense": f"{inbox}:x"}
    assert len(since(server, given[change])[0]) == 1


def test_changed__while_many_write__nothing_hides_behind_a_checkpoint(
    server: BuiltinServer, phone: Phone
) -> None:
    """Two servers on one inbox, as two processes would be, while a pull goes on and on."""
    other = open_builtin(replace(server.config))
    receivers = (server, other)
    seen: set[str] = set()
    checkpoint: str | None = None
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(_take, receivers[n % 2], phone, f"uuid:{n}") for n in range(40)]
        while not all(job.done() for job in jobs):
            found, checkpoint = since(server, checkpoint)
            seen |= {s.instance_id for s in found}
    assert all(job.result() is None for job in jobs)
    found, checkpoint = since(server, checkpoint)
    assert seen | {s.instance_id for s in found} == {f"uuid:{n}" for n in range(40)}
    other.inbox.engine.dispose()


def _take(server: BuiltinServer, phone: Phone, instance_id: str) -> None:
    from processor.servers.builtin.receiving import Sender, read_arrival

    server.receive(read_arrival(server.catalogue, Sender(phone.officer), xml(instance_id)))


def test_practice__removed__gone_here_and_told_to_the_copy(
    server: BuiltinServer, phone: Phone, practice_phone: Phone
) -> None:
    phone.post(xml("uuid:1"))
    practice_phone.post(xml("uuid:p1", photo="a.jpg"), {"a.jpg": b"practice"})
    practice_phone.post(xml("uuid:p2", old="uuid:p1"))
    practice_phone.post(xml("uuid:p3"))
    assert {k: s.practice for k, s in current(server).items()} == {
        "uuid:1": False,
        "uuid:p1": True,
        "uuid:p3": True,
    }
    _found, checkpoint = since(server, None)
    assert server.remove_practice() == 2
    assert server.remove_practice() == 0
    found, _checkpoint = since(server, checkpoint)
    assert {(s.instance_id, s.deleted, s.practice) for s in found} == {
        ("uuid:p1", True, True),
        ("uuid:p3", True, True),
    }
    assert all(s.answers == {} and s.attachments == () for s in found)
    assert set(stored(server)) == {"uuid:1"}
    assert {s.instance_id: s.deleted for s in server.ids("phieu_c")} == {
        "uuid:1": False,
        "uuid:p1": True,
        "uuid:p3": True,
    }


def test_practice__sent_again_after_removal__a_second_life(
    server: BuiltinServer, practice_phone: Phone
) -> None:
    practice_phone.post(xml("uuid:p1"))
    server.remove_practice()
    assert practice_phone.post(xml("uuid:p1")).status_code == 201
    assert [(s.deleted, s.practice) for s in server.ids("phieu_c")] == [(False, True)]
    assert set(stored(server)) == {"uuid:p1"}


def test_sweep__after_removal__takes_orphans_and_nothing_else(
    server: BuiltinServer, phone: Phone, practice_phone: Phone
) -> None:
    practice_phone.post(xml("uuid:p1", photo="a.jpg"), {"a.jpg": b"practice"})
    phone.post(xml("uuid:1", photo="b.jpg"), {"b.jpg": b"survey"})
    server.remove_practice()
    assert server.sweep() == 0  # young ones may belong to a post that is on its way
    assert server.sweep(older_than=-1) == 1
    path = server.attachment("phieu_c", "uuid:1", "b.jpg")
    assert path is not None
    assert path.read_bytes() == b"survey"
    assert not nothing_stored(server)
