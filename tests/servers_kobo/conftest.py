"""A KoboToolbox of our own over real HTTP, and our client for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from processor.servers.http import Retries
from processor.servers.kobo.server import KoboServer, open_kobo
from processor.servers.kobo.settings import KoboSettings
from tests.fakes import Clock, Fake
from tests.fakes.forms import workbook
from tests.servers_kobo.copy_of import Copy
from tests.servers_kobo.tape import Tape

AT = datetime(2026, 11, 24, 8, tzinfo=UTC)
OpenServer = Callable[..., KoboServer]


def settings(url: str, token: str, cache: Path, **values: Any) -> KoboSettings:
    given = {"forms": ("house",), "openrosa_url": url, **values}
    return KoboSettings(url=url, token=token, cache=cache, **given)


@pytest.fixture
def fake() -> Iterator[Fake]:
    with Fake("kobo", Clock(AT)) as fake:
        yield fake


@pytest.fixture
def asset(fake: Fake) -> str:
    """The small questionnaire, deployed."""
    return fake.publish(workbook())


@pytest.fixture
def waits() -> list[float]:
    """The waits that were asked for (nobody sleeps)."""
    return []


@pytest.fixture
def open_server(fake: Fake, tmp_path: Path, waits: list[float]) -> Iterator[OpenServer]:
    """Opens a client as a new process would: with the same cache unless another is given."""
    opened: list[KoboServer] = []

    def opening(token: str = "", cache: Path = tmp_path / "kobo", **values: Any) -> KoboServer:
        chosen = settings(fake.url, token or fake.kobo.owner.token, cache, **values)
        server = open_kobo(chosen, retries=Retries(attempts=4), timeouts=(5, 5), wait=waits.append)
        opened.append(server)
        return server

    yield opening
    for server in opened:
        server.close()


@pytest.fixture
def server(open_server: OpenServer) -> KoboServer:
    return open_server()


@pytest.fixture
def copy(server: KoboServer) -> Copy:
    return Copy(server)


@pytest.fixture
def tape() -> Iterator[Tape]:
    """Plays recordings; at the end everything must have been asked for as it was recorded."""
    with Tape() as tape:
        yield tape
        tape.assert_played()
