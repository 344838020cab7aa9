"""The increment: exact answers, watermark, count check, resuming."""

from __future__ import annotations

from datetime import timedelta

import pytest

from processor.errors import ConfigError, Message, ServerError
from processor.servers.central import head
from processor.servers.central.document import UNREADABLE
from processor.servers.central.server import CentralServer
from processor.servers.protocol import FormPackage, Submission
from tests.fakes import Fake
from tests.servers_central.conftest import TRAINEE, Opener
from tests.servers_central.copy_of import Copy, live, truth
from tests.servers_central.phone import FORM, V2, Phone, interview, uid

BOTH = pytest.mark.parametrize("bulk", [1, 200], ids=["export", "one by one"])
LONG_AGO = "2026-01-01T00:00:00.000Z"
TEXTS = {
    "blank-only": "   ",
    "blanks around": "  a b  ",
    "lines": "a\nb\n\nc",
    "quotes": "a \"b\", c;\t'd'",
    "decomposed": "Nguyê\u0303n",
    "emoji and U+2028": "🐃\u2028x",
    "markup": "<b>&amp;</b>",
    "long": "x" * 4000,
    "number-like": "007.50",
}


def read(server: CentralServer, since: str | None = None) -> dict[str, Submission]:
    return {s.instance_id: s for page in server.changed(FORM, since, 1000) for s in page.submissions}


def early(server: CentralServer) -> str:
    """A checkpoint before everything: what follows is read as an increment, not as a first pull."""
    return f"{server._feed._name}:{LONG_AGO}"


@BOTH
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_answers__any_text__exactly_as_sent(
    fake: Fake, open_server: Opener, phone: Phone, bulk: int, text: str
) -> None:
    phone.send(interview(1, answers={"remarks": text, "location": "garbage"}))
    copy = Copy(FORM)
    copy.increment(open_server(bulk=bulk))
    assert copy.held[uid(1)].answers["remarks"] == text
    assert live(copy) == truth(fake, FORM)


@BOTH
def test_answers__repeats__whole_and_in_order(
    fake: Fake, open_server: Opener, phone: Phone, bulk: int
) -> None:
    for number in range(4):
        phone.send(interview(number, members=number))
    copy = Copy(FORM)
    copy.increment(open_server(bulk=bulk))
    assert live(copy) == truth(fake, FORM)
    assert [len(copy.held[uid(n)].answers.get("hh/member", [])) for n in range(4)] == [0, 1, 2, 3]


@BOTH
def test_answers__question_removed_later__kept(
    fake: Fake, open_server: Opener, phone: Phone, second: FormPackage, bulk: int
) -> None:
    phone.send(interview(1, answers={"barcode": "BC-1"}))
    server = open_server(bulk=bulk)
    server.deploy(second)
    phone.send(interview(2, version=V2, answers={"phone": "0912"}))
    found = read(server)
    assert found[uid(1)].answers["barcode"] == "BC-1"
    assert found[uid(2)].answers["phone"] == "0912"
    assert [found[uid(n)].form_version for n in (1, 2)] == ["2026010101", V2]


@BOTH
def test_answers__cleared_by_an_edit__gone(fake: Fake, open_server: Opener, phone: Phone, bulk: int) -> None:
    server = open_server(bulk=bulk)
    phone.send(interview(1, answers={"remarks": "before"}, members=3))
    copy = Copy(FORM)
    copy.increment(server)
    phone.send(interview(1, edit=1, of=uid(1), answers={"remarks": ""}, members=1))
    copy.increment(server)
    assert "remarks" not in copy.held[uid(1)].answers
    assert live(copy) == truth(fake, FORM)


def test_edit__in_a_newer_form__names_that_version(
    fake: Fake, server: CentralServer, phone: Phone, second: FormPackage
) -> None:
    phone.send(interview(1))
    server.deploy(second)
    fake.clock.advance(hours=1)
    phone.send(interview(1, version=V2, edit=1, of=uid(1)))
    found = read(server)[uid(1)]
    assert (found.form_version, found.version_id) == (V2, uid(1, 1))
    assert found.updated_at - found.received_at >= timedelta(hours=1)


def test_increment_and_first_pull__the_same_submissions(
    fake: Fake, server: CentralServer, phone: Phone
) -> None:
    for number in (1, 2, 3, 4):
        phone.send(interview(number, answers={"house_photo": "p.jpg"}), {"p.jpg": b"x"} if number > 1 else {})
    phone.send(interview(2, edit=1, of=uid(2)))
    phone.review(3, "approved")
    phone.delete(4)
    first, later = read(server), read(server, early(server))
    assert {k: v for k, v in first.items() if k != uid(4)} == {k: v for k, v in later.items() if k != uid(4)}
    assert (first[uid(4)].deleted, first[uid(4)].version_id) == (
        later[uid(4)].deleted,
        later[uid(4)].version_id,
    )


def test_review__moves_the_state_but_not_the_content(server: CentralServer, phone: Phone) -> None:
    phone.send(interview(1))
    before = read(server)[uid(1)]
    phone.review(1, "hasIssues")
    after = read(server)[uid(1)]
    assert after.review_state == "has_issues"
    assert after.updated_at == before.updated_at


def test_unknown_elements_and_no_instance_id__kept(fake: Fake, server: CentralServer, phone: Phone) -> None:
    phone.send(interview(1, extra="<strange a='1'>x</strange>"))
    phone.send(interview(2, instance_id=""))
    copy = Copy(FORM)
    copy.increment(server)
    assert copy.held[uid(1)].answers["strange"] == "x"
    invented = next(s for s in copy.held.values() if s.instance_id != uid(1))
    assert invented.version_id == invented.instance_id
    assert copy.differing(server) == []


def test_xml_that_no_reader_takes__kept_whole_and_stops_nobody(
    fake: Fake, server: CentralServer, phone: Phone
) -> None:
    strange = "<!DOCTYPE data>" + interview(1)
    phone.send(interview(1))
    phone.send(interview(2))
    fake.truth.form(FORM).records[uid(1)].current.xml = strange.encode()
    found = read(server)
    assert found[uid(1)].answers == {UNREADABLE: strange}
    assert (found[uid(1)].version_id, found[uid(1)].form_version) == (uid(1), "")
    assert found[uid(2)].answers["enumerator"] == "Thu"


def test_practice__app_user_with_the_mark__practice(fake: Fake, server: CentralServer, phone: Phone) -> None:
    trainee = server.ensure_officers([tuple(TRAINEE.split(" ", 1))], [FORM])[0]  # type: ignore[list-item]
    Phone(fake, trainee.token).send(interview(1))
    phone.send(interview(2))
    found = read(server)
    assert [(found[uid(n)].practice, found[uid(n)].submitter) for n in (1, 2)] == [
        (True, "TAPHUAN-01"),
        (False, "16663-01"),
    ]
    assert {s.instance_id: s.practice for s in server.ids(FORM)} == {uid(1): True, uid(2): False}


@pytest.mark.parametrize("minutes", [0, 10])
def test_overlap__stamped_before_but_committed_after_a_pull__seen_only_with_it(
    fake: Fake, open_server: Opener, phone: Phone, minutes: int
) -> None:
    server, copy = open_server(overlap=timedelta(minutes=minutes)), Copy(FORM)
    fake.truth.hold()
    phone.send(interview(1))
    held, fake.truth._held = fake.truth._held, None
    fake.clock.advance(seconds=5)
    phone.send(interview(2))
    copy.increment(server)
    for change in held or []:
        change()
    copy.increment(server)
    assert (uid(1) in copy.held) is (minutes == 10)


def test_watermark__server_clock__never_the_newest_stamp(
    fake: Fake, server: CentralServer, phone: Phone
) -> None:
    phone.send(interview(1))
    fake.clock.advance(days=2)
    pages = list(server.changed(FORM, None, 1000))
    asked = (fake.clock.now() - timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M")
    assert asked in pages[-1].checkpoint
    assert list(server.changed(FORM, pages[-1].checkpoint, 1000)) == []


def test_checkpoint__of_another_server__from_the_beginning(server: CentralServer, phone: Phone) -> None:
    phone.send(interview(1))
    assert set(read(server, "inbox:99")) == {uid(1)}


def test_pages__killed_after_the_first__next_pull_goes_on_there(
    fake: Fake, open_server: Opener, phone: Phone
) -> None:
    server, copy = open_server(), Copy(FORM)
    for number in range(1, 10):
        phone.send(interview(number))
        fake.clock.advance(minutes=30)
    copy.take([next(server.changed(FORM, None, 3))])
    fake.lines.clear()
    copy.increment(server, 3)
    assert live(copy) == truth(fake, FORM)
    assert sum(".xml" in line for line in fake.lines) == 7  # the last of the first page again, and the rest


def test_deleted__seen_with_state_only(fake: Fake, server: CentralServer, phone: Phone) -> None:
    phone.send(interview(1))
    phone.send(interview(1, edit=1, of=uid(1)))
    phone.delete(1)
    found = read(server)[uid(1)]
    assert (found.deleted, found.content_known, found.version_id) == (True, False, uid(1, 1))
    assert found.answers == {}


def test_deleted_while_it_is_read__left_to_the_next_increment(
    fake: Fake, server: CentralServer, phone: Phone
) -> None:
    phone.send(interview(1))
    phone.send(interview(2))
    fake.faults.add("before", match=r"0001\.xml", call=lambda: phone.delete(1))
    copy = Copy(FORM)
    copy.increment(server)
    assert list(copy.held) == [uid(2)]
    copy.increment(server)
    assert copy.held[uid(1)].deleted


def test_edited_while_it_is_read__one_version_only(fake: Fake, server: CentralServer, phone: Phone) -> None:
    phone.send(interview(1))
    phone.send(interview(1, edit=1, of=uid(1)))
    again = interview(1, edit=2, of=uid(1, 1), answers={"remarks": "second"})
    fake.faults.add("before", match=r"submissions/uuid%3A[0-9a-f-]+ ?$", call=lambda: phone.send(again))
    found = read(server, early(server))[uid(1)]
    assert (found.version_id, found.answers["remarks"]) == (uid(1, 2), "second")
    assert fake.faults.served == ["before"]


def test_count__row_lost_on_a_page__walked_again(
    fake: Fake, server: CentralServer, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(head, "PAGE", 2)
    for number in range(1, 6):
        phone.send(interview(number))
    fake.faults.add("rows", match="skiptoken", change=lambda rows: rows[1:])
    assert len(read(server, early(server))) == 5


def test_count__cursor_purged_between_pages__walked_again(
    fake: Fake, server: CentralServer, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(head, "PAGE", 2)
    for number in range(1, 7):
        phone.send(interview(number))
    phone.delete(5)  # the last row of the first page: newest first

    fake.faults.add("before", match="skiptoken", call=lambda: fake.central.purge(FORM))
    assert sorted(read(server, early(server))) == [uid(n) for n in (1, 2, 3, 4, 6)]


def test_count__row_lost_when_asked_by_id__not_taken_for_purged(
    fake: Fake, server: CentralServer, phone: Phone
) -> None:
    for number in (1, 2):
        phone.send(interview(number))
    fake.faults.add("rows", match="Submissions", change=lambda rows: rows[1:])
    (page,) = server.fetch(FORM, [uid(1), uid(2)])
    assert (len(page.submissions), page.gone) == (2, ())


def test_count__rows_lost_each_time__error(fake: Fake, server: CentralServer, phone: Phone) -> None:
    phone.send(interview(1))
    fake.faults.add("rows", match="Submissions", times=99, change=lambda rows: [])
    with pytest.raises(ServerError) as caught:
        read(server, early(server))
    assert caught.value.message is Message.CENTRAL_COUNT


@pytest.mark.parametrize(
    "change", [lambda rows: rows + rows, lambda rows: rows[::-1]], ids=["doubled", "reordered"]
)
def test_rows__doubled_or_reordered__each_once(
    fake: Fake, server: CentralServer, phone: Phone, change: object
) -> None:
    for number in (1, 2, 3):
        phone.send(interview(number))
    fake.faults.add("rows", match="Submissions", change=change)
    pages = list(server.changed(FORM, early(server), 1000))
    assert [s.instance_id for s in pages[0].submissions] == [uid(n) for n in (1, 2, 3)]


def test_rows__of_one_page_again_on_the_next__each_once(
    fake: Fake, server: CentralServer, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(head, "PAGE", 2)
    for number in (1, 2, 3):
        phone.send(interview(number))
    seen: list[object] = []
    fake.faults.add("rows", match="top=2", change=lambda rows: seen.extend(rows) or rows)
    fake.faults.add("rows", match="skiptoken", change=lambda rows: [*seen, *rows])
    pages = list(server.changed(FORM, early(server), 1000))
    assert [s.instance_id for s in pages[0].submissions] == [uid(n) for n in (1, 2, 3)]


@pytest.mark.parametrize("kind", ["html", "cut", "cut_gzip", "reset", "drip", "cut_chunks"])
def test_fault_of_the_way__tried_again(fake: Fake, open_server: Opener, phone: Phone, kind: str) -> None:
    for number in range(1, 4):
        phone.send(interview(number))
    for match in ("svc/Submissions", "/submissions$", r"\.xml", r"csv\.zip", "versions", "fields"):
        fake.faults.add(kind, match=match, pause=0.0)
    for bulk in (1, 200):
        server, copy = open_server(bulk=bulk), Copy(FORM)
        copy.checkpoint = early(server) if bulk > 1 else None
        assert copy.pull(server) == []
        assert live(copy) == truth(fake, FORM)
    assert len(fake.faults.served) == 6


def test_next_link__of_the_domain_that_central_believes_in__ours(
    fake: Fake, server: CentralServer, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(head, "PAGE", 1)
    phone.send(interview(1))
    phone.send(interview(2))
    assert fake.central.domain not in server.settings.url
    assert len(read(server, early(server))) == 2


def test_form__not_on_the_server__said(server: CentralServer) -> None:
    with pytest.raises(ServerError) as caught:
        read(server)
    assert caught.value.message is Message.CENTRAL_ABSENT


@pytest.mark.parametrize("bulk", [1, 200])
@pytest.mark.parametrize("first_pull", [True, False])
def test_encrypted__pull_and_deploy__refused_in_plain_words(
    fake: Fake, open_server: Opener, phone: Phone, second: FormPackage, bulk: int, first_pull: bool
) -> None:
    server = open_server(bulk=bulk)
    login = fake.central.open_session(fake.central.admin)["token"]
    headers = {"Authorization": f"Bearer {login}"}
    fake.call("POST", "/v1/projects/1/key", json={"passphrase": "x", "hint": "y"}, headers=headers)
    version = fake.truth.form(FORM).versions[-1].description.version
    phone.send(
        f'<data id="{FORM}" version="{version}" encrypted="yes" xmlns="http://opendatakit.org/submissions">'
        f"<base64EncryptedKey>x</base64EncryptedKey><meta><instanceID>{uid(1)}</instanceID></meta>"
        "<encryptedXmlFile>submission.xml.enc</encryptedXmlFile></data>"
    )
    with pytest.raises(ConfigError) as refused:
        read(server, None if first_pull else early(server))
    with pytest.raises(ConfigError) as caught:
        server.deploy(second)
    assert refused.value.message is caught.value.message is Message.CENTRAL_ENCRYPTED
