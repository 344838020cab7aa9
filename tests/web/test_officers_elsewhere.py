"""Enumerators on the pages when ODK Central or KoboToolbox is behind."""

from __future__ import annotations

import base64
import json
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from processor.web import behind
from tests.web.conftest import Browser, text
from tests.web.elsewhere import Place, place

NEW = {"name": "Hà Thị Mới", "area": "16669"}


@pytest.fixture(scope="module", params=["central", "kobo"])
def there(request: pytest.FixtureRequest, quick_hashes: None, tmp_path_factory) -> Iterator[Place]:
    with place(request.param, tmp_path_factory.mktemp(request.param) / "home") as found:
        yield found


@pytest.fixture
def browser(there: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """An administrator; a server that was away is asked again at once."""
    there.fake.faults.clear()
    monkeypatch.setattr(behind, "PAUSE", 0.0)
    yield there.browser()
    there.fake.faults.clear()


def add(there: Place, browser: Browser, code: str) -> str:
    """Add an officer on the page; the page of her card."""
    there.account(code)
    browser.get("/officers/")
    answer = browser.post("/officers/", code=code, name="Hà Thị Mới", area=code[:5])
    assert answer.status_code == 303, text(answer)
    return text(browser.follow(answer))


def can_send(there: Place, code: str) -> bool:
    return any(user.code == code for user in there.server.app_users())


def test_officer__added_revoked_restored__the_server_does_it(there, browser):
    page = add(there, browser, "16669-01")
    assert "<svg" in page and "Hà Thị Mới" in page
    assert can_send(there, "16669-01")

    listed = text(browser.follow(browser.post("/officers/16669-01/revoke")))
    assert "Đã thu hồi mã của 16669-01" in listed
    assert not can_send(there, "16669-01")
    assert "đã thu hồi" in text(browser.get("/officers/16669-01"))

    restored = text(browser.follow(browser.post("/officers/16669-01/restore")))
    assert "Đã cấp lại" in restored
    assert can_send(there, "16669-01")
    assert "Hà Thị Mới" in text(browser.get("/officers/"))


def test_card__holds_no_secret_in_the_page_and_says_what_is_possible(there, browser):
    page = add(there, browser, "16669-02")
    tokens = [user.token for user in there.server.app_users() if user.token]
    assert not any(token in page for token in tokens)
    if there.fake.central:
        assert "Đổi mã QR" in page and "gõ mật khẩu" not in page
    else:
        assert "Đổi mã QR" not in page and "gõ mật khẩu của tài khoản btxh16669_02" in page


def test_rotate__old_card_worth_nothing__or_not_offered(there, browser):
    add(there, browser, "16669-03")
    before = {u.code: u.token for u in there.server.app_users()}
    answer = browser.post("/officers/16669-03/rotate")
    after = {u.code: u.token for u in there.server.app_users()}
    if there.fake.kobo:
        assert answer.status_code == 404
        assert "16669-03" in after
    else:
        assert answer.status_code == 303
        assert after["16669-03"] != before["16669-03"]
        assert sum(code == "16669-03" for code in after) == 1


def test_add__there_already_or_revoked__not_let_in_again_by_the_form(there, browser):
    add(there, browser, "16669-04")
    again = browser.post("/officers/", code="16669-04", **NEW)
    assert (again.status_code, "Đã có điều tra viên" in text(again)) == (400, True)
    browser.post("/officers/16669-04/revoke")
    again = browser.post("/officers/", code="16669-04", **NEW)
    assert (again.status_code, "Đã có điều tra viên" in text(again)) == (400, True)
    assert not can_send(there, "16669-04")


def test_add__what_this_server_cannot_have__is_said_beside_the_field(there, browser):
    browser.get("/officers/")
    if there.fake.kobo:
        answer = browser.post("/officers/", code="16669-77", **NEW)
        assert "chưa có tài khoản" in text(answer)
        there.account("TAPHUAN-09")
        answer = browser.post("/officers/", code="TAPHUAN-09", name="Tập", area="", practice="1")
        assert "bị tính là điều tra" in text(answer)
    else:
        answer = browser.post("/officers/", code="ABC-01", name="Tập", area="", practice="1")
        assert "Mã phải có dạng" in text(answer)
    assert answer.status_code == 400
    assert not {"16669-77", "TAPHUAN-09", "ABC-01"} & {u.code for u in there.server.app_users()}


def test_sheet__all_active__a_pdf_without_passwords(there, browser, tmp_path: Path):
    add(there, browser, "16669-05")
    file = tmp_path / "cards.pdf"
    file.write_bytes(browser.get("/officers/sheet.pdf").data)
    words = subprocess.run(
        ["pdftotext", "-raw", file, "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "16669-05" in words
    assert ("mật khẩu của tài khoản" in " ".join(words.split())) == bool(there.fake.kobo)


def test_page__server_away__last_known_list_nothing_offered_and_what_to_do(there, browser):
    add(there, browser, "16669-06")
    there.fake.faults.add("reset", times=99)
    page = text(browser.get("/officers/"))
    assert "Chưa hỏi được máy chủ biểu mẫu" in page
    assert "Không liên lạc được máy chủ biểu mẫu từ" in page
    assert "16669-06" in page
    assert "/revoke" not in page and "sheet.pdf" not in page and 'name="code"' not in page
    for act in ("revoke", "restore"):
        answer = browser.post(f"/officers/16669-06/{act}")
        assert (answer.status_code, "chưa" in text(answer).lower()) == (503, True)
    assert browser.get("/officers/16669-06").status_code == 503

    there.fake.faults.clear()
    assert can_send(there, "16669-06")
    page = text(browser.get("/officers/"))
    assert "Không liên lạc được" not in page and "/officers/16669-06/revoke" in page


def test_page__server_away__is_not_asked_again_for_a_moment(there, browser, monkeypatch):
    monkeypatch.setattr(behind, "PAUSE", 60.0)
    there.fake.faults.add("reset", times=99)
    browser.get("/officers/")
    asked = len(there.fake.faults.served)
    assert asked > 0
    for _ in range(3):
        browser.get("/officers/")
    assert len(there.fake.faults.served) == asked
    monkeypatch.setattr(behind, "PAUSE", 0.0)
    there.fake.faults.clear()
    assert "Không liên lạc được" not in text(browser.get("/officers/"))


def test_overview__server_away__opens_with_the_copy_and_says_so(there, browser, monkeypatch):
    monkeypatch.setattr(behind, "FRESH", 0.0)
    there.fake.faults.add("status", status=503, times=99)
    page = text(browser.get("/?data=survey"))
    assert "Máy chủ biểu mẫu trả lời không như mong đợi từ" in page
    assert "Bản sao khớp máy chủ" in page
    staff = there.browser("minh.ha")
    page = text(staff.get("/?data=survey"))
    assert "Quản trị đã thấy" in page and "503" not in page


def test_forms__server_away__versions_of_the_copy(there, browser):
    assert "đang chạy</span>" in text(browser.get("/forms/"))
    there.fake.faults.add("reset", times=99)
    page = text(browser.get("/forms/"))
    assert "2016022301" in page and "chưa hỏi được máy chủ" in page and "đang chạy</span>" not in page


def test_file__from_the_server__and_a_clear_page_when_it_is_away(there, browser):
    root, names = next((r, n) for r, n in there.sent if n)
    data = "survey" if browser.get(f"/data/phieu_c/{root}?data=survey").status_code == 200 else "practice"
    address = f"/data/phieu_c/{root}/files/{names[0]}?data={data}"
    answer = browser.get(address)
    assert (answer.status_code, answer.data[:4]) == (200, b"\x89PNG")
    assert there.browser("xem.mo").get(address).status_code == 404  # rights as with the built-in server
    for path in [p for p in there.config.data.rglob("*") if p.is_file() and p.read_bytes() == answer.data]:
        path.unlink()  # what was fetched is shown all the same (`test_files_elsewhere.py`)
    for kind, options in (("reset", {}), ("status", {"status": 500}), ("html", {})):
        there.fake.faults.add(kind, times=99, **options)
        answer = browser.get(address)
        assert (answer.status_code, "Chưa hỏi được máy chủ" in text(answer)) == (503, True)
        there.fake.faults.clear()
    assert browser.get(address).status_code == 200


def test_phones__of_the_builtin_server__have_no_address_here(there):
    answer = there.app.test_client().get("/v1/key/x/formList", headers={"X-OpenRosa-Version": "1.0"})
    assert answer.status_code == 404


def test_card__read_as_a_phone_does__talks_to_the_server_behind(there, browser):
    add(there, browser, "16669-07")
    desk = there.app.extensions["processor"].server.desk
    officer = next(o for o in desk.officers() if o.code == "16669-07")
    from processor.servers.builtin.cards import encode_settings

    packed = encode_settings(desk.card(officer).settings)
    general = json.loads(zlib.decompress(base64.b64decode(packed)))["general"]
    if there.fake.central:
        assert general["server_url"] == f"{there.fake.url}/v1/key/{officer.token}/projects/1"
    else:
        assert (general["server_url"], general["username"]) == (there.fake.url, "btxh16669_07")
        assert "password" not in general
