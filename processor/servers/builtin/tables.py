"""The tables of the built-in form server's inbox; apart from the store, with migrations of their own.

`inbox_clock` has one row: its number grows with every write transaction, under the row's lock, so
numbers become visible in their order. What `inbox_submissions.seq` says is therefore never behind
a checkpoint that somebody has already been given. Times are aware UTC as ISO text.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)
BigKey = BigInteger().with_variant(Integer, "sqlite")
Stamp = String(32)


def stamp(moment: datetime) -> str:
    """The text of an aware time; texts sort as the times do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


clock = Table(
    "inbox_clock",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("inbox", String(32), nullable=False),
)
"""`inbox` names this database, so that a checkpoint of another one is recognised."""

forms = Table(
    "inbox_forms",
    metadata,
    Column("form_id", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("no", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("definition", Text, nullable=False),
    Column("xform", LargeBinary, nullable=False),
    Column("xform_md5", String(32), nullable=False),
    Column("deployed_at", Stamp, nullable=False),
)
"""Every version ever published; the one with the highest `no` of its form is current."""

media = Table(
    "inbox_media",
    metadata,
    Column("form_id", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("md5", String(32), nullable=False),
    Column("sha256", String(64), nullable=False),
)

officers = Table(
    "inbox_officers",
    metadata,
    Column("code", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("practice", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("token", String(64), nullable=False),
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("changed_at", Stamp, nullable=False),
)
"""The token stands here in clear: cards are printed again (lost, wet, torn) without cutting off the
phone that uses it. A token only lets somebody send forms and fetch blank ones, never read answers.
Looked up by its hash, so that the time of a look-up says nothing about the token."""

submissions = Table(
    "inbox_submissions",
    metadata,
    Column("form_id", Text, primary_key=True),
    Column("instance_id", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False, unique=True),
    Column("version_id", Text, nullable=False),
    Column("form_version", Text, nullable=False),
    Column("submitter", String(32), nullable=False),
    Column("practice", Boolean, nullable=False),
    Column("received_at", Stamp, nullable=False),
    Column("updated_at", Stamp, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("removed", Boolean, nullable=False),
    Column("review_state", String(16), nullable=False),
    Index("ix_inbox_submissions_feed", "form_id", "seq"),
)
"""One row per submission, keyed by its first instanceID. `removed`: its content is gone for good
(practice); the row stays so that the copy learns of it."""

versions = Table(
    "inbox_versions",
    metadata,
    Column("form_id", Text, primary_key=True),
    Column("version_id", Text, primary_key=True),
    Column("instance_id", Text, nullable=False),
    Column("no", Integer, nullable=False),
    Column("form_version", Text, nullable=False),
    Column("xml", LargeBinary, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("received_at", Stamp, nullable=False),
    Column("officer", String(32), nullable=False),
    Column("device_id", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    UniqueConstraint("form_id", "instance_id", "no"),
)
"""Every version as received, byte for byte."""

attachments = Table(
    "inbox_attachments",
    metadata,
    Column("form_id", Text, primary_key=True),
    Column("version_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("size", BigInteger),
    Column("sha256", String(64), index=True),
    Column("arrived_at", Stamp),
)
"""The files that a version names; without `sha256` until the file has arrived."""

states = Table(
    "inbox_states",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("form_id", Text, nullable=False),
    Column("instance_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("event", String(16), nullable=False),
    Column("before", String(16), nullable=False),
    Column("after", String(16), nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Stamp, nullable=False),
    Index("ix_inbox_states_submission", "form_id", "instance_id"),
)
"""What happened to a submission at the office: review, deleted, restored, removed; append-only."""
