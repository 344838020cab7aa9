"""The real application over real stores, filled the way phones fill it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from processor.app import create_app
from processor.pull import pull
from processor.servers.builtin.officers import add_officer
from processor.servers.builtin.server import BuiltinServer, open_builtin
from processor.store.open import Store, open_store
from processor.web import passwords
from tests.web import example

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Compiled(BytecodeCache):
    """Templates that were compiled once in this process: each test makes an application of its own."""

    def __init__(self) -> None:
        self.known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.known:
            bucket.bytecode_from_string(self.known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.known[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


class Waker:
    """Stands where the scheduler stands and notes who was woken."""

    def __init__(self) -> None:
        self.woken: list[str] = []

    def wake(self, form_id: str) -> None:
        self.woken.append(form_id)


@dataclass
class Site:
    """A running site with its parts."""

    app: Flask
    store: Store
    server: BuiltinServer
    waker: Waker
    home: Path

    def pull(self) -> None:
        for form in self.store.config.forms:
            if self.store.plans(form.form_id):
                pull(self.store, self.server, form)

    def close(self) -> None:
        self.store.engine.dispose()
        self.server.inbox.engine.dispose()


class Browser:
    """A test client that fills in forms as a person does: with the token that the page gave."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self.token = ""

    def get(self, address: str, **more: object) -> TestResponse:
        return self._seen(self.client.get(address, **more))

    def post(self, address: str, **fields: object) -> TestResponse:
        return self._seen(self.client.post(address, data={"csrf_token": self.token, **fields}))

    def follow(self, answer: TestResponse) -> TestResponse:
        parts = urlsplit(answer.headers["Location"])
        return self.get(parts.path + (f"?{parts.query}" if parts.query else ""))

    def sign_in(
        self, username: str, password: str = example.PASSWORD, address: str = "/sign-in"
    ) -> TestResponse:
        self.get(address)
        return self.post(address, username=username, password=password)

    def _seen(self, answer: TestResponse) -> TestResponse:
        found = TOKEN.search(answer.get_data(as_text=True)) if answer.mimetype == "text/html" else None
        self.token = found[1] if found else self.token
        return answer


def text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def open_site(home: Path, *, public_url: str = "", store_url: str | None = None) -> Site:
    config = example.settings(home, public_url=public_url, store_url=store_url)
    store, server, waker = open_store(config), open_builtin(config), Waker()
    app = create_app(config, store, server, waker)
    app.jinja_env.bytecode_cache = COMPILED
    return Site(app, store, server, waker, home)


def fill(site: Site) -> None:
    """Form, people, officers, four interviews and one of practice, pulled."""
    package = example.package()
    site.server.deploy(package)
    site.store.register(package)
    example.add_people(site.store)
    tokens = {
        code: add_officer(site.server, f"{code}-01", f"Vi Văn {code}", code).token
        for code in (example.DONG_VINH, example.HA_HUY_TAP, example.MON_SON)
    }
    practice = add_officer(site.server, "TAPHUAN-01", "Tập Huấn", "", practice=True).token
    phone = site.app.test_client()
    for household in example.HOUSEHOLDS:
        example.send(phone, tokens[household.commune], household)
    example.send(phone, practice, example.PRACTICE)
    site.pull()


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Hashes with the least work: dozens of sign-ins are not about the cost of one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session")
def filled_home(quick_hashes: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the example in it; every test works on a copy."""
    home = tmp_path_factory.mktemp("site") / "data"
    site = open_site(home)
    fill(site)
    site.close()
    return home


@pytest.fixture
def make_site(tmp_path: Path, filled_home: Path) -> Iterator[Callable[..., Site]]:
    """Sites of this test, each on its own copy of the example (or empty)."""
    sites: list[Site] = []

    def make(*, empty: bool = False, **settings: str) -> Site:
        home = tmp_path / f"data{len(sites)}"
        if not empty:
            shutil.copytree(filled_home, home)
        sites.append(open_site(home, **settings))
        return sites[-1]

    yield make
    for site in sites:
        site.close()


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    return make_site()


@pytest.fixture
def browser(site: Site) -> Browser:
    return Browser(site.app)


@pytest.fixture
def signed_in(site: Site) -> Callable[[str], Browser]:
    """A browser in which this person has signed in."""

    def enter(username: str) -> Browser:
        person = Browser(site.app)
        assert person.sign_in(username).status_code == 303
        return person

    return enter


@pytest.fixture
def any_engine(store_url: str, tmp_path: Path) -> Iterator[Engine]:
    """The store's tables on both engines."""
    store = open_store(example.settings(tmp_path / "data", store_url=store_url))
    yield store.engine
    store.engine.dispose()


@pytest.fixture(scope="session")
def shared_site(filled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One site for all tests that only look."""
    home = tmp_path_factory.mktemp("shared") / "data"
    shutil.copytree(filled_home, home)
    site = open_site(home)
    yield site
    site.close()


@pytest.fixture(scope="session")
def visitor(shared_site: Site) -> Callable[[str], Browser]:
    """A browser of the shared site in which this person has signed in."""
    known: dict[str, Browser] = {}

    def enter(username: str) -> Browser:
        if username not in known:
            known[username] = Browser(shared_site.app)
            assert known[username].sign_in(username).status_code == 303
        return known[username]

    return enter


@pytest.fixture(scope="session")
def checked_folder(quick_hashes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The example with findings (`checked_site.py`); every test works on a copy of its data."""
    from tests.web import checked_site

    with checked_site.rules():
        folder = tmp_path_factory.mktemp("checked")
        checked_site.fill_checked(folder)
        yield folder


@pytest.fixture
def checked(checked_folder: Path, tmp_path: Path) -> Iterator[Site]:
    """A site of this test with findings in it."""
    from tests.web import checked_site

    site = checked_site.copied(checked_folder, tmp_path / "checked")
    yield site
    site.close()
