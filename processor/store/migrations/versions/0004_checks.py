"""Findings of checks beside those of cleaning, the work on them, and corrections of cells."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _widen_findings()
    _make_checks()
    _make_events()
    _make_corrections()
    statements = SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL
    for statement in statements:
        op.execute(statement)


def _widen_findings() -> None:
    """Rows of before have no keys: all tables are made anew at the next pull."""
    for name in ("form_id", "kind", "family", "group_key", "unit", "area", "key", "ref"):
        op.add_column("findings", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("findings", sa.Column("practice", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("findings", sa.Column("due_at", INSTANT, nullable=True))
    op.create_index("ix_findings_group", "findings", ["family", "group_key"])
    op.execute("DELETE FROM builds")


def _make_checks() -> None:
    op.create_table(
        "checks_due",
        sa.Column("id", BIG_KEY, nullable=False),
        *_texts("form_id", "submission_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checks_due")),
    )
    op.create_table(
        "checks_state",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        *_texts("not_checked"),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_checks_state")),
    )
    op.create_table(
        "check_keys",
        *_texts("form_id", "submission_id", "family", "group_key"),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(
            "form_id", "submission_id", "family", "group_key", name=op.f("pk_check_keys")
        ),
    )
    op.create_index("ix_check_keys_group", "check_keys", ["family", "group_key"])


def _make_events() -> None:
    op.create_table(
        "finding_events",
        sa.Column("id", BIG_KEY, nullable=False),
        *_texts("key", "ref", "form_id", "table_name", "submission_id", "row_key"),
        *_texts("column_name", "unit", "rule", "severity"),
        sa.Column("value", sa.Text(), nullable=True),
        *_texts("raw_sha256"),
        sa.Column("state", sa.String(length=16), nullable=False),
        *_texts("reason"),
        *_who(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_events")),
    )
    op.create_index("ix_finding_events_key", "finding_events", ["key"])
    op.create_index("ix_finding_events_ref", "finding_events", ["ref"])
    op.create_index("ix_finding_events_submission", "finding_events", ["submission_id"])


def _make_corrections() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("act", sa.String(length=8), nullable=False),
        sa.Column("of_id", sa.BigInteger(), nullable=True),
        *_texts("form_id", "table_name", "submission_id", "row_key", "column_name"),
        *_texts("old", "new", "reason", "source"),
        sa.Column("raw_sha256", sa.String(length=64), nullable=False),
        sa.Column("row_sha256", sa.String(length=64), nullable=False),
        *_who(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index("ix_corrections_submission", "corrections", ["form_id", "submission_id"])
    op.create_index("ix_corrections_of_id", "corrections", ["of_id"])
    op.create_table(
        "correction_states",
        sa.Column("correction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        *_texts("form_id", "submission_id"),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("correction_id", name=op.f("pk_correction_states")),
    )
    op.create_index("ix_correction_states_submission", "correction_states", ["form_id", "submission_id"])


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _who() -> list[sa.Column[Any]]:
    return [
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("practice", sa.Boolean(), nullable=False, server_default=sa.false()),
    ]


# As the raw tables: never changed, and only rows marked practice may go, with the practice itself.
TABLES = ("finding_events", "corrections")
SQLITE = tuple(
    f"CREATE TRIGGER {table}_{event.lower()} BEFORE {event} ON {table} {condition} "
    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    for table in TABLES
    for event, condition in (
        ("UPDATE", ""),
        ("DELETE", "WHEN NOT OLD.practice"),
        ("INSERT", f"WHEN EXISTS (SELECT 1 FROM {table} AS r WHERE r.id = NEW.id)"),
    )
)
POSTGRESQL = tuple(
    f"CREATE TRIGGER {table}_{event.lower()} BEFORE {event} ON {table} {condition} "
    "EXECUTE FUNCTION raw_append_only()"
    for table in TABLES
    for event, condition in (
        ("UPDATE", "FOR EACH ROW"),
        ("DELETE", "FOR EACH ROW WHEN (NOT OLD.practice)"),
        ("TRUNCATE", "FOR EACH STATEMENT"),
    )
)
