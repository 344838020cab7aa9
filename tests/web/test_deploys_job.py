"""A questionnaire deployed in the browser: ledger, folder, twice, two people, killed half-way, back to an earlier version."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from processor.errors import Message, ServerError
from processor.publish import turn
from processor.servers.builtin.server import BuiltinServer
from processor.store.access import Rights, add_user, set_password
from processor.store.deploys import list_deploys
from processor.store.open import Store
from processor.web import deploy_job
from processor.web.deploy_draft import Drafts
from processor.web.deploy_job import read_run
from processor.web.passwords import hash_password
from tests.forms.pairs import put, remove
from tests.forms.pairs import words as wording
from tests.forms.projects import made
from tests.killing import die_at_commit
from tests.web.deploying import (
    DRAFT,
    FORM,
    HASH,
    RUN,
    TRY,
    Changing,
    book,
    changing,
    deploy,
    plain,
    press,
    site,
    tick,
    to_try,
    upload,
    words,
)
from tests.web.example import PASSWORD

__all__ = ["made", "site"]
SECOND = book("2", remove("ill"))


def ledger(site: Changing) -> list[tuple[str, str, str, str]]:
    return [(d.version, d.act, d.result, d.actor) for d in list_deploys(site.store, FORM)]


def second_admin(site: Changing) -> str:
    from datetime import UTC, datetime

    hashed = hash_password(PASSWORD)
    rights = Rights("admin", ("*",), frozenset({"open"}))
    user = add_user(site.store.engine, ("lan", "Người lan"), hashed, rights, datetime.now(UTC))
    set_password(site.store.engine, user.id, hashed, must_change=False)
    return "lan"


def start_blocked(site: Changing, monkeypatch) -> tuple[threading.Event, threading.Event]:
    """The form server begins a deploy (first event) and ends it when the second is set."""
    begun, free = threading.Event(), threading.Event()
    real = BuiltinServer.deploy

    def slow(self, package):
        begun.set()
        assert free.wait(30)
        return real(self, package)

    monkeypatch.setattr(BuiltinServer, "deploy", slow)
    monkeypatch.setattr(deploy_job, "MOMENT", 0)
    return begun, free


def test_deploy__phones_tables_ledger_folder_and_a_pull(site):
    browser = site.enter()
    page = deploy(browser, SECOND)
    assert "Bản 2 đã triển khai" in page
    assert (site.phones_get(), site.versions()) == ("2", ["1", "2"])
    assert ledger(site)[0] == ("2", "deploy", "published", "admin")
    [change] = list_deploys(site.store, FORM)[0].changes
    assert change["level"] == "careful" and "Bỏ câu hỏi sec_b/ill" in change["vi"]
    assert site.place.read_bytes() == SECOND
    assert site.waker.woken == [FORM]
    assert "Chưa có bản nào chờ triển khai" in words(browser.get(DRAFT))
    assert list((site.config.data / "forms" / FORM).glob("*.xlsx")) == []
    home = plain(words(browser.get("/forms/")))
    assert "c.xlsx 2 2 giống Đạt" in home and "2 admin máy chủ đi kèm đã triển khai" in home


def test_deploy__the_same_again__unchanged_and_no_row(site):
    browser = site.enter()
    deploy(browser, SECOND)
    before = ledger(site)
    page = to_try(browser, SECOND)
    assert "Máy chủ đã có đúng bản này: không gửi gì" in page
    assert "Bản 2 không thay đổi" in words(browser.follow(press(browser, page)))
    assert ledger(site) == before and len(site.versions()) == 2


def test_deploy__what_was_in_the_folder_and_never_published__is_kept(site):
    work = book("9", wording("rooms", "An afternoon's work"))
    site.place.write_bytes(work)
    page = deploy(site.enter(), SECOND)
    assert "giữ lại thành c.before-2.xlsx" in page
    assert site.place.with_name("c.before-2.xlsx").read_bytes() == work


def test_deploy__lowered_class__stands_in_the_ledger(site):
    deploy(site.enter(), book("2", put("poor", data_class="open")), allow="1")
    [change] = list_deploys(site.store, FORM)[0].changes
    assert change["level"] == "careful" and "Mức bảo vệ của sec_b/poor hạ từ" in change["vi"]
    assert site.store.plan("c").by_name["poor"].data_class == "open"


def test_deploy__meanwhile_another_file_was_uploaded__refused(site):
    browser, other = site.enter(), site.enter(second_admin(site))
    page = to_try(browser, SECOND)
    to_try(other, book("3", remove("pigs")))
    answer = press(browser, page)
    assert answer.status_code == 409 and "Trong lúc đó đã có tệp khác được nạp" in words(answer)
    assert (site.phones_get(), len(ledger(site))) == ("1", 1)


def test_deploy__ticked_by_somebody_else__back_to_the_differences(site):
    browser, other = site.enter(), site.enter(second_admin(site))
    page = to_try(browser, SECOND)
    other.get(DRAFT)
    answer = press(other, page)
    assert answer.status_code == 409 and "Bỏ câu hỏi sec_b/ill" in words(answer)
    assert site.phones_get() == "1"


def test_deploy__something_new_differs_since_the_ticks__back_to_the_differences(site):
    """A version that brings another question came from the command line meanwhile."""
    browser = site.enter()
    page = to_try(browser, book("3", remove("ill")))
    package = site.server
    from processor.forms.xlsform import read_package

    site.place.write_bytes(book("2", wording("rooms", "Other rooms"), put("pigs", name="geese")))
    package = read_package(site.place, site.config.media)
    site.server.deploy(package)
    site.store.register(package)
    answer = press(browser, page)
    assert answer.status_code == 409
    assert "Từ khi bạn xác nhận đã có thay đổi mới" in words(answer) and "sec_b/geese" in words(answer)
    assert site.phones_get() == "2"


def test_deploy__compared_again_where_it_is_done(site, monkeypatch):
    """What comes between the page's comparison and the deploy itself is seen by the job."""
    browser = site.enter()
    page = to_try(browser, SECOND)
    real = deploy_job.prepare

    def later(config, server, store, form, **options):
        with site.store.engine.connect():
            ready = real(config, server, store, form, **options)
        from processor.forms.difference import Difference

        new = Difference("removed", "sec_b/pigs", "integer", "", "careful")
        object.__setattr__(ready, "differences", (*ready.differences, new))
        return ready

    monkeypatch.setattr(deploy_job, "prepare", later)
    answer = press(browser, page)
    assert answer.status_code == 409 and "Từ khi bạn xác nhận" in words(answer)
    assert (site.phones_get(), site.waker.woken) == ("1", [])


def test_deploy__runs_while_the_page_is_left__and_the_second_person_is_told_who(site, monkeypatch):
    browser, other = site.enter(), site.enter(second_admin(site))
    page = to_try(browser, SECOND)
    begun, free = start_blocked(site, monkeypatch)
    try:
        assert press(browser, page).headers["Location"] == RUN
        assert begun.wait(30)
        told = words(browser.get(RUN))
        assert 'data-poll="2000"' in told and '<meta http-equiv="refresh"' in told
        assert "Gửi lên máy chủ, đọc lại bản điện thoại nhận, tạo bảng đang làm" in plain(told)
        assert "Đang triển khai." in plain(words(other.get("/forms/")))
        answer = press(other, page)
        assert answer.status_code == 409
        assert "Người admin đang triển khai phiếu này từ" in words(answer)
        for address in (f"{DRAFT}/drop", f"/forms/{FORM}/rollback", f"/forms/{FORM}/folder"):
            assert other.post(address, version="1", sha256=HASH.search(page)[1]).headers["Location"] == RUN
        assert other.get(DRAFT).headers["Location"] == RUN
    finally:
        free.set()
    site.wait()
    assert "Bản 2 đã triển khai" in words(browser.get(RUN))
    assert ledger(site)[0][2] == "published"


def test_deploy__the_command_is_at_it__refused_and_nothing_is_sent(site):
    browser = site.enter()
    page = to_try(browser, SECOND)
    with turn(site.store, FORM):
        told = words(browser.follow(press(browser, page)))
    assert "Một người hoặc một lệnh khác đang triển khai" in told and site.phones_get() == "1"
    assert "Bản 2 đã triển khai" in words(browser.follow(press(browser, words(browser.get(TRY)))))


@pytest.mark.parametrize("at", range(1, 6))
def test_deploy__killed_at_each_commit__the_same_click_repairs(site, monkeypatch, at):
    """The process dies, as by `kill -9`, at the n-th commit of the store or the form server."""
    browser = site.enter()
    to_try(browser, SECOND)
    child = os.fork()
    if not child:  # never returns
        try:
            with changing() as found:
                page = words((person := found.enter()).get(TRY))
                die_at_commit(found.store.engine, at)
                die_at_commit(found.server.inbox.engine, at)
                press(person, page)
                found.wait()
        finally:
            os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    with changing() as again:
        person = again.enter()
        run = read_run(Drafts(again.config.data / "forms" / FORM, FORM))
        stopped = "dừng giữa chừng" in words(person.get("/forms/"))
        assert stopped == (run is not None and not run.is_over)
        if run is None or not run.is_over:
            told = words(person.follow(press(person, words(person.get(TRY)))))
            assert "Bản 2 đã triển khai" in told or "Bản 2 không thay đổi" in told
        assert (again.phones_get(), again.versions()) == ("2", ["1", "2"])
        assert again.place.read_bytes() == SECOND
        assert "started" not in [row[2] for row in ledger(again)]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_deploy__killed_before_the_folder__said_and_the_same_click_repairs(site, monkeypatch):
    browser = site.enter()
    page = to_try(browser, SECOND)

    def killed(*_arguments):
        raise SystemExit  # ends the thread as a kill does

    with monkeypatch.context() as patch:
        patch.setattr(deploy_job, "put_in_place", killed)
        press(browser, page)
    assert site.phones_get() == "2" and site.place.read_bytes() != SECOND
    with changing() as again:
        person = again.enter()
        assert "Lần triển khai trước dừng giữa chừng" in words(person.get("/forms/"))
        assert "dừng giữa chừng" in words(person.get(RUN)) and "Làm lại" in words(person.get(RUN))
        told = words(person.follow(press(person, words(person.get(TRY)))))
        assert "Bản 2 không thay đổi" in told and again.place.read_bytes() == SECOND


def test_deploy__the_form_server_fails__said_and_again(site, monkeypatch):
    browser = site.enter()
    page = to_try(browser, SECOND)

    def gone(self, package):
        raise ServerError(Message.SERVER_AWAY, since="now")

    with monkeypatch.context() as patch:
        patch.setattr(BuiltinServer, "deploy", gone)
        told = words(browser.follow(press(browser, page)))
    assert "Máy chủ biểu mẫu không nhận hoặc không trả lời" in told and "has not answered" in told
    assert ledger(site)[0][2] == "failed" and site.place.read_bytes() != SECOND
    assert "Bản 2 đã triển khai" in words(browser.follow(press(browser, words(browser.get(TRY)))))


def test_deploy__folder_cannot_be_written__said_and_repaired(site, monkeypatch):
    browser = site.enter()
    page = to_try(browser, SECOND)

    def full(*_arguments):
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(deploy_job, "put_in_place", full)
        told = words(browser.follow(press(browser, page)))
    assert "không ghi được tệp vào thư mục xlsforms" in told and site.phones_get() == "2"
    browser.follow(press(browser, words(browser.get(TRY))))
    assert site.place.read_bytes() == SECOND


def test_deploy__fault_of_the_service__said_and_logged_without_data(site, monkeypatch, caplog):
    browser = site.enter()
    page = to_try(browser, SECOND)

    def broken(self, package):
        raise RuntimeError("Lô Thị 1")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "register", broken)
        told = words(browser.follow(press(browser, page)))
    assert "lỗi của dịch vụ" in told and "Lô Thị 1" not in told + caplog.text
    assert "a deploy stopped: RuntimeError" in caplog.text
    assert "Bản 2 không thay đổi" in words(browser.follow(press(browser, words(browser.get(TRY)))))
    assert site.versions() == ["1", "2"]


# Back to an earlier version


def test_rollback__preview_ticks_and_the_content_of_then(site):
    browser = site.enter()
    deploy(browser, book("2", remove("pigs")))
    page = words(browser.follow(browser.post(f"/forms/{FORM}/rollback", version="1")))
    assert "Nội dung của bản 1" in page and "sec_b/pigs" in page
    version = site.place.read_bytes()
    page = words(browser.follow(tick(browser, page)))
    told = words(browser.follow(press(browser, page)))
    new = site.phones_get()
    assert f"Nội dung bản 1 đã trở lại, là bản {new}" in told and len(new) == 10
    first, _second, third = site.store.versions(FORM)
    assert third.items == first.items and site.place.read_bytes() != version
    row = list_deploys(site.store, FORM)[0]
    assert (row.act, row.back_to, row.result, row.actor) == ("rollback", "1", "published", "admin")
    answer = browser.post(f"/forms/{FORM}/rollback", version="1")
    assert answer.status_code == 409 and "Điện thoại đã có nội dung của bản 1" in words(answer)


def test_rollback__an_edited_workbook_waits__refused_and_it_stays(site):
    browser = site.enter()
    deploy(browser, SECOND)
    upload(browser, book("3", remove("pigs")))
    answer = browser.post(f"/forms/{FORM}/rollback", version="1")
    assert answer.status_code == 409 and "Bản 3 đang chờ triển khai" in words(answer)
    assert "đưa bản 3 lên máy chủ" in words(browser.get(DRAFT))


def test_rollback__to_no_earlier_version__refused(site):
    browser = site.enter()
    browser.get("/forms/")
    answer = browser.post(f"/forms/{FORM}/rollback", version="7")
    assert answer.status_code == 409 and "Không có bản trước 7" in words(answer)


def test_rollback__to_a_lower_class__needs_the_same_leave(site):
    browser = site.enter()
    deploy(browser, book("2", put("pigs", data_class="secret")))
    page = words(browser.follow(browser.post(f"/forms/{FORM}/rollback", version="1")))
    assert "Cần cho phép" in page and tick(browser, page).status_code == 400
    assert tick(browser, page, allow="1").headers["Location"] == TRY
