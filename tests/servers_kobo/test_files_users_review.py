"""Attachments, accounts, cards, validation status and hook on the server with the recorded semantics."""

from __future__ import annotations

import base64
import json
import zlib

import pytest

from processor.errors import ConfigError, Message, ServerError
from processor.servers.kobo.cards import phone_qr, phone_settings
from processor.servers.kobo.server import KoboServer
from processor.servers.protocol import AppUser
from tests.fakes import Fake
from tests.fakes.forms import house, instance_id, workbook
from tests.servers_kobo.acts import as_user, send
from tests.servers_kobo.copy_of import Copy, assert_equal


def downloads(fake: Fake) -> int:
    return len([line for line in fake.lines if "/attachments/" in line])


def test_files__fetched_once_for_all_processes(fake: Fake, open_server, asset: str) -> None:  # type: ignore[no-untyped-def]
    for number in (1, 2, 3):
        send(fake, asset, number)
    for _ in range(2):
        copy = Copy(open_server())
        copy.pull()
        assert_equal(copy, fake, asset)
    assert downloads(fake) == 3
    path = copy.server.attachment("house", instance_id(2), "p2.jpg")
    assert path is not None and path.read_bytes() == b"photo 2"
    assert copy.server.attachment("house", instance_id(2), "other.jpg") is None
    assert copy.server.attachment("house", instance_id(9), "p2.jpg") is None
    assert downloads(fake) == 3


def test_files__cut_off__not_taken_for_the_whole(fake: Fake, open_server, asset: str) -> None:  # type: ignore[no-untyped-def]
    send(fake, asset, 1)
    fake.faults.add("cut", match="/attachments/", times=99)
    with pytest.raises(ServerError):
        Copy(open_server()).increment()
    fake.faults.clear()
    copy = Copy(open_server())
    copy.increment()
    assert_equal(copy, fake, asset)


def test_files__lost_by_the_server__submission_still_comes(fake: Fake, copy: Copy, asset: str) -> None:
    send(fake, asset, 1)
    fake.faults.add("status", match="/attachments/", status=404)
    copy.increment()
    assert [(a.name, a.sha256) for a in copy.held[instance_id(1)].attachments] == [("p1.jpg", None)]
    assert copy.differing() == {instance_id(1)}
    copy.sweep()
    assert_equal(copy, fake, asset)


def test_files__many__pages_in_between(fake: Fake, copy: Copy, asset: str, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("processor.servers.kobo.feed.FILES", 2)
    for number in range(1, 6):
        send(fake, asset, number)
    pages = list(copy.server.changed("house", None, 1000))
    assert [len(page.submissions) for page in pages] == [2, 2, 1]


def test_files__question_removed__old_photo_kept_while_the_server_has_it(
    fake: Fake, copy: Copy, asset: str
) -> None:
    send(fake, asset, 1)
    fake.publish(workbook("2", [{"type": "text", "name": "head", "label": "Head"}]))
    copy.pull()
    assert [a.name for a in copy.held[instance_id(1)].attachments if a.sha256] == ["p1.jpg"]
    assert_equal(copy, fake, asset)


def test_users__granted_and_revoked__what_the_account_may_do(
    fake: Fake, server: KoboServer, asset: str
) -> None:
    fake.kobo.add_user("btxh01")
    xml = fake.fitted(house(1), asset)
    with pytest.raises(AssertionError):
        as_user(fake, "btxh01", xml)
    server.ensure_officers([("btxh01", "An")], ["house"])
    as_user(fake, "btxh01", xml)
    fake.lines.clear()
    server.ensure_officers([("btxh01", "An")], ["house"])
    assert all(line.startswith("GET") for line in fake.lines)
    assert [u.code for u in server.app_users()] == ["btxh01"]
    assert server.revoke_officer("btxh01") is True
    assert server.revoke_officer("btxh01") is False
    with pytest.raises(AssertionError):
        as_user(fake, "btxh01", fake.fitted(house(2), asset))


def test_users__no_such_account__said_which(server: KoboServer, asset: str) -> None:
    with pytest.raises(ConfigError) as error:
        server.ensure_officers([("nobody", "")], ["house"])
    assert error.value.message is Message.KOBO_USER_UNKNOWN


@pytest.mark.parametrize(
    ("prefix", "code", "name"),
    [("", "an", "an"), ("btxh", "16663-01", "btxh16663_01"), ("btxh", "TAP-01", "btxhtap_01")],
)
def test_names__there_and_back(open_server, prefix: str, code: str, name: str) -> None:  # type: ignore[no-untyped-def]
    server = open_server(user_prefix=prefix)
    assert server.user_name(code) == name
    assert server._names.code(name) == code


@pytest.mark.parametrize("name", ["other", "btxh", "btxh16663", "xbtxh16663_01", "btxh16663_01_2"])
def test_names__not_of_our_making__stay(open_server, name: str) -> None:  # type: ignore[no-untyped-def]
    assert open_server(user_prefix="btxh")._names.code(name) == name


OFFICER = AppUser("16663-01", "An", "16663", practice=False, active=True)


def test_card__server_and_user_name__no_password_unless_asked() -> None:
    values = phone_settings(OFFICER, "https://kc.example", "btxh16663_01")
    general = values["general"]
    assert (general["server_url"], general["username"]) == ("https://kc.example", "btxh16663_01")
    assert "password" not in json.dumps(values)
    asked = phone_settings(OFFICER, "https://kc.example", "btxh16663_01", password="geheim")
    assert asked["general"]["password"] == "geheim"
    assert phone_qr(OFFICER, "https://kc.example", "btxh16663_01").startswith("<svg")


def test_card__text_of_the_code__as_collect_reads_it() -> None:
    from processor.servers.builtin.cards import encode_settings

    values = phone_settings(OFFICER, "https://kc.example", "an")
    assert json.loads(zlib.decompress(base64.b64decode(encode_settings(values)))) == values


@pytest.mark.parametrize("state", ["approved", "rejected", "has_issues", "received"])
def test_review__written_back__read_again_the_same(
    fake: Fake, server: KoboServer, asset: str, state: str
) -> None:
    send(fake, asset, 1)
    fake.review(asset, instance_id(1), "rejected" if state != "rejected" else "approved")
    fake.kobo.add_ghost(asset, instance_id(1))
    assert server.set_review("house", instance_id(1), state) is True
    assert [s.review_state for s in server.ids("house")] == [state]
    assert server.set_review("house", instance_id(1), state) is False


def test_review__answer_lost__once_is_enough(fake: Fake, server: KoboServer, asset: str) -> None:
    send(fake, asset, 1)
    fake.faults.add("reset_after", match="PATCH")
    assert server.set_review("house", instance_id(1), "approved") is True
    assert [s.review_state for s in server.ids("house")] == ["approved"]


def test_review__unknown_submission__said(server: KoboServer, asset: str) -> None:
    with pytest.raises(ServerError) as error:
        server.set_review("house", instance_id(7), "approved")
    assert error.value.message is Message.SUBMISSION_UNKNOWN


def test_hook__registered_once_and_turned_to_a_new_secret(fake: Fake, server: KoboServer, asset: str) -> None:
    first, second = ("https://a.example/hooks/" + c * 20 for c in "ab")
    assert [server.register_hook("house", url) for url in (first, first, second)] == [True, False, True]
    (hook,) = fake.kobo.assets[asset].hooks.values()
    assert hook["endpoint"] == second
