"""A site over a small project whose questionnaire is changed in the browser: version 1 is published, three households answered."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from processor.app import create_app
from processor.config import Config, load_config
from processor.servers.builtin.server import BuiltinServer, open_builtin
from processor.store.open import Store, open_store
from processor.web.deploy_job import KEY
from tests.conftest import ROOT
from tests.forms.pairs import Edit, workbook
from tests.forms.projects import FIT, open_project
from tests.web import example
from tests.web.conftest import COMPILED, Browser, Waker, text

FORM = "phieu_c"
HASH = re.compile(r'name="sha256" value="([0-9a-f]{64})"')
TICK = re.compile(r'name="seen" value="([0-9a-f]+)"')
DRAFT, TRY, RUN = f"/forms/{FORM}/draft", f"/forms/{FORM}/draft/try", f"/forms/{FORM}/deploy"


@dataclass
class Changing:
    """The parts of the site."""

    app: Flask
    config: Config
    store: Store
    server: BuiltinServer
    waker: Waker

    @property
    def place(self) -> Path:
        """Where the workbook in use lies."""
        return self.config.form(FORM).workbook

    def versions(self) -> list[str]:
        return [form.version for form in self.store.versions(FORM)]

    def phones_get(self) -> str:
        [current] = [d.version for d in self.server.deployed() if d.current]
        return current

    def enter(self, username: str = "admin") -> Browser:
        browser = Browser(self.app)
        assert browser.sign_in(username).status_code == 303
        return browser

    def wait(self) -> None:
        """Until no deploy runs."""
        for job in self.app.extensions.get(KEY, {}).values():
            job.thread.join(30)


def prepared(made: Path, folder: Path) -> None:
    """A copy of the project, with what the pages read beside."""
    shutil.copytree(made, folder, dirs_exist_ok=True)
    for name in ("codes", "rules.csv"):
        (folder / "config" / name).symlink_to(ROOT / "config" / name)
    store = open_store(load_config())
    example.add_people(store)
    store.engine.dispose()


@contextmanager
def changing() -> Iterator[Changing]:
    """The site of the project that the environment names."""
    config = load_config()
    store, server, waker = open_store(config), open_builtin(config), Waker()
    app = create_app(config, store, server, waker)
    app.jinja_env.bytecode_cache = COMPILED
    site = Changing(app, config, store, server, waker)
    try:
        yield site
    finally:
        site.wait()
        store.engine.dispose()
        server.inbox.engine.dispose()


@pytest.fixture
def site(
    quick_hashes: None, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Changing]:
    """The site on a copy of the project of its own; `made` and this are named in the module that uses them."""
    open_project(tmp_path, monkeypatch)
    prepared(made, tmp_path)
    with changing() as found:
        yield found


def book(version: str, *edits: Edit) -> bytes:
    """The questionnaire with these changes, as Excel saves it."""
    return workbook(version, *FIT, *edits)


def send_file(browser: Browser, content: bytes, name: str = "c.xlsx") -> TestResponse:
    browser.get("/forms/")
    return browser.post("/forms/upload", file=(BytesIO(content), name))


def upload(browser: Browser, content: bytes) -> str:
    """The page of the draft."""
    answer = send_file(browser, content)
    assert answer.status_code == 303, plain(words(answer))
    return words(browser.follow(answer))


def words(answer: TestResponse) -> str:
    """The page with its markup."""
    return unescape(text(answer))


def plain(page: str) -> str:
    """Its words alone."""
    return " ".join(re.sub("<[^>]+>", " ", page.split("<main")[-1]).split())


def tick(browser: Browser, page: str, **more: str) -> TestResponse:
    """Confirm all that the page asks for."""
    return browser.post(f"{DRAFT}/accept", sha256=HASH.search(page)[1], seen=TICK.findall(page), **more)


def to_try(browser: Browser, content: bytes, **more: str) -> str:
    """Upload and confirm; the page of the dry run."""
    answer = tick(browser, upload(browser, content), **more)
    assert answer.status_code == 303, plain(words(answer))
    return words(browser.follow(answer))


def press(browser: Browser, page: str) -> TestResponse:
    """Deploy what the page shows."""
    return browser.post(f"{DRAFT}/deploy", sha256=HASH.search(page)[1])


def deploy(browser: Browser, content: bytes, **more: str) -> str:
    """All steps; the page that says how it ended."""
    answer = press(browser, to_try(browser, content, **more))
    assert answer.status_code == 303, plain(words(answer))
    return words(browser.follow(answer))
