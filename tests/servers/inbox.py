"""What the inbox holds, looked at from outside."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Table, select

from processor.database import reading
from processor.servers.builtin import tables
from processor.servers.builtin.server import BuiltinServer
from processor.servers.protocol import Submission


def rows(server: BuiltinServer, table: Table) -> list[dict[str, Any]]:
    with reading(server.inbox.engine) as connection:
        query = select(table).order_by(*table.primary_key.columns)
        return [dict(row._mapping) for row in connection.execute(query)]


def stored(server: BuiltinServer) -> dict[str, bytes]:
    """XML of every version, each checked against its hash."""
    found = {}
    for row in rows(server, tables.versions):
        assert hashlib.sha256(row["xml"]).hexdigest() == row["sha256"]
        found[row["version_id"]] = bytes(row["xml"])
    return found


def current(server: BuiltinServer) -> dict[str, Submission]:
    """What a pull from the beginning sees."""
    return {s.instance_id: s for page in server.changed("phieu_c", None, 3) for s in page.submissions}


def nothing_stored(server: BuiltinServer) -> bool:
    """No submission, no version, no file beyond the forms' media, nothing unfinished."""
    media = {row["sha256"] for row in rows(server, tables.media)}
    files = set(server.inbox.files.all()) - media
    unfinished = list((server.config.server.files / "arriving").iterdir())
    tables_empty = not any(rows(server, t) for t in (tables.submissions, tables.versions, tables.attachments))
    return tables_empty and not files and not unfinished
