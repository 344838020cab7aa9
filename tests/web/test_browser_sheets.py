"""The Excel round trip in Chromium over the real server: filter, sheet, fill in, preview, import, what is left."""

from __future__ import annotations

import pytest

from processor.store.corrections import list_corrections, undo
from processor.store.lease import leased
from tests.store.sheets import ALL, BOSS, fill, rows_of
from tests.web.browsing import chromium, served, visit
from tests.web.example import HOUSEHOLDS, PASSWORD, People

__all__ = ["chromium", "served", "visit"]
WHO = People()
THANG = HOUSEHOLDS[3]


def sideways(page) -> int:
    """Pixels by which the page is wider than the screen."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("script", [True, False])
def test_import__goes_on_behind_a_page_that_follows_it(visit, chromium, tmp_path, script):
    context = chromium.new_context(java_script_enabled=script)
    page = context.new_page()
    page.goto(f"{visit.base}/sheets/?rule=TYPE")
    for field, value in (("#u", WHO.con_cuong), ("#p", PASSWORD)):
        page.fill(field, value)
    page.click("main button[type=submit]")
    page.fill("#f-purpose", "Rà soát")
    page.click("button:has-text('Tạo bảng')")
    with page.expect_download() as download:
        page.click("a:has-text('Tải tệp này')")
    download.value.save_as(tmp_path / "s.xlsx")
    (row,) = rows_of(tmp_path / "s.xlsx")
    fill(tmp_path / "s.xlsx", {row["_"]: {"new": "3", "reason": "Đếm lại", "source": "sổ hộ khẩu"}})
    page.set_input_files("#f-file", tmp_path / "s.xlsx")
    page.click("button:has-text('Xem trước')")
    with leased(visit.site.store.engine, "phieu_c"):
        page.click("button:has-text('Làm 1 dòng')")
        page.wait_for_selector("h1:has-text('Đang nhập')")
        page.wait_for_selector("progress")
    page.wait_for_selector("h1:has-text('Kết quả')")
    assert "Đã làm" in page.locator("main").inner_text()
    (made,) = list_corrections(visit.site.store, ALL, state="applied")
    undo(visit.site.store, BOSS, ALL, made.id, reason="cho lần sau")
    context.close()


def test_walk__from_the_list_of_findings_to_a_corrected_answer(visit, tmp_path):
    page = visit.page
    visit.go("/findings/?rule=TYPE")
    visit.sign_in(WHO.con_cuong)
    page.click("main a:has-text('Làm việc bằng Excel')")
    assert page.input_value("#fr") == "TYPE"
    page.fill("#f-purpose", "Rà soát tháng 4")
    page.click("button:has-text('Tạo bảng')")
    with page.expect_download() as download:
        page.click("a:has-text('Tải tệp này')")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    (row,) = rows_of(file)
    assert (row["submission"], row["column"]) == (THANG.instance_id, "hh_size")

    fill(file, {row["_"]: {"new": "3", "reason": "Đếm lại sổ hộ khẩu", "source": "sổ hộ khẩu"}})
    page.set_input_files("#f-file", file)
    page.click("button:has-text('Xem trước')")
    page.wait_for_selector("h1:has-text('Xem trước bảng số')")
    page.set_viewport_size({"width": 390, "height": 844})
    assert sideways(page) == 0
    page.click("button:has-text('Làm 1 dòng')")
    page.wait_for_selector("h1:has-text('Kết quả')")
    assert sideways(page) == 0
    page.set_viewport_size({"width": 1366, "height": 768})
    page.click("tbody a:has-text('Số người')")
    answer = page.locator("div:has(> dt > .code:text-is('C.A18'))")
    assert answer.locator(".val").inner_text() == "3"
    visit.go("/sheets/?rule=TYPE")
    assert "0 phát hiện" in page.locator("main").inner_text()
    page.set_viewport_size({"width": 390, "height": 844})
    assert sideways(page) == 0
    assert visit.complaints == []
