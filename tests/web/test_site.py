"""Forms, languages, the empty service, pulling on demand."""

from __future__ import annotations

import re

from processor.store.access import find_user
from tests.web import example
from tests.web.conftest import Browser, text
from tests.web.example import HOUSEHOLDS, People

WHO = People()
PHUONG, AN, QUYET, THANG = HOUSEHOLDS


def test_pull_now__wakes_every_form_and_the_page_waits(site, signed_in):
    browser = signed_in(WHO.con_cuong)
    browser.get("/?data=survey")
    answer = browser.post("/pull")
    waiting = text(browser.get(answer.headers["Location"] + "&data=survey"))

    assert site.waker.woken == ["phieu_c", "phieu_c1"]
    assert '<meta http-equiv="refresh" content="3">' in waiting
    assert "Đang lấy" in waiting


def test_forms__versions__with_their_submissions_and_workbook(visitor):
    browser = visitor(WHO.admin)
    html = text(browser.get("/forms/"))

    assert re.search(
        r'2016022301</th>.*?đang chạy.*?<td class="num" data-l="Phiếu đã nhận">5</td>', html, re.S
    )
    assert browser.get("/forms/phieu_c/2016022301.xlsx").data == b"workbook"
    assert browser.get("/forms/phieu_c/none.xlsx").status_code == 404
    assert "chưa được triển khai" in html


def test_form__not_published_yet__list_says_so(visitor):
    assert "chưa được triển khai" in text(visitor(WHO.admin).get("/data/phieu_c1/"))


def test_empty_service__every_page_says_what_to_do_next(make_site):
    site = make_site(empty=True)
    example.add_people(site.store)
    browser = Browser(site.app)
    browser.sign_in(WHO.admin)

    for address, words in {
        "/": "Thêm điều tra viên, lấy mã QR",
        "/data/phieu_c/": "chưa được triển khai",
        "/downloads/": "Bạn chưa tải tệp nào",
        "/officers/": "Chưa có điều tra viên nào",
        "/forms/": "chưa được triển khai",
    }.items():
        answer = browser.get(address)
        assert answer.status_code == 200, address
        assert words in text(answer)


def test_language__switched__stays_with_the_user_and_in_the_browser(site, signed_in):
    browser = signed_in(WHO.con_cuong)
    answer = browser.get("/data/phieu_c/?district=422&lang=en")

    assert answer.headers["Location"] == "/data/phieu_c/?district=422"
    html = text(browser.follow(answer))
    assert '<html lang="en"' in html
    assert "Con Cuông" in html
    assert "Rows 1–1 of" in html
    assert find_user(site.store.engine, WHO.con_cuong).language == "en"
    browser.post("/sign-out")
    assert "Sign in" in text(browser.get("/sign-in"))


def test_language__english__labels_of_the_form_too(site, signed_in):
    browser = signed_in(WHO.province)
    browser.get("/?lang=en")
    html = text(browser.get(f"/data/phieu_c/{PHUONG.instance_id}"))

    assert "Head of household" in html
    assert "Wheelchair; Training" in html
    assert "Cleaned automatically" in html
    assert not re.search(r"Họ và tên|Tình trạng|Phiếu này", html)
