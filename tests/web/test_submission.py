"""One submission: reading order, cleaning, findings, neighbours."""

from __future__ import annotations

import re
from html import unescape

from processor.servers.builtin.officers import add_officer
from tests.web import example
from tests.web.conftest import text
from tests.web.example import HOUSEHOLDS, Household, People

WHO = People()
PHUONG, AN, QUYET, THANG = HOUSEHOLDS


def link(html: str, pattern: str) -> str:
    return unescape(re.search(rf'<a [^>]*{pattern}[^>]*href="([^"]+)"', html)[1])


def test_submission__is_read_in_the_order_of_the_form(visitor):
    html = text(visitor(WHO.admin).get(f"/data/phieu_c/{PHUONG.instance_id}"))

    order = [
        "A. Định danh hộ",
        "C.A01",
        "Thành phố Vinh",
        "C.A13",
        "Lô Thị Phượng",
        "B. Nhu cầu",
        "Thành viên 2",
    ]
    places = [html.index(words, html.index('class="sub-grid"')) for words in order[:1]]
    for words in order[1:]:
        places.append(html.index(words, places[-1]))
    assert places == sorted(places)
    assert "Xe lăn; Học nghề" in html
    assert '<span class="muted code">412</span>' in html
    assert "08/04/2016" in html


def test_submission__cleaned_name__stands_with_what_was_typed_and_the_rule(visitor):
    html = text(visitor(WHO.admin).get(f"/data/phieu_c/{PHUONG.instance_id}"))

    assert "<del>LÔ THỊ  PHƯỢNG</del>" in html
    assert "<ins>LÔ THỊ PHƯỢNG</ins>" in html
    assert "R-C03" in html
    assert "Đã bỏ khoảng trắng thừa" in html


def test_submission__finding__stands_under_its_answer(visitor):
    html = text(visitor(WHO.admin).get(f"/data/phieu_c/{THANG.instance_id}"))

    block = re.search(r'<div class="has-e" data-marked>(.*?)</dd>', html, re.S)[1]
    assert "C.A18" in block
    assert "TYPE" in block
    assert "<b>nhiều</b>" in block
    assert "1 lỗi, 0 cảnh báo" in html


def test_submission__previous_and_next__go_through_the_list_as_filtered(visitor):
    browser = visitor(WHO.admin)
    html = text(browser.get("/data/phieu_c/?district=412"))
    address = unescape(re.search(r'class="pin"><a href="([^"]+)"', html)[1])
    visited = []
    while address:
        html = text(browser.get(address))
        visited.append(re.search(r"<h1>([^<]+)</h1>", html)[1])
        address = link(html, 'data-key="next"') if 'data-key="next"' in html else None

    assert sorted(visited) == ["Hoà Văn Quyết", "Lô Thị Phượng", "Nguyễn Văn An"]
    assert "3 / 3" in html
    assert 'data-key="prev"' in html


def test_submission__title_and_addresses__name_nobody(visitor):
    html = text(visitor(WHO.admin).get(f"/data/phieu_c/{PHUONG.instance_id}"))

    assert re.search(r"<title>([^<]+)</title>", html)[1].startswith("Phiếu ·")


def test_answers__with_markup__are_shown_as_text(site, signed_in):
    token = add_officer(site.server, "16669-01", "Vi Văn Lê", "16669").token
    evil = Household(77, "16669", "&lt;script&gt;alert(1)&lt;/script&gt;")
    example.send(site.app.test_client(), token, evil)
    site.pull()
    browser = signed_in(WHO.admin)

    for address in ("/data/phieu_c/", f"/data/phieu_c/{evil.instance_id}"):
        html = text(browser.get(address))
        assert "<script>alert" not in html.lower()
        assert "script" in html.lower()
