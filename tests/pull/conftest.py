"""Many fresh stores in one test: copies of a prepared one, on either engine."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest

from processor.store.open import Store
from tests.store.forms import new_store, package

NewStore = Callable[[], AbstractContextManager[Store]]
_numbers = itertools.count(1)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def fresh_store(request, tmp_path_factory) -> Iterator[NewStore]:
    """A context manager that gives a new store with version 1 of the test form."""
    home = tmp_path_factory.mktemp("stores")
    if request.param == "sqlite":
        yield _sqlite(home)
    else:
        yield from _postgresql(home, request.getfixturevalue("postgres_server"))


def _sqlite(home: Path) -> NewStore:
    base = home / "base.sqlite"
    new_store(f"sqlite:///{base}", home, package()).engine.dispose()

    @contextmanager
    def fresh() -> Iterator[Store]:
        path = home / f"{next(_numbers)}.sqlite"
        shutil.copy(base, path)
        store = new_store(f"sqlite:///{path}", home)
        yield store
        store.engine.dispose()

    return fresh


def _postgresql(home: Path, server: str) -> Iterator[NewStore]:
    with psycopg.connect(server + "postgres", autocommit=True) as admin:
        admin.execute("CREATE DATABASE base_store")
        new_store(server + "base_store", home, package()).engine.dispose()

        @contextmanager
        def fresh() -> Iterator[Store]:
            name = f"s{next(_numbers)}"
            admin.execute(f"CREATE DATABASE {name} TEMPLATE base_store STRATEGY file_copy")
            store = new_store(server + name, home)
            try:
                yield store
            finally:
                store.engine.dispose()
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

        yield fresh
        admin.execute("DROP DATABASE base_store WITH (FORCE)")
