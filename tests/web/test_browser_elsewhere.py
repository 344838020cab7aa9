"""The enumerators' page in Chromium with ODK Central behind: add, card, revoke, restore, and the server going away."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from processor.listener import SMALL
from processor.web import behind
from tests.web.browsing import CHROMIUM, OPTIONS, listen, reached, sign_in
from tests.web.elsewhere import Place, place

SHOTS = os.environ.get("SHOTS")
"""A folder for pictures of the pages, for people who want to look."""


@pytest.fixture(scope="module")
def central(quick_hashes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, str]]:
    with (
        place("central", tmp_path_factory.mktemp("central") / "home") as found,
        reached(found.app, SMALL) as base,
    ):
        yield found, base


@pytest.fixture(scope="module")
def page(central: tuple[Place, str]) -> Iterator[Page]:
    """An administrator's browser at the enumerators' page; at the end nothing was wrong in its console."""
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        listen(page, complaints)
        page.goto(f"{central[1]}/officers/")
        sign_in(page, "admin")
        page.wait_for_selector("h1:has-text('Điều tra viên')")
        yield page
        browser.close()
    assert [text for text in complaints if "503" not in text] == []


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def active(central: tuple[Place, str]) -> set[str]:
    return {user.code for user in central[0].server.app_users()}


def test_officers__a_life_on_central__as_the_administrator_sees_it(central, page):
    assert page.locator(".note.info:has-text('ODK Central')").count() == 1
    page.fill("#f-name", "Hà Thị Mới")
    page.fill("#f-code", "16669-01")
    page.fill("#f-area", "16669")
    page.click("button:has-text('Thêm') >> nth=-1")
    page.wait_for_selector("h1:has-text('Hà Thị Mới')")
    assert page.locator(".sheet svg path").count() > 0
    assert active(central) == {"16669-01"}
    shot(page, "card")

    page.click("button:has-text('Thu hồi')")
    page.wait_for_selector(".undo:has-text('16669-01')")
    assert active(central) == set()
    page.click(".undo button")
    page.wait_for_selector(".note.ok:has-text('mã QR mới')")
    assert active(central) == {"16669-01"}


def test_officers__on_a_phone__does_not_scroll_sideways(central, page):
    page.set_viewport_size({"width": 390, "height": 844})
    for address in ("/officers/", "/officers/16669-01", "/forms/", "/"):
        page.goto(central[1] + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
    page.set_viewport_size({"width": 1440, "height": 900})


def test_officers__central_goes_away__nothing_offered_then_all_again(central, page, monkeypatch):
    monkeypatch.setattr(behind, "PAUSE", 0.0)
    central[0].fake.faults.add("reset", times=99)
    page.goto(f"{central[1]}/officers/")
    page.wait_for_selector(".note.warn:has-text('Không liên lạc được máy chủ biểu mẫu từ')")
    assert page.locator("text=16669-01").count() >= 1
    assert page.locator("main table form, #f-code").count() == 0
    shot(page, "away")
    page.goto(f"{central[1]}/officers/16669-01")
    page.wait_for_selector("h1:has-text('503')")
    shot(page, "503")

    central[0].fake.faults.clear()
    page.goto(f"{central[1]}/officers/?lang=en")
    page.wait_for_selector("html[lang=en]")
    assert page.locator("#f-code").count() == 1
    assert page.locator(".note.warn").count() == 0
    shot(page, "list-en")
