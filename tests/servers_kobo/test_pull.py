"""Histories on a KoboToolbox that has the recorded semantics: what the copy holds afterwards."""

from __future__ import annotations

import re

import pytest

from processor.servers.kobo.checkpoint import OVERLAP
from tests.fakes import Fake, kobo_data
from tests.fakes.forms import house, instance_id, workbook
from tests.servers_kobo.acts import as_user, send, settle, viewer
from tests.servers_kobo.copy_of import Copy, assert_equal

UNFAITHFUL = (
    "<head>  </head><member><name>A</name><helps/></member>"
    "<member><name/><helps/></member><member><name>C</name><helps>cash food</helps></member>"
)


def test_pull__first__everything_in_pages_of_any_size(fake: Fake, copy: Copy, asset: str) -> None:
    for number in range(1, 8):
        send(fake, asset, number)
    copy.increment(size=3)
    assert_equal(copy, fake, asset)


def test_pull__json_is_not_faithful__xml_is(fake: Fake, copy: Copy, asset: str) -> None:
    send(fake, asset, 1, body=UNFAITHFUL)
    copy.pull()
    assert_equal(copy, fake, asset)
    held = copy.held[instance_id(1)].answers
    assert held["head"] == "  "
    assert [row["member/name"] for row in held["member"]] == ["A", "", "C"]


def test_pull__edit_of_an_old_row__hinted_by_the_history(fake: Fake, copy: Copy, asset: str) -> None:
    send(fake, asset, 1)
    send(fake, asset, 2)
    copy.pull()
    settle(fake)
    copy.pull()
    send(fake, asset, 1, edit=1)
    copy.increment()
    assert instance_id(1) in copy.by_increment
    assert_equal(copy, fake, asset)
    assert copy.held[instance_id(1)].version_id == instance_id(1, 1)


def test_increment__hinted_changes__read_once_even_when_nothing_new_comes(
    fake: Fake, copy: Copy, asset: str
) -> None:
    send(fake, asset, 1)
    copy.pull()
    for _ in range(2):
        settle(fake)
        copy.pull()
    fake.review(asset, instance_id(1), "approved")
    settle(fake)
    copy.increment()
    assert copy.by_increment == {instance_id(1)}
    copy.increment()
    assert copy.by_increment == set()


def test_pull__edit__without_the_right_to_the_history__found_by_the_list(
    fake: Fake, open_server, asset: str
) -> None:  # type: ignore[no-untyped-def]
    copy = Copy(open_server(viewer(fake, asset, "view_submissions")))
    send(fake, asset, 1)
    copy.pull()
    settle(fake)
    copy.pull()
    send(fake, asset, 1, edit=1)
    copy.increment()
    assert copy.by_increment == set()
    copy.sweep()
    assert_equal(copy, fake, asset)


def test_pull__cleared_answer__empty_afterwards(fake: Fake, copy: Copy, asset: str) -> None:
    send(fake, asset, 1)
    copy.pull()
    send(fake, asset, 1, edit=1, body="<head/><size/><home><place/><photo/></home>")
    copy.pull()
    assert_equal(copy, fake, asset)
    assert copy.held[instance_id(1)].answers["head"] == ""


def test_pull__deleted__gone_from_the_list(fake: Fake, copy: Copy, asset: str) -> None:
    for number in (1, 2, 3):
        send(fake, asset, number)
    copy.pull()
    fake.delete(asset, instance_id(2))
    copy.pull()
    assert set(copy.held) == {instance_id(1), instance_id(3)}
    assert_equal(copy, fake, asset)


def test_fetch__deleted_and_present__one_page_says_both(fake: Fake, copy: Copy, asset: str) -> None:
    send(fake, asset, 1)
    pages = list(copy.server.fetch("house", [instance_id(1), instance_id(9), instance_id(1)]))
    assert [s.instance_id for page in pages for s in page.submissions] == [instance_id(1)]
    assert [root for page in pages for root in page.gone] == [instance_id(9)]
    assert {page.checkpoint for page in pages} == {""}


def test_fetch__many__in_addresses_that_proxies_take(fake: Fake, copy: Copy, asset: str) -> None:
    roots = [instance_id(number) for number in range(1, 121)]
    for number in range(1, 121):
        send(fake, asset, number, body="<head>x</head>")
    fetched = [s for page in copy.server.fetch("house", roots) for s in page.submissions]
    assert [s.instance_id for s in fetched] == roots
    assert max(len(line) for line in fake.lines) < 4000


def test_pull__deleted_and_sent_again__a_new_row_of_the_same_root(fake: Fake, copy: Copy, asset: str) -> None:
    send(fake, asset, 1)
    send(fake, asset, 1, edit=1)
    copy.pull()
    fake.delete(asset, instance_id(1))
    send(fake, asset, 1)
    copy.pull()
    assert copy.held[instance_id(1)].version_id == instance_id(1)
    assert_equal(copy, fake, asset)


def test_pull__status_set_and_cleared__mapped(fake: Fake, copy: Copy, asset: str) -> None:
    send(fake, asset, 1)
    copy.pull()
    settle(fake)
    for state in ("approved", "rejected", "has_issues", "received"):
        fake.review(asset, instance_id(1), state)
        copy.pull()
        assert copy.held[instance_id(1)].review_state == state
        assert_equal(copy, fake, asset)


def test_pull__late_file__found_by_the_list(fake: Fake, copy: Copy, asset: str) -> None:
    xml = fake.fitted(house(1), asset)
    fake.submit(xml)
    copy.pull()
    assert [a.sha256 for a in copy.held[instance_id(1)].attachments] == [None]
    settle(fake)
    copy.pull()
    fake.submit(xml, {"p1.jpg": b"late"})
    copy.pull()
    assert_equal(copy, fake, asset)
    assert copy.held[instance_id(1)].attachments[0].size == 4


def test_increment__row_that_shows_late__found_within_the_overlap(fake: Fake, copy: Copy, asset: str) -> None:
    send(fake, asset, 1)
    fake.truth.hold(1)
    send(fake, asset, 2)
    send(fake, asset, 3)
    fake.clock.advance(minutes=5)
    copy.increment()
    assert set(copy.held) == {instance_id(1), instance_id(3)}
    fake.truth.release()
    copy.increment()
    assert instance_id(2) in copy.held


def test_increment__settled_rows__not_read_again(fake: Fake, copy: Copy, asset: str) -> None:
    send(fake, asset, 1)
    copy.pull()
    settle(fake)
    send(fake, asset, 2)
    copy.increment()
    assert copy.by_increment == {instance_id(1), instance_id(2)}
    settle(fake)
    send(fake, asset, 3)
    copy.increment()
    copy.increment()
    assert copy.by_increment == {instance_id(3)}


def test_pull__row_that_shows_after_the_overlap__found_by_the_list(
    fake: Fake, copy: Copy, asset: str
) -> None:
    fake.truth.hold(1)
    for number in (1, 2, 3):
        send(fake, asset, number)
        settle(fake)
        copy.pull()
    fake.truth.release()
    copy.increment()
    assert instance_id(1) not in copy.held
    copy.sweep()
    assert_equal(copy, fake, asset)


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_pull__limit_cut_in_silence__nothing_missed(fake: Fake, copy: Copy, asset: str, limit: int) -> None:
    for number in range(1, 6):
        send(fake, asset, number, body="<head>x</head>")
    fake.kobo.max_limit = limit
    copy.pull()
    assert_equal(copy, fake, asset)


def test_checkpoint__of_another_asset_or_damaged__from_the_beginning(
    fake: Fake, copy: Copy, asset: str
) -> None:
    send(fake, asset, 1)
    settle(fake)
    copy.pull()
    good = copy.checkpoint or ""
    for text in ("", "x", "[]", "{}", good.replace(asset, "aOther"), good.replace('"v": 1', '"v": 9')):
        copy.checkpoint = text
        copy.increment()
        assert copy.by_increment == {instance_id(1)}


def test_pull__two_form_versions__each_row_has_ours(fake: Fake, copy: Copy, asset: str) -> None:
    send(fake, asset, 1)
    again = fake.publish(workbook("2026-11-24.2"))
    send(fake, asset, 2)
    copy.pull()
    assert again == asset
    assert [s.form_version for s in copy.held.values()] == ["1", "2026-11-24.2"]


def test_pull__kobos_own_answers__left_out(fake: Fake, copy: Copy, asset: str) -> None:
    xml = fake.fitted(house(1, body="<head>x</head>"), asset)
    assert "<__version__>v" in xml and "<formhub>" in xml
    fake.submit(re.sub(r' version="[^"]*"', ' version="7 (today)"', xml, count=1))
    copy.pull()
    held = copy.held[instance_id(1)]
    assert dict(held.answers) == {"head": "x", "meta/instanceID": instance_id(1)}
    assert held.form_version == "1"


def test_pull__unknown_version__kept_as_it_is_and_read(fake: Fake, copy: Copy, asset: str) -> None:
    xml = fake.fitted(house(1, body=UNFAITHFUL), asset)
    fake.submit(re.sub(r"<__version__>[^<]*", "<__version__>vUnknown1234567890", xml))
    copy.pull()
    assert copy.held[instance_id(1)].form_version == "vUnknown1234567890"
    assert len(copy.held[instance_id(1)].answers["member"]) == 3


@pytest.mark.parametrize("named", ["..", "?limit=1", "v1/../..", "#vvvvvvvvvvvvvvvvvvvv"])
def test_pull__version_that_is_an_address__never_part_of_ours(
    fake: Fake, copy: Copy, asset: str, named: str
) -> None:
    """The phone chooses it: neither another answer of the server is taken for the version, nor does it stop others."""
    xml = fake.fitted(house(1, body=UNFAITHFUL), asset)
    fake.submit(re.sub(r"<__version__>[^<]*", f"<__version__>{named}", xml))
    send(fake, asset, 2)
    copy.pull()
    assert copy.held[instance_id(1)].form_version == named
    assert copy.held[instance_id(2)].form_version == "1"


def test_pull__practice_accounts_and_prefixed_names(fake: Fake, open_server, asset: str) -> None:  # type: ignore[no-untyped-def]
    for name in ("btxh16663_01", "btxhtap_01"):
        fake.kobo.add_user(name)
    server = open_server(user_prefix="btxh", practice_users=frozenset({"btxhtap_01"}))
    server.ensure_officers([("16663-01", "A"), ("TAP-01", "B")], ["house"])
    for number, name in ((1, "btxh16663_01"), (2, "btxhtap_01")):
        as_user(fake, name, fake.fitted(house(number), asset))
    send(fake, asset, 3)
    copy = Copy(server)
    copy.pull()
    assert [(s.submitter, s.practice) for s in copy.held.values()] == [
        ("16663-01", False),
        ("TAP-01", True),
        ("survey_ops", False),
    ]
    assert copy.differing() == set()


def test_pull__newer_server_that_tells_when_rows_changed__edit_in_the_increment(
    fake: Fake, open_server, asset: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    plain = kobo_data.row
    stamp = "%Y-%m-%dT%H:%M:%S"
    monkeypatch.setattr(
        kobo_data,
        "row",
        lambda call, of, record: (
            plain(call, of, record) | {"_date_modified": record.current.at.strftime(stamp)}
        ),
    )
    copy = Copy(open_server(viewer(fake, asset, "view_submissions")))
    for _ in range(2):
        send(fake, asset, len(copy.held) + 1)
        copy.pull()
        settle(fake)
    copy.pull()
    send(fake, asset, 1, edit=1)
    copy.increment()
    assert copy.by_increment == {instance_id(1)}
    assert_equal(copy, fake, asset)
    held = copy.held[instance_id(1)]
    assert held.updated_at - held.received_at > OVERLAP
