"""Corrections on the pages: the dialogue, the submission, the ledger, decisions, rights."""

from __future__ import annotations

import re
from html import unescape

import pytest

from processor.pull import pull
from processor.store.corrections_list import count_set_aside
from processor.store.lease import leased
from processor.store.query import read_submission
from processor.store.scope import Area, Scope
from tests.web.conftest import text
from tests.web.correcting import CLASSES, WHY, dialogue, events, ledger, save, seen, send_again, told, touched
from tests.web.example import CON_CUONG, DONG_VINH, HOUSEHOLDS, MON_SON, PRACTICE, People

WHO = People()
PHUONG, AN, QUYET, THANG = HOUSEHOLDS
ALL = Scope(Area.province(), CLASSES, "survey")


def root(site, household):
    return read_submission(site.store, "phieu_c", household.instance_id, ALL).root


def page_of(browser, household, **arguments):
    query = "&".join(f"{k}={v}" for k, v in arguments.items())
    return text(browser.get(f"/data/phieu_c/{household.instance_id}?{query}"))


# the dialogue


def test_dialogue__shows_question_answer_and_finding(visitor):
    page = text(visitor(WHO.con_cuong).get(dialogue(THANG, "hh_size")))
    assert "C.A18" in page
    assert "Số người" in page
    assert "nhiều" in page
    assert "TYPE" in page
    assert len(seen(page)) == 64


@pytest.mark.parametrize(
    ("column", "table", "row", "field"),
    [
        ("hh_class", "c", "", r'type="radio" name="value" value="1" id="v-1" checked'),
        ("needs", "c", "", r'type="checkbox" name="value" value="01" id="v-1" checked'),
        ("interview_date", "c", "", r'name="value"[^>]*value="08/04/2016"'),
        ("head_name", "c", "", r'<textarea[^>]*name="value"[^>]*>\nLÔ THỊ  PHƯỢNG</textarea>'),
        ("m_birth_year", "c_members", "/members[2]", r'name="value"[^>]*inputmode="numeric" value="1951"'),
    ],
)
def test_dialogue__field__fits_the_question_and_holds_the_answer(visitor, column, table, row, field):
    address = dialogue(PHUONG, column, table=table, row=row and PHUONG.instance_id + row)
    page = text(visitor(WHO.admin).get(address))
    assert re.search(field, page)
    assert ("Thành viên 2: Lô Văn Con" in page) == (table == "c_members")


def test_correct__value_changes_and_the_note_offers_to_undo_it(site, signed_in):
    browser = signed_in(WHO.con_cuong)
    answer = save(browser, dialogue(THANG, "hh_size"), "4")
    assert answer.status_code == 303
    page = text(browser.follow(answer))
    assert root(site, THANG)["hh_size"] == 4
    assert re.search(r'class="note ok undo".*?<del>nhiều</del> thành <ins>4</ins>', page, re.S)
    assert re.search(r'class="chg">.*?<del>nhiều</del> thành <ins>4</ins>, kha.hien', page, re.S)
    assert WHY["reason"] in page
    assert "TYPE" not in page
    assert "R-V12" in page  # what the rules say of the new answer: the list has two people
    row = ledger(site)[0]
    assert (row.old, row.new, row.username, row.reason, row.source, row.state) == (
        "nhiều", "4", "kha.hien", WHY["reason"], WHY["source"], "applied",
    )  # fmt: skip

    undone = browser.post("/corrections/undo", n="1", back="submission", reason="nhầm")
    page = text(browser.follow(undone))
    assert "Đã hoàn tác" in page
    assert root(site, THANG)["hh_size"] is None
    assert ledger(site)[0].state == "undone"


def test_correct__error_that_goes_away__leaves_the_menu_at_once(site, signed_in):
    def menu(page):
        return re.search(r'<a href="/findings/[^>]*>.*?</a>', page, re.S)[0]

    browser = signed_in(WHO.admin)
    save(browser, dialogue(PHUONG, "hh_size"), "9")  # a later finding, which stays
    before = menu(text(browser.get(dialogue(THANG, "hh_size"))))
    page = text(browser.follow(save(browser, dialogue(THANG, "hh_size"), "2")))
    assert ">2<span" in before
    assert ">1<span" in menu(page)


def test_correct__is_not_said_to_be_done_by_the_machine(site, signed_in):
    browser = signed_in(WHO.admin)
    page = text(browser.follow(save(browser, dialogue(PHUONG, "hh_size"), "3")))
    assert "CORRECTION" not in page
    assert re.search(r"Đã sửa <del>2</del> thành <ins>3</ins>", page)


def test_correct__several_choices_and_empty_on_purpose(site, signed_in):
    browser = signed_in(WHO.admin)
    assert save(browser, dialogue(PHUONG, "needs"), ["02"]).status_code == 303
    assert (root(site, PHUONG)["needs__01"], root(site, PHUONG)["needs__02"]) == (0, 1)
    cleared = save(browser, dialogue(PHUONG, "hh_size"), "2", clear="1")
    assert cleared.status_code == 303
    assert root(site, PHUONG)["hh_size"] is None
    assert "để trống" in text(browser.follow(cleared))


def test_correct__row_of_a_repeat(site, signed_in):
    row = f"{PHUONG.instance_id}/members[2]"
    browser = signed_in(WHO.admin)
    answer = save(browser, dialogue(PHUONG, "m_name", table="c_members", row=row), "Lô Văn Hai")
    assert "Lô Văn Hai" in text(browser.follow(answer))
    assert "Thành viên 2" in text(browser.get("/corrections/?state=all"))
    assert ledger(site)[0].row_key == row


REFUSED = [
    ({"value": "bốn"}, 'Cần một số nguyên, ví dụ 4; bạn ghi "bốn".'),
    ({"value": ""}, "Ghi câu trả lời mới, hoặc đánh dấu Để trống"),
    ({"value": "2"}, "đang có đúng câu trả lời đó"),
    ({"value": "4", "clear": "1"}, "giữ một trong hai"),
    ({"value": "4", "reason": " "}, "Ghi lý do"),
    ({"value": "4", "source": ""}, "Ghi căn cứ"),
    ({"value": "4", "reason": "x" * 1001}, "dài quá 1000"),
    ({"value": "99999999999999999999"}, "Cần một số nguyên"),
]


def test_correct__what_cannot_stand__refused_with_words_kept_and_without_trace(site, signed_in):
    browser = signed_in(WHO.admin)
    for fields, expected in REFUSED:
        answer = save(browser, dialogue(PHUONG, "hh_size"), **fields)
        page = text(answer)
        assert answer.status_code == 400, fields
        assert expected in told(page)
        kept = fields.get("reason", WHY["reason"]).strip()
        assert f'value="{kept}"' in page
        assert f'value="{fields["value"]}"' in page
    assert events(site) == 0
    assert root(site, PHUONG)["hh_size"] == 2


def test_correct__code_that_the_list_lacks__refused(site, signed_in):
    answer = save(signed_in(WHO.admin), dialogue(PHUONG, "hh_class"), "3")
    assert answer.status_code == 400
    assert "Cần một ý có trong danh sách" in told(text(answer))
    assert events(site) == 0


def test_preview__tells_what_follows_and_writes_nothing(site, signed_in):
    browser = signed_in(WHO.admin)
    answer = save(browser, dialogue(PHUONG, "head_name"), "lê thị hoa", act="look")
    page = text(answer)
    shown = re.search(r'id="told".*?</section>', page, re.S)[0]
    assert answer.status_code == 200
    assert "Lê Thị Hoa" in shown
    assert f'value="{WHY["source"]}"' in page
    gone = text(save(browser, dialogue(THANG, "hh_size"), "4", act="look"))
    assert re.search(r"Phát hiện sẽ hết:.*?TYPE</[a-z]+> Số người: Câu trả lời không đúng kiểu", gone, re.S)
    assert events(site) == 0


def test_correct__submission_changed_meanwhile__refused_shown_anew_and_typed_text_kept(site, signed_in):
    browser = signed_in(WHO.admin)
    address = dialogue(PHUONG, "hh_size")
    known = seen(text(browser.get(address)))
    send_again(site, PHUONG, "<hh_size>2<", "<hh_size>6<", number=50)
    answer = browser.post(address, seen=known, act="save", value="4", **WHY)
    page = text(answer)
    assert answer.status_code == 409
    assert "Phiếu đã đổi" in told(page)
    assert re.search(r"<dt>Điều tra viên ghi</dt><dd>6", page)
    assert 'value="4"' in page
    assert WHY["reason"] in page
    assert events(site) == 0
    assert browser.post(address, seen=seen(page), act="save", value="4", **WHY).status_code == 303
    assert root(site, PHUONG)["hh_size"] == 4


def test_correct__row_gone_meanwhile__what_was_typed_is_shown(site, signed_in):
    browser = signed_in(WHO.admin)
    address = dialogue(PHUONG, "m_name", table="c_members", row=f"{PHUONG.instance_id}/members[2]")
    known = seen(text(browser.get(address)))
    second = PHUONG.xml[PHUONG.xml.rindex("<members>") : PHUONG.xml.rindex("</members>") + len("</members>")]
    send_again(site, PHUONG, second, "", number=50)
    answer = browser.post(address, seen=known, act="save", value="Lô Văn Hai", **WHY)
    assert answer.status_code == 409
    assert "Lô Văn Hai" in text(answer)
    assert "không còn trong phiếu" in text(answer)
    assert events(site) == 0


def test_correct__back_to_the_enumerators_answer__says_to_undo(site, signed_in):
    browser = signed_in(WHO.admin)
    save(browser, dialogue(PHUONG, "hh_size"), "4")
    assert "hoàn tác lần sửa cũ" in told(text(save(browser, dialogue(PHUONG, "hh_size"), "2")))
    assert events(site) == 1


def test_correct__while_a_pull_runs__waits_no_longer_than_a_person_and_keeps_what_was_typed(
    site, signed_in, monkeypatch
):
    monkeypatch.setattr("processor.store.corrections_write.WAIT", 0)
    with leased(site.store.engine, "phieu_c"):
        answer = save(signed_in(WHO.admin), dialogue(PHUONG, "hh_size"), "4")
    assert answer.status_code == 409
    assert "Đang lấy dữ liệu" in told(text(answer))
    assert 'value="4"' in text(answer)
    assert events(site) == 0


def test_correct__out_of_the_own_area__only_after_it_was_said(site, signed_in):
    browser = signed_in(WHO.con_cuong)
    address = dialogue(THANG, "commune_code")
    page = text(save(browser, address, DONG_VINH))
    assert "ngoài địa bàn của bạn" in page
    assert events(site) == 0
    answer = save(browser, address, DONG_VINH, away="1")
    assert answer.headers["Location"] == "/corrections/"
    assert "thuộc địa bàn khác" in text(browser.follow(answer))
    assert browser.get(f"/data/phieu_c/{THANG.instance_id}").status_code == 404
    assert root(site, THANG)["_area"] == DONG_VINH


# beside the answers


def test_submission__offers_answers_that_the_caller_sees_and_can_type(visitor):
    page = unescape(page_of(visitor(WHO.admin), PHUONG, all=1))
    offered = set(re.findall(r"/corrections/new/\?[^\"]*column=(\w+)", page))
    assert {"head_name", "hh_size", "needs", "m_name"} <= offered
    assert not offered & {"hiv", "hiv_photo", "photo", "paper"}
    secret = unescape(page_of(visitor(WHO.secret), PHUONG, all=1))
    assert "column=hiv" in secret


def test_submission__list_of_its_corrections__stands_beside_the_answers(site, signed_in):
    browser = signed_in(WHO.admin)
    assert "Chưa câu nào được sửa" in page_of(browser, PHUONG)
    save(browser, dialogue(PHUONG, "hh_size"), "4")
    send_again(site, PHUONG, "<hh_size>2<", "<hh_size>6<", number=50)
    page = page_of(browser, PHUONG)
    aside = re.search(r'aria-labelledby="h-cor".*?</section>', page, re.S)[0]
    assert "Cần quyết định" in aside
    assert re.search(r"Điều tra viên nay ghi: <b>6", aside)
    assert "Quyết định</a>" in page


# decisions


def set_aside(site, browser, household=PHUONG, number=50, new="6"):
    save(browser, dialogue(household, "hh_size"), "4")
    send_again(site, household, "<hh_size>2<", f"<hh_size>{new}<", number=number)
    return ledger(site)[0].id


def decide(browser, act, *numbers, reason="đã hỏi lại", address="/corrections/", **fields):
    page = text(browser.get(address))
    known = dict(re.findall(r'name="(seen-[0-9]+)" value="([0-9a-f]+)"', page))
    return browser.post(
        "/corrections/decide", act=act, n=list(map(str, numbers)), reason=reason, **{**known, **fields}
    )


def test_correct__somebody_corrected_the_same_answer_meanwhile__refused_with_name_and_time(site, signed_in):
    browser, other = signed_in(WHO.province), signed_in(WHO.admin)
    address = dialogue(PHUONG, "hh_size")
    page = text(browser.get(address))
    known = {"seen": seen(page), "touched": touched(page)}
    assert save(other, address, "3").status_code == 303
    answer = browser.post(address, **known, act="save", value="4", **WHY)
    page = text(answer)
    assert answer.status_code == 409
    (row,) = ledger(site)
    assert f"{WHO.admin} đã sửa câu này, hoặc hoàn tác lần sửa, lúc" in told(page)
    assert (row.username, row.new, events(site)) == (WHO.admin, "3", 1)
    assert 'value="4"' in page and f"({WHO.admin}," in page
    known = {"seen": seen(page), "touched": touched(page)}
    assert browser.post(address, **known, act="save", value="4", **WHY).status_code == 303
    assert [row.new for row in ledger(site)] == ["4", "3"]


def test_decide__apply_again__holds_for_the_new_answer_and_can_be_undone(site, signed_in):
    browser = signed_in(WHO.admin)
    number = set_aside(site, browser)
    assert root(site, PHUONG)["hh_size"] == 6
    page = text(browser.get("/corrections/"))
    assert re.search(r"<del>2</del> thành <ins>4</ins></td>.*?<b>6</b>", page, re.S)
    assert re.search(r'Các lần sửa<span class="n num">1<', page)
    page = text(browser.follow(decide(browser, "apply", number)))
    assert "Đã áp dụng lại 1 lần sửa" in page
    assert "Không còn lần sửa nào cần quyết định" in page
    assert root(site, PHUONG)["hh_size"] == 4
    assert "Số người ghi 4, danh sách có 2" in page_of(browser, PHUONG)
    again = re.search(r'name="n" value="(\d+)"', page)[1]
    browser.post("/corrections/undo", n=again, reason="nhầm")
    assert root(site, PHUONG)["hh_size"] == 6
    assert [row.state for row in ledger(site)] == ["undone", "set_aside"]


def test_decide__drop__keeps_the_new_answer_and_says_who_and_why(site, signed_in):
    browser = signed_in(WHO.admin)
    number = set_aside(site, browser)
    assert "Đã bỏ 1 lần sửa" in text(browser.follow(decide(browser, "drop", number)))
    assert root(site, PHUONG)["hh_size"] == 6
    assert "admin: đã hỏi lại" in text(browser.get("/corrections/?state=dropped"))
    page = text(browser.get(f"/corrections/{number}"))
    assert "đã hỏi lại" in page
    assert 'name="act" value="apply"' not in page


def test_drop__taken_back_at_once__waits_for_the_decision_again(site, signed_in):
    browser = signed_in(WHO.admin)
    number = set_aside(site, browser)
    page = text(browser.follow(decide(browser, "drop", number)))
    form = re.search(r'<form method="post" action="(/corrections/restore[^"]*)">.*?</form>', page, re.S)
    fields = dict(re.findall(r'name="(n|reason)" value="([^"]*)"', form[0]))
    page = text(browser.follow(browser.post(form[1], **fields)))
    assert "Đã lấy lại 1 lần sửa đã bỏ" in page
    assert f'value="{number}" id="n-{number}"' in page
    assert [row.state for row in ledger(site)] == ["set_aside"]


def test_dropped__taken_back_on_its_page__with_a_reason_and_both_acts_told(site, signed_in):
    browser = signed_in(WHO.admin)
    number = set_aside(site, browser)
    decide(browser, "drop", number)
    browser.get(f"/corrections/{number}")
    answer = browser.post("/corrections/restore", n=number, reason=" ", page="one")
    assert answer.status_code == 400 and "Ghi lý do" in told(text(answer))
    browser.post("/corrections/restore", n=number, reason="bỏ nhầm hộ", page="one")
    page = text(browser.get(f"/corrections/{number}"))
    assert "Bỏ: đã hỏi lại" in page and "Lấy lại: bỏ nhầm hộ" in page
    answer = browser.post("/corrections/restore", n=number, reason="bỏ nhầm hộ", page="one")
    assert answer.status_code == 409
    other = signed_in(WHO.con_cuong)
    other.get("/corrections/")
    assert other.post("/corrections/restore", n=number, reason="x").status_code in (404, 409)
    assert [row.state for row in ledger(site)] == ["set_aside"]


def test_decide__several_at_once__each_on_its_own(site, signed_in):
    browser = signed_in(WHO.admin)
    first = set_aside(site, browser)
    second = set_aside(site, browser, AN, number=51, new="4")
    page = text(browser.get(f"/corrections/{second}"))
    assert re.search(r'value="apply" disabled aria-describedby="why"', page)
    assert "chỉ cần bỏ lần sửa" in page
    answer = decide(browser, "apply", first, second)
    assert answer.status_code == 409
    assert "Đã làm 1, chưa làm 1" in text(answer)
    assert {row.id: row.state for row in ledger(site)}[second] == "set_aside"
    assert root(site, PHUONG)["hh_size"] == 4


@pytest.mark.parametrize(("numbers", "reason"), [((), "x"), ((1,), " ")])
def test_decide__without_rows_or_reason__refused_and_kept(site, signed_in, numbers, reason):
    browser = signed_in(WHO.admin)
    assert set_aside(site, browser) == 1
    answer = decide(browser, "drop", *numbers, reason=reason)
    assert answer.status_code == 400
    assert ("Chọn ít nhất một dòng" if not numbers else "Ghi lý do") in told(text(answer))
    assert ('id="n-1" aria-label="Lần sửa số 1" checked' in text(answer)) == bool(numbers)
    assert events(site) == 1


def test_decide__on_a_version_that_is_no_more__refused(site, signed_in):
    browser = signed_in(WHO.admin)
    number = set_aside(site, browser)
    page = text(browser.get(f"/corrections/{number}"))
    known = dict(re.findall(r'name="(seen-[0-9]+)" value="([0-9a-f]+)"', page))
    send_again(site, PHUONG, "<hh_size>2<", "<hh_size>7<", number=60, after=50)
    for act in ("apply", "drop"):
        answer = browser.post("/corrections/decide", act=act, n=str(number), reason="x", page="one", **known)
        assert answer.status_code == 409
        assert "Phiếu đã đổi" in told(text(answer))
    forged = browser.post("/corrections/decide", act="apply", n=str(number), reason="x")
    assert forged.status_code == 409
    assert ledger(site)[0].state == "set_aside"


# the ledger


def test_ledger__filters__by_form_area_and_officer(site, signed_in):
    browser = signed_in(WHO.admin)
    empty = text(browser.get("/corrections/"))
    assert "Chưa có lần sửa nào" in empty
    save(browser, dialogue(PHUONG, "hh_size"), "4")
    save(browser, dialogue(THANG, "hh_size"), "5")

    def rows(query):
        return len(re.findall(r'<th scope="row">', text(browser.get(f"/corrections/?{query}"))))

    assert "Không còn lần sửa nào cần quyết định" in text(browser.get("/corrections/"))
    assert [rows(f"state={s}") for s in ("set_aside", "applied", "all", "undone", "nonsense")] == [
        0,
        2,
        2,
        0,
        0,
    ]
    assert rows(f"state=all&district={CON_CUONG}") == 1
    assert rows(f"state=all&district={CON_CUONG}&commune={MON_SON}") == 1
    assert rows(f"state=all&officer={DONG_VINH}-01") == 1
    assert rows("state=all&form=phieu_c1") == 0
    assert "Không có lần sửa nào khớp" in text(browser.get("/corrections/?state=all&form=phieu_c1"))


def test_ledger__pages__by_key(site, signed_in, monkeypatch):
    monkeypatch.setattr("processor.web.corrections.PAGE", 1)
    browser = signed_in(WHO.admin)
    save(browser, dialogue(PHUONG, "hh_size"), "4")
    save(browser, dialogue(PHUONG, "hh_class"), "7")
    page = text(browser.get("/corrections/?state=all"))
    assert "Phân loại hộ" in page
    assert "Số người" not in page
    older = unescape(re.search(r'rel="next" href="([^"]+)"', page)[1])
    page = text(browser.get(older))
    assert "Số người" in page
    assert 'rel="next"' not in page


# rights


def test_rights__another_area__nothing_is_there(site, signed_in):
    browser, foreign = signed_in(WHO.admin), signed_in(WHO.con_cuong)
    known = seen(text(browser.get(dialogue(PHUONG, "hh_size"))))
    number = set_aside(site, browser)
    for address in (dialogue(PHUONG, "hh_size"), f"/corrections/{number}"):
        assert foreign.get(address).status_code == 404
    foreign.get("/")
    address = dialogue(PHUONG, "hh_size")
    assert foreign.post(address, seen=known, act="save", value="9", **WHY).status_code == 404
    assert foreign.post("/corrections/undo", n=str(number), reason="x").status_code == 404
    for act in ("apply", "drop"):
        answer = foreign.post("/corrections/decide", act=act, n=str(number), reason="x")
        assert answer.status_code == 409
        assert "không còn ở tình trạng đó" in text(answer)
    page = text(foreign.get("/corrections/?state=all"))
    assert "Chưa có lần sửa nào" in page
    assert 'class="n num"' not in re.search(r'href="/corrections/".*?</a>', page, re.S)[0]
    assert events(site) == 1


def test_rights__hidden_class__nothing_is_there(site, signed_in):
    secret, other = signed_in(WHO.secret), signed_in(WHO.admin)
    save(secret, dialogue(PHUONG, "hiv"), "0")
    send_again(site, PHUONG, "<hiv>1<", "<hiv><", number=50)
    number = ledger(site)[0].id
    assert count_set_aside(site.store, ALL) == 1
    assert secret.get(f"/corrections/{number}").status_code == 200
    for address in (dialogue(PHUONG, "hiv"), f"/corrections/{number}"):
        assert other.get(address).status_code == 404
    other.get("/")
    assert other.post(dialogue(PHUONG, "hiv"), seen="x", act="save", value="0", **WHY).status_code == 404
    assert other.post("/corrections/undo", n=str(number), reason="x").status_code == 404
    page = page_of(other, PHUONG)
    assert "Giấy xác nhận HIV" not in re.search(r'aria-labelledby="h-cor".*?</section>', page, re.S)[0]
    assert "Chưa có lần sửa nào" in text(other.get("/corrections/?state=all"))
    assert events(site) == 1


@pytest.mark.parametrize(
    "column", ["photo", "head_name_norm", "needs__01", "_area", "submission_id", "nothing"]
)
def test_rights__what_is_no_answer_to_type__is_not_offered(visitor, column):
    assert visitor(WHO.admin).get(dialogue(PHUONG, column)).status_code == 404


@pytest.mark.parametrize(
    "change", [{"form": "x"}, {"table": "c_members"}, {"row": "x"}, {"submission": "x"}, {"row": ""}]
)
def test_address__that_no_page_gave__is_not_found(visitor, change):
    address = dialogue(PHUONG, "hh_size")
    wrong = "&".join(f"{k}={v}" for k, v in change.items())
    kept = "&".join(part for part in address.partition("?")[2].split("&") if part.split("=")[0] not in change)
    assert visitor(WHO.admin).get(f"/corrections/new/?{kept}&{wrong}").status_code == 404
    assert visitor(WHO.admin).get("/corrections/999999999999999999").status_code == 404
    assert visitor(WHO.admin).get("/corrections/?before=99999999999999999999&done=x&act=y").status_code == 200


def test_practice__stays_apart(site, signed_in):
    browser = signed_in(WHO.admin)
    assert browser.get(dialogue(PRACTICE, "hh_size")).status_code == 404
    answer = save(browser, dialogue(PRACTICE, "hh_size", data="practice"), "4")
    assert "data=practice" in answer.headers["Location"]
    assert "TẬP HUẤN" in text(browser.follow(answer)).upper()
    assert ledger(site) == []
    assert [row.practice for row in ledger(site, "practice")] == [True]
    assert "Chưa có lần sửa nào" in text(browser.get("/corrections/?state=all"))
    assert "Số người" in text(browser.get("/corrections/?state=all&data=practice"))


def test_answers__with_markup__are_shown_as_text(site, signed_in):
    browser = signed_in(WHO.admin)
    answer = save(browser, dialogue(PHUONG, "head_name"), "<script>alert(1)</script>", reason="<b>x</b>")
    pages = (
        text(browser.follow(answer))
        + text(browser.get("/corrections/?state=all"))
        + text(browser.get("/corrections/1"))
    )
    assert "<script>alert" not in pages
    assert "<b>x</b>" not in pages


def test_correct__rows_stay_equal_to_raw_and_corrections(site, signed_in):
    save(signed_in(WHO.admin), dialogue(PHUONG, "hh_size"), "4")
    record = pull(site.store, site.server, site.store.config.form("phieu_c"), full=True)
    assert record.state == "equal"
    assert root(site, PHUONG)["hh_size"] == 4
