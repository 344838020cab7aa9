"""A built-in server with one form and one officer, on each engine, behind real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from processor.servers.builtin.officers import add_officer
from processor.servers.builtin.server import BuiltinServer, open_builtin
from tests.servers.phones import Phone, make_config, package, served


@pytest.fixture
def server(store_url: str, tmp_path: Path) -> Iterator[BuiltinServer]:
    opened = open_builtin(make_config(tmp_path, store_url))
    opened.deploy(package(tmp_path))
    yield opened
    opened.inbox.engine.dispose()


@pytest.fixture
def address(server: BuiltinServer) -> Iterator[str]:
    with served(server) as found:
        yield found


@pytest.fixture
def phone(server: BuiltinServer, address: str) -> Phone:
    return Phone(address, add_officer(server, "16663-01", "Nguyễn Thị Hoa", "16663"))


@pytest.fixture
def practice_phone(server: BuiltinServer, address: str) -> Phone:
    return Phone(address, add_officer(server, "TAPHUAN-01", "Tập huấn", "16663", practice=True))
