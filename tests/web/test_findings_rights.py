"""Who sees which finding, counts it, acts on it: areas, classes, practice; addresses that no page gave."""

from __future__ import annotations

import re
from functools import cache

import pytest

from processor.store.scope import Scope
from processor.store.work import read_history
from tests.web.checked_site import ALL, FORM, copied, found, ref_of
from tests.web.conftest import text
from tests.web.example import CON_CUONG, HOUSEHOLDS, PRACTICE, People
from tests.web.test_findings import do, enter, lines, menu, page, rules_of, state_of

WHO = People()
PHUONG, AN, QUYET, THANG = HOUSEHOLDS
ADDRESSES = (
    "/findings/?level=all&state=all",
    "/findings/?level=all&state=all&district=412",
    "/findings/?level=all&state=all&officer=16663-01",
    "/findings/summary?level=all&by=rule",
    "/findings/summary?level=all&by=commune",
    "/findings/summary?level=all&by=officer",
)


@pytest.fixture(scope="module")
def shared(checked_folder, tmp_path_factory):
    """One site for the tests that only look."""
    site = copied(checked_folder, tmp_path_factory.mktemp("looked") / "data")
    yield site
    site.close()


@pytest.fixture(scope="module")
def look(shared):
    """A browser of the shared site in which this person has signed in."""
    return cache(lambda username: enter(shared, username))


@pytest.mark.parametrize("address", ADDRESSES)
def test_district__sees_and_counts_its_own_findings_only(look, address):
    html = page(look(WHO.con_cuong), address)
    body = html[html.index('<main id="main"') :]

    hidden = {"Đông Vĩnh", "Hà Huy Tập", "16663-01", "F-1", "F-4", "F-5", "Nguyễn", "Phượng"}
    if "officer=" in address:
        hidden.discard("16663-01")  # the filter tells what was asked for
        assert lines(html) == []
    assert [words for words in hidden if words in body] == []
    assert ">1<span" in menu(html)


def test_district__list_and_counts__are_those_of_its_one_submission(look):
    html = page(look(WHO.con_cuong), "/findings/?level=all&state=all")

    assert rules_of(html) == ["TYPE", "F-3", "F-2"]
    assert "Mọi tình trạng: 1 lỗi, 1 cảnh báo." in html
    sums = page(look(WHO.con_cuong), "/findings/summary?level=all")
    assert re.findall(r'data-l="[^"]+">(\d+)</td>', sums[sums.index("<tfoot>") :])[0] == "3"


def test_district__foreign_findings__cannot_be_treated(checked):
    browser = enter(checked, WHO.con_cuong)
    foreign, own = ref_of(checked, "F-1", AN), ref_of(checked, "F-2", THANG)
    html = do(browser, "returned", [foreign, own])

    assert "Đã trả lại 1 phát hiện" in html
    assert "1 phát hiện đã khác khi bạn gửi" in html
    assert (state_of(checked, foreign), state_of(checked, own)) == ("open", "returned")
    assert read_history(checked.store, FORM, AN.instance_id, ALL) == ()


def test_district__foreign_submission__is_not_there_for_acts_either(checked):
    browser = enter(checked, WHO.con_cuong)
    ref = ref_of(checked, "F-1", AN)
    theirs = browser.post(f"/findings/{FORM}/{AN.instance_id}/act", act="returned", ref=ref, reason="x")
    nobodys = browser.post(f"/findings/{FORM}/uuid:none/act", act="returned", ref=ref, reason="x")

    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert state_of(checked, ref) == "open"


@pytest.mark.parametrize("address", (*ADDRESSES, f"/data/{FORM}/{PHUONG.instance_id}?all=1"))
def test_secret__rule_that_reads_a_secret_column__is_known_only_to_who_may_see_it(look, address):
    without, with_it = page(look(WHO.province), address), page(look(WHO.secret), address)

    assert "F-4" not in without
    assert "HIVTEXT" not in without
    assert "F-4" in with_it or "district=412" in address or "by=rule" not in address
    assert (">2<span" in menu(without), ">3<span" in menu(with_it)) == (True, True)


def test_secret__finding_and_its_history__are_shown_to_who_may_see_them(checked):
    ref = ref_of(checked, "F-4", PHUONG)
    address = f"/data/{FORM}/{PHUONG.instance_id}"
    html = do(
        enter(checked, WHO.secret),
        "returned",
        [ref],
        "xem lại giấy",
        f"/findings/{FORM}/{PHUONG.instance_id}/act",
    )
    assert "HIVTEXT" in html
    html = page(enter(checked, WHO.province), address)
    assert "xem lại giấy" not in html
    assert "F-4" not in html


def test_secret__foreign_ref__cannot_be_treated_without_the_class(checked):
    ref = ref_of(checked, "F-4", PHUONG)
    assert "1 phát hiện đã khác" in do(enter(checked, WHO.province), "returned", [ref])
    assert state_of(checked, ref) == "open"


def test_open_only__names_and_personal_findings__are_not_shown(look):
    html = page(look(WHO.open_only), "/findings/?level=all")

    assert rules_of(html) == ["F-1", "TYPE", "F-3", "F-3", "F-3", "F-5"]
    assert not [name for name in ("Nguyễn Văn An", "Phượng", "Thắng") if name in html]
    assert "Mở phiếu" in html


def test_practice__is_separated_and_carried_from_page_to_page(look, shared):
    browser = look(WHO.admin)
    survey, practice = (
        page(browser, "/findings/?level=all"),
        page(browser, "/findings/?level=all&data=practice"),
    )

    assert PRACTICE.instance_id not in survey
    assert "Lò Tập Huấn" in practice
    assert rules_of(practice) == ["F-3", "F-2"]
    assert "TẬP HUẤN – dữ liệu tập" in practice
    links = re.findall(r'(?:href|action)="(/findings/[^"]*)"', practice)
    assert links
    assert [link for link in links if "data=practice" not in link and "data=survey" not in link] == []
    assert 'class="n num"' not in menu(practice)


def test_practice__act_on_survey_findings__does_not_reach_them(checked):
    ref = ref_of(checked, "F-1", AN)
    html = do(enter(checked, WHO.admin), "returned", [ref], "x", "/findings/act?data=practice")

    assert "1 phát hiện đã khác khi bạn gửi" in html
    assert state_of(checked, ref) == "open"
    practice = Scope(ALL.area, ALL.classes, "practice")
    own = found(checked, practice, rules=frozenset({"F-2"}))[0].ref
    assert "Đã trả lại 1" in do(
        enter(checked, WHO.admin), "returned", [own], "x", "/findings/act?data=practice"
    )


@pytest.mark.parametrize(
    "address",
    [
        "/findings/?after=bm9uc2Vuc2U",
        "/findings/?level=x&state=y&rule=%27%3B--&form=none&district=1&commune=2&officer=%27&size=9999",
        "/findings/?told=nothing&state=reopened",
        "/findings/?_scheme=javascript&_external=1&endpoint=x",
        "/findings/summary?by=village&after=zzz",
        f"/findings/?district={CON_CUONG}&commune=16663",
        "/findings/?rule=%00",
        "/findings/act",
        "/findings/undo",
    ],
)
def test_address__that_no_page_gave__is_never_our_fault(look, address):
    answer = look(WHO.admin).get(address)

    assert answer.status_code in (200, 400, 404, 405)
    assert "javascript://" not in text(answer)


def test_act__without_the_token_of_the_page__is_refused(checked):
    browser, ref = enter(checked, WHO.province), ref_of(checked, "F-1", AN)
    browser.token = ""

    assert browser.post("/findings/act", act="returned", ref=ref, reason="x").status_code == 400
    assert state_of(checked, ref) == "open"
