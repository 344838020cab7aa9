"""A site of the tests on a real server, and Chromium as a person uses it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright

from processor.listener import LARGEST, listening
from tests.web.conftest import Site, open_site
from tests.web.example import PASSWORD

OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHROMIUM = "/usr/bin/chromium"


@dataclass
class Visit:
    """A browser at a running site; `complaints` is what its console said."""

    page: Page
    base: str
    site: Site
    complaints: list[str] = field(default_factory=list)

    def go(self, address: str) -> None:
        self.page.goto(self.base + address)

    def sign_in(self, username: str, password: str = PASSWORD) -> None:
        sign_in(self.page, username, password)


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """On the page of signing in."""
    page.fill("#u", username)
    page.fill("#p", password)
    page.click("main button[type=submit]")


def listen(page: Page, complaints: list[str]) -> None:
    """Note what the console of the browser says."""
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))


@contextmanager
def reached(app: Flask, largest: int = LARGEST) -> Iterator[str]:
    """Where the site is reached until the block ends."""
    with listening(app, "127.0.0.1", 0, largest=largest) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def served(filled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, str]]:
    """A site of this module on a real server, and its address."""
    home = tmp_path_factory.mktemp("served") / "data"
    shutil.copytree(filled_home, home)
    site = open_site(home)
    with reached(site.app) as base:
        yield site, base
    site.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def visit(served: tuple[Site, str], chromium: Browser) -> Iterator[Visit]:
    """A fresh visitor: no cookies, nothing kept."""
    site, base = served
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    visit = Visit(page, base, site)
    listen(page, visit.complaints)
    yield visit
    context.close()
