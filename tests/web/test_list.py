"""The list of submissions: search, filters, pages, columns."""

from __future__ import annotations

import re
from html import unescape

from processor.servers.builtin.officers import add_officer
from processor.store.access import Rights, find_user, set_rights
from processor.store.list_columns import forget_list_columns, read_list_columns, save_list_columns
from tests.web import example
from tests.web.conftest import text
from tests.web.example import Household, People

WHO = People()


def names(html: str) -> list[str]:
    return re.findall(r'<th scope="row" class="pin"><a href="[^"]+">([^<]+)</a>', html)


def link(html: str, pattern: str) -> str:
    return unescape(re.search(rf'<a [^>]*{pattern}[^>]*href="([^"]+)"', html)[1])


def test_search__name_without_marks__finds_it_and_no_address_names_it(visitor):
    browser = visitor(WHO.admin)
    browser.get("/data/phieu_c/")
    answer = browser.post("/data/phieu_c/search", text="hoa van")
    html = text(browser.follow(answer))

    assert names(html) == ["Hoà Văn Quyết"]
    assert re.fullmatch(r"/data/phieu_c/\?q=[\w-]+", answer.headers["Location"])
    assert "hoa" not in answer.headers["Location"]
    assert not [a for a in re.findall(r'(?:href|action)="([^"]+)"', html) if "hoa" in a.lower()]
    assert "<title>Dữ liệu" in html


def test_search__key_of_somebody_else__finds_nothing_of_theirs(visitor):
    mine = visitor(WHO.admin)
    mine.get("/data/phieu_c/")
    address = mine.post("/data/phieu_c/search", text="phuong").headers["Location"]
    html = text(visitor(WHO.province).get(address))

    assert "Lần tìm này đã hết" in html
    assert "phuong" not in html


def test_list__filters__narrow_and_are_named_with_a_way_back(visitor):
    html = text(
        visitor(WHO.admin).get("/data/phieu_c/?district=412&commune=16663&officer=16663-01&state=received")
    )

    assert sorted(names(html)) == ["Lô Thị Phượng", "Nguyễn Văn An"]
    assert re.findall(r'<span class="chip">([^<]+): <b>([^<]+)</b>', html) == [
        ("Huyện", "Thành phố Vinh"),
        ("Xã", "Phường Đông Vĩnh"),
        ("Điều tra viên", "16663-01"),
        ("Tình trạng", "Chờ duyệt"),
    ]
    drop = unescape(re.search(r'class="drop" href="([^"]+)"', html)[1])
    assert "district" not in drop
    assert "commune" not in drop


def test_list__nothing_matches__says_which_filter_to_drop(visitor):
    html = text(visitor(WHO.admin).get("/data/phieu_c/?district=412&from=01/01/2030"))

    assert "Không có phiếu nào khớp" in html
    assert "Bỏ điều kiện Nhận từ ngày: 01/01/2030" in html


def test_list__date_that_is_none__is_named_at_its_field(visitor):
    html = text(visitor(WHO.admin).get("/data/phieu_c/?from=31/02/2016"))

    assert "Ghi ngày dạng dd/mm/yyyy" in html
    assert 'value="31/02/2016"' in html
    assert len(names(html)) == 4


def test_list__turning_pages__shows_everybody_once(site, signed_in):
    token = add_officer(site.server, "16669-01", "Vi Văn Lê", "16669").token
    phone = site.app.test_client()
    for number in range(100, 156):
        example.send(phone, token, Household(number, "16669", f"Người số {number}"))
    site.pull()
    browser = signed_in(WHO.admin)

    seen, address, ranges = [], "/data/phieu_c/?district=412", []
    while address:
        html = text(browser.get(address))
        seen.append(names(html))
        ranges.append(re.search(r"Dòng (\S+) trong\s*<b>(\d+)</b>", html).groups())
        address = link(html, 'rel="next"') if 'rel="next"' in html else None
    assert ranges == [("1–25", "59"), ("26–50", "59"), ("51–59", "59")]
    assert len({n for part in seen for n in part}) == 59

    back = text(browser.get(link(html, 'rel="prev"')))
    assert names(back) == seen[1]


def heads(browser, address="/data/phieu_c/"):
    """The columns that are checked in the choice of columns."""
    html = text(browser.get(address))
    return re.findall(r'name="c" value="(\w+)" id="[^"]+" checked', html)


def test_columns__chosen__kept_for_this_user_and_form_until_reset(signed_in):
    browser = signed_in(WHO.province)
    usual = heads(browser)
    answer = browser.post("/data/phieu_c/columns?district=412&cols=needs", c=["hh_size", "head_phone"])
    assert answer.headers["Location"] == "/data/phieu_c/?district=412"
    assert sorted(heads(signed_in(WHO.province))) == ["head_phone", "hh_size"], "also after signing in again"
    assert heads(browser, "/data/phieu_c/?cols=needs") == ["needs"], "the address comes first"
    assert heads(signed_in(WHO.admin)) == usual, "of this user alone"

    browser.post("/data/phieu_c/columns", c=["hh_class", "_area", "no_such"])
    assert heads(browser) == ["hh_class"]
    browser.post("/data/phieu_c/columns")
    assert heads(browser) == [], "no column is a choice as well"
    browser.post("/data/phieu_c/columns", usual="1")
    assert heads(browser) == usual


def test_columns__chosen_before_the_rights_were_taken__are_never_shown(site, signed_in):
    browser = signed_in(WHO.province)
    user = find_user(site.store.engine, WHO.province)
    browser.get("/data/phieu_c/")
    browser.post("/data/phieu_c/columns", c=["needs", "hh_class"])
    assert sorted(heads(browser)) == ["hh_class", "needs"]
    set_rights(site.store.engine, user.id, Rights("province", user.areas, frozenset({"open"})))
    assert heads(browser) == ["hh_class"]
    assert "••••••" not in text(browser.get("/data/phieu_c/"))
    browser.post("/data/phieu_c/columns", c=["needs"])
    assert read_list_columns(site.store.engine, user.id, "phieu_c") == (), "nor is it kept"
    set_rights(site.store.engine, user.id, Rights("province", user.areas, user.classes))


def test_list_columns__kept_over_and_forgotten__on_both_engines(any_engine):
    save_list_columns(any_engine, 7, "phieu_c", ["a", "b"])
    save_list_columns(any_engine, 7, "phieu_c", ["b"])
    save_list_columns(any_engine, 7, "phieu_c1", [])
    assert read_list_columns(any_engine, 7, "phieu_c") == ("b",)
    assert read_list_columns(any_engine, 7, "phieu_c1") == ()
    assert read_list_columns(any_engine, 8, "phieu_c") is None

    forget_list_columns(any_engine, 7, "phieu_c")
    forget_list_columns(any_engine, 8, "phieu_c")
    assert read_list_columns(any_engine, 7, "phieu_c") is None
    assert read_list_columns(any_engine, 7, "phieu_c1") == ()
