"""Opens the store: database at its newest migration, and the registry of form versions.

The registry is in the database, so that every process (pages, pull, commands) has the same plans;
a version that another process registered is seen at the next call.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, Row, Table, case, select

from processor.config import Config, FormConfig
from processor.database import changing_schema, migrate, open_engine, reading
from processor.errors import ContractError, FormError, Message
from processor.forms.definition import Form, from_json, to_json
from processor.store import reporting
from processor.store.form_checks import Source, VersionChecks
from processor.store.tables import form_versions
from processor.survey.columns import Column, TablePlan, plan_tables
from processor.survey.fingerprint import rules_sha256

if TYPE_CHECKING:
    from processor.servers.protocol import FormPackage

MIGRATIONS = str(Path(__file__).parent / "migrations")
VERSION_TABLE = "store_version"


@dataclass(frozen=True)
class Registered:
    """The versions of one form as the registry has them, and the plans that follow."""

    key: tuple[tuple[str, str], ...]
    forms: tuple[Form, ...]
    plans: tuple[TablePlan, ...]
    sources: Mapping[str, Source] = field(default_factory=dict, repr=False)

    @cached_property
    def checks(self) -> VersionChecks:
        """What follows from each version of the form itself."""
        return VersionChecks(self.forms, self.sources, self.plans)

    @cached_property
    def tables(self) -> dict[str, Table]:
        """The SQLAlchemy table of every plan, by name."""
        return {plan.name: reporting.build_table(plan) for plan in self.plans}

    @cached_property
    def fingerprint(self) -> str:
        """Changes when a table, a column or what fills it changes, rules included; wording does not count."""
        parts = [(plan.name, plan.path, [_filling(c) for c in plan.columns]) for plan in self.plans]
        unkept = sorted(version for version, source in self.sources.items() if source.xform is None)
        return hashlib.sha256((rules_sha256() + repr((parts, unkept))).encode()).hexdigest()


def _filling(column: Column) -> tuple[object, ...]:
    question = column.question
    how = (question.kind, question.value_type, question.clean_as) if question else ()
    codes = tuple((choice.name, *sorted(choice.extra.items())) for choice in column.choices)
    return column.name, column.type, column.origin, column.path, column.choice, codes, how


@dataclass
class Store:
    """The database with the copy, the reporting tables and everything that staff records."""

    config: Config
    engine: Engine
    _cache: dict[str, Registered] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def registered(self, form_id: str) -> Registered:
        """Everything about a form's versions; empty when none is registered yet."""
        with reading(self.engine) as connection:
            key = _key(connection, form_id)
            with self._lock:
                known = self._cache.get(form_id)
            if known is not None and known.key == key:
                return known
            found = _load(connection, self.config.form(form_id), key)
        with self._lock:
            self._cache[form_id] = found
        return found

    def versions(self, form_id: str) -> tuple[Form, ...]:
        """All registered versions, oldest first."""
        return self.registered(form_id).forms

    def form(self, form_id: str) -> Form:
        """The newest version. FormError FORM_VERSION_UNKNOWN when none was published."""
        versions = self.versions(form_id)
        if not versions:
            raise FormError(Message.FORM_VERSION_UNKNOWN, form_id=form_id, version="(any)")
        return versions[-1]

    def plans(self, form_id: str) -> tuple[TablePlan, ...]:
        """Plans of all tables of the form, the root first; empty before the first publishing."""
        return self.registered(form_id).plans

    def plan(self, table_name: str) -> TablePlan:
        """The plan of one reporting table. ContractError when no form has it."""
        for entry in self.config.forms:
            for plan in self.plans(entry.form_id):
                if plan.name == table_name:
                    return plan
        raise ContractError(Message.TABLE_UNKNOWN, table=table_name)

    def table(self, plan: TablePlan) -> Table:
        """The SQLAlchemy table of a plan."""
        known = self.registered(plan.form_id).tables.get(plan.name)
        return reporting.build_table(plan) if known is None else known

    def workbook(self, form_id: str, version: str) -> bytes | None:
        """The workbook from which a version was published, None when it is not registered."""
        query = select(form_versions.c.workbook).where(
            form_versions.c.form_id == form_id, form_versions.c.version == version
        )
        with reading(self.engine) as connection:
            return connection.execute(query).scalar_one_or_none()

    def register(self, package: FormPackage) -> None:
        """Keep a form version and make its tables and columns; again changes nothing.

        FormError FORM_VERSION_CHANGED when the version is known with another questionnaire.
        """
        entry = self.config.form(package.form.form_id)
        with changing_schema(self.engine) as connection:
            _record(connection, package)
            found = _load(connection, entry, _key(connection, entry.form_id))
            reporting.check_plans(found.plans)
            reporting.ensure_tables(connection, found.plans)


def open_store(config: Config) -> Store:
    """The store of these settings, migrated. ConfigError STORE_MIGRATION when it is newer than we are."""
    engine = open_engine(config.store_url)
    migrate(engine, MIGRATIONS, VERSION_TABLE)
    return Store(config, engine)


def _key(connection: Connection, form_id: str) -> tuple[tuple[str, str], ...]:
    query = (
        select(form_versions.c.version, form_versions.c.definition_sha256)
        .where(form_versions.c.form_id == form_id)
        .order_by(form_versions.c.published_at, form_versions.c.version)
    )
    return tuple((row.version, row.definition_sha256) for row in connection.execute(query))


def _load(connection: Connection, entry: FormConfig, key: tuple[tuple[str, str], ...]) -> Registered:
    c = form_versions.c
    workbook = case((c.xform.is_(None), c.workbook), else_=None)
    query = (
        select(c.version, c.definition, c.xform, c.xform_md5, workbook.label("workbook"))
        .where(c.form_id == entry.form_id)
        .order_by(c.published_at, c.version)
    )
    rows = connection.execute(query).all()
    forms = tuple(from_json(row.definition) for row in rows)
    plans = plan_tables(entry.table, forms) if forms else ()
    sources = {row.version: Source(row.xform, row.xform_md5, row.workbook or b"") for row in rows}
    return Registered(key, forms, plans, sources)


def _record(connection: Connection, package: FormPackage) -> None:
    form, definition = package.form, to_json(package.form)
    same = (form_versions.c.form_id == form.form_id, form_versions.c.version == form.version)
    known = connection.execute(select(form_versions).where(*same)).one_or_none()
    md5 = hashlib.md5(package.xform, usedforsecurity=False).hexdigest()
    values = {
        "definition": definition,
        "definition_sha256": hashlib.sha256(definition.encode()).hexdigest(),
        "workbook": package.workbook,
        "xform": package.xform,
    }
    if known is None:
        head = {"form_id": form.form_id, "version": form.version, "xform_md5": md5}
        connection.execute(form_versions.insert().values(**head, **values, published_at=datetime.now(UTC)))
    else:
        _check_same(known, md5)
        connection.execute(form_versions.update().where(*same).values(**values))


def _check_same(known: Row, md5: str) -> None:
    """The lists that come in files may grow under one version; the questionnaire may not change."""
    if known.xform_md5 != md5:
        raise FormError(Message.FORM_VERSION_CHANGED, form_id=known.form_id, version=known.version)
