"""A file for SPSS in Chromium: chosen, made, its receipt read, taken and opened."""

from __future__ import annotations

import os
from pathlib import Path

from tests.reports.statistics_files import pspp
from tests.web.browsing import chromium, served, visit
from tests.web.example import People

__all__ = ["chromium", "served", "visit"]
WHO = People()


def test_spss__from_the_page__opens_in_another_program_and_fits_a_phone(visit, tmp_path: Path):
    page = visit.page
    visit.go("/downloads/")
    visit.sign_in(WHO.admin)
    page.check("#fmt-sav")
    page.check("[name=profile][value=codes]")
    page.fill("#f-purpose", "Đối chiếu danh sách chi trả")
    page.click("main form.panel >> button[type=submit]")
    page.wait_for_selector(".receipt dd:has-text('sys_area = _area')")
    for width in (1366, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if os.environ.get("SHOTS"):
            page.screenshot(path=f"{os.environ['SHOTS']}/downloads-{width}.png", full_page=True)
    with page.expect_download() as download:
        page.click(".receipt a")
    assert download.value.suggested_filename.endswith(".sav")
    download.value.save_as(tmp_path / "c.sav")
    cells, said = pspp(tmp_path / "c.sav", [], "DISPLAY DOCUMENTS.")
    assert len(cells["head_name"]) == 4 and "Đối chiếu danh sách chi trả" in said
    assert visit.complaints == []
