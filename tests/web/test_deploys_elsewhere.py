"""A questionnaire deployed in the browser when ODK Central or KoboToolbox is behind, over real HTTP."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import pytest
from openpyxl import load_workbook

from processor.servers.http import Retries
from processor.servers.open import close_server, open_server
from processor.store.deploys import list_deploys
from processor.web import behind
from processor.web.deploy_job import KEY
from tests.conftest import ROOT
from tests.web.deploying import DRAFT, FORM, HASH, RUN, TRY, plain, press, tick, upload, words
from tests.web.elsewhere import Place, place

VERSION = "2016041401"


@pytest.fixture(params=["central", "kobo"])
def there(request, quick_hashes: None, tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """The site with its own copy of the workbooks; nobody waits long for a server that is away."""
    home = tmp_path / "home"
    with place(request.param, home, interviews=0) as found:
        (home / "xlsforms").unlink()
        shutil.copytree(ROOT / "xlsforms", home / "xlsforms")
        monkeypatch.setattr(behind, "PAUSE", 0.0)
        monkeypatch.setenv("PATH", "")  # ODK Validate runs in test_check.py
        monkeypatch.setattr(behind, "opened", impatient)
        yield found
        found.fake.faults.clear()
        wait(found)


@contextmanager
def impatient(config):
    server = open_server(config, retries=Retries(attempts=1))
    try:
        yield server
    finally:
        close_server(server)


def wait(there: Place) -> None:
    for job in there.app.extensions.get(KEY, {}).values():
        job.thread.join(60)


def edited() -> bytes:
    """Form C with one question fewer and a new version, as Excel would save it."""
    book = load_workbook(ROOT / "xlsforms" / "c.xlsx")
    survey, head = book["survey"], [cell.value for cell in book["survey"][1]]
    kinds = [row[head.index("type")].value for row in survey.iter_rows()]
    names = [row[head.index("name")].value for row in survey.iter_rows()]
    survey.delete_rows(1 + next(n for n, k in enumerate(kinds) if k == "text" and names[n] == "head_phone"))
    settings = book["settings"]
    column = next(cell.column for cell in settings[1] if cell.value == "version")
    settings.cell(row=2, column=column).value = VERSION
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def phones_get(there: Place) -> list[str]:
    return [d.version for d in there.server.deployed() if d.form_id == FORM and d.current]


def ended(there: Place, browser, page: str) -> str:
    """Deploy what the page shows; the page that says how it ended."""
    assert press(browser, page).headers["Location"] == RUN
    wait(there)
    return words(browser.get(RUN))


def test_deploy__server_away_broken_off_and_back__once_there(there):
    browser, content = there.browser(), edited()
    page = upload(browser, content)
    assert "head_phone" in page
    before = phones_get(there)

    there.fake.faults.add("reset", times=999)
    assert "chưa hỏi được máy chủ" in words(browser.get("/forms/"))
    assert "head_phone" in words(browser.get(DRAFT))
    away = browser.follow(tick(browser, page))
    assert away.status_code == 503 and "Máy chủ biểu mẫu không trả lời" in words(away)
    assert press(browser, page).status_code == 503
    there.fake.faults.clear()
    assert phones_get(there) == before

    ready = words(browser.get(TRY))
    assert "XForm" in ready and "communes.csv" in ready and "điện thoại đã có" in ready
    there.fake.faults.add("reset", match="(POST|PUT|PATCH) .*(draft|imports)", times=999)
    told = ended(there, browser, ready)
    there.fake.faults.clear()
    assert "Máy chủ biểu mẫu không nhận hoặc không trả lời" in told and phones_get(there) == before
    workbook = there.config.form(FORM).workbook
    assert workbook.read_bytes() != content

    told = ended(there, browser, words(browser.get(TRY)))
    assert f"Bản {VERSION} đã triển khai" in told, plain(told)
    assert phones_get(there) == [VERSION] and workbook.read_bytes() == content
    rows = [(d.result, d.actor, d.server) for d in list_deploys(there.store, FORM)][:2]
    assert rows == [("published", "admin", there.fake.kind), ("failed", "admin", there.fake.kind)]
    assert HASH.search(words(browser.get(DRAFT))) is None
