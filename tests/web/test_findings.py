"""Findings as work on the pages: the list, acts on many and on one, undo, tallies."""

from __future__ import annotations

import re
from functools import cache
from html import unescape

import pytest

from processor.database import writing
from processor.store.work import FindingFilter, act, list_findings, read_history
from tests.web.checked_site import ALL, FORM, copied, found, open_checked, ref_of, send_again
from tests.web.conftest import Browser, fill, text
from tests.web.example import HOUSEHOLDS, People

WHO = People()
PHUONG, AN, QUYET, THANG = HOUSEHOLDS
LINE = re.compile(r'<tr><td class="ck">(.*?)</tr>', re.S)
SEEN = re.compile(r'name="(seen-[0-9a-f]{32})" value="([^"]*)"')
REF = re.compile(r'name="ref" value="([0-9a-f]{32})"')


def enter(site, username=WHO.province):
    person = Browser(site.app)
    assert person.sign_in(username).status_code == 303
    person.get("/password")  # a page with the token that forms send
    return person


@pytest.fixture(scope="module")
def shared(checked_folder, tmp_path_factory):
    """One site for the tests that only look."""
    site = copied(checked_folder, tmp_path_factory.mktemp("looked") / "data")
    yield site
    site.close()


@pytest.fixture(scope="module")
def look(shared):
    """A browser of the shared site in which this person has signed in."""
    return cache(lambda username=WHO.province: enter(shared, username))


def page(browser, address="/findings/"):
    answer = browser.get(address)
    assert answer.status_code == 200, address
    return text(answer)


def lines(html):
    """The rows of the list as texts without marks."""
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in LINE.findall(html)]


def rules_of(html):
    return [re.search(r"\b(F-\d|TYPE)\b", line)[1] for line in lines(html)]


def seen_on(browser, address="/findings/?state=all&level=all&size=100"):
    """What a page carries of every finding that it shows: when somebody treated it last."""
    return dict(SEEN.findall(page(browser, address)))


def do(browser, state, refs, reason="đã gọi hỏi", address="/findings/act", seen=None):
    """Sent from a page that was opened just now, or from one that has `seen`."""
    seen = seen_on(browser) if seen is None else seen
    answer = browser.post(address, act=state, ref=refs, reason=reason, **seen)
    assert answer.status_code == 303
    return text(browser.follow(answer))


def state_of(site, ref):
    return next(row.state for row in found(site) if row.ref == ref)


def test_list__opened__shows_open_errors_and_warnings_and_folds_information(look):
    html = page(look(WHO.secret))

    assert rules_of(html) == ["F-1", "F-4", "TYPE", "F-2", "F-2", "F-2", "F-2", "F-5"]
    assert "Chờ xử lý: 3 lỗi, 5 cảnh báo." in html
    assert ">3 thông tin, đang gấp lại</a>" in html
    assert rules_of(page(look(), "/findings/?level=I")) == ["F-3"] * 3


def test_list__row__says_what_where_whose_and_since_when(look):
    error, *_, row = lines(page(look(), "/findings/?rule=F-1") + page(look(), "/findings/?rule=F-2"))

    assert "Lỗi F-1 Hộ loại “Hộ khác” không thuộc diện điều tra" in error
    assert "C.B01 Phân loại hộ" in error
    for words in ("Nguyễn Văn An", "Phường Đông Vĩnh", "16663-01", "Chờ xử lý"):
        assert words in error
    assert re.search(r"\d\d/\d\d/\d{4}$", error)
    assert "Thành viên 1" in row
    assert "Sinh năm 1950 thu nhập 1.234.567" in row


def test_list__english__has_the_words_of_the_catalogue_and_its_numbers(checked):
    browser = enter(checked)
    browser.get("/findings/?lang=en")
    html = page(browser, "/findings/?level=all")

    assert "Household class “Other” is not surveyed" in html
    assert "Born 1950 income 1,234,567" in html
    assert "Poor since 8 Apr 2016" in html
    assert "4 submissions" not in html


@pytest.mark.parametrize(
    ("address", "rules"),
    [
        ("?level=E", ["F-1", "TYPE"]),
        ("?level=W&rule=F-5", ["F-5"]),
        ("?form=phieu_c&level=W", ["F-2"] * 4),
        ("?district=422", ["TYPE", "F-2"]),
        ("?district=412&commune=16666", ["F-2"]),
        ("?officer=16663-01&level=E", ["F-1"]),
        ("?state=all&rule=F-1", ["F-1"]),
        ("?rule=F-3", ["F-3"] * 3),
    ],
)
def test_list__filters__narrow_and_are_named(look, address, rules):
    html = page(look(), "/findings/" + address)

    assert rules_of(html) == rules
    assert html.count('class="chip"') == address.count("=")


def test_list__next_page__goes_on_where_the_last_ended(look, shared):
    whole = [row.ref for row in found(shared, severities=frozenset("EW"), state="open")]
    key = list_findings(
        shared.store, ALL, FindingFilter(severities=frozenset("EW"), state="open"), size=3
    ).after
    html = page(look(WHO.secret), f"/findings/?after={key}")

    assert REF.findall(html) == whole[3:]
    assert "Về đầu danh sách" in html


def test_list__previous_page__and_an_act_keep_the_place(look, shared, checked):
    narrowed = FindingFilter(severities=frozenset("EW"), state="open")
    whole = list_findings(shared.store, ALL, narrowed).rows
    after = list_findings(shared.store, ALL, narrowed, size=3).after
    before = list_findings(shared.store, ALL, narrowed, after=after).before
    html = page(look(WHO.secret), f"/findings/?after={after}")
    assert re.search(rf'data-key="prev" rel="prev" href="/findings/\?before={re.escape(before)}"', html)
    html = page(look(WHO.secret), f"/findings/?before={before}")
    assert REF.findall(html) == [row.ref for row in whole[:3]]
    assert 'data-key="next"' in html and 'data-key="prev"' not in html
    assert 'data-key="next"' not in page(look(WHO.secret))
    browser = enter(checked)
    ref = ref_of(checked, "F-1", AN)
    answer = browser.post(f"/findings/act?before={before}&size=50", act="returned", ref=ref, reason="hỏi lại")
    assert f"before={before}" in answer.headers["Location"] and "size=50" in answer.headers["Location"]
    assert (
        f"before={before}"
        in browser.post("/findings/undo", key=answer.headers["Location"].rpartition("told=")[2]).headers[
            "Location"
        ]
    )


@pytest.mark.parametrize(
    ("rule", "unverified"), [("F-1", True), ("F-3", True), ("F-2", False), ("TYPE", False)]
)
def test_finding__rule_or_fact_from_memory__says_not_verified(look, shared, rule, unverified):
    html = page(look(), f"/findings/?rule={rule}&state=all")
    assert rules_of(html)[0] == rule
    assert ("Chưa đối chiếu văn bản" in html) == unverified
    (row, *_) = found(shared, rules=frozenset({rule}))
    notes = re.split(r'(?=<div class="find-note)', page(look(), f"/data/{FORM}/{row.submission_id}"))
    (note,) = [part for part in notes if f'id="f-{row.ref}"' in part[:300]]
    assert ("Chưa đối chiếu văn bản" in note) == unverified


def test_empty__nothing_found_by_filter_and_all_settled__are_told_apart(checked, make_site):
    browser = enter(checked)
    assert "Không có phát hiện nào khớp" in page(browser, "/findings/?officer=99999-99")
    refs = [row.ref for row in found(checked) if row.severity != "I" and row.rule != "F-4"]
    do(browser, "overridden", refs)
    assert "Không còn việc nào chờ xử lý" in page(browser)
    assert "Chưa có phát hiện nào" in page(enter(make_site(empty=False)), "/findings/?data=practice")


def test_act__returned_with_a_reason__leaves_the_list_and_stands_with_who_and_why(checked):
    browser, ref = enter(checked), ref_of(checked, "F-1", AN)
    html = do(browser, "returned", [ref], "Hỏi lại phân loại hộ")

    assert "Đã trả lại 1 phát hiện cho điều tra viên." in html
    assert "F-1" not in rules_of(html)
    (row,) = lines(page(browser, "/findings/?state=returned"))
    assert "Đã trả lại" in row
    assert re.search(r"minh\.ha, \d\d/\d\d/\d{4} \d\d:\d\d ?: Hỏi lại phân loại hộ", row)


def test_act__all_of_this_page__takes_every_row_without_script(checked):
    browser = enter(checked)
    shown = re.findall(r'name="shown" value="(\w+)"', page(browser, "/findings/?level=W"))
    answer = browser.post("/findings/act?level=W", act="expected", all="1", shown=shown, reason="đúng")

    assert "Đã đóng 5 phát hiện" in text(browser.follow(answer))
    assert {row.state for row in found(checked, severity="W")} == {"expected"}


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_act__without_a_usable_reason__is_refused_and_choice_and_text_are_kept(checked, reason):
    browser, ref = enter(checked), ref_of(checked, "F-1", AN)
    html = do(browser, "returned", [ref], reason)

    assert "Chưa làm gì." in html
    assert "Cần lý do từ 1 đến 500 ký tự" in html
    assert re.search(rf'value="{ref}"[^>]*checked', html)
    assert f">{reason.strip()}</textarea>" in html
    assert state_of(checked, ref) == "open"


@pytest.mark.parametrize(
    ("username", "state", "rules", "words"),
    [
        (WHO.con_cuong, "overridden", ["TYPE"], "Lỗi thì chỉ cấp tỉnh và quản trị chấp nhận được"),
        (WHO.province, "expected", ["F-1", "F-5"], "Lỗi không đóng được vì đúng như vậy"),
        (WHO.province, "returned", ["F-1", "F-5"], "không có phiếu để trả lại"),
    ],
)
def test_act__that_may_not_be__does_nothing_to_any_of_them(checked, username, state, rules, words):
    refs = [ref_of(checked, rule) for rule in rules]
    html = do(enter(checked, username), state, refs, "giữ nguyên lời này")

    assert words in html
    assert "giữ nguyên lời này</textarea>" in html
    assert {state_of(checked, ref) for ref in refs} == {"open"}


def test_act__nothing_chosen__says_so_and_keeps_the_reason(checked):
    html = do(enter(checked), "returned", [], "lời đã ghi")

    assert "Chưa chọn dòng nào" in html
    assert "lời đã ghi</textarea>" in html


def test_act__refs_that_are_no_names__are_not_looked_up(checked):
    html = do(enter(checked), "returned", ["'; --", "a\0b", "F" * 32, "x"])

    assert "Chưa chọn dòng nào" in html


def test_act__unknown__is_refused(checked):
    browser, ref = enter(checked), ref_of(checked, "F-1", AN)
    browser.get("/findings/")

    assert browser.post("/findings/act", act="deleted", ref=ref, reason="x").status_code == 400


def test_act__what_is_another_by_now__is_told_and_the_rest_is_done(checked):
    browser = enter(checked)
    old, other = ref_of(checked, "F-1", AN), ref_of(checked, "F-2", AN)
    browser.get("/findings/")
    send_again(checked, AN, 1, hh_class="1")
    html = do(browser, "returned", [old, other])

    assert "Đã trả lại 1 phát hiện" in html
    assert "1 phát hiện đã khác khi bạn gửi" in html


def test_act__treated_by_somebody_after_the_page_was_made__left_alone_and_told_who_and_when(checked):
    browser, boss = enter(checked), enter(checked, WHO.admin)
    mine, theirs = ref_of(checked, "F-1", AN), ref_of(checked, "F-5")
    seen = seen_on(browser)
    do(boss, "expected", [theirs], "đợt cuối")
    html = " ".join(do(browser, "overridden", [mine, theirs], seen=seen).split())

    assert "Đã chấp nhận 1 phát hiện." in html
    assert "1 phát hiện đã có người xử lý sau khi trang này mở, nên để nguyên:" in html
    assert re.search(
        rf'{WHO.admin}: Đóng, đúng như vậy, 1 phát hiện, lúc <span class="num">\d\d/\d\d/\d{{4}} \d\d:\d\d</span>\.',
        html,
    )
    assert (state_of(checked, mine), state_of(checked, theirs)) == ("overridden", "expected")
    do(browser, "overridden", [theirs])
    assert state_of(checked, theirs) == "overridden", "from a page that shows what was done"


def test_act__on_the_submission_page__treated_by_somebody_meanwhile__left_alone(checked):
    browser, ref = enter(checked), ref_of(checked, "F-1", AN)
    address = f"/data/{FORM}/{AN.instance_id}"
    seen = seen_on(browser, address)
    do(enter(checked, WHO.admin), "overridden", [ref], "đã hỏi tỉnh")
    html = do(browser, "returned", [ref], address=f"/findings/{FORM}/{AN.instance_id}/act", seen=seen)

    assert f"{WHO.admin}: Chấp nhận, 1 phát hiện, lúc" in html
    assert state_of(checked, ref) == "overridden"


def test_act__database_fails_in_the_middle__nothing_of_it_is_written(checked):
    browser, refs = enter(checked), [ref_of(checked, "F-1", AN), ref_of(checked, "F-5")]
    checked.app.config["PROPAGATE_EXCEPTIONS"] = False
    fault = "CREATE TRIGGER fault BEFORE INSERT ON finding_events WHEN NEW.rule = 'F-5' BEGIN SELECT RAISE(ABORT, 'disk'); END"
    with writing(checked.store.engine) as connection:
        connection.exec_driver_sql(fault)
    answer = browser.post("/findings/act", act="overridden", ref=refs, reason="đã hỏi")

    assert answer.status_code == 500
    assert "Báo quản trị mã" in text(answer)
    assert {state_of(checked, ref) for ref in refs} == {"open"}
    assert read_history(checked.store, FORM, AN.instance_id, ALL) == ()


def test_undo__own_act__opens_exactly_those_again_once(checked):
    browser = enter(checked)
    refs, kept = [ref_of(checked, "F-1", AN), ref_of(checked, "F-5")], ref_of(checked, "TYPE")
    do(browser, "overridden", [kept])
    html = do(browser, "overridden", refs)
    key = re.search(r'name="key" value="([^"]+)"', html)[1]
    html = text(browser.follow(browser.post("/findings/undo", key=key)))

    assert "Đã hoàn tác 2 phát hiện" in html
    assert {state_of(checked, ref) for ref in refs} == {"open"}
    assert state_of(checked, kept) == "overridden"
    do(browser, "overridden", refs)
    assert browser.post("/findings/undo", key=key).headers["Location"] == "/findings/"
    assert {state_of(checked, ref) for ref in refs} == {"overridden"}


def test_undo__after_somebody_else_acted__leaves_that_act(checked):
    browser, ref = enter(checked), ref_of(checked, "F-5")
    html = do(browser, "overridden", [ref])
    do(enter(checked, WHO.admin), "expected", [ref], "đợt cuối")
    key = re.search(r'name="key" value="([^"]+)"', html)[1]
    html = text(browser.follow(browser.post("/findings/undo", key=key)))

    assert "1 phát hiện đã khác khi bạn gửi" in html
    assert state_of(checked, ref) == "expected"


def test_undo__key_of_somebody_elses_session__does_nothing(checked):
    ref = ref_of(checked, "F-5")
    key = re.search(r'name="key" value="([^"]+)"', do(enter(checked), "overridden", [ref]))[1]
    other = enter(checked, WHO.admin)
    other.get("/findings/")
    other.post("/findings/undo", key=key)

    assert state_of(checked, ref) == "overridden"


def test_reopened__settled_ones__are_work_again(checked):
    browser, ref = enter(checked), ref_of(checked, "F-5")
    do(browser, "overridden", [ref])
    html = page(browser, "/findings/?state=overridden")
    assert 'value="reopened"' in html
    assert "Đã mở lại 1 phát hiện." in do(browser, "reopened", [ref])
    assert state_of(checked, ref) == "open"


def test_unit__officer_of_the_field_work__is_in_the_list_and_on_no_submission(look):
    browser = look()
    (row,) = lines(page(browser, "/findings/?rule=F-5"))

    assert "Điều tra viên 16663-01" in row
    assert "không về một phiếu" in row
    assert 'name="act" value="returned"' not in page(browser, "/findings/?rule=F-5")
    assert "F-5" not in page(browser, f"/data/phieu_c/{AN.instance_id}")


def test_reason__with_markup__is_text(checked):
    browser, ref = enter(checked), ref_of(checked, "F-1", AN)
    do(browser, "returned", [ref], "<script>alert(1)</script>")
    for address in ("/findings/?state=returned", f"/data/phieu_c/{AN.instance_id}"):
        assert "<script>alert" not in page(browser, address)
        assert "&lt;script&gt;alert" in page(browser, address)


@pytest.mark.parametrize("by", ["rule", "commune", "officer"])
def test_summary__every_number__is_that_of_the_list_behind_it(checked, by):
    browser = enter(checked)
    do(browser, "returned", [ref_of(checked, "F-1", AN)])
    html = page(browser, f"/findings/summary?by={by}&level=all")
    links = re.findall(r'<td class="num[^>]*><a href="([^"]+)">(\d+)</a>', html)

    assert len(links) >= 4
    for address, number in links:
        assert len(lines(page(browser, unescape(address)))) == int(number), address
    sums = re.findall(r'data-l="[^"]+">(\d+)</td>', html[html.index("<tfoot>") :])
    assert sums == ["10", "9", "1", "0", "0", "2", "5", "3"]


def test_summary__printed__has_what_print_needs(look):
    html = page(look(), "/findings/summary?by=officer&district=422")

    assert "data-print" in html
    assert "Huyện Con Cuông" in html
    assert "17263-01" in html
    assert "16663-01" not in html[html.index("<tbody>") :]


def test_menu__counts_open_errors__as_work_left(checked):
    browser = enter(checked)
    assert ">2<span" in menu(page(browser))
    do(browser, "returned", [ref_of(checked, "F-1", AN)])
    assert ">1<span" in menu(page(browser, "/?data=survey"))


def menu(html):
    return re.search(r'<a href="/findings/[^>]*>.*?</a>', html, re.S)[0]


def test_submission__finding__stands_under_its_answer_with_act_and_history(checked):
    browser, ref = enter(checked), ref_of(checked, "F-1", AN)
    address = f"/data/phieu_c/{AN.instance_id}"
    html = page(browser, address)
    block = re.search(r'<div class="has-e" data-marked>(.*?)</dd>', html, re.S)[1]
    assert "C.B01" in block
    assert f'id="f-{ref}"' in block
    assert "1 lỗi, 1 cảnh báo" in html

    html = do(browser, "returned", [ref], "Hỏi lại phân loại", f"/findings/{FORM}/{AN.instance_id}/act")
    assert "Đã trả lại 1 phát hiện cho điều tra viên." in html
    assert "Việc đã làm với phát hiện" in html
    assert "1 lỗi, 1 cảnh báo" in html
    html = do(browser, "overridden", [ref], "hộ thật", f"/findings/{FORM}/{AN.instance_id}/act")
    assert "0 lỗi, 1 cảnh báo" in html
    assert "1 đã xử lý" in html
    assert html.count(f'id="f-{ref}"') == 1
    assert 'class="has-e"' not in html


def test_submission__derived_column__its_finding_is_shown_with_the_question(look):
    html = page(look(), f"/data/phieu_c/{AN.instance_id}")
    block = re.search(r'<div class="has-w" data-marked>(.*?)</dd>', html, re.S)[1]

    assert "C.M01" in block
    assert "F-2" in block


def test_submission__information__is_folded(look):
    html = page(look(), f"/data/phieu_c/{QUYET.instance_id}")

    assert re.search(r"<summary>1 thông tin</summary><div class=\"find-note i\"", html)
    assert "0 lỗi, 1 cảnh báo" in html


def test_submission__act_refused__keeps_what_was_typed_beside_the_finding(checked):
    ref = ref_of(checked, "TYPE")
    address = f"/findings/{FORM}/{THANG.instance_id}/act"
    html = do(enter(checked, WHO.con_cuong), "overridden", [ref], "lời đã ghi", address)

    assert "Lỗi thì chỉ cấp tỉnh" in html
    block = html[html.index(f'id="f-{ref}"') :]
    assert '<details class="handle no-print" open>' in block[: block.index("</details>")]
    assert "lời đã ghi</textarea>" in block
    assert re.search(r'value="overridden" disabled', block)


def test_history__officer_answers_with_a_new_version__says_settled(checked):
    browser, ref = enter(checked), ref_of(checked, "F-1", AN)
    do(browser, "returned", [ref], "Hỏi lại")
    send_again(checked, AN, 1, hh_class="1")
    html = page(browser, f"/data/phieu_c/{AN.instance_id}")

    assert "đã hết ở lần gửi mới" in html
    assert f'id="f-{ref}"' not in html
    assert "F-1" not in rules_of(page(browser, "/findings/?state=all"))


def test_history__still_there_in_the_new_version__is_open_again_and_says_so(checked):
    browser, ref = enter(checked), ref_of(checked, "F-1", AN)
    do(browser, "returned", [ref], "Hỏi lại")
    send_again(checked, AN, 1, phone="0912999888")

    (row,) = lines(page(browser, "/findings/?rule=F-1"))
    assert "Chờ xử lý đã trả lại, vẫn còn" in row


def test_list__many_at_once__beyond_the_limit_are_not_taken(checked):
    browser = enter(checked)
    ref = ref_of(checked, "F-5")
    browser.get("/findings/")
    html = do(browser, "overridden", [f"{n:032x}" for n in range(300)] + [ref])

    assert "200 phát hiện đã khác khi bạn gửi" in html
    assert state_of(checked, ref) == "open"


def test_act__of_another_form_of_address__does_not_lead_away(checked):
    browser, ref = enter(checked), ref_of(checked, "F-1", AN)
    browser.get("/findings/")
    address = f"/findings/{FORM}/{AN.instance_id}/act?_external=1&_scheme=javascript&endpoint=x&next=//evil"
    answer = browser.post(address, act="returned", ref=ref, reason="x")

    assert answer.headers["Location"].startswith(f"/data/{FORM}/")
    assert act(checked.store, _Boss(), ALL, "reopened", [ref], "x").done == (ref,)
    assert len(read_history(checked.store, FORM, AN.instance_id, ALL)) == 2


class _Boss:
    id, username, role = 1, "boss", "admin"


def test_pages__on_postgresql__list_act_undo_and_counts(checked_folder, tmp_path, postgres_url):
    site = open_checked(tmp_path / "data", checked_folder / "root", store_url=postgres_url)
    fill(site)
    browser, ref = enter(site), ref_of(site, "F-1", AN)
    assert rules_of(page(browser)) == ["F-1", "TYPE", "F-2", "F-2", "F-2", "F-2", "F-5"]
    html = do(browser, "overridden", [ref])
    assert ">1<span" in menu(html)
    key = re.search(r'name="key" value="([^"]+)"', html)[1]
    assert "Đã hoàn tác 1 phát hiện" in text(browser.follow(browser.post("/findings/undo", key=key)))
    assert ">2<span" in menu(page(browser, "/findings/summary?by=commune"))
    assert "Mở lại" in page(browser, f"/data/phieu_c/{AN.instance_id}")
    site.close()
