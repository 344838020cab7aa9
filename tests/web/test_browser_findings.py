"""One whole case in Chromium over the real server: found, returned, answered by the officer, settled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from processor.servers.builtin.officers import list_officers
from processor.store.work import FindingFilter, list_findings
from tests.web import example
from tests.web.browsing import Visit, chromium, reached, visit  # noqa: F401 - fixtures
from tests.web.checked_site import ALL, copied, send_again
from tests.web.conftest import Site
from tests.web.example import HOUSEHOLDS, Household, People

WHO = People()
NEW = Household(21, example.DONG_VINH, "Vi Thị Bảy", hh_class="7")
COVERED = """() => [...document.querySelectorAll('.finds tbody tr')].filter((row) => {
  row.scrollIntoView({block: 'center', behavior: 'instant'});
  return [...row.querySelectorAll('a, input[type=checkbox]')].some((part) => {
    const box = part.getBoundingClientRect();
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return !(part === top || part.contains(top) || (top && top.contains(part)));
  });
}).length"""
"""How many rows have something over them when they are looked at."""


@pytest.fixture(scope="module")
def served(checked_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, str]]:
    """A checked site of this module on a real server, and its address."""
    site = copied(checked_folder, tmp_path_factory.mktemp("served") / "data")
    with reached(site.app) as base:
        yield site, base
    site.close()


def arrive(site: Site, household: Household) -> None:
    token = next(o.token for o in list_officers(site.server) if o.code == f"{household.commune}-01")
    example.send(site.app.test_client(), token, household)
    site.pull()


def test_case__arrives_is_returned_is_sent_again_is_settled(visit: Visit, chromium: Browser):  # noqa: F811
    page, site = visit.page, visit.site
    arrive(site, NEW)
    visit.go("/findings/?rule=F-1")
    visit.sign_in(WHO.province)
    page.wait_for_selector("h1:has-text('Phát hiện')")
    row = page.locator(".finds tbody tr", has_text="Vi Thị Bảy")
    assert "không thuộc diện điều tra" in row.inner_text()

    page.check("#all-here")
    assert page.locator("input[data-row]:checked").count() == page.locator("input[data-row]").count() == 2
    page.locator(".finds tbody tr", has_text="Nguyễn Văn An").locator("input[type=checkbox]").uncheck()
    assert not page.is_checked("#all-here")
    page.click("button[value=returned]")
    page.wait_for_selector("#told:has-text('Cần lý do')")
    assert page.locator("input[data-row]:checked").count() == 1
    page.fill("#reason", "Hỏi lại phân loại hộ")
    page.click("button[value=returned]")
    page.wait_for_selector("#told:has-text('Đã trả lại 1 phát hiện')")
    assert row.count() == 0

    page.click("#told button:has-text('Hoàn tác')")
    page.wait_for_selector("#told:has-text('Đã hoàn tác 1 phát hiện')")
    row.locator("a:has-text('Vi Thị Bảy')").click()
    page.wait_for_selector("h1:has-text('Vi Thị Bảy')")
    note = page.locator(".find-note", has_text="F-1")
    note.locator("summary").click()
    note.locator("textarea").fill("Xem lại sổ hộ nghèo")
    note.locator("button[value=returned]").click()
    page.wait_for_selector("#told:has-text('Đã trả lại 1 phát hiện')")
    assert "Xem lại sổ hộ nghèo" in page.locator(".find-note", has_text="F-1").inner_text()

    send_again(site, NEW, 21, hh_class="1")
    page.reload()
    assert page.locator(".find-note:visible", has_text="F-1").count() == 0
    history = page.locator("section", has_text="Việc đã làm với phát hiện").last
    assert "Xem lại sổ hộ nghèo" in history.inner_text()
    assert "đã hết ở lần gửi mới" in history.inner_text()
    visit.go("/findings/?rule=F-1&state=all")
    assert row.count() == 0
    assert page.locator(".finds tbody tr").count() == 1
    assert visit.complaints == []


@pytest.mark.parametrize("width", [390, 1366])
def test_pages__on_a_phone_and_an_old_screen__no_row_is_covered_and_nothing_scrolls_sideways(
    visit: Visit,  # noqa: F811
    width: int,
):
    page = visit.page
    page.set_viewport_size({"width": width, "height": 768})
    visit.go("/findings/?level=all&state=all")
    visit.sign_in(WHO.secret)
    page.wait_for_selector(".finds")
    assert page.locator(".finds tbody tr").count() >= 10
    assert page.evaluate(COVERED) == 0
    position = page.evaluate("getComputedStyle(document.querySelector('.bulk')).position")
    assert position == ("static" if width < 768 else "sticky")

    wide = []
    for address in (
        "/findings/?level=all&state=all&district=412&commune=16663",
        "/findings/summary?by=rule&level=all",
        "/findings/summary?by=officer",
        f"/data/phieu_c/{HOUSEHOLDS[0].instance_id}",
    ):
        visit.go(address)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(address)
    assert wide == []
    assert visit.complaints == []


def test_pages__turned_by_keys_forward_and_back(visit: Visit):  # noqa: F811
    page, store = visit.page, visit.site.store
    narrowed = FindingFilter(severities=frozenset("EW"), state="open")
    scope = replace(ALL, classes=ALL.classes - {"secret"})
    after = list_findings(store, scope, narrowed, size=2).after
    visit.go(f"/findings/?after={after}")
    visit.sign_in(WHO.province)
    page.wait_for_selector("a[data-key=prev]")
    page.keyboard.press("k")
    page.wait_for_selector("a[data-key=next]")
    assert page.locator(".finds tbody tr").count() == 2
    page.uncheck("#keys-on")
    page.keyboard.press("j")
    page.check("#keys-on")
    page.keyboard.press("j")
    page.wait_for_selector("a[data-key=prev]")
    assert "after=" in page.url and "before=" not in page.url
    assert visit.complaints == []
