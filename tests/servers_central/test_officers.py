"""App users of officers, and review states written back."""

from __future__ import annotations

import pytest

from processor.errors import ConfigError, Message, ServerError
from processor.servers.central.server import CentralServer
from processor.servers.protocol import FormPackage
from tests.fakes import Fake
from tests.servers_central.phone import FORM, Phone, interview, uid

WANTED = [("16663-01", "Tran Thi Thu"), ("16664-02", "Le Van An"), ("TAPHUAN-01", "Hoc vien")]


def posts(fake: Fake) -> list[str]:
    return [
        line for line in fake.lines if line.startswith(("POST", "PATCH", "DELETE")) and "sessions" not in line
    ]


@pytest.fixture
def ready(fake: Fake, server: CentralServer, first: FormPackage) -> CentralServer:
    server.deploy(first)
    fake.lines.clear()
    return server


def test_officers__made_with_code_area_token_and_form(fake: Fake, ready: CentralServer) -> None:
    users = ready.ensure_officers(WANTED, [FORM])
    assert [(u.code, u.name, u.area, u.practice, u.active) for u in users] == [
        ("16663-01", "Tran Thi Thu", "16663", False, True),
        ("16664-02", "Le Van An", "16664", False, True),
        ("TAPHUAN-01", "Hoc vien", "", True, True),
    ]
    assert ready.app_users() == users
    assert ready.phone_address(users[0]) == f"{fake.url}/v1/key/{users[0].token}/projects/1"
    assert users[0].token not in repr(users[0])


def test_officers__same_again__nothing_written(fake: Fake, ready: CentralServer) -> None:
    users = ready.ensure_officers(WANTED, [FORM])
    fake.lines.clear()
    assert ready.ensure_officers(WANTED, [FORM]) == users
    assert posts(fake) == []


def test_officers__assignment_missing__only_that_made(fake: Fake, ready: CentralServer) -> None:
    ready.ensure_officers(WANTED, [])
    fake.lines.clear()
    ready.ensure_officers(WANTED[:1], [FORM])
    assert len(posts(fake)) == 1
    assert "assignments/app-user" in posts(fake)[0]


@pytest.mark.parametrize("step", range(7))
@pytest.mark.parametrize("kind", ["reset", "reset_after"])
def test_officers__interrupted_at_any_request__none_doubled(
    fake: Fake, ready: CentralServer, kind: str, step: int
) -> None:
    fake.faults.add(kind, skip=step, times=1)
    try:
        ready.ensure_officers(WANTED, [FORM])
    except ServerError:
        ready.ensure_officers(WANTED, [FORM])
    assert [u.code for u in ready.app_users()] == ["16663-01", "16664-02", "TAPHUAN-01"]
    assert all(a.forms == {FORM} for a in fake.central.actors.values() if a.type == "field_key")


def test_officer__answer_lost__found_instead_of_made_again(fake: Fake, ready: CentralServer) -> None:
    fake.faults.add("reset_after", match="POST .*app-users$")
    ready.ensure_officers(WANTED, [FORM])
    assert len(ready.app_users()) == 3


def test_officer__revoked__opens_nothing_and_is_not_listed(fake: Fake, ready: CentralServer) -> None:
    users = ready.ensure_officers(WANTED, [FORM])
    assert ready.revoke_officer("16664-02")
    assert not ready.revoke_officer("16664-02")
    assert [u.code for u in ready.app_users()] == ["16663-01", "TAPHUAN-01"]
    phone = Phone(fake, users[1].token)
    with pytest.raises(AssertionError, match="does not have rights"):
        phone.send(interview(1))


def test_officer__two_app_users_of_one_code__refused(fake: Fake, ready: CentralServer) -> None:
    session = fake.central.open_session(fake.central.admin)["token"]
    for name in ("16663-01 Thu", "16663-01 Tran Thi Thu"):
        headers = {"Authorization": f"Bearer {session}"}
        fake.call("POST", "/v1/projects/1/app-users", json={"displayName": name}, headers=headers)
    with pytest.raises(ServerError) as caught:
        ready.ensure_officers(WANTED, [FORM])
    assert caught.value.message is Message.CENTRAL_OFFICER_TWICE


@pytest.mark.parametrize(
    ("code", "name"),
    [("Tablet", "1"), ("16663-1", "Thu"), ("16663-01", " "), ("16663-01", "a\nb"), ("16663-01", "x" * 200)],
)
def test_officer__code_or_name_not_fit__refused_before_any_is_made(
    fake: Fake, ready: CentralServer, code: str, name: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        ready.ensure_officers([*WANTED, (code, name)], [FORM])
    assert caught.value.message is Message.OFFICER_FIELD
    assert posts(fake) == []


def test_app_user__without_a_code__no_officer(fake: Fake, ready: CentralServer) -> None:
    session = fake.central.open_session(fake.central.admin)["token"]
    headers = {"Authorization": f"Bearer {session}"}
    fake.call("POST", "/v1/projects/1/app-users", json={"displayName": "Tablet 1"}, headers=headers)
    assert ready.app_users() == []


REVIEWS = [
    ("has_issues", "hasIssues"),
    ("approved", "approved"),
    ("rejected", "rejected"),
    ("edited", "edited"),
]


@pytest.mark.parametrize(("ours", "theirs"), REVIEWS)
def test_review__each_state__both_ways(
    fake: Fake, server: CentralServer, phone: Phone, ours: str, theirs: str
) -> None:
    phone.send(interview(1))
    assert server.set_review(FORM, uid(1), ours, 'Xem lại ngày sinh: "1950"')
    record = fake.truth.form(FORM).records[uid(1)]
    assert record.review == theirs
    assert next(server.ids(FORM)).review_state == ours  # type: ignore[call-overload]
    assert server.set_review(FORM, uid(1), "received")
    assert record.review is None


def test_review__comment__arrives_with_the_state(fake: Fake, server: CentralServer, phone: Phone) -> None:
    from urllib.parse import unquote

    phone.send(interview(1))
    fake.lines.clear()
    server.set_review(FORM, uid(1), "rejected", "Sai mã: 100%, làm lại")
    assert unquote(fake.central.audits[-1]["notes"]) == "Sai mã: 100%, làm lại"
    assert len(posts(fake)) == 1


def test_review__same_state_again__nothing_written(fake: Fake, server: CentralServer, phone: Phone) -> None:
    phone.send(interview(1))
    server.set_review(FORM, uid(1), "approved", "ok")
    fake.lines.clear()
    assert not server.set_review(FORM, uid(1), "approved", "ok")
    assert posts(fake) == []


def test_review__answer_lost__repeating_writes_nothing_twice(
    fake: Fake, server: CentralServer, phone: Phone
) -> None:
    phone.send(interview(1))
    fake.faults.add("reset_after", match="PATCH")
    with pytest.raises(ServerError) as caught:
        server.set_review(FORM, uid(1), "approved", "ok")
    assert caught.value.message is Message.HTTP_UNSURE
    assert not server.set_review(FORM, uid(1), "approved", "ok")
    assert sum(a["action"] == "submission.update" for a in fake.central.audits) == 1


def test_review__unknown_state_or_submission__said(server: CentralServer, phone: Phone) -> None:
    with pytest.raises(ConfigError) as caught:
        server.set_review(FORM, uid(1), "hasIssues")
    assert caught.value.message is Message.REVIEW_STATE
    with pytest.raises(ServerError) as missing:
        server.set_review(FORM, uid(1), "approved")
    assert missing.value.message is Message.SUBMISSION_UNKNOWN
