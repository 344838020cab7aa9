"""The pages at work: list, search, one submission, files, people, enumerators, pull."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import time
from html import unescape

import pytest

from processor.servers.builtin.officers import add_officer, list_officers
from processor.store.access import Rights, find_user, set_rights
from processor.store.ledger import list_downloads
from tests.web import example
from tests.web.conftest import Browser, text
from tests.web.example import CON_CUONG, DONG_VINH, HOUSEHOLDS, PASSWORD, Household, People

WHO = People()
PHUONG, AN, QUYET, THANG = HOUSEHOLDS


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


def test_columns__chosen__become_one_argument_of_the_address(visitor):
    answer = visitor(WHO.admin).get("/data/phieu_c/columns?c=hh_size&c=head_phone&district=412")

    assert answer.headers["Location"] == "/data/phieu_c/?cols=hh_size,head_phone&district=412"


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


def make_file(browser: Browser, **changes: object):
    browser.get("/downloads/")
    fields = {"table": "c", "district": "", "profile": "codes", "file_format": "csv"}
    fields |= {"classes": ["personal"], "purpose": "Đối chiếu danh sách chi trả tháng 4"}
    return browser.post("/downloads/", **(fields | changes))


def test_download__with_a_purpose__gives_receipt_and_the_file_it_describes(site, signed_in):
    browser = signed_in(WHO.admin)
    html = text(browser.follow(make_file(browser)))
    entry = list_downloads(site.store.engine, None)[0]
    answer = browser.get(f"/downloads/{entry.id}/file")

    assert (entry.username, entry.classes, entry.row_count) == (WHO.admin, "open personal", 4)
    assert entry.sha256 == hashlib.sha256(answer.data).hexdigest()
    assert entry.sha256 in html
    assert "Đối chiếu danh sách chi trả tháng 4" in html
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == 4
    assert "head_name" in rows[0]
    assert not {"needs", "hiv"} & set(rows[0])
    assert answer.headers["Cache-Control"] == "no-store"


def test_download__personal_columns_without_purpose__is_not_made(site, signed_in):
    answer = make_file(signed_in(WHO.admin), purpose="  ")

    assert answer.status_code == 400
    assert "Nêu mục đích" in text(answer)
    assert list_downloads(site.store.engine, None) == []


def test_download__open_columns_only__needs_no_purpose(site, signed_in):
    assert make_file(signed_in(WHO.open_only), purpose="", classes=[]).status_code == 303
    assert list_downloads(site.store.engine, None)[0].classes == "open"


@pytest.mark.parametrize("classes", [["secret"], ["personal", "secret"], ["nonsense"]])
def test_download__class_that_is_not_held__is_refused(site, signed_in, classes):
    assert make_file(signed_in(WHO.admin), classes=classes).status_code == 403
    assert list_downloads(site.store.engine, None) == []


def test_download__district_of_others__is_refused(site, signed_in):
    assert make_file(signed_in(WHO.con_cuong), district="412").status_code == 400
    assert list_downloads(site.store.engine, None) == []


def test_download__district_supervisor__gets_own_rows_only(site, signed_in):
    browser = signed_in(WHO.con_cuong)
    make_file(browser)
    entry = list_downloads(site.store.engine, None)[0]
    data = browser.get(f"/downloads/{entry.id}/file").data.decode()

    assert entry.row_count == 1
    assert "Thắng" in data
    assert "Quyết" not in data


def test_download__file_of_somebody_else__is_not_there(site, signed_in):
    make_file(signed_in(WHO.province))
    entry = list_downloads(site.store.engine, None)[0]

    assert signed_in(WHO.admin).get(f"/downloads/{entry.id}/file").status_code == 404


@pytest.mark.parametrize(
    "rights",
    [
        Rights("province", (CON_CUONG,), frozenset({"open", "personal"})),
        Rights("province", ("*",), frozenset({"open", "sensitive"})),
    ],
)
def test_download__rights_taken_away_after_it_was_made__is_no_longer_handed_out(site, signed_in, rights):
    browser = signed_in(WHO.province)
    make_file(browser)
    entry = list_downloads(site.store.engine, None)[0]
    address = f"/downloads/{entry.id}/file"
    assert browser.get(address).status_code == 200

    set_rights(site.store.engine, find_user(site.store.engine, WHO.province).id, rights)

    assert browser.get(address).status_code == 403
    assert address not in text(browser.get("/downloads/"))


def test_download__after_a_day__file_is_gone_and_the_row_stays(site, signed_in):
    browser = signed_in(WHO.admin)
    make_file(browser)
    entry = list_downloads(site.store.engine, None)[0]
    old = site.home / "exports" / f"{entry.id}.csv"
    os.utime(old, (time.time() - 90_000,) * 2)
    make_file(browser)

    assert not old.exists()
    assert browser.get(f"/downloads/{entry.id}/file").status_code == 404
    assert len(list_downloads(site.store.engine, None)) == 2
    assert old.parent.stat().st_mode & 0o777 == 0o700


def test_codebook__of_a_table__is_a_workbook_in_the_ledger(site, signed_in):
    browser = signed_in(WHO.open_only)
    browser.get("/downloads/")
    answer = browser.follow(browser.post("/downloads/codebook/c"))

    assert answer.data[:2] == b"PK"
    assert list_downloads(site.store.engine, None)[0].profile == "codebook"
    assert browser.get("/downloads/").status_code == 200


def test_ledger__of_everybody__only_for_administrators(site, signed_in):
    make_file(signed_in(WHO.province), purpose="Việc của Hà")

    assert "Việc của Hà" in text(signed_in(WHO.admin).get("/downloads/?ledger=1"))
    assert "Việc của Hà" not in text(signed_in(WHO.con_cuong).get("/downloads/?ledger=1"))


def test_pull_now__wakes_every_form_and_the_page_waits(site, signed_in):
    browser = signed_in(WHO.con_cuong)
    browser.get("/?data=survey")
    answer = browser.post("/pull")
    waiting = text(browser.get(answer.headers["Location"] + "&data=survey"))

    assert site.waker.woken == ["phieu_c", "phieu_c1"]
    assert '<meta http-equiv="refresh" content="3">' in waiting
    assert "Đang lấy" in waiting


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
