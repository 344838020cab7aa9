"""Chromium changes a questionnaire: upload, differences, tick, dry run, deploy, ledger, back to the version before."""

from __future__ import annotations

from pathlib import Path

import pytest

from processor.store.deploys import list_deploys
from tests.forms.pairs import put, remove
from tests.forms.projects import made
from tests.web.browsing import chromium, listen, reached, sign_in
from tests.web.deploying import FORM, book, site

__all__ = ["chromium", "made", "site"]


@pytest.mark.parametrize(
    ("script", "width"), [(True, 1366), (False, 390)], ids=["script", "phone without script"]
)
def test_walk__upload_differences_tick_deploy_ledger_and_back(site, chromium, tmp_path, script, width):
    broken, good = tmp_path / "broken.xlsx", tmp_path / "good.xlsx"
    broken.write_bytes(book("2", put("ill", data_class="x")))
    good.write_bytes(book("2", remove("ill")))
    context = chromium.new_context(java_script_enabled=script, viewport={"width": width, "height": 900})
    page, complaints = context.new_page(), []
    listen(page, complaints)

    def fits() -> bool:
        return page.locator("main").evaluate("m => document.documentElement.scrollWidth <= innerWidth")

    def send(path: Path) -> None:
        page.set_input_files("#f-file", path)
        page.click("button:has-text('Nạp và kiểm tra')")

    with reached(site.app) as base:
        page.goto(f"{base}/forms/")
        sign_in(page, "admin")
        assert fits()
        send(broken)
        page.wait_for_selector("text=survey!")
        assert fits() and page.locator("input[name=seen]").count() == 0
        page.click("main a:has-text('Nạp tệp đã sửa')")
        send(good)
        page.click("button:has-text('Chạy thử')")
        page.wait_for_selector("text=Còn chỗ chưa xác nhận")
        page.check("text=Tôi hiểu, vẫn thay đổi như vậy")
        assert fits()
        page.click("button:has-text('Chạy thử')")
        page.wait_for_selector("text=gửi mới")
        assert fits() and site.phones_get() == "1"
        page.click("button:has-text('Triển khai bản 2')")
        page.wait_for_selector("text=Bản 2 đã triển khai")
        page.click("main a:has-text('Sổ triển khai')")
        assert "Bỏ câu hỏi sec_b/ill" in page.locator("main").inner_text()
        page.click("button:has-text('Quay lại bản này')")
        page.wait_for_selector("text=Nội dung của bản 1")
        for box in page.locator("input[name=seen]").all():
            box.check()
        page.click("button:has-text('Chạy thử')")
        page.click("button:has-text('Triển khai bản')")
        page.wait_for_selector("text=Nội dung bản 1 đã trở lại")
        assert fits()
    context.close()
    assert [d for d in complaints if "400" not in d] == []
    assert [d.act for d in list_deploys(site.store, FORM)][:2] == ["rollback", "deploy"], site
