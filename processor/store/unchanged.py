"""Opens the store to look only: the database itself refuses every write of such a connection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url

from processor.config import Config
from processor.database import open_engine, reading
from processor.errors import ConfigError, Message
from processor.store.open import MIGRATIONS, VERSION_TABLE, Store


def open_unchanged(config: Config) -> Store:
    """The store as it is; ConfigError DRY_RUN_STORE when there is none of this program's version."""
    database = make_url(config.store_url)
    expected = _newest()
    found = None
    if database.get_backend_name() != "sqlite" or Path(database.database or "").is_file():
        engine = _read_only(open_engine(config.store_url))
        found = _version(engine)
        if found == expected:
            return Store(config, engine)
        engine.dispose()
    url = database.render_as_string(hide_password=True)
    raise ConfigError(Message.DRY_RUN_STORE, url=url, found=found or "nothing", expected=expected)


def _newest() -> str | None:
    settings = AlembicConfig()
    settings.set_main_option("script_location", MIGRATIONS.replace("%", "%%"))
    return ScriptDirectory.from_config(settings).get_current_head()


def _version(engine: Engine) -> str | None:
    with reading(engine) as connection:
        options = {"version_table": VERSION_TABLE}
        return MigrationContext.configure(connection, opts=options).get_current_revision()


def _read_only(engine: Engine) -> Engine:
    """The engine, of which no connection can write."""
    if engine.dialect.name != "sqlite":
        return engine.execution_options(postgresql_readonly=True)

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA query_only=ON")

    return engine
