"""Runs the migrations on the connection (and in the transaction) that `database.migrate` opened."""

from __future__ import annotations

from alembic import context

from processor.servers.builtin.tables import metadata

settings = context.config.attributes
context.configure(
    connection=settings["connection"],
    target_metadata=metadata,
    version_table=settings["version_table"],
)
context.run_migrations()
