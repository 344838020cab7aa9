"""The catalogue of rules in Chromium: from the menu by a filter to one rule and what it rests on, on a phone too."""

from __future__ import annotations

from tests.web.browsing import Visit, chromium, served, visit
from tests.web.example import People

__all__ = ["chromium", "served", "visit"]
WHO = People()


def test_rules__from_the_menu_to_the_facts_of_one_rule(visit: Visit) -> None:  # noqa: F811
    page = visit.page
    visit.go("/")
    visit.sign_in(WHO.province)
    page.click("aside.side a:has-text('Quy tắc')")
    page.wait_for_selector("h1:has-text('Quy tắc')")
    page.fill("#rq", "thap hon quy dinh")
    page.select_option("#rl", "W")
    page.press("#rq", "Enter")
    page.wait_for_selector(".chip")
    assert page.locator("tbody td.full").count() == 1

    page.click("tbody a.code:has-text('R-E34')")
    page.wait_for_selector("h1:has-text('R-E34')")
    assert page.locator("li:has-text('CR030')").is_hidden()
    page.click("section:has-text('coefficient_rules.csv') summary")
    assert page.locator("li:has-text('CR030')").is_visible()
    page.click("nav[aria-label='Đường dẫn'] a >> nth=1")
    page.wait_for_selector(".chip:has-text('Điều kiện hưởng')")
    assert visit.complaints == []


def test_rules__on_a_phone__do_not_scroll_sideways(visit: Visit) -> None:  # noqa: F811
    page = visit.page
    page.set_viewport_size({"width": 390, "height": 844})
    visit.go("/rules/")
    visit.sign_in(WHO.open_only)
    page.wait_for_selector("h1:has-text('Quy tắc')")
    wide = []
    for address in ("/rules/", "/rules/?q=zzz", "/rules/R-E34", "/rules/R-V36", "/rules/R-C35"):
        visit.go(address)
        page.evaluate("document.querySelectorAll('main details').forEach(d => { d.open = true })")
        if page.evaluate("document.documentElement.scrollWidth") > 390:
            wide.append(address)

    assert wide == []
    assert visit.complaints == []
