"""Engines, transactions and migrations for SQLite and PostgreSQL; knows no table.

Every write goes through `writing`: on SQLite it takes the write lock at once (BEGIN IMMEDIATE), so
that two writers wait for each other instead of failing half-way.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url

from processor.errors import ConfigError, Message

BUSY_MS = 30_000
NO_COLUMNS: Mapping[str, Sequence[str]] = MappingProxyType({})
SCHEMA_LOCK = 0x4E41_2016
"""PostgreSQL's advisory lock for changes of tables; SQLite has one writer anyway."""


def open_engine(url: str, *, durable: bool = False) -> Engine:
    """An engine for `sqlite:///file` or `postgresql://...`.

    `durable` makes SQLite flush to disk at every commit (needed where a client is told "received");
    without it a power cut may take the last commits, never the consistency. Errors of the database
    do not repeat the values: they are people's data.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        settings = {"options": "-c timezone=UTC"}
        return create_engine(parsed, pool_pre_ping=True, hide_parameters=True, connect_args=settings)
    if parsed.database:
        Path(parsed.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(parsed, hide_parameters=True, connect_args={"timeout": BUSY_MS / 1000})
    _prepare_sqlite(engine, durable)
    return engine


def _prepare_sqlite(engine: Engine, durable: bool) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        _write_ahead(connection)
        connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _write_ahead(connection: Any) -> None:
    """Switch to WAL. When several connections do so on a new file, SQLite answers "locked" at once to
    some of them, whatever their time-out: they ask again for as long as they would have waited."""
    end = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.01)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A write transaction: committed at the end of the block, rolled back on any exception."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A read transaction: one consistent view of the data, however many queries it makes."""
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            connection = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        with connection.begin():
            yield connection


@contextmanager
def changing_schema(engine: Engine) -> Iterator[Connection]:
    """A write transaction in which tables are made or widened: one at a time, wherever it runs."""
    with writing(engine) as connection:
        if connection.dialect.name != "sqlite":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SCHEMA_LOCK})
        yield connection


def migrate(engine: Engine, scripts: str, version_table: str) -> None:
    """Bring the tables up to the newest migration of the package folder `scripts`.

    Several programs may start at once: one migrates, the others wait for it. A database that is
    newer than this program is left alone: ConfigError STORE_MIGRATION.
    """
    from alembic import command
    from alembic.config import Config as AlembicConfig
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    settings = AlembicConfig()
    settings.set_main_option("script_location", scripts.replace("%", "%%"))
    known = ScriptDirectory.from_config(settings)
    newest = known.get_current_head()
    with changing_schema(engine) as connection:
        options = {"version_table": version_table}
        found = MigrationContext.configure(connection, opts=options).get_current_revision()
        if found == newest:
            return
        if found and found not in {script.revision for script in known.walk_revisions()}:
            url = engine.url.render_as_string(hide_password=True)
            raise ConfigError(Message.STORE_MIGRATION, url=url, found=found, expected=newest)
        settings.attributes["connection"] = connection
        settings.attributes["version_table"] = version_table
        command.upgrade(settings, "head")


def analyze(engine: Engine, tables: Iterable[str], columns: Mapping[str, Sequence[str]] = NO_COLUMNS) -> None:
    """Tell PostgreSQL's planner how large tables have become; SQLite needs no telling.

    Just after a bulk load its statistics are those of the empty tables, and it joins row by row. `columns` names by
    table those that matter: all of a wide table take longer than the joins that they are for.
    """
    if engine.dialect.name != "postgresql":
        return
    quote = engine.dialect.identifier_preparer.quote
    with engine.connect() as connection, connection.begin():
        for name in tables:
            among = ", ".join(map(quote, columns.get(name, ())))
            connection.exec_driver_sql(f"ANALYZE {quote(name)}" + (f" ({among})" if among else ""))
