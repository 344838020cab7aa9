"""Stores with the example's rows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from processor.store.open import Store, open_store
from tests.reports import example


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example on SQLite, made once; every test works on its copy."""
    folder = tmp_path_factory.mktemp("example")
    example.make_store(folder, f"sqlite:///{folder / 'store.sqlite'}").engine.dispose()
    return folder / "store.sqlite"


@pytest.fixture
def store(tmp_path: Path, database: Path) -> Iterator[Store]:
    """On SQLite, for what does not depend on the engine."""
    shutil.copyfile(database, tmp_path / "store.sqlite")
    opened = open_store(example.config(tmp_path, f"sqlite:///{tmp_path / 'store.sqlite'}"))
    yield opened
    opened.engine.dispose()


@pytest.fixture
def any_store(tmp_path: Path, store_url: str) -> Iterator[Store]:
    """On both engines."""
    opened = example.make_store(tmp_path, store_url)
    yield opened
    opened.engine.dispose()
