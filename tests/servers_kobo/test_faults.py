"""The server misbehaves, or people work while we read: nothing is missed, doubled or mixed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from processor.errors import Message, ServerError
from processor.servers.kobo.server import KoboServer
from tests.fakes import Fake
from tests.fakes.forms import house, instance_id
from tests.servers_kobo.acts import send
from tests.servers_kobo.copy_of import Copy, assert_equal

JSON_PAGE, XML_PAGE = r"/data/\?.*sort", r"/data/\?format=xml&query"


@pytest.fixture(autouse=True)
def five(fake: Fake, asset: str) -> None:
    for number in range(1, 6):
        send(fake, asset, number)


@pytest.mark.parametrize("kind", ["html", "cut", "cut_gzip", "reset", "reset_after", "drip"])
@pytest.mark.parametrize("match", [JSON_PAGE, XML_PAGE, "attachments"])
def test_pull__broken_answers__whole_copy(fake: Fake, copy: Copy, asset: str, kind: str, match: str) -> None:
    fake.faults.add(kind, match=match, times=2, pause=0)
    copy.pull()
    assert set(fake.faults.served) == {kind}
    assert_equal(copy, fake, asset)


def test_pull__busy__waits_as_long_as_asked(fake: Fake, copy: Copy, waits: list[float], asset: str) -> None:
    fake.faults.add("status", match="/data/", status=429, headers={"Retry-After": "7"})
    copy.pull()
    assert waits == [7.0]
    assert_equal(copy, fake, asset)


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: [rows[0], rows[0], *rows[1:]],
        lambda rows: [rows[0], rows[0], *rows[2:]],
        lambda rows: rows[:-1],
        lambda rows: [],
    ],
)
def test_index__page_that_contradicts_itself__asked_again(
    fake: Fake, copy: Copy, asset: str, change: Callable[[list[Any]], list[Any]]
) -> None:
    fake.faults.add("rows", match=JSON_PAGE, change=change)
    copy.pull()
    assert fake.faults.served == ["rows"]
    assert_equal(copy, fake, asset)


def test_index__page_stays_wrong__refused(fake: Fake, copy: Copy) -> None:
    fake.faults.add("rows", match=JSON_PAGE, change=lambda rows: rows[:-1], times=99)
    with pytest.raises(ServerError) as error:
        copy.pull()
    assert error.value.message is Message.KOBO_ROWS
    assert copy.held == {}


def test_index__reordered_page__sorted(fake: Fake, copy: Copy, asset: str) -> None:
    fake.faults.add("rows", match=JSON_PAGE, change=lambda rows: rows[::-1])
    copy.pull()
    assert_equal(copy, fake, asset)


@pytest.mark.parametrize("change", [lambda r: r[1:], lambda r: [r[0], *r], lambda r: r[::-1], lambda r: []])
def test_xml__list_that_lacks_or_doubles__the_rest_one_by_one(
    fake: Fake, copy: Copy, asset: str, change: Callable[[list[Any]], list[Any]]
) -> None:
    fake.faults.add("rows", match=XML_PAGE, change=change)
    copy.increment()
    assert_equal(copy, fake, asset)


@pytest.mark.parametrize("kind", ["html", "cut", "reset"])
@pytest.mark.parametrize("match", [r"/data/3/$", r"/data/3/\?format=xml"])
def test_single__broken_answers__row_and_xml_all_the_same(
    fake: Fake, copy: Copy, asset: str, kind: str, match: str
) -> None:
    third = next(r for r in fake.truth.forms[asset].records.values() if r.root == instance_id(3))
    fake.faults.add("rows", match=XML_PAGE, change=lambda rows: [r for r in rows if r is not third])
    fake.faults.add(kind, match=match.replace("3", str(third.number)), times=2, pause=0)
    copy.increment()
    assert fake.faults.served == ["rows", kind, kind]
    assert_equal(copy, fake, asset)


def test_pull__deleted_between_pages__others_complete(fake: Fake, copy: Copy, asset: str) -> None:
    fake.kobo.max_limit = 2
    fake.faults.add(
        "before", match=JSON_PAGE, skip=1, call=lambda: [fake.delete(asset, instance_id(n)) for n in (1, 2)]
    )
    copy.increment()
    assert {instance_id(n) for n in (3, 4, 5)} <= set(copy.held)
    copy.pull()
    assert_equal(copy, fake, asset)


def test_pull__edited_between_row_and_xml__one_version_of_both(fake: Fake, copy: Copy, asset: str) -> None:
    fake.faults.add("before", match=XML_PAGE, call=lambda: send(fake, asset, 3, edit=1))
    copy.increment()
    assert_equal(copy, fake, asset)


def test_pull__deleted_between_row_and_xml__no_ghost(fake: Fake, copy: Copy, asset: str) -> None:
    fake.faults.add("before", match=XML_PAGE, call=lambda: fake.delete(asset, instance_id(3)))
    copy.increment()
    assert_equal(copy, fake, asset)
    assert copy.server.ghosts("house") == 0


def test_pull__row_that_never_rests__refused(fake: Fake, copy: Copy, asset: str) -> None:
    edits = iter(range(1, 20))
    again = lambda: send(fake, asset, 3, edit=next(edits))  # noqa: E731
    fake.faults.add("before", match=r"format=xml&query|/data/3/\?format=xml", times=19, call=again)
    with pytest.raises(ServerError) as error:
        copy.increment()
    assert error.value.message is Message.KOBO_MOVING


def test_ids__deleted_while_counting__no_alarm(fake: Fake, copy: Copy, asset: str) -> None:
    copy.increment()
    fake.faults.add("before", match=JSON_PAGE, call=lambda: fake.delete(asset, instance_id(3)))
    copy.sweep()
    assert_equal(copy, fake, asset)


def test_ids__more_stored_than_listed__said(
    fake: Fake, server: KoboServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A submission of the database that the document store lacks: only the count of the XML list tells."""
    respond = fake.respond

    def one_more(request, fault):  # type: ignore[no-untyped-def]
        answer = respond(request, fault)
        if request.args.get("format") == "xml" and "query" not in request.args:
            answer.set_data(answer.get_data().replace(b"<count>5</count>", b"<count>6</count>"))
        return answer

    monkeypatch.setattr(fake, "respond", one_more)
    with pytest.raises(ServerError) as error:
        list(server.ids("house"))
    assert error.value.message is Message.KOBO_UNINDEXED


def test_pull__xml_too_deep__others_come_and_the_list_shows_it(
    fake: Fake, copy: Copy, open_server, asset: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:  # type: ignore[no-untyped-def]
    deep = "<a>" * 70 + "Trần Thị Hoa" + "</a>" * 70
    fake.submit(fake.fitted(house(6, body=deep), asset))
    copy.pull()
    assert len(copy.held) == 5
    assert copy.differing() == {instance_id(6)}
    copy.server = open_server(cache=tmp_path / "forgetful")
    assert copy.differing() == {instance_id(6)}
    assert "XML_DEEP" in caplog.text
    assert "Hoa" not in caplog.text


def test_pull__killed_after_each_page__goes_on(fake: Fake, open_server, asset: str) -> None:  # type: ignore[no-untyped-def]
    """A new process with the checkpoint of the last page that was stored."""
    held, checkpoint = {}, None
    for _ in range(6):
        copy = Copy(open_server())
        copy.held, copy.checkpoint = held, checkpoint
        for page in copy.server.changed("house", checkpoint, 2):
            copy._take(page)
            checkpoint = page.checkpoint
            break
        fake.clock.advance(minutes=11)
    assert_equal(copy, fake, asset)
