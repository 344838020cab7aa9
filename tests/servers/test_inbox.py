"""The inbox's own tables."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from processor.servers.builtin import tables
from processor.servers.builtin.server import open_builtin
from tests.servers.phones import make_config


def test_migrations__from_nothing__give_the_tables_of_the_code(store_url: str, tmp_path: Path) -> None:
    server = open_builtin(make_config(tmp_path, store_url))
    with server.inbox.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "inbox_migrations"})
        assert compare_metadata(context, tables.metadata) == []
    server.inbox.engine.dispose()
