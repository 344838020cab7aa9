"""Stores for histories, and their cells beside those made straight from the server's truth."""

from __future__ import annotations

import itertools
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import event, select

from processor.config import Config, FormConfig, load_config
from processor.database import reading
from processor.store.open import Store, open_store
from processor.store.tables import changes, findings, submissions
from processor.survey.prepare import prepare
from processor.survey.records import Change, Document, Finding
from tests.conftest import ROOT
from tests.pull.conftest import empty
from tests.pull.server_forms import FORM, package
from tests.pull.tables import everything

ENTRY = FormConfig(FORM, "c", Path("unused.xlsx"), "commune")
OF_OUR_COPY = ("_raw_sha256", "_updated_at", "_pulled_at")
Cells = dict[str, Counter[tuple[Any, ...]]]
_numbers = itertools.count(1)


class Stores:
    """Gives new SQLite stores with the first version registered.

    An engine is used again with its file put back to the beginning: what it knows of statements and tables
    costs more than a whole history. Its databases need not outlive the machine, so nothing is flushed.
    """

    def __init__(self, home: Path, *, checks: str | None = None) -> None:
        self.home, self.checks = home, checks
        self._free: list[Path] = []
        self._open: dict[Path, Store] = {}
        first = self._opened(home / "base.sqlite")
        first.register(package("1"))
        first.engine.dispose()

    @contextmanager
    def new(self) -> Iterator[Store]:
        path = self._free.pop() if self._free else self.home / f"{next(_numbers)}.sqlite"
        shutil.copy(self.home / "base.sqlite", path)
        store = self._open.get(path) or self._opened(path)
        self._open[path] = store
        yield store  # after a failure none of it is used again
        store.engine.dispose()
        for beside in self.home.glob(f"{path.name}-*"):
            beside.unlink()
        self._free.append(path)

    def _opened(self, path: Path) -> Store:
        store = open_store(_config(self.home, f"sqlite:///{path}", self.checks))
        event.listen(store.engine, "connect", _hurry)
        store.engine.dispose()
        return store


class PostgresStores:
    """The same on PostgreSQL: databases whose tables are emptied between histories."""

    def __init__(self, home: Path, server: str) -> None:
        self.home, self.server = home, server
        self._free: list[Store] = []

    @contextmanager
    def new(self) -> Iterator[Store]:
        store = self._free.pop() if self._free else self._made()
        empty(store)
        store.register(package("1"))
        yield store
        store.engine.dispose()
        self._free.append(store)

    def _made(self) -> Store:
        name = f"histories{next(_numbers)}"
        with psycopg.connect(self.server + "postgres", autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}")
        return open_store(_config(self.home, self.server + name, ""))


def _config(home: Path, url: str, checks: str | None) -> Config:
    config = load_config(ROOT / "config" / "survey.toml", {"PROCESSOR_HOME": str(home)})
    chosen = config.checks if checks is None else checks
    return replace(config, store_url=url, forms=(ENTRY,), checks=chosen)


def _hurry(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def published(store: Store) -> set[str]:
    return {form.version for form in store.versions(FORM)}


def reporting_cells(store: Store) -> Cells:
    """Rows of the reporting tables, changes and findings, without what only our copy knows."""
    found: Cells = {}
    registered = store.registered(FORM)
    with reading(store.engine) as connection:
        for plan in registered.plans:
            table = registered.tables[plan.name]
            columns = [table.c[c.name] for c in plan.columns if c.name not in OF_OUR_COPY]
            found[plan.name] = _counted(connection.execute(select(*columns)))
        for table, kind in ((changes, Change), (findings, Finding)):
            columns = [table.c[name] for name in kind._fields]
            found[table.name] = _counted(connection.execute(select(*columns)))
    return found


def true_cells(store: Store, documents: Sequence[Document]) -> Cells:
    """The same, made from the server's truth by the same plans."""
    known, plans = published(store), store.plans(FORM)
    checks = store.registered(FORM).checks.get
    readable = [d for d in documents if d.form_version in known]
    prepared = prepare(plans, ENTRY.area, readable, checks=checks)
    found: Cells = {}
    for plan in plans:
        kept = [c.name for c in plan.columns if c.name not in OF_OUR_COPY]
        found[plan.name] = _counted(prepared.frames[plan.name][kept].itertuples(index=False, name=None))
    return found | {"changes": _counted(prepared.changes), "findings": _counted(prepared.findings)}


def _counted(rows: Any) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(map(_cell, row)) for row in rows)


def _cell(value: Any) -> Any:
    """Dates and times as text; the databases give objects."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value


def living(store: Store) -> Cells:
    """Everything that a pull from nothing can know too."""
    found = everything(store, own_time=False)
    names = [c.name for c in submissions.c if not c.name.endswith("_no") and c.name != "pulled_at"]
    deleted = names.index("deleted")
    found["submissions"] = Counter({row: n for row, n in found["submissions"].items() if not row[deleted]})
    return found
