"""Databases as files: one moment of each, while the service goes on."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from sqlalchemy import inspect
from sqlalchemy.engine import URL, make_url

from processor.database import open_engine
from processor.errors import ConfigError, Message

if TYPE_CHECKING:
    from collections.abc import Sequence

SQLITE, POSTGRESQL = "sqlite", "postgresql"
TOLD = 300
"""Signs of what a tool said that are repeated: it names no answers, but may be long."""
VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
}


def engine_of(url: str) -> str:
    """`sqlite` or `postgresql`."""
    return make_url(url).get_backend_name()


def sqlite_path(url: str) -> Path:
    """The file of an SQLite database."""
    return Path(make_url(url).database or "")


def copy_sqlite(source: Path, target: Path) -> None:
    """One moment of a database that others write to meanwhile, proved to be whole. OSError: no room."""
    address = f"file:{source}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as found, closing(sqlite3.connect(target)) as copy:
            found.backup(copy)  # all pages in one step: one snapshot
            copy.execute("PRAGMA journal_mode=DELETE")
            [answer] = copy.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        raise OSError(f"{source.name}: {error}") from None
    if answer != "ok":
        raise OSError(f"{source.name}: {answer}")
    _flush(target)


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def dump_postgres(url: str, target: Path) -> None:
    """One moment of the database, by pg_dump. ConfigError BACKUP_TOOL without it, OSError when it fails."""
    _run(url, "pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"])
    _flush(target)


def restore_postgres(url: str, source: Path) -> None:
    """Everything of a dump, in one transaction: all of it, or nothing."""
    options = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    database = _settings(make_url(url))["PGDATABASE"]
    _run(url, "pg_restore", [*options, f"--dbname={database}", str(source)])


def _run(url: str, tool: str, options: Sequence[str]) -> None:
    """Login goes by the environment: other people can read a command line."""
    environment = {**os.environ, **_settings(make_url(url))}
    try:
        done = subprocess.run([tool, *options], env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        _lacks(tool, "is not installed")
    if done.returncode and "server version mismatch" in done.stderr:
        _lacks(tool, "is older than the server")
    if done.returncode:
        raise OSError(f"{tool}: {done.stderr.strip()[:TOLD]}")


def _lacks(tool: str, detail: str) -> NoReturn:
    raise ConfigError(Message.BACKUP_TOOL, tool=tool, detail=detail)


def _settings(url: URL) -> dict[str, str]:
    from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

    _positional, named = PGDialect_psycopg().create_connect_args(url)
    return {variable: str(named[name]) for name, variable in VARIABLES.items() if named.get(name)}


def holds_data(url: str) -> bool:
    """Whether a PostgreSQL database has any table."""
    engine = open_engine(url)
    try:
        return bool(inspect(engine).get_table_names())
    finally:
        engine.dispose()
