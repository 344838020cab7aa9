"""A site whose form server is ODK Central or KoboToolbox: the tests' own, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from processor.app import create_app
from processor.config import Config, load_config
from processor.forms.xlsform import read_package
from processor.practice.interview import Printer
from processor.practice.people import households
from processor.practice.pictures import scribble
from processor.publish import publish
from processor.pull import pull
from processor.schedule import Scheduler
from processor.servers.http import Retries
from processor.servers.open import IMPATIENT, close_server, open_server
from processor.servers.protocol import FormServer
from processor.store.open import Store, open_store
from processor.survey.xform import read_xform
from tests.conftest import ROOT
from tests.fakes import Clock, Fake
from tests.fakes.central import EMAIL, PASSWORD
from tests.web import example
from tests.web.conftest import COMPILED, Browser

AT = datetime(2026, 11, 24, 8, tzinfo=UTC)
FORM = "phieu_c"
PREFIX = "btxh"
MEDIA = ROOT / "xlsforms" / "media"


@dataclass
class Place:
    """The parts, and the environment in which commands find them."""

    fake: Fake
    path: Path
    config: Config
    store: Store
    server: FormServer
    scheduler: Scheduler
    app: Flask
    sent: list[tuple[str, list[str]]]
    """Root id and names of files of what phones sent."""

    @property
    def asset(self) -> str:
        """The form's id on the server."""
        return self.fake.forms()[0]

    def browser(self, username: str = "admin") -> Browser:
        """Somebody who has signed in."""
        browser = Browser(self.app)
        assert browser.sign_in(username).status_code == 303
        return browser

    def account(self, code: str) -> str:
        """An account on Kobo for an officer, as a person makes it there by hand; its name."""
        name = PREFIX + code.lower().replace("-", "_")
        if self.fake.kobo:
            self.fake.kobo.add_user(name)
        return name


def settings_file(home: Path, server: str) -> Path:
    """The project's settings with another form server and form C alone."""
    text = (ROOT / "config" / "survey.toml").read_text(encoding="utf-8")
    first, _, rest = text.partition("[[forms]]")
    path = home / "config" / "survey.toml"
    path.parent.mkdir(parents=True)
    text = f"{first}[[forms]]{rest.partition('[[forms]]')[0]}"
    path.write_text(text.replace('kind = "builtin"', server), encoding="utf-8")
    (home / "xlsforms").symlink_to(ROOT / "xlsforms")
    for name in ("codes", "rules.csv"):
        (path.parent / name).symlink_to(ROOT / "config" / name)
    return path


def table(fake: Fake) -> str:
    """The table `[server]` for a fake."""
    if fake.central:
        return f'kind = "central"\nurl = "{fake.url}"\nproject = 1'
    more = f'user_prefix = "{PREFIX}"\npractice_users = ["{PREFIX}taphuan_01"]'
    return f'kind = "kobo"\nurl = "{fake.url}"\nopenrosa_url = "{fake.url}"\n{more}'


def set_environment(patch: pytest.MonkeyPatch, fake: Fake, path: Path) -> None:
    """Login and settings as commands find them."""
    patch.setenv("CENTRAL_EMAIL", EMAIL)
    patch.setenv("CENTRAL_PASSWORD", PASSWORD)
    patch.setenv("KOBO_TOKEN", fake.kobo.owner.token if fake.kobo else "none")
    patch.setenv("PROCESSOR_CONFIG", str(path))
    patch.delenv("PROCESSOR_HOME", raising=False)


def send_interviews(fake: Fake, number: int = 2, seed: int = 3) -> list[tuple[str, list[str]]]:
    """Practice interviews of form C with their pictures, sent as phones do."""
    package = read_package(ROOT / "xlsforms" / "c.xlsx", MEDIA)
    printer = Printer(read_xform(package.xform, MEDIA))
    sent = []
    for household in households(ROOT / "config" / "codes", number=number, seed=seed):
        interview = household.interviews[0]
        xml = printer.to_xml(interview.answers, interview.phone).decode()
        files = {name: scribble(name) for name in interview.pictures}
        assert fake.submit(fake.fitted(xml, fake.forms()[0]), files) == 201
        sent.append((interview.phone.instance_id, sorted(files)))
    return sent


@contextmanager
def place(kind: str, home: Path, *, interviews: int = 2, more: str = "") -> Iterator[Place]:
    """A site with the form published, some interviews pulled, and people who sign in; `more` lines of `[server]`."""
    with ExitStack() as stack:
        fake = stack.enter_context(Fake(kind, Clock(AT)))
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        path = settings_file(home, f"{table(fake)}\n{more}")
        set_environment(patch, fake, path)
        config = load_config()
        store = open_store(config)
        stack.callback(store.engine.dispose)
        server = open_server(config, retries=Retries(attempts=2, first=0.01))
        asked = open_server(config, **IMPATIENT)
        stack.callback(close_server, server)
        stack.callback(close_server, asked)
        publish(config, server, store, config.forms[0])
        sent = send_interviews(fake, interviews) if interviews else []
        assert pull(store, server, config.forms[0]).is_equal
        example.add_people(store)
        scheduler = Scheduler(store, server, config, gather=0.01)
        app = create_app(config, store, asked, scheduler)
        app.jinja_env.bytecode_cache = COMPILED
        yield Place(fake, path, config, store, server, scheduler, app, sent)
