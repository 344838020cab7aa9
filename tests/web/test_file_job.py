"""Large files in the background: how far they are, found again, taken with the rights of that moment, broken off."""

from __future__ import annotations

import csv
import io
import threading

import pytest

from processor.reports import delivery, job
from processor.store.access import Rights, find_user, set_rights
from processor.store.ledger import list_downloads
from processor.web import file_job
from processor.web.file_job import FileJob
from tests.web.conftest import text
from tests.web.example import CON_CUONG, People
from tests.web.test_downloads import make_file

WHO = People()
LONGEST = 60


class Gate:
    """Holds files after their first row."""

    def __init__(self) -> None:
        self.reached, self.open = threading.Event(), threading.Event()

    def note(self, real, one: FileJob, done: int) -> None:
        real(one, done)
        self.reached.set()
        assert self.open.wait(LONGEST)


@pytest.fixture
def gate(monkeypatch):
    """Every file is a large one, and waits after its first row."""
    found, real = Gate(), FileJob._note
    monkeypatch.setattr(file_job, "LARGE", 0)
    monkeypatch.setattr(job, "STEP", 1)
    monkeypatch.setattr(FileJob, "_note", lambda one, done: found.note(real, one, done))
    yield found
    found.open.set()


def ended(site):
    """All files of the site have ended."""
    for one in list(site.app.extensions.get(file_job.KEY, {}).values()):
        one.thread.join(LONGEST)
        assert not one.thread.is_alive()


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_large_file__made_in_the_background__told_how_far_then_handed_out(site, signed_in, gate, file_format):
    browser = signed_in(WHO.admin)
    address = make_file(browser, file_format=file_format).headers["Location"]
    assert address.startswith("/downloads/making/")
    assert gate.reached.wait(LONGEST)
    page = text(browser.get(address))
    assert "Đang tạo tệp" in page and "1 trên 4 dòng" in page
    assert '<meta http-equiv="refresh"' in page and 'data-poll="2000"' in page
    assert list_downloads(site.store.engine, None)[0].state == "started", "the ledger comes first"
    assert make_file(browser, file_format=file_format).headers["Location"] == address, (
        "a second click looks on"
    )
    assert f'href="{address}"' in text(signed_in(WHO.admin).get("/downloads/"))
    assert "đang được tạo" not in text(signed_in(WHO.province).get("/downloads/"))
    assert signed_in(WHO.province).get(address).headers["Location"] == "/downloads/", "nobody else's"

    gate.open.set()
    ended(site)
    (entry,) = list_downloads(site.store.engine, None)
    assert browser.get(address).headers["Location"] == f"/downloads/?made={entry.id}"
    assert (entry.state, entry.row_count, entry.purpose) == ("done", 4, "Đối chiếu danh sách chi trả tháng 4")
    answer = browser.get(f"/downloads/{entry.id}/file")
    assert answer.status_code == 200
    if file_format == "csv":
        assert len(list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))) == 4


def test_large_file__rights_taken_while_it_is_made__is_not_handed_out(site, signed_in, gate):
    browser = signed_in(WHO.province)
    address = make_file(browser).headers["Location"]
    assert gate.reached.wait(LONGEST)
    user = find_user(site.store.engine, WHO.province)
    set_rights(site.store.engine, user.id, Rights("district", (CON_CUONG,), user.classes))
    gate.open.set()
    ended(site)
    (entry,) = list_downloads(site.store.engine, None)
    page = text(browser.follow(browser.get(address)))
    assert f"/downloads/{entry.id}/file" not in page
    assert browser.get(f"/downloads/{entry.id}/file").status_code == 403


def test_large_file__disk_full__said_once_and_the_ledger_has_it(site, signed_in, monkeypatch, caplog):
    def full(_path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(file_job, "LARGE", 0)
    monkeypatch.setattr(delivery, "seal", full)
    site.app.config["PROPAGATE_EXCEPTIONS"] = False
    browser = signed_in(WHO.admin)
    address = make_file(browser).headers["Location"]
    ended(site)
    assert browser.get(address).status_code >= 500
    assert "a file stopped: ConfigError" in caplog.text
    assert browser.get(address).headers["Location"] == "/downloads/"
    assert [row.state for row in list_downloads(site.store.engine, None)] == ["failed"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_large_file__stopped_half_way__said_so_and_no_file(site, signed_in, monkeypatch):
    def stop(_one, _done):
        raise SystemExit  # ends the thread as a kill does

    monkeypatch.setattr(file_job, "LARGE", 0)
    monkeypatch.setattr(FileJob, "_note", stop)
    browser = signed_in(WHO.admin)
    address = make_file(browser).headers["Location"]
    ended(site)
    page = text(browser.follow(browser.get(address)))
    assert "Không còn biết tệp này ra sao" in page
    (entry,) = list_downloads(site.store.engine, None)
    assert browser.get(f"/downloads/{entry.id}/file").status_code == 404
    unknown = text(browser.follow(browser.get("/downloads/making/0123456789abcdef0123456789abcdef")))
    assert "Không còn biết tệp này ra sao" in unknown


def test_large_file_of_practice__its_page_says_so(signed_in, gate, monkeypatch):
    monkeypatch.setattr(file_job, "LARGE", -1)
    browser = signed_in(WHO.admin)
    browser.get("/downloads/?data=practice")
    fields = {"table": "c", "profile": "codes", "file_format": "csv", "classes": []}
    answer = browser.post("/downloads/?data=practice", **fields)
    assert gate.reached.wait(LONGEST)
    assert "TẬP HUẤN" in text(browser.follow(answer))
