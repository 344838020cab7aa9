"""Tables of people, of files given out, of reviews on their way and of deploys; in the metadata of `tables.py`."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text

from processor.store.tables import BigKey, Instant, metadata

users = Table(
    "users",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("username", String(64), nullable=False, unique=True),
    Column("full_name", String(120), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("must_change", Boolean, nullable=False, default=True),
    Column("role", String(16), nullable=False),
    Column("areas", Text, nullable=False),
    Column("classes", Text, nullable=False),
    Column("language", String(2), nullable=False, default="vi"),
    Column("active", Boolean, nullable=False, default=True),
    Column("failures", Integer, nullable=False, default=0),
    Column("locked_until", Instant),
    Column("created_at", Instant, nullable=False),
)

list_columns = Table(
    "list_columns",
    metadata,
    Column("user_id", BigKey, primary_key=True, autoincrement=False),
    Column("form_id", Text, primary_key=True),
    Column("names", Text, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_sha256", String(64), primary_key=True),
    Column("data", Text, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)

downloads = Table(
    "downloads",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("user_id", BigKey, nullable=False),
    Column("username", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("table_name", String(63), nullable=False),
    Column("file_format", String(8), nullable=False),
    Column("profile", String(16), nullable=False),
    Column("areas", Text, nullable=False),
    Column("classes", Text, nullable=False),
    Column("practice", Boolean, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("row_count", Integer),
    Column("sha256", String(64)),
    Column("state", String(16), nullable=False),
    Column("units", String(4), nullable=False, server_default="2016"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("form_id", Text, nullable=False),
    Column("instance_id", Text, nullable=False),
    Column("version_id", Text, nullable=False),
    Column("review_state", String(16), nullable=False),
    Column("comment", Text, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("reason_key", String(64), nullable=False),
    Column("queued_at", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_at", Instant, nullable=False),
    Column("mark", Text),
    Column("ended_at", Instant),
    Column("detail", Text, nullable=False, default=""),
    Index("ix_outbox_submission", "form_id", "instance_id"),
    Index("ix_outbox_state", "state", "next_at"),
)
"""Reviews on their way to the form server. `version_id`: the version that was looked at. `mark`: where the server's
history of the submission stood before the first attempt; with it a lost answer is told from a lost request."""

deploys = Table(
    "deploys",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("form_id", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("act", String(16), nullable=False),
    Column("back_to", Text, nullable=False, default=""),
    Column("at", Instant, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("server", String(16), nullable=False),
    Column("xform_md5", String(32), nullable=False),
    Column("workbook_sha256", String(64), nullable=False),
    Column("media", Text, nullable=False),
    Column("changes", Text, nullable=False),
    Column("result", String(16), nullable=False),
    Column("ended_at", Instant),
    Column("detail", Text, nullable=False, default=""),
    Index("ix_deploys_form", "form_id", "id"),
)
"""A row for each deploy, written before anything is sent; no row is ever taken away (`deploys.py`)."""
