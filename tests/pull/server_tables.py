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

from sqlalchemy import select

from processor.config import FormConfig, load_config
from processor.database import reading
from processor.store.open import Store, open_store
from processor.store.tables import changes, findings, submissions
from processor.survey.prepare import prepare
from processor.survey.records import Change, Document, Finding
from tests.conftest import ROOT
from tests.pull.server_forms import FORM, package
from tests.pull.tables import everything

ENTRY = FormConfig(FORM, "c", Path("unused.xlsx"), "commune")
OF_OUR_COPY = ("_raw_sha256", "_updated_at", "_pulled_at")
Cells = dict[str, Counter[tuple[Any, ...]]]
_numbers = itertools.count(1)


class Stores:
    """Gives new SQLite stores with the first version registered; copies of one file."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with self._opened("base") as store:
            store.register(package("1"))

    @contextmanager
    def new(self) -> Iterator[Store]:
        name = str(next(_numbers))
        shutil.copy(self.home / "base.sqlite", self.home / f"{name}.sqlite")
        with self._opened(name) as store:
            yield store
        for left in self.home.glob(f"{name}.sqlite*"):
            left.unlink()

    @contextmanager
    def _opened(self, name: str) -> Iterator[Store]:
        config = load_config(ROOT / "config" / "survey.toml", {"PROCESSOR_HOME": str(self.home)})
        url = f"sqlite:///{self.home / name}.sqlite"
        store = open_store(replace(config, store_url=url, forms=(ENTRY,)))
        yield store
        store.engine.dispose()


def published(store: Store) -> set[str]:
    return {form.version for form in store.versions(FORM)}


def reporting_cells(store: Store) -> Cells:
    """Rows of the reporting tables, changes and findings, without what only our copy knows."""
    found: Cells = {}
    with reading(store.engine) as connection:
        for plan in store.plans(FORM):
            table = store.table(plan)
            columns = [table.c[c.name] for c in plan.columns if c.name not in OF_OUR_COPY]
            found[plan.name] = _counted(connection.execute(select(*columns)))
        for table, kind in ((changes, Change), (findings, Finding)):
            columns = [table.c[name] for name in kind._fields]
            found[table.name] = _counted(connection.execute(select(*columns)))
    return found


def true_cells(store: Store, documents: Sequence[Document]) -> Cells:
    """The same, made from the server's truth by the same plans."""
    readable = [d for d in documents if d.form_version in published(store)]
    prepared = prepare(store.plans(FORM), ENTRY.area, readable)
    found: Cells = {}
    for plan in store.plans(FORM):
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
