"""Users and enumerators, as administrators see them."""

from __future__ import annotations

import re

import pytest

from processor.servers.builtin.officers import list_officers
from processor.store.access import find_user
from tests.web.conftest import Browser, text
from tests.web.example import CON_CUONG, DONG_VINH, PASSWORD, People

WHO = People()


def test_users__added__signs_in_with_the_one_time_password(site, signed_in):
    browser = signed_in(WHO.admin)
    browser.get("/users/")
    fields = {"username": "Moi.Den", "full_name": "Người Mới", "role": "district", "areas": [CON_CUONG]}
    html = text(browser.post("/users/", **fields, communes="16663", classes=["personal"]))
    once = re.search(r'<p class="once mb-2">([^<]+)</p>', html)[1]
    user = find_user(site.store.engine, "moi.den")

    assert (user.areas, user.classes, user.must_change) == (
        ("16663", CON_CUONG),
        frozenset({"open", "personal"}),
        True,
    )
    assert once not in text(browser.get("/users/"))
    assert Browser(site.app).sign_in("moi.den", once).status_code == 303


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"username": "có dấu"}, "chữ thường không dấu"),
        ({"username": WHO.province}, "Đã có người dùng mang tên này"),
        ({"areas": []}, "ít nhất một địa bàn"),
        ({"communes": "99999"}, "mã xã phải có trong danh mục"),
        ({"role": "king"}, "Chọn một vai trò"),
        ({"classes": ["all"]}, "Chọn nhóm cột"),
        ({"full_name": " "}, "Ghi họ và tên"),
    ],
)
def test_users__not_as_it_must_be__says_what_and_adds_nobody(site, signed_in, changes, words):
    browser = signed_in(WHO.admin)
    browser.get("/users/")
    fields = {"username": "moi", "full_name": "Mới", "role": "district", "areas": [CON_CUONG]} | changes
    answer = browser.post("/users/", **fields)

    assert answer.status_code == 400
    assert words.replace("tên này", "tên đăng nhập này") in text(answer)
    assert find_user(site.store.engine, "moi") is None


def test_users__last_administrator__cannot_be_lost(site, signed_in):
    browser = signed_in(WHO.admin)
    admin = find_user(site.store.engine, WHO.admin)
    browser.get("/users/")

    off = browser.post(f"/users/{admin.id}/active", active="0")
    lower = browser.post(f"/users/{admin.id}", role="district", areas=["*"])

    assert (off.status_code, lower.status_code) == (400, 400)
    assert "quản trị cuối cùng" in text(off)
    assert find_user(site.store.engine, WHO.admin).role == "admin"
    assert find_user(site.store.engine, WHO.admin).active


def test_users__deactivated__can_be_undone_from_the_list(site, signed_in):
    browser = signed_in(WHO.admin)
    user = find_user(site.store.engine, WHO.con_cuong)
    browser.get("/users/")
    html = text(browser.follow(browser.post(f"/users/{user.id}/active", active="0")))
    assert "không đăng nhập được nữa" in html
    assert not find_user(site.store.engine, WHO.con_cuong).active

    browser.post(f"/users/{user.id}/active", active="1")
    assert find_user(site.store.engine, WHO.con_cuong).active


def test_users__password_reset__ends_lock_and_sessions(site, signed_in):
    theirs = signed_in(WHO.con_cuong)
    for _ in range(5):
        Browser(site.app).sign_in(WHO.con_cuong, "sai mat khau")
    browser = signed_in(WHO.admin)
    assert "khóa đến" in text(browser.get("/users/"))
    user = find_user(site.store.engine, WHO.con_cuong)
    once = re.search(r"once mb-2\">([^<]+)<", text(browser.post(f"/users/{user.id}/password")))[1]

    assert theirs.get("/").status_code == 303
    assert Browser(site.app).sign_in(WHO.con_cuong, PASSWORD).status_code == 401
    assert Browser(site.app).sign_in(WHO.con_cuong, once).status_code == 303


def test_officers__added_shown_revoked_and_restored(site, signed_in):
    browser = signed_in(WHO.admin)
    browser.get("/officers/")
    card = browser.follow(browser.post("/officers/", code="16669-01", name="Hà Thị Mới", area="16669"))
    html = text(card)
    officer = next(o for o in list_officers(site.server) if o.code == "16669-01")
    assert "<svg" in html
    assert "<path" in html
    assert "Hà Thị Mới" in html
    assert officer.token not in html

    list_page = text(browser.follow(browser.post("/officers/16669-01/revoke")))
    assert "Đã thu hồi mã của 16669-01" in list_page
    phone = site.app.test_client()
    assert (
        phone.get(f"/v1/key/{officer.token}/formList", headers={"X-OpenRosa-Version": "1.0"}).status_code
        == 403
    )
    assert "đã thu hồi" in text(browser.get("/officers/16669-01"))

    browser.post("/officers/16669-01/restore")
    assert (
        phone.get(f"/v1/key/{officer.token}/formList", headers={"X-OpenRosa-Version": "1.0"}).status_code
        == 200
    )
    browser.post("/officers/16669-01/rotate")
    assert (
        phone.get(f"/v1/key/{officer.token}/formList", headers={"X-OpenRosa-Version": "1.0"}).status_code
        == 403
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"code": "x", "area": DONG_VINH}, "Mã phải có dạng"),
        ({"code": "16663-01", "area": DONG_VINH}, "Đã có điều tra viên"),
        ({"code": "16663-07", "area": "99999"}, "Không có xã nào"),
        ({"code": "16663-07", "area": "16666"}, "khác với mã điều tra viên"),
        ({"code": "16663-07", "area": DONG_VINH, "name": " "}, "Ghi họ và tên"),
    ],
)
def test_officers__not_as_it_must_be__says_what(signed_in, fields, words):
    browser = signed_in(WHO.admin)
    browser.get("/officers/")
    answer = browser.post("/officers/", **({"name": "Hà Thị Mới"} | fields))

    assert answer.status_code == 400
    assert words in text(answer)


def test_officers__sheet__is_a_pdf(visitor):
    assert visitor(WHO.admin).get("/officers/sheet.pdf").data[:5] == b"%PDF-"
