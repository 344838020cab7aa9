"""Imports in the background: how far they are, one at a time, killed, broken off, found again."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from processor.store import sheet_import
from processor.store.corrections import Cell, correct, list_corrections
from processor.store.lease import leased
from processor.store.query import read_submission
from processor.store.sheet_import import SHEETS
from processor.web import sheet_job
from processor.web.sheet_progress import Progress
from tests.store.sheets import BOSS, fill
from tests.web import checked_site
from tests.web.checked_site import ALL, FORM, found
from tests.web.conftest import text
from tests.web.example import HOUSEHOLDS
from tests.web.test_sheets import WHO, WHY, bring, ended, enter, line_of, site, take

__all__ = ["site"]
_PHUONG, AN, _QUYET, THANG = HOUSEHOLDS


def filled(site, browser, tmp_path):
    """A sheet with two corrections and an act, looked at; the address of the preview."""
    file = take(browser, tmp_path / "s.xlsx")
    rows = {
        line_of(file, "F-1", AN): {"new": "1", **WHY},
        line_of(file, "TYPE", THANG): {"new": "4", **WHY},
        line_of(file, "F-2", AN): {"handling": "trả lại", "reason": "xem lại"},
    }
    return bring(browser, fill(file, rows))


def test_import__while_a_pull_runs__goes_on_alone_and_tells_how_far_it_is(site, tmp_path, monkeypatch):
    monkeypatch.setattr(sheet_job, "MOMENT", 0)
    browser = enter(site, WHO.province)
    address = filled(site, browser, tmp_path)
    with leased(site.store.engine, FORM):
        answer = browser.post(f"{address}/import")
        assert answer.headers["Location"] == address
        job = site.app.extensions[sheet_job.KEY].popitem()[1]
        site.app.extensions[sheet_job.KEY][job.kept.name] = job
        while "1 trên 3 dòng" not in (page := text(browser.get(address))):
            assert job.thread.is_alive()
        assert "Đang nhập bảng số" in page
        assert '<meta http-equiv="refresh"' in page and 'data-poll="2000"' in page
        assert list_corrections(site.store, ALL) == []
        assert browser.post(f"{address}/import").headers["Location"] == address, "a second click looks on"
        assert browser.post(f"{address}/drop").headers["Location"] == address
        later = enter(site, WHO.province)
        assert "đang được nhập" in text(later.get("/sheets/"))
    ended(site)
    page = text(later.get("/sheets/"))
    assert "đang được nhập" not in page and "Bạn đã nhập bảng số" in page
    link = re.search(r'href="(/sheets/[0-9a-f]{32})"', page)[1]
    assert link == address
    page = text(later.get(link))
    assert "Kết quả nhập bảng số" in page and 'http-equiv="refresh"' not in page
    assert len(list_corrections(site.store, ALL)) == 2
    assert "Bạn đã nhập bảng" not in text(enter(site, WHO.admin).get("/sheets/"))


def test_import__another_one_runs__refused_with_words_and_the_sheet_stays(site, tmp_path):
    browser = enter(site, WHO.province)
    address = filled(site, browser, tmp_path)
    with leased(site.store.engine, "", task=SHEETS):
        answer = browser.post(f"{address}/import")
    assert answer.status_code == 503 and "Một bảng khác đang được nhập" in text(answer)
    assert list_corrections(site.store, ALL) == []
    assert "Một bảng khác đang được nhập" not in text(browser.get(address))
    assert "Kết quả nhập" in text(browser.follow(browser.post(f"{address}/import")))
    assert len(list_corrections(site.store, ALL)) == 2


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_import__killed_half_way__said_so_and_the_same_click_settles_it(
    site, tmp_path, monkeypatch, checked_folder
):
    browser = enter(site, WHO.province)
    address = filled(site, browser, tmp_path)
    real, made = sheet_import.correct_many, []

    def once(*arguments):
        if made:
            raise SystemExit  # ends the thread as a kill does: nothing of ours runs any more
        made.append(1)
        return real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(sheet_import, "correct_many", once)
        patch.setattr(sheet_import, "PART", 1)
        browser.post(f"{address}/import")
    assert len(list_corrections(site.store, ALL)) == 1
    again = checked_site.open_checked(site.home, checked_folder / "root")
    try:
        browser = enter(again, WHO.province)
        assert "dừng giữa chừng" in text(browser.get("/sheets/"))
        page = text(browser.get(address))
        assert "Lần nhập dừng giữa chừng" in page and "Làm 1 dòng" in page
        page = text(browser.follow(browser.post(f"{address}/import")))
    finally:
        ended(again)
        again.close()
    assert "Kết quả nhập bảng số" in page and "Đã làm từ trước" in page
    assert len(list_corrections(site.store, ALL)) == 2
    assert [
        row.state for row in found(site, rules=frozenset({"F-2"})) if row.submission_id == AN.instance_id
    ] == ["returned"]


def test_import__fault_of_the_service__said_so_logged_without_data(site, tmp_path, monkeypatch, caplog):
    browser = enter(site, WHO.province)
    address = filled(site, browser, tmp_path)

    def gone(*_arguments):
        raise OSError(f"disk {AN.instance_id}")

    with monkeypatch.context() as patch:
        patch.setattr(sheet_import, "correct_many", gone)
        answer = browser.post(f"{address}/import")
    assert answer.status_code == 503 and "vì lỗi của máy chủ" in text(answer)
    assert "import of a sheet stopped: OSError" in caplog.text and AN.instance_id not in caplog.text
    assert "Kết quả nhập" in text(browser.follow(browser.post(f"{address}/import")))


def test_result__cell_corrected_meanwhile__who_and_when(site, tmp_path):
    browser = enter(site, WHO.province)
    address = filled(site, browser, tmp_path)
    sha256 = read_submission(site.store, FORM, THANG.instance_id, ALL).versions[-1].sha256
    cell = Cell(FORM, THANG.instance_id, "c", THANG.instance_id, "hh_size", sha256)
    correct(site.store, BOSS, ALL, cell, "2", **WHY)
    page = text(browser.follow(browser.post(f"{address}/import")))
    assert "boss đã sửa câu trả lời này" in page
    assert read_submission(site.store, FORM, THANG.instance_id, ALL).root["hh_size"] == 2
    page = text(browser.get(f"{address}?outcome=refused"))
    assert "boss đã sửa câu trả lời này" in page, "kept with the outcome"


@pytest.mark.parametrize(
    ("done", "first", "since", "left"),
    [(0, 0, "", None), (200, 200, "x", None), (600, 200, "x", 30), (1000, 200, "x", 1)],
)
def test_time_left__by_the_pace_of_lines_that_needed_work(done, first, since, left):
    now = datetime(2026, 4, 1, 8, 0, 30, tzinfo=UTC)
    told = Progress(1, 1000, done, first, (now - timedelta(seconds=30)).isoformat() if since else "")
    assert told.seconds_left(now) == left
    assert told.is_checking == (done == 1000)
