"""The catalogue of rules on the pages: filters, what stands in the caller's scope, what is not checked or verified."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from pyxform.xls2xform import convert

from processor.database import writing
from processor.forms.tree import from_tree
from processor.servers.builtin.officers import add_officer
from processor.servers.protocol import FormPackage
from processor.store.check_state import BROKEN, mark_due, note_broken
from processor.survey.checks.catalogue import read_catalogue
from processor.web.rulebook_form import form_entries
from processor.web.rulebook_page import is_marked, tables_of
from processor.web.rulebook_read import Item, Tally, Wanted, template
from tests.conftest import ROOT
from tests.web import example
from tests.web.conftest import text
from tests.web.example import CON_CUONG, DONG_VINH, HOUSEHOLDS, MON_SON, Household, People

WHO = People()
ENTRIES = {**read_catalogue(ROOT / "config" / "rules.csv"), **form_entries()}
LISTED = re.compile(r'<a class="code" href="/rules/([^"?]+)[^"]*">')


def listed(page: str) -> list[str]:
    return LISTED.findall(page[page.index("<thead") :]) if "<thead" in page else []


@pytest.fixture
def wrong(site):
    """Beside the example: three households that say another size than their lists, one of them practice."""
    token = add_officer(site.server, f"{MON_SON}-02", "Vi Thị Hai", MON_SON).token
    other = add_officer(site.server, f"{DONG_VINH}-02", "Lô Văn Ba", DONG_VINH).token
    practice = add_officer(site.server, "TAPHUAN-02", "Tập Huấn", "", practice=True).token
    phone = site.app.test_client()
    sizes = Household(21, MON_SON, "Vi Văn Sáu", district=CON_CUONG, size="5")
    example.send(phone, token, sizes)
    example.send(phone, other, replace(sizes, number=22, commune=DONG_VINH, district=example.VINH))
    example.send(phone, practice, replace(sizes, number=23))
    site.pull()
    return site


def test_list__without_filters__has_every_rule_of_the_catalogue_in_its_order(visitor):
    assert listed(text(visitor(WHO.admin).get("/rules/"))) == list(ENTRIES)


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("level=FIX", lambda e: e.level == "FIX"),
        ("form=C1&level=E", lambda e: e.level == "E" and (not e.form or "C1" in e.form.split())),
        ("part=form", lambda e: "-" not in e.id),
        ("part=X", lambda e: e.id.startswith("R-X")),
        ("part=D&level=I", lambda e: e.id == "R-D12"),
        ("q=cccd+khong+khop", lambda e: e.id in ("R-C35", "R-C36")),
        ("q=r-e34", lambda e: e.id == "R-E34"),
        ("level=none&part=%3Cb%3E&state=x", lambda e: True),
        ("state=off", lambda e: False),
    ],
)
def test_list__filters_of_the_address__narrow_it(visitor, address, fits):
    page = text(visitor(WHO.admin).get(f"/rules/?{address}"))

    assert listed(page) == [e.id for e in ENTRIES.values() if fits(e)]
    assert ("Không có quy tắc nào khớp" in page) == (not listed(page))


def test_wanted__switched_off_and_lacking__are_states_of_their_own():
    on = Item(ENTRIES["R-V12"], False, "", Tally("R-V12"))
    lacking = replace(on, lacking="c.gps")
    off = replace(on, entry=replace(on.entry, on=False))
    takes = {s: [Wanted(state=s).takes(i) for i in (on, lacking, off)] for s in ("", "on", "lacking", "off")}

    assert takes == {
        "": [True, True, True],
        "on": [True, False, False],
        "lacking": [False, True, False],
        "off": [False, False, True],
    }


def test_rule__findings__are_those_of_the_caller_s_areas_and_never_practice(wrong, signed_in):
    seen = {}
    for name in (WHO.admin, WHO.con_cuong, WHO.open_only):
        browser = signed_in(name)
        for data in ("", "?data=practice"):
            page = text(browser.get(f"/rules/R-V12{data}"))
            found = re.search(r"<dt>Đang mở</dt><dd>(\d+)</dd>", page)
            seen[name, data] = int(found[1]) if found else 0

    assert seen == {
        (WHO.admin, ""): 2,
        (WHO.admin, "?data=practice"): 1,
        (WHO.con_cuong, ""): 1,
        (WHO.con_cuong, "?data=practice"): 1,
        (WHO.open_only, ""): 2,
        (WHO.open_only, "?data=practice"): 1,
    }


def test_rule__that_reads_a_hidden_column__is_shown_without_counts(wrong, signed_in):
    rows = {}
    for name in (WHO.admin, WHO.open_only):
        browser = signed_in(name)
        page = text(browser.get("/rules/?q=R-V11"))
        rows[name] = page[page.index(">R-V11</a>") :].partition("</tr>")[0]
        one = text(browser.get("/rules/R-V11"))
        assert "Họ và tên chủ hộ" in one and "Tên chủ hộ ghi" in one
        assert ("nên không đếm ở đây" in one) == (name == WHO.open_only)
        assert ("•••" in one) == (name == WHO.open_only)

    assert "nên không đếm ở đây" in rows[WHO.open_only] and "nên không đếm ở đây" not in rows[WHO.admin]


def test_rule__form_lacks_its_column__says_which_and_that_nothing_found_means_nothing(visitor):
    browser = visitor(WHO.province)
    page, one = text(browser.get("/rules/")), text(browser.get("/rules/R-V06"))

    assert re.search(r"<b>\d+ quy tắc chưa kiểm được</b>", page)
    assert "biểu mẫu đã triển khai không có câu c.gps" in page
    assert "không có câu c.gps" in one and "không có nghĩa là dữ liệu đúng" in one
    assert "R-V12" in listed(text(browser.get("/rules/?state=on")))
    assert "R-V06" in listed(text(browser.get("/rules/?state=lacking")))


def test_list__submissions_that_wait_for_their_check__are_told_to_who_may_see_them(site, signed_in):
    with writing(site.store.engine) as connection:
        mark_due(connection, "phieu_c", [HOUSEHOLDS[0].instance_id])

    assert "1 phiếu đang chờ kiểm" in text(signed_in(WHO.admin).get("/rules/"))
    assert "đang chờ kiểm" not in text(signed_in(WHO.con_cuong).get("/rules/"))


def test_rule__facts_from_memory__are_shown_with_their_rows_and_marks(visitor):
    browser = visitor(WHO.open_only)
    page = text(browser.get("/rules/R-E34"))
    sourced = text(browser.get("/rules/R-V12"))

    assert is_marked(ENTRIES["R-E34"]) and tables_of(ENTRIES["R-E34"]) == ["base_rates", "coefficient_rules"]
    assert "Chưa đối chiếu văn bản" in page and "Căn cứ chưa đối chiếu trong coefficient_rules.csv" in page
    assert '<b class="num">CR030</b>' in page and "from memory: verify" in page
    assert "4 trong 7 dòng" in page
    assert "Chưa đối chiếu" not in sourced and "Căn cứ" not in sourced


def test_rules__each_page_in_both_languages__has_its_words_and_no_loose_token(visitor):
    browser = visitor(WHO.province)
    for place, language in enumerate(("en", "vi")):
        browser.get(f"/rules/?lang={language}")
        for entry in list(ENTRIES.values())[place::2]:
            page = text(browser.get(f"/rules/{entry.id}"))
            main = unescape(page[page.index("<main") :])
            assert entry.actions[language] in main and template(entry.messages["vi"]) in main, entry.id
            assert not re.search(r"\{[a-z_]+\}", main), entry.id


def test_rule__that_does_not_exist__is_not_found(visitor):
    assert visitor(WHO.admin).get("/rules/R-Z99").status_code == 404


def test_template__message_with_values__has_dots_in_their_place():
    assert template("Người ở dòng {line} {age:.0f} tuổi {{x}}") == "Người ở dòng … … tuổi {x}"


def test_rule__of_every_form__has_its_page_and_counts_what_the_caller_may_see(visitor):
    counts = {}
    for name in (WHO.admin, WHO.con_cuong, WHO.province):
        page = text(visitor(name).get("/rules/TYPE"))
        assert "Câu trả lời không đúng kiểu của câu hỏi" in page and "mọi phiếu" in page
        found = re.search(r"<dt>Đang mở</dt><dd>(\d+)</dd>", page)
        counts[name] = int(found[1]) if found else 0

    assert counts == {WHO.admin: 1, WHO.con_cuong: 1, WHO.province: 1}, "the size of the household of Môn Sơn"
    assert "Thiếu câu trả lời bắt buộc: …" in text(visitor(WHO.admin).get("/rules/REQUIRED"))


def test_rule__that_broke_off__says_so_and_keeps_its_counts(wrong, signed_in):
    with writing(wrong.store.engine) as connection:
        note_broken(connection, {"R-V12": f"{BROKEN}KeyError"})
    browser = signed_in(WHO.admin)
    one, page = text(browser.get("/rules/R-V12")), text(browser.get("/rules/?q=R-V12"))

    assert "quy tắc bị ngắt khi chạy (KeyError)" in one and "<dt>Đang mở</dt><dd>2</dd>" in one
    assert re.search(r'data-l="Còn mở">2<', page) and "bị ngắt khi chạy" in page


def test_rules_of_the_form__expression_that_is_not_understood__is_told_with_its_question(site, signed_in):
    survey = example.SURVEY.replace("| data_class | code |", "| data_class | code | constraint |")
    survey = survey.replace("personal | C.A14 |", "personal | C.A14 | digest(., 'MD5') != 'x' |")
    converted = convert(survey.strip().replace("2016022301", "2016022302"))
    form = from_tree(converted._pyxform, "test", {})
    site.store.register(FormPackage(form, converted.xform.encode(), b"workbook"))
    browser = signed_in(WHO.open_only)
    page, one = text(browser.get("/rules/")), text(browser.get("/rules/CONSTRAINT"))

    for shown in (page, one):
        assert "1 chỗ của biểu mẫu chưa kiểm được" in shown
        assert "Điện thoại" in shown and "2016022302" in shown and "digest(" in unescape(shown)
    assert "chưa kiểm được" not in text(browser.get("/rules/REQUIRED"))
