"""Many fresh stores in one test: on SQLite a copy of a prepared file, on PostgreSQL emptied tables."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import inspect

from processor.store.open import VERSION_TABLE, Store
from tests.store.forms import new_store, package

NewStore = Callable[[], AbstractContextManager[Store]]
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def sqlite_store(tmp_path_factory) -> NewStore:
    """A context manager that gives a new SQLite store with version 1 of the test form."""
    home = tmp_path_factory.mktemp("stores")
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


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def fresh_store(request, sqlite_store, tmp_path_factory) -> Iterator[NewStore]:
    """The same on either engine."""
    if request.param == "sqlite":
        yield sqlite_store
    else:
        yield from _postgresql(tmp_path_factory.mktemp("home"), request.getfixturevalue("postgres_server"))


@pytest.fixture
def store(fresh_store) -> Iterator[Store]:
    """A new store with version 1 of the test form."""
    with fresh_store() as store:
        yield store


def _postgresql(home: Path, server: str) -> Iterator[NewStore]:
    name, first = f"stores{next(_numbers)}", package()
    with psycopg.connect(server + "postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        store = new_store(server + name, home, first)

        @contextmanager
        def fresh() -> Iterator[Store]:
            empty(store)
            store.register(first)
            yield store

        yield fresh
        store.engine.dispose()
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def empty(store: Store) -> None:
    """All tables without rows; a superuser may pass by the triggers, the service may not."""
    tables = [name for name in inspect(store.engine).get_table_names() if name != VERSION_TABLE]
    with store.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table in tables:
            connection.exec_driver_sql(f"DELETE FROM {table}")
