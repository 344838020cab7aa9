"""What no increment shows: restores, purges, late and replaced files; and the lists that prove equality."""

from __future__ import annotations

import pytest

from processor.servers.central.server import CentralServer
from processor.servers.protocol import Rereads
from tests.fakes import Fake
from tests.servers_central.conftest import Opener
from tests.servers_central.copy_of import Copy, live, truth
from tests.servers_central.phone import FORM, Phone, interview, uid

PHOTO = {"house_photo": "p.jpg"}


def settle(fake: Fake) -> None:
    """What follows is out of the overlap's reach."""
    fake.clock.advance(hours=1)


def test_restored__no_time_moves__found_by_the_list(fake: Fake, server: CentralServer, phone: Phone) -> None:
    copy = Copy(FORM)
    phone.send(interview(1))
    assert copy.pull(server) == []
    phone.delete(1)
    assert copy.pull(server) == []
    assert copy.held[uid(1)].deleted
    settle(fake)
    copy.increment(server)
    settle(fake)
    phone.restore(1)
    copy.increment(server)
    assert copy.differing(server) == [uid(1)]
    assert copy.pull(server) == []
    assert live(copy) == truth(fake, FORM)
    assert copy.contents == 1


def test_purged__found_by_the_list__gone(fake: Fake, server: CentralServer, phone: Phone) -> None:
    copy = Copy(FORM)
    phone.send(interview(1))
    copy.pull(server)
    settle(fake)
    phone.delete(1)
    fake.central.purge(FORM)
    copy.increment(server)
    assert copy.differing(server) == [uid(1)]
    page = next(server.fetch(FORM, [uid(1)]))
    assert (page.submissions, page.checkpoint, page.gone) == ((), "", (uid(1),))
    assert copy.pull(server) == []
    assert copy.held[uid(1)].deleted


def test_purged_and_sent_again__a_new_life(fake: Fake, server: CentralServer, phone: Phone) -> None:
    copy = Copy(FORM)
    phone.send(interview(1, answers={"remarks": "first life"}))
    copy.pull(server)
    settle(fake)
    phone.delete(1)
    fake.central.purge(FORM)
    copy.pull(server)
    phone.send(interview(1, answers={"remarks": "second life"}))
    assert copy.pull(server) == []
    assert live(copy) == truth(fake, FORM)


def test_file_that_comes_late__no_time_moves__fetched_while_it_is_missing(
    fake: Fake, server: CentralServer, phone: Phone
) -> None:
    copy = Copy(FORM)
    phone.send(interview(1, answers=PHOTO))
    copy.pull(server)
    assert copy.waiting() == [uid(1)]
    settle(fake)
    copy.increment(server)
    settle(fake)
    phone.send(interview(1, answers=PHOTO), {"p.jpg": b"late"})
    copy.increment(server)
    assert copy.waiting() == [uid(1)]
    assert copy.pull(server) == []
    assert copy.waiting() == []
    assert live(copy) == truth(fake, FORM)


def test_edit_that_keeps_the_photo__carried_over(fake: Fake, server: CentralServer, phone: Phone) -> None:
    copy = Copy(FORM)
    phone.send(interview(1, answers=PHOTO), {"p.jpg": b"one"})
    phone.send(interview(1, edit=1, of=uid(1), answers=PHOTO | {"remarks": "x"}))
    copy.pull(server)
    assert live(copy) == truth(fake, FORM)
    phone.send(interview(1, edit=2, of=uid(1, 1)))
    copy.pull(server)
    assert copy.held[uid(1)].attachments == ()


def test_fetch__many_ids_and_odd_ones__each_answered(fake: Fake, server: CentralServer, phone: Phone) -> None:
    for number in range(1, 60):
        phone.send(interview(number))
    phone.send(interview(60, instance_id="o'hara + co"))
    asked = [uid(n) for n in range(1, 60)] + ["o'hara + co", "uuid:never", uid(1)]
    pages = list(server.fetch(FORM, asked))
    assert sorted(s.instance_id for p in pages for s in p.submissions) == sorted(set(asked) - {"uuid:never"})
    assert [gone for p in pages for gone in p.gone] == ["uuid:never"]


def test_fetch__deleted__its_state_and_not_gone(server: CentralServer, phone: Phone) -> None:
    phone.send(interview(1))
    phone.delete(1)
    page = next(server.fetch(FORM, [uid(1)]))
    assert [(s.instance_id, s.deleted, s.content_known) for s in page.submissions] == [(uid(1), True, False)]
    assert page.gone == ()


def test_fetch__nothing_asked__nothing_sent(fake: Fake, server: CentralServer, phone: Phone) -> None:
    fake.lines.clear()
    assert list(server.fetch(FORM, [])) == []
    assert fake.lines == []


def test_ids__live_edited_reviewed_deleted__each_once(server: CentralServer, phone: Phone) -> None:
    for number in (1, 2, 3):
        phone.send(interview(number))
    phone.send(interview(1, edit=1, of=uid(1)))
    phone.review(2, "approved")
    phone.delete(3)
    found = {s.instance_id: (s.version_id, s.deleted, s.review_state) for s in server.ids(FORM)}
    assert found == {
        uid(1): (uid(1, 1), False, "edited"),
        uid(2): (uid(2), False, "approved"),
        uid(3): (uid(3), True, "received"),
    }


def test_unchanged__a_later_pull__two_requests(fake: Fake, server: CentralServer, phone: Phone) -> None:
    copy = Copy(FORM)
    phone.send(interview(1))
    copy.pull(server)
    settle(fake)
    copy.increment(server)
    copy.differing(server)
    fake.lines.clear()
    copy.increment(server)
    assert copy.differing(server) == []
    assert [line.partition("?")[0] for line in fake.lines] == [
        "GET /v1/projects/1/forms/hh_visit.svc/Submissions",
        "GET /v1/projects/1/forms/hh_visit/submissions",
    ]


@pytest.mark.parametrize("act", ["delete", "restore", "review", "edit", "send"])
def test_ids__after_each_kind_of_change__fresh(server: CentralServer, phone: Phone, act: str) -> None:
    phone.send(interview(1))
    phone.send(interview(2))
    phone.delete(2)
    before = {s.instance_id: s for s in server.ids(FORM)}
    acts = {
        "delete": lambda: phone.delete(1),
        "restore": lambda: phone.restore(2),
        "review": lambda: phone.review(1, "rejected"),
        "edit": lambda: phone.send(interview(1, edit=1, of=uid(1))),
        "send": lambda: phone.send(interview(3)),
    }
    acts[act]()
    assert {s.instance_id: s for s in server.ids(FORM)} != before


def test_ids__restored_between_the_two_lists__not_missed(
    fake: Fake, server: CentralServer, phone: Phone
) -> None:
    phone.send(interview(1))
    phone.send(interview(2))
    phone.delete(1)
    fake.faults.add("before", match="deleted=true", call=lambda: phone.restore(1))
    assert {s.instance_id: s.deleted for s in server.ids(FORM)} == {uid(1): False, uid(2): False}


def test_ids__deleted_between_the_two_lists__once_and_deleted(
    fake: Fake, server: CentralServer, phone: Phone
) -> None:
    phone.send(interview(1))
    fake.faults.add("before", match="deleted=true", call=lambda: phone.delete(1))
    assert [(s.instance_id, s.deleted) for s in server.ids(FORM)] == [(uid(1), True)]


@pytest.mark.parametrize("purged", [False, True])
def test_ids__deleted_after_the_deleted_were_listed__not_kept_as_living(
    fake: Fake, server: CentralServer, phone: Phone, purged: bool
) -> None:
    """The ETag of the living stands from then on: an answer kept with it would be wrong for as long."""
    phone.send(interview(1))
    phone.send(interview(2))
    fake.faults.add("before", match="submissions$", skip=1, call=lambda: phone.delete(2))
    list(server.ids(FORM))
    if purged:
        fake.central.purge(FORM)
    found = {s.instance_id: s.deleted for s in server.ids(FORM)}
    assert found == {uid(1): False} | ({} if purged else {uid(2): True})


def test_file__downloaded_once_then_asked_with_its_md5(
    fake: Fake, server: CentralServer, open_server: Opener, phone: Phone
) -> None:
    phone.send(interview(1, answers=PHOTO), {"p.jpg": b"one"})
    first = server.attachment(FORM, uid(1), "p.jpg")
    assert first is not None and first.read_bytes() == b"one"
    again = open_server().attachment(FORM, uid(1), "p.jpg")
    assert again == first
    phone.send(interview(1, answers=PHOTO), {"p.jpg": b"two"})
    third = server.attachment(FORM, uid(1), "p.jpg")
    assert third is not None and third.read_bytes() == b"two"
    assert not first.exists()


def test_file__missing_unknown_or_of_nobody__none(server: CentralServer, phone: Phone) -> None:
    phone.send(interview(1, answers=PHOTO))
    assert server.attachment(FORM, uid(1), "p.jpg") is None
    assert server.attachment(FORM, uid(1), "../../etc/passwd") is None
    assert server.attachment(FORM, uid(9), "p.jpg") is None


def test_file__bytes_without_the_md5_of_the_server__asked_again(
    fake: Fake, server: CentralServer, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.send(interview(1, answers=PHOTO), {"p.jpg": b"whole"})
    respond = fake.api.respond
    wrong = [True]

    def once(request, fault):  # type: ignore[no-untyped-def]
        response = respond(request, fault)
        if request.path.endswith("p.jpg") and request.method == "GET" and wrong:
            wrong.clear()
            response.set_data(b"who")
        return response

    monkeypatch.setattr(fake.api, "respond", once)
    found = server.attachment(FORM, uid(1), "p.jpg")
    assert found is not None and found.read_bytes() == b"whole"


def test_server__what_the_pull_asks_it_for(server: CentralServer) -> None:
    assert isinstance(server, Rereads)
