"""Corrections in Chromium over the real server: from one answer to the decision after a newer version."""

from __future__ import annotations

import re

from tests.web.browsing import chromium, served, visit
from tests.web.correcting import send_again
from tests.web.example import HOUSEHOLDS, People

__all__ = ["chromium", "served", "visit"]
WHO = People()
PHUONG, AN, QUYET, THANG = HOUSEHOLDS
SIZE = "div:has(> dt > .code:text-is('C.A18'))"


def correct(visit, household, value):
    """From the page of the submission, by the pencil, to the note."""
    page = visit.page
    visit.go(f"/data/phieu_c/{household.instance_id}")
    page.click(f"{SIZE} a.pen")
    page.fill("#f-value", value)
    page.fill("#f-reason", "Đếm lại sổ hộ khẩu")
    page.fill("#f-source", "sổ hộ khẩu xem ngày 12/04/2016")
    page.click("button[value=look]")
    page.wait_for_selector("#told")
    page.click("button[value=save]")
    page.wait_for_selector(".note.ok.undo")


def test_walk__corrected_then_another_answer_comes_then_decided(visit):
    page = visit.page
    visit.go("/findings/")
    visit.sign_in(WHO.con_cuong)
    page.wait_for_selector("h1")
    findings = page.locator("main").inner_text()
    assert "nhiều" in findings or "TYPE" in findings

    correct(visit, THANG, "3")
    answer = page.locator(SIZE)
    assert answer.locator(".val").inner_text() == "3"
    assert "nhiều thành 3" in re.sub(r"\s+", " ", answer.locator(".chg").first.inner_text())
    visit.go("/findings/")
    listed = page.locator("main").inner_text()
    assert "TYPE" not in listed
    assert "Số người ghi 3, danh sách có 2" in listed

    send_again(visit.site, THANG, "<hh_size>nhiều<", "<hh_size>5<", number=70)
    visit.go("/")
    menu = page.locator("aside.side a:has-text('Các lần sửa')")
    assert menu.locator(".n").inner_text().startswith("1")
    menu.click()
    row = re.sub(r"\s+", " ", page.locator("tbody tr").inner_text())
    assert "nhiều thành 3" in row
    assert "5" in page.locator("tbody tr td[data-l='Điều tra viên nay ghi']").inner_text()
    visit.go(f"/data/phieu_c/{THANG.instance_id}")
    assert page.locator(SIZE).locator(".val").inner_text() == "5"
    assert "Cần quyết định" in page.locator(SIZE).inner_text()

    page.locator(SIZE).locator("a:has-text('Quyết định')").click()
    page.fill("#f-reason", "Hộ khẩu vẫn ghi 3")
    page.click("button[value=apply]")
    page.wait_for_selector(".note.ok.undo")
    visit.go(f"/data/phieu_c/{THANG.instance_id}")
    assert page.locator(SIZE).locator(".val").inner_text() == "3"

    send_again(visit.site, THANG, "<hh_size>nhiều<", "<hh_size>2<", number=71, after=70)
    visit.go("/corrections/")
    page.check("input[name=n]")
    page.fill("#f-reason", "Điều tra viên đã đếm lại")
    page.click("button[value=drop]")
    page.wait_for_selector(".note.ok.undo")
    assert page.locator("aside.side a:has-text('Các lần sửa') .n").count() == 0
    visit.go(f"/data/phieu_c/{THANG.instance_id}")
    assert page.locator(SIZE).locator(".val").inner_text() == "2"
    assert "R-V12" not in page.locator(SIZE).inner_text()
    assert visit.complaints == []


def test_undo__from_the_note__brings_the_answer_back(visit):
    page = visit.page
    visit.go("/sign-in")
    visit.sign_in(WHO.province)
    page.wait_for_selector("h1")
    correct(visit, QUYET, "4")
    page.click(".note.ok.undo button")
    page.wait_for_selector(".note.ok:has-text('Đã hoàn tác')")
    assert page.locator(SIZE).locator(".val").inner_text() == "2"
    assert visit.complaints == []


def test_pages_of_corrections__fit__and_the_pencil_is_large_enough(visit):
    page = visit.page
    visit.go("/sign-in")
    visit.sign_in(WHO.admin)
    page.wait_for_selector("h1")
    correct(visit, AN, "3")
    send_again(visit.site, AN, "<hh_size>2<", "<hh_size>4<", number=80)
    place = f"form=phieu_c&submission={AN.instance_id}&table=c&row={AN.instance_id}"
    questions = ("hh_size", "commune_code", "needs", "head_name")
    addresses = (
        "/corrections/",
        "/corrections/?state=all&district=412",
        "/corrections/1",
        *(f"/corrections/new/?{place}&column={name}" for name in questions),
        f"/data/phieu_c/{AN.instance_id}",
    )
    wide = []
    for width, touch in ((1366, 24), (390, 44)):
        page.set_viewport_size({"width": width, "height": 844})
        for address in addresses:
            visit.go(address)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wide.append((width, address))
        box = page.locator("a.pen").first.bounding_box()
        assert min(box["width"], box["height"]) >= touch
    assert wide == []
    assert visit.complaints == []
