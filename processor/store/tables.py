"""Our own tables. Reporting tables are not here: they follow the forms (`reporting.py`).

Times are aware UTC (`Instant`); texts that must come back byte for byte are stored as text.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
)
from sqlalchemy import DateTime as SqlDateTime

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)
BigKey = BigInteger().with_variant(Integer, "sqlite")


class Instant(TypeDecorator[datetime]):
    """An aware UTC time: `timestamptz` on PostgreSQL, ISO text in order of time on SQLite."""

    impl = SqlDateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """The column type of the dialect."""
        return dialect.type_descriptor(String(32) if dialect.name == "sqlite" else self.impl)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuses naive times: they would be read in another zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"expected an aware time, found {value!r}")
        value = value.astimezone(UTC)
        return value.isoformat(timespec="microseconds") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Always aware UTC."""
        if value is None:
            return None
        parsed = datetime.fromisoformat(value) if isinstance(value, str) else value
        return parsed.astimezone(UTC)


form_versions = Table(
    "form_versions",
    metadata,
    Column("form_id", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("definition", Text, nullable=False),
    Column("definition_sha256", String(64), nullable=False),
    Column("xform_md5", String(32), nullable=False),
    Column("workbook", LargeBinary, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("xform", LargeBinary),
)

builds = Table(
    "builds",
    metadata,
    Column("form_id", Text, primary_key=True),
    Column("plans_sha256", String(64), nullable=False),
    Column("at", Instant, nullable=False),
)
"""Under which column plans the reporting rows of a form were made; other plans: make them anew."""

pulls = Table(
    "pulls",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("form_id", Text, nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("state", String(16), nullable=False),
    *(
        Column(name, Integer, nullable=False, default=0)
        for name in ("created", "edited", "deleted", "restored", "updated", "incomplete")
    ),
    *(
        Column(name, Integer)
        for name in ("server_count", "copy_count", "only_server", "only_copy", "differ", "rows_differ")
    ),
    Column("detail", Text, nullable=False, default=""),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("form_id", Text, primary_key=True),
    Column("checkpoint", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("holder", String(200), nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
)

raw_versions = Table(
    "raw_versions",
    metadata,
    Column("form_id", Text, primary_key=True),
    Column("instance_id", Text, primary_key=True),
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("version_id", Text, nullable=False),
    Column("form_version", Text, nullable=False),
    Column("practice", Boolean, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("pulled_at", Instant, nullable=False),
    Column("pull_id", BigInteger, nullable=False),
)
"""Every content a submission ever had, numbered from 1; triggers keep it append-only."""

raw_states = Table(
    "raw_states",
    metadata,
    Column("form_id", Text, primary_key=True),
    Column("instance_id", Text, primary_key=True),
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("practice", Boolean, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("review_state", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("pull_id", BigInteger, nullable=False),
)
"""Every state a submission ever had at the server, numbered from 1; append-only as well."""

submissions = Table(
    "submissions",
    metadata,
    Column("form_id", Text, primary_key=True),
    Column("instance_id", Text, primary_key=True),
    Column("raw_no", Integer, nullable=False),
    Column("state_no", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("version_id", Text, nullable=False),
    Column("form_version", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("submitter", Text, nullable=False),
    Column("practice", Boolean, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("review_state", String(16), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("pulled_at", Instant, nullable=False),
    Column("attachments_expected", Integer, nullable=False, default=0),
    Column("attachments_present", Integer, nullable=False, default=0),
    Column("problem", Text, nullable=False, default=""),
    ForeignKeyConstraint(
        ["form_id", "instance_id", "raw_no"],
        ["raw_versions.form_id", "raw_versions.instance_id", "raw_versions.no"],
    ),
    Index("ix_submissions_listing", "form_id", "practice", "deleted", "received_at", "instance_id"),
)
"""The current version of every submission. `problem` says why it has no reporting rows, if so."""

changes = Table(
    "changes",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("table_name", String(63), nullable=False),
    Column("submission_id", Text, nullable=False),
    Column("row_key", Text, nullable=False),
    Column("column_name", String(63), nullable=False),
    Column("rule", String(16), nullable=False),
    Column("before", Text),
    Column("after", Text),
    Index("ix_changes_submission", "submission_id"),
)

findings = Table(
    "findings",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("table_name", String(63), nullable=False),
    Column("submission_id", Text, nullable=False),
    Column("row_key", Text, nullable=False),
    Column("column_name", String(63), nullable=False),
    Column("rule", String(16), nullable=False),
    Column("severity", String(8), nullable=False),
    Column("value", Text),
    *(
        Column(name, Text, nullable=False, server_default="")
        for name in ("form_id", "kind", "family", "group_key")
    ),
    *(Column(name, Text, nullable=False, server_default="") for name in ("unit", "area", "key", "ref")),
    Column("practice", Boolean, nullable=False, server_default=false()),
    Column("due_at", Instant),
    Index("ix_findings_submission", "submission_id"),
    Index("ix_findings_group", "family", "group_key"),
)
"""Of cleaning and of checks (`finding_rows.py`): the one place from which pages read both."""
