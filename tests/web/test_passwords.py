"""Passwords: one-time, chosen, hashed; the first administrator; the key of form tokens."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from processor.store.access import find_user, get_user, set_password
from processor.web.commands import ensure_admin
from processor.web.passwords import hash_password, one_time_password, weakness
from tests.web.conftest import Browser, text
from tests.web.example import PASSWORD, People

WHO = People()


def test_hash_password__of_the_service__is_argon2id_at_the_library_strength():
    real = PasswordHasher()

    assert "$argon2id$" in real.hash("x")
    assert real.memory_cost >= 19_456
    assert real.time_cost >= 2


def test_sign_in__hash_made_with_less_work__is_made_anew(site, monkeypatch):
    from processor.web import passwords

    before = find_user(site.store.engine, WHO.admin).password_hash
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    browser = Browser(site.app)
    browser.sign_in(WHO.admin)

    assert "m=16,t=2" in find_user(site.store.engine, WHO.admin).password_hash != before
    assert browser.get("/").status_code == 200


def test_one_time_password__first_sign_in__only_the_password_page_opens(site):
    user = find_user(site.store.engine, WHO.con_cuong)
    once = one_time_password()
    set_password(site.store.engine, user.id, hash_password(once), must_change=True)
    browser = Browser(site.app)
    browser.sign_in(WHO.con_cuong, once)

    for address in ("/", "/data/phieu_c/", "/downloads/"):
        assert browser.get(address).headers["Location"] == "/password"
    browser.get("/password")
    answer = browser.post("/password", old=once, new="cau moi cua toi day", again="cau moi cua toi day")
    assert answer.headers["Location"] == "/"
    assert browser.follow(answer).status_code == 200
    assert not find_user(site.store.engine, WHO.con_cuong).must_change


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"old": "khong phai the", "new": "cau moi cua toi", "again": "cau moi cua toi"},
            "hiện nay không đúng",
        ),
        ({"new": "ngan", "again": "ngan"}, "ít nhất 10 ký tự"),
        ({"new": "matkhau2016", "again": "matkhau2016"}, "dễ đoán"),
        ({"new": "admin admin admin", "again": "admin admin admin"}, "dễ đoán"),
        ({"new": PASSWORD, "again": PASSWORD}, "phải khác mật khẩu cũ"),
        ({"new": "cau moi cua toi", "again": "cau khac cua toi"}, "khác nhau"),
    ],
)
def test_password__not_as_it_must_be__says_what_and_keeps_the_old(site, signed_in, fields, words):
    browser = signed_in(WHO.admin)
    browser.get("/password")
    answer = browser.post("/password", **({"old": PASSWORD} | fields))

    assert answer.status_code == 400
    assert words in text(answer)
    assert Browser(site.app).sign_in(WHO.admin).status_code == 303


def test_password__guessed_in_an_open_session__is_locked_like_a_sign_in(site, signed_in):
    browser = signed_in(WHO.admin)
    browser.get("/password")
    for _ in range(5):
        browser.post("/password", old="sai", new="cau moi cua toi", again="cau moi cua toi")
    answer = browser.post("/password", old=PASSWORD, new="cau moi cua toi", again="cau moi cua toi")

    assert answer.status_code == 400
    assert Browser(site.app).sign_in(WHO.admin, "cau moi cua toi").status_code == 429


def test_password__changed__ends_sessions_elsewhere(site, signed_in):
    here, elsewhere = signed_in(WHO.admin), signed_in(WHO.admin)
    here.get("/password")
    here.post("/password", old=PASSWORD, new="cau moi cua toi day", again="cau moi cua toi day")

    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 303


def test_ensure_admin__first_start__gives_a_password_that_must_be_changed(make_site):
    site = make_site(empty=True)
    password = ensure_admin(site.store)

    assert ensure_admin(site.store) is None
    browser = Browser(site.app)
    assert browser.sign_in("admin", password).status_code == 303
    assert browser.get("/").headers["Location"] == "/password"
    assert get_user(site.store.engine, 1).role == "admin"


def test_secret__of_form_tokens__is_private_and_stays(make_site):
    site = make_site(empty=True)
    secret = site.home / "web_secret"

    assert secret.stat().st_mode & 0o777 == 0o600
    assert len(secret.read_text()) >= 64
    assert [p.name for p in site.home.glob("web_secret*")] == ["web_secret"]


def test_weakness__sentence__is_good():
    assert weakness("con trâu già gặm cỏ", "admin") is None
