"""A questionnaire changed in the browser: upload, check, differences, ticks, dry run."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from tests.forms.pairs import insert, put, remove, row, settings
from tests.forms.pairs import words as wording
from tests.forms.projects import made
from tests.web.deploying import (
    DRAFT,
    FORM,
    HASH,
    RUN,
    TICK,
    TRY,
    Changing,
    book,
    changing,
    plain,
    send_file,
    site,
    tick,
    to_try,
    upload,
    words,
)

__all__ = ["made", "site"]


def drop_choice(book):
    book["choices"][:] = [line for line in book["choices"] if line["name"] != "02"]


def refused(answer) -> str:
    assert answer.status_code == 400
    return plain(words(answer))


def nothing_happened(site: Changing) -> None:
    assert (site.phones_get(), site.versions(), site.waker.woken) == ("1", ["1"], [])


# Overview


def test_home__workbook_in_the_folder_is_what_phones_get(site):
    page = words(site.enter().get("/forms/"))
    line = plain(page[page.index('id="h-all"') : page.index('id="upload"')])
    assert "phieu_c · c.xlsx 1 1 giống Đạt 4" in line


def test_home__edited_in_the_folder__said_and_taken_from_there(site):
    site.place.write_bytes(book("2", remove("ill")))
    browser = site.enter()
    page = plain(words(browser.get("/forms/")))
    assert "phieu_c · c.xlsx 2 1 khác chưa kiểm tra" in page
    page = plain(words(browser.follow(browser.post(f"/forms/{FORM}/folder"))))
    assert "đưa bản 2 lên máy chủ" in page and "Bỏ câu hỏi sec_b/ill" in page


def test_home__no_workbook__said(site):
    site.place.unlink()
    browser = site.enter()
    assert "không đọc được tệp" in plain(words(browser.get("/forms/")))
    assert browser.post(f"/forms/{FORM}/folder").status_code == 400


# Upload


def test_upload__kept_privately_and_in_no_other_place(site, tmp_path):
    before = site.place.read_bytes()
    browser = site.enter()
    upload(browser, book("2", remove("ill")))
    assert site.place.read_bytes() == before
    [kept] = (site.config.data / "forms" / FORM).glob("*.xlsx")
    assert kept.read_bytes() == browser.get(f"/forms/{FORM}/draft.xlsx").data
    modes = {path.stat().st_mode & 0o777 for path in (kept, kept.parent / "draft.json")}
    assert modes == {0o600} and kept.parent.stat().st_mode & 0o777 == 0o700
    nothing_happened(site)


def test_upload__after_a_restart__who_and_what_are_still_there(site):
    upload(site.enter(), book("2", remove("ill")))
    with changing() as again:
        home = plain(words(again.enter().get("/forms/")))
        assert "Bản 2 do Người admin nạp lúc" in home and "đang chờ" in home
        assert "Bỏ câu hỏi sec_b/ill" in words(again.enter().get(DRAFT))


def test_upload__another_one__takes_its_place_and_says_so(site):
    browser = site.enter()
    upload(browser, book("2", remove("ill")))
    page = upload(browser, book("3", remove("pigs")))
    assert "thay cho bản đang chờ trước đó" in page and "sec_b/ill" not in page
    assert len(list((site.config.data / "forms" / FORM).glob("*.xlsx"))) == 1


def test_upload__id_of_no_form__refused(site):
    page = refused(send_file(site.enter(), book("2", settings(form_id="phieu_x"))))
    assert "Mã biểu mẫu trong trang settings là phieu_x; khảo sát này có phieu_c" in page


def zipped(**parts: bytes) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def far(cell: str) -> bytes:
    """A workbook with one cell very far away."""
    source, stream = zipfile.ZipFile(BytesIO(book("2"))), BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                number = "".join(c for c in cell if c.isdigit())
                row = f'<row r="{number}"><c t="n" r="{cell}"><v>1</v></c></row></sheetData>'
                content = content.replace(b"</sheetData>", row.encode())
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"type,name\ntext,a\n", "Không đọc được tệp như một bảng Excel"),
        (b"", "Không đọc được tệp như một bảng Excel"),
        (zipped(**{"word/document.xml": b"<w/>"}), "không có đủ ba trang survey, choices, settings"),
        (zipped(bomb=bytes(70 << 20)), "Tệp quá lớn"),
        (far("A1048576"), "Tệp quá lớn"),
        (far("XFD7"), "Tệp quá lớn"),
    ],
    ids=["text", "empty", "a renamed letter", "a bomb", "a far row", "a far column"],
)
def test_upload__no_questionnaire__refused_with_what_to_do_and_nothing_is_kept(site, content, told):
    browser = site.enter()
    assert told in refused(send_file(browser, content))
    assert [p for p in (site.config.data / "forms").rglob("*") if p.is_file()] == []
    assert browser.post("/forms/upload").status_code == 400


def test_upload__too_large__refused_before_it_is_read(site):
    assert send_file(site.enter(), bytes(12 << 20)).status_code == 413


# Check


def test_check__each_problem__in_words_with_its_cell(site):
    page = upload(
        site.enter(), book("2", put("pigs", **{"label::English (en)": ""}), put("ill", data_class="x"))
    )
    told = plain(page)
    assert "1. " not in told and "2 chỗ phải sửa" in told
    assert "survey!D9 pigs label chưa có chữ bằng English (en)" in told
    assert "data_class là x, cần một trong: open, personal" in told
    assert "Chạy thử {" not in told and TICK.search(page) is None and "Sửa trong Excel rồi nạp lại" in told
    english = plain(words(site.enter().get(f"{DRAFT}?lang=en", follow_redirects=True)))
    assert "label has no text in English (en)" in english and "sheet survey" not in english


def test_check__pyxform_refuses_it__its_words_with_the_row(site):
    told = plain(upload(site.enter(), book("2", put("pigs", name=""))))
    assert "survey!9" in told and "no name" in told and "Không dùng được tệp này" in told


def test_check__problems__leave_no_way_to_the_deploy(site):
    browser = site.enter()
    page = upload(browser, book("2", put("ill", data_class="x")))
    assert tick(browser, page).status_code == 400
    assert browser.get(TRY).status_code == 303
    assert browser.post(f"{DRAFT}/deploy", sha256=HASH.search(page)[1]).status_code == 409
    nothing_happened(site)


# Differences


def test_compare__grouped_in_words_with_the_answers_that_each_touches(site):
    new = row("text", "place", "Nơi cấp", "Place")
    page = upload(site.enter(), book("2", insert("ill", new), drop_choice))
    careful = plain(page[page.index('id="g-careful"') : page.index('id="g-fine"')])
    assert "danh sách lựa chọn" in careful and "bỏ 02" in careful and "Câu trả lời đã lưu" not in careful
    assert ": need 2" in careful, "answers that have it"
    fine = plain(page[page.index('id="g-fine"') :])
    assert "Nơi cấp sec_b/place Câu hỏi mới sec_b/place. –" in fine
    assert len(TICK.findall(page)) == 1 and "1 chỗ cần bạn xác nhận" in plain(page)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (book("2", put("pigs", type="text")), "đổi kiểu từ"),
        (book("1", wording("rooms", "All rooms")), "Ghi phiên bản mới vào trang settings"),
    ],
    ids=["another type", "version not raised"],
)
def test_compare__refused__way_out_and_no_button(site, content, told):
    browser = site.enter()
    page = upload(browser, content)
    assert told in plain(page) and "Không triển khai được bản này" in page
    assert f'action="{DRAFT}/accept"' in page and "Chạy thử <svg" not in page and TICK.search(page) is None
    assert tick(browser, page).status_code == 400
    assert browser.get(TRY).headers["Location"] == DRAFT
    nothing_happened(site)


def test_compare__with_one_version__is_in_the_address_and_has_no_button(site):
    browser = site.enter()
    upload(browser, book("2", remove("ill")))
    page = words(browser.get(f"{DRAFT}?against=1"))
    assert "Khác với bản 1" in page and "Bỏ câu hỏi sec_b/ill" in page and TICK.search(page) is None
    assert "Khác với mọi bản" in words(browser.get(f"{DRAFT}?against=7"))


def test_tick__missing__server_refuses_and_keeps_those_that_were_set(site):
    browser = site.enter()
    page = upload(browser, book("2", remove("ill"), remove("pigs")))
    first, second = TICK.findall(page)
    answer = browser.post(f"{DRAFT}/accept", sha256=HASH.search(page)[1], seen=[first])
    assert "Còn chỗ chưa xác nhận" in refused(answer)
    assert f'value="{first}" id="s-{first}" checked' in words(answer)
    assert f'value="{second}" id="s-{second}" checked' not in words(answer)
    assert browser.get(TRY).status_code == 303
    assert browser.post(f"{DRAFT}/deploy", sha256=HASH.search(page)[1]).status_code == 409
    nothing_happened(site)


def test_tick__lowered_class__needs_its_own_leave(site):
    browser = site.enter()
    content = book("2", put("poor", data_class="open"))
    page = upload(browser, content)
    assert "Cần cho phép" in page and "lowered" in page
    assert tick(browser, page).status_code == 400
    assert browser.get(TRY).status_code == 303
    assert "sẽ gửi gì" in to_try(browser, content, allow="1")


def test_try__says_what_would_be_sent_and_sends_nothing(site):
    page = plain(to_try(site.enter(), book("2", remove("ill"))))
    assert "XForm" in page and "gửi mới" in page and "Triển khai bản 2" in page
    nothing_happened(site)


def test_try__by_somebody_who_has_not_ticked__leads_back(site):
    from processor.web.deploy_draft import Accepted, Drafts

    browser = site.enter()
    to_try(browser, book("2", remove("ill")))
    drafts = Drafts(site.config.data / "forms" / FORM, FORM)
    found = drafts.find()
    drafts.note(found, accepted=Accepted("somebody.else", found.accepted.seen, found.accepted.allow))
    assert browser.get(TRY).headers["Location"] == DRAFT


# Set aside


def test_drop__and_taken_back(site):
    browser = site.enter()
    page = upload(browser, book("2", remove("ill")))
    answer = browser.post(f"{DRAFT}/drop", sha256=HASH.search(page)[1])
    home = words(browser.follow(answer))
    assert "Đã bỏ bản 2." in plain(home)
    assert "Chưa có bản nào chờ triển khai" in words(browser.get(DRAFT))
    page = words(browser.follow(browser.post(f"{DRAFT}/restore")))
    assert "Đã lấy lại bản vừa bỏ" in page and "sec_b/ill" in page


def test_drop__meanwhile_another_one_came__it_stays(site):
    browser = site.enter()
    page = upload(browser, book("2", remove("ill")))
    upload(browser, book("3", remove("pigs")))
    browser.post(f"{DRAFT}/drop", sha256=HASH.search(page)[1])
    assert "đưa bản 3 lên máy chủ" in words(browser.get(DRAFT))


def test_pages__nothing_there__say_what_to_do(site):
    browser = site.enter()
    assert "Nạp tệp Excel đã sửa ở trang Biểu mẫu" in words(browser.get(DRAFT))
    assert "Chưa có lần triển khai nào từ trang này" in words(browser.get(RUN))
    assert browser.get(f"/forms/{FORM}/draft.xlsx").status_code == 404
    for address in ("draft", "draft.xlsx", "draft/try", "deploy"):
        assert browser.get(f"/forms/phieu_x/{address}").status_code == 404


@pytest.mark.parametrize("who", ["minh.ha", "kha.hien"])
def test_others__get_nothing(site, who):
    upload(site.enter(), book("2", remove("ill")))
    browser = site.enter(who)
    page = words(browser.get("/"))
    assert "/forms/" not in page
    for address in (DRAFT, TRY, RUN, f"{DRAFT}.xlsx"):
        answer = browser.get(address)
        assert answer.status_code == 403 and "sec_b/ill" not in words(answer)
    assert browser.post("/forms/upload", file=(BytesIO(book("3")), "c.xlsx")).status_code == 403
    assert browser.post(f"{DRAFT}/deploy").status_code == 403


def test_posts__without_the_token_of_the_page__refused(site):
    browser = site.enter()
    page = upload(browser, book("2"))
    for address in (f"{DRAFT}/accept", f"{DRAFT}/deploy", f"{DRAFT}/drop", f"/forms/{FORM}/rollback"):
        browser.token = ""
        assert browser.post(address, sha256=HASH.search(page)[1]).status_code == 400
    nothing_happened(site)
