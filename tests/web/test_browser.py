"""The pages in Chromium over the real server: what a person sees and does."""

from __future__ import annotations

from processor.store.access import find_user, set_password
from processor.web.passwords import hash_password
from tests.web.browsing import chromium, served, visit
from tests.web.example import PASSWORD, PRACTICE, People

__all__ = ["chromium", "served", "visit"]
WHO = People()


def test_first_visit__from_sign_in_to_one_submission_and_english(visit):
    user = find_user(visit.site.store.engine, WHO.province)
    set_password(visit.site.store.engine, user.id, hash_password("mot-lan-thoi"), must_change=True)
    page = visit.page

    visit.go("/data/phieu_c/")
    visit.sign_in(WHO.province, "mot-lan-thoi")
    page.wait_for_selector("#f-old")
    page.fill("#f-old", "mot-lan-thoi")
    page.fill("#f-new", PASSWORD)
    page.fill("#f-again", PASSWORD)
    page.click("main form >> nth=0 >> button[type=submit]")
    page.wait_for_selector("h1:has-text('Tổng quan')")
    assert page.locator(".recon").first.inner_text().startswith("Phiếu C: hộ: Bản sao khớp máy chủ")

    page.click("aside.side a:has-text('Dữ liệu')")
    assert page.locator("tbody tr").count() == 4
    page.fill("#s", "lo thi")
    page.press("#s", "Enter")
    page.wait_for_selector(".chip")
    assert page.locator("tbody tr").count() == 1
    assert "lo" not in page.url.rpartition("?")[2].replace("q=", "").split("&")
    page.click("tbody th a")
    page.wait_for_selector("h1:has-text('Lô Thị Phượng')")

    page.click(".top a[lang=en]")
    page.wait_for_selector("html[lang=en]")
    assert page.locator("dt:has-text('Head of household')").count() == 1
    assert visit.complaints == []


def test_keys__j_and_k__turn_submissions_and_can_be_switched_off(visit):
    page = visit.page
    visit.go("/data/phieu_c/")
    visit.sign_in(WHO.admin)
    page.wait_for_selector("tbody th a")
    page.click("tbody th a")
    page.wait_for_selector("text=1 / 4")
    page.keyboard.press("j")
    page.wait_for_selector("text=2 / 4")
    page.keyboard.press("k")
    page.wait_for_selector("text=1 / 4")

    page.uncheck("#keys-on")
    page.check("#only-marked")
    page.keyboard.press("j")
    assert page.locator(".qa > div:visible").count() == page.locator(".qa > div[data-marked]").count() > 0
    assert page.locator("text=1 / 4").count() == 1
    assert visit.complaints == []


def test_pages__on_a_phone__do_not_scroll_sideways(visit):
    page = visit.page
    page.set_viewport_size({"width": 390, "height": 844})
    visit.go("/sign-in")
    wide = [] if page.evaluate("document.documentElement.scrollWidth") <= 390 else ["/sign-in"]
    visit.sign_in(WHO.admin)
    page.wait_for_selector("h1:has-text('Tổng quan')")
    user_id = find_user(visit.site.store.engine, WHO.con_cuong).id
    addresses = (
        "/?data=survey",
        "/?data=survey&district=412",
        "/data/phieu_c/?district=412&state=received",
        f"/data/phieu_c/{PRACTICE.instance_id}?data=practice&all=1",
        "/downloads/",
        "/forms/",
        "/officers/",
        "/officers/16663-01",
        "/users/",
        f"/users/{user_id}",
        "/password",
    )
    for address in addresses:
        visit.go(address)
        if page.evaluate("document.documentElement.scrollWidth") > 390:
            wide.append(address)

    assert wide == []
    visit.go("/")
    page.click("button.burger")
    page.wait_for_selector("#menu.show")
    page.click("#menu a:has-text('Tải về')")
    page.wait_for_selector("h1:has-text('Tải về')")
    assert visit.complaints == []


def test_download__box_of_purpose__comes_with_personal_columns_and_file_arrives(visit):
    page = visit.page
    visit.go("/downloads/")
    visit.sign_in(WHO.admin)
    page.wait_for_selector("#purpose-box")
    for name in ("personal", "sensitive"):
        page.uncheck(f"input[name=classes][value={name}]")
    assert page.locator("#purpose-box").is_hidden()
    page.check("input[name=classes][value=personal]")
    assert page.locator("#purpose-box").is_visible()

    page.fill("#f-purpose", "Đối chiếu danh sách chi trả")
    page.click("form.panel button[type=submit]")
    page.wait_for_selector(".receipt .hash")
    with page.expect_download() as download:
        page.click(".receipt a")
    assert download.value.suggested_filename.endswith(".xlsx")
    assert download.value.path().read_bytes()[:2] == b"PK"
    assert visit.complaints == []


def test_dark_theme__chosen__stays_on_the_next_page(visit):
    page = visit.page
    visit.go("/sign-in")
    page.click("[data-theme-set=dark]")
    assert page.get_attribute("html", "data-bs-theme") == "dark"
    visit.sign_in(WHO.admin)
    page.wait_for_selector("h1:has-text('Tổng quan')")

    assert page.get_attribute("html", "data-bs-theme") == "dark"
    assert visit.complaints == []
