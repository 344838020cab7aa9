"""What each person sees of whom: areas, column classes, files, counts."""

from __future__ import annotations

import re

import pytest

from processor.store.access import Rights, find_user, set_rights
from tests.web.conftest import Browser, text
from tests.web.example import CON_CUONG, HOUSEHOLDS, JPEG, MON_SON, PRACTICE, SCRIPT, VINH, People

WHO = People()
PHUONG, AN, QUYET, THANG = HOUSEHOLDS
VINH_NAMES = ("Lô Thị Phượng", "LÔ THỊ", "Nguyễn Văn An", "Hoà Văn Quyết")


def page(browser: Browser, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, address
    return text(answer)


def figures(html: str) -> list[str]:
    return re.findall(r"<dt>([^<]+)</dt><dd>([0-9.]+)", html)


@pytest.mark.parametrize(
    "address",
    ["/data/phieu_c/", f"/data/phieu_c/?district={VINH}", f"/data/phieu_c/?district={VINH}&commune=16663"],
)
def test_list__district_supervisor__only_own_district_whatever_the_address_says(visitor, address):
    html = page(visitor(WHO.con_cuong), address)

    assert "Vi Văn Thắng" in html
    assert not [name for name in VINH_NAMES if name in html]
    assert re.search(r"Dòng 1–1 trong\s*<b>1</b>", html)


@pytest.mark.parametrize("words", ["lo thi", "Nguyễn", "hoa van", PHUONG.instance_id])
def test_search__district_supervisor__finds_nobody_elsewhere(visitor, words):
    browser = visitor(WHO.con_cuong)
    browser.get("/data/phieu_c/")
    html = text(browser.follow(browser.post("/data/phieu_c/search", text=words)))

    assert "Không có phiếu nào khớp" in html
    assert not [name for name in VINH_NAMES if name in html]


@pytest.mark.parametrize("part", ["", "/files/house.jpg", "/files/paper.html"])
def test_submission__of_another_district__is_not_there(visitor, part):
    browser = visitor(WHO.con_cuong)

    theirs = browser.get(f"/data/phieu_c/{PHUONG.instance_id}{part}")
    nobodys = browser.get(f"/data/phieu_c/uuid:none{part}")
    own = browser.get(f"/data/phieu_c/{THANG.instance_id}{part}")

    assert (theirs.status_code, nobodys.status_code, own.status_code) == (404, 404, 200)
    assert re.sub(r"uuid:[0-9a-z-]+|value=\"[^\"]+\"", "", text(theirs)) == re.sub(
        r"uuid:[0-9a-z-]+|value=\"[^\"]+\"", "", text(nobodys)
    )


def test_overview__district_supervisor__counts_only_own_district(visitor):
    mine, all_of_it = (
        page(visitor(WHO.con_cuong), "/?data=survey"),
        page(visitor(WHO.province), "/?data=survey"),
    )

    assert ("Phiếu C đã nhận", "1") in figures(mine)
    assert ("Phiếu C đã nhận", "4") in figures(all_of_it)
    assert "Thành phố Vinh" not in mine
    assert "Đông Vĩnh" not in mine
    assert "Xã Môn Sơn" in mine


def test_overview__reconciliation__numbers_of_the_province_only_for_its_staff(visitor):
    mine, all_of_it = (
        page(visitor(WHO.con_cuong), "/?data=survey"),
        page(visitor(WHO.province), "/?data=survey"),
    )

    assert "Bản sao khớp máy chủ" in mine
    assert "bản sao <b>" not in mine
    assert re.search(r"máy chủ <b>5</b> = bản sao <b>5</b>", all_of_it)


def test_downloads_page__district_supervisor__counts_and_districts_of_own_area(visitor):
    html = page(visitor(WHO.con_cuong), "/downloads/")

    assert "1 dòng" in html
    assert "4 dòng" not in html
    assert "Thành phố Vinh" not in html


def test_user__with_single_communes__sees_those(site, signed_in):
    user = find_user(site.store.engine, WHO.con_cuong)
    set_rights(site.store.engine, user.id, Rights("district", ("16666", MON_SON), user.classes))
    html = page(signed_in(WHO.con_cuong), "/data/phieu_c/")

    assert "Hoà Văn Quyết" in html
    assert "Vi Văn Thắng" in html
    assert "Nguyễn Văn An" not in html


@pytest.mark.parametrize("areas", [(), ("999",), ("00000",)])
def test_user__with_no_known_area__sees_nothing(site, signed_in, areas):
    user = find_user(site.store.engine, WHO.con_cuong)
    set_rights(site.store.engine, user.id, Rights("district", areas, user.classes))
    browser = signed_in(WHO.con_cuong)

    assert "Chưa có phiếu nào" in page(browser, "/data/phieu_c/")
    assert "Chưa có phiếu nào" in page(browser, "/?data=survey")
    assert browser.get(f"/data/phieu_c/{THANG.instance_id}").status_code == 404


def test_rights__taken_away_in_an_open_session__end_at_once(site, signed_in):
    browser = signed_in(WHO.province)
    assert "Nguyễn Văn An" in page(browser, "/data/phieu_c/")
    user = find_user(site.store.engine, WHO.province)
    set_rights(site.store.engine, user.id, Rights("district", (CON_CUONG,), user.classes))

    assert "Nguyễn Văn An" not in page(browser, "/data/phieu_c/")


def test_list__open_class_only__names_nobody_and_masks_what_is_asked_for(visitor):
    html = page(visitor(WHO.open_only), "/data/phieu_c/?cols=head_name,needs,hh_class")

    assert not [name for name in (*VINH_NAMES, "Thắng", "PHƯỢNG") if name in html]
    assert html.count("••••••") == 2 * len(HOUSEHOLDS)
    assert "Hộ nghèo" in html


def test_search__open_class_only__does_not_look_at_names(visitor):
    browser = visitor(WHO.open_only)
    browser.get("/data/phieu_c/")

    assert "Không có phiếu nào khớp" in text(
        browser.follow(browser.post("/data/phieu_c/search", text="phuong"))
    )


def test_submission__open_class_only__answers_and_changes_are_masked(visitor):
    html = page(visitor(WHO.open_only), f"/data/phieu_c/{PHUONG.instance_id}?all=1")

    assert not [t for t in ("PHƯỢNG", "Phượng", "0912000111", "Xe lăn", "1950", "LÔ VĂN CON") if t in html]
    assert "Họ và tên chủ hộ" in html
    assert "đang che" in html
    assert "Không có tệp nào bạn được mở" in html


def test_submission__secret_class__only_for_those_named_for_it(visitor):
    address = f"/data/phieu_c/{PHUONG.instance_id}"
    without, with_it = page(visitor(WHO.admin), address), page(visitor(WHO.secret), address)

    def hiv(html: str) -> str:
        return re.search(r"Giấy xác nhận HIV</span></dt><dd>(.*?)</dd>", html, re.S)[1]

    assert "đang che" in hiv(without)
    assert "Có" not in hiv(without)
    assert "Có" in hiv(with_it)
    assert "hiv.jpg" not in without
    assert "hiv.jpg" in with_it


@pytest.mark.parametrize(
    ("username", "name", "status"),
    [
        (WHO.admin, "house.jpg", 200),
        (WHO.admin, "hiv.jpg", 404),
        (WHO.secret, "hiv.jpg", 200),
        (WHO.open_only, "house.jpg", 404),
        (WHO.open_only, "hiv.jpg", 404),
        (WHO.admin, "none.jpg", 404),
        (WHO.admin, "..%2f..%2fweb_secret", 404),
    ],
)
def test_file__opened_by__only_those_who_may_see_its_question(visitor, username, name, status):
    assert visitor(username).get(f"/data/phieu_c/{PHUONG.instance_id}/files/{name}").status_code == status


def test_file__picture__is_shown_as_what_its_bytes_say(visitor):
    answer = visitor(WHO.admin).get(f"/data/phieu_c/{PHUONG.instance_id}/files/house.jpg")

    assert answer.data == JPEG
    assert answer.mimetype == "image/jpeg"
    assert "attachment" not in answer.headers.get("Content-Disposition", "")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_file__page_from_a_phone__is_only_saved(visitor):
    answer = visitor(WHO.admin).get(f"/data/phieu_c/{PHUONG.instance_id}/files/paper.html")

    assert answer.data == SCRIPT
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_practice__never_among_survey_data(visitor):
    browser = visitor(WHO.admin)

    survey, practice = page(browser, "/data/phieu_c/"), page(browser, "/data/phieu_c/?data=practice")

    assert "Lò Tập Huấn" not in survey
    assert "Lò Tập Huấn" in practice
    assert not [name for name in VINH_NAMES if name in practice]
    assert browser.get(f"/data/phieu_c/{PRACTICE.instance_id}").status_code == 404
    assert "TẬP HUẤN – dữ liệu tập" in page(browser, f"/data/phieu_c/{PRACTICE.instance_id}?data=practice")
    assert "TẬP HUẤN – dữ liệu tập" not in survey


def test_practice__chosen_in_the_address__stays_from_page_to_page(visitor):
    html = page(visitor(WHO.admin), "/data/phieu_c/?data=practice")

    links = re.findall(r'href="(/(?:data|downloads)/[^"]*|/(?:\?[^"]*)?)"', html)
    inside = [link for link in links if "data=survey" not in link]
    assert inside
    assert [link for link in inside if "data=practice" not in link] == []


def test_overview__only_practice_data__shows_it_and_says_so(site, signed_in):
    for household in HOUSEHOLDS:
        site.server.set_deleted("phieu_c", household.instance_id, True, actor="test")
    site.pull()
    browser = signed_in(WHO.admin)
    answer = browser.get("/")

    assert answer.headers["Location"] == "/?data=practice"
    html = text(browser.follow(answer))
    assert "TẬP HUẤN – dữ liệu tập, không phải dữ liệu điều tra" in html
    assert ("Phiếu C đã nhận", "1") in figures(html)
    assert "Chưa có phiếu nào" in page(browser, "/?data=survey")
