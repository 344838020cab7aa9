"""A misbehaving Central over real HTTP, our client of it, and phones that send."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pytest

from processor.forms.xlsform import read_package
from processor.servers.central.server import CentralServer
from processor.servers.central.settings import CentralSettings, Credentials
from processor.servers.http import Retries
from processor.servers.protocol import FormPackage
from tests.fakes import Clock, Fake
from tests.fakes.central import EMAIL, PASSWORD
from tests.servers_central.phone import Phone

FILES = Path(__file__).parent.parent / "recorded" / "central" / "files"
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
DISTRICTS = b"name,label,region\nd01,Karonga,north\nd11,Zomba,south\n"
OFFICER = "16663-01 Tran Thi Thu"
TRAINEE = "TAPHUAN-01 Hoc vien"
Opener = Callable[..., CentralServer]


@lru_cache(maxsize=8)
def _package(workbook: str, folder: Path) -> FormPackage:
    return read_package(FILES / workbook, folder)


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    (folder / "districts.csv").write_bytes(DISTRICTS)
    return folder


@pytest.fixture
def first(media: Path) -> FormPackage:
    """Version 2026010101 of `hh_visit`."""
    return _package("hh_visit_v1.xlsx", media)


@pytest.fixture
def second(media: Path) -> FormPackage:
    """Version 2026020101: without the question `barcode`, with the question `phone`."""
    return _package("hh_visit_v2.xlsx", media)


@pytest.fixture
def fake() -> Iterator[Fake]:
    with Fake("central", Clock(AT)) as running:
        yield running


@pytest.fixture
def waits() -> list[float]:
    """The waits that the HTTP layer asked for (nobody sleeps)."""
    return []


@pytest.fixture
def settings(fake: Fake, tmp_path: Path) -> CentralSettings:
    return CentralSettings(fake.url, 1, tmp_path / "cache")


@pytest.fixture
def open_server(settings: CentralSettings, waits: list[float]) -> Iterator[Opener]:
    """Opens a client; `bulk=1` lets it read by the export."""
    opened = []

    def opener(**changes: object) -> CentralServer:
        server = CentralServer(
            replace(settings, **changes),
            Credentials(EMAIL, PASSWORD),
            retries=Retries(attempts=4),
            timeouts=(5, 5),
            wait=waits.append,
        )
        opened.append(server)
        return server

    yield opener
    for server in opened:
        server.close()


@pytest.fixture
def server(open_server: Opener) -> CentralServer:
    return open_server()


@pytest.fixture
def phone(fake: Fake, server: CentralServer, first: FormPackage) -> Phone:
    """The phone of an officer, with the first version published."""
    server.deploy(first)
    users = server.ensure_officers([tuple(OFFICER.split(" ", 1))], ["hh_visit"])  # type: ignore[list-item]
    return Phone(fake, users[0].token)
