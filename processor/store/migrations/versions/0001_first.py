"""First tables: forms, pulls, raw copy, submissions, changes, findings, users, downloads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "builds",
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("plans_sha256", sa.String(length=64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("form_id", name=op.f("pk_builds")),
    )
    op.create_table(
        "changes",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("table_name", sa.String(length=63), nullable=False),
        sa.Column("submission_id", sa.Text(), nullable=False),
        sa.Column("row_key", sa.Text(), nullable=False),
        sa.Column("column_name", sa.String(length=63), nullable=False),
        sa.Column("rule", sa.String(length=16), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
    )
    op.create_index("ix_changes_submission", "changes", ["submission_id"], unique=False)
    op.create_table(
        "checkpoints",
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("form_id", name=op.f("pk_checkpoints")),
    )
    op.create_table(
        "downloads",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("user_id", BIG_KEY, nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("table_name", sa.String(length=63), nullable=False),
        sa.Column("file_format", sa.String(length=8), nullable=False),
        sa.Column("profile", sa.String(length=16), nullable=False),
        sa.Column("areas", sa.Text(), nullable=False),
        sa.Column("classes", sa.Text(), nullable=False),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_downloads")),
    )
    op.create_table(
        "findings",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("table_name", sa.String(length=63), nullable=False),
        sa.Column("submission_id", sa.Text(), nullable=False),
        sa.Column("row_key", sa.Text(), nullable=False),
        sa.Column("column_name", sa.String(length=63), nullable=False),
        sa.Column("rule", sa.String(length=16), nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
    )
    op.create_index("ix_findings_submission", "findings", ["submission_id"], unique=False)
    op.create_table(
        "form_versions",
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("definition_sha256", sa.String(length=64), nullable=False),
        sa.Column("xform_md5", sa.String(length=32), nullable=False),
        sa.Column("workbook", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("form_id", "version", name=op.f("pk_form_versions")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "pulls",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("edited", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Integer(), nullable=False),
        sa.Column("restored", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("incomplete", sa.Integer(), nullable=False),
        sa.Column("server_count", sa.Integer(), nullable=True),
        sa.Column("copy_count", sa.Integer(), nullable=True),
        sa.Column("only_server", sa.Integer(), nullable=True),
        sa.Column("only_copy", sa.Integer(), nullable=True),
        sa.Column("differ", sa.Integer(), nullable=True),
        sa.Column("rows_differ", sa.Integer(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pulls")),
    )
    op.create_index(op.f("ix_pulls_form_id"), "pulls", ["form_id"], unique=False)
    op.create_table(
        "raw_states",
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("instance_id", sa.Text(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("review_state", sa.String(length=16), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("pull_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("form_id", "instance_id", "no", name=op.f("pk_raw_states")),
    )
    op.create_table(
        "raw_versions",
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("instance_id", sa.Text(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version_id", sa.Text(), nullable=False),
        sa.Column("form_version", sa.Text(), nullable=False),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("pulled_at", INSTANT, nullable=False),
        sa.Column("pull_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("form_id", "instance_id", "no", name=op.f("pk_raw_versions")),
    )
    op.create_table(
        "sessions",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("full_name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("areas", sa.Text(), nullable=False),
        sa.Column("classes", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
    )
    op.create_table(
        "submissions",
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("instance_id", sa.Text(), nullable=False),
        sa.Column("raw_no", sa.Integer(), nullable=False),
        sa.Column("state_no", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("version_id", sa.Text(), nullable=False),
        sa.Column("form_version", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("submitter", sa.Text(), nullable=False),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("review_state", sa.String(length=16), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("pulled_at", INSTANT, nullable=False),
        sa.Column("attachments_expected", sa.Integer(), nullable=False),
        sa.Column("attachments_present", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_id", "instance_id", "raw_no"],
            ["raw_versions.form_id", "raw_versions.instance_id", "raw_versions.no"],
            name=op.f("fk_submissions_form_id_instance_id_raw_no"),
        ),
        sa.PrimaryKeyConstraint("form_id", "instance_id", name=op.f("pk_submissions")),
    )
    op.create_index(
        "ix_submissions_listing",
        "submissions",
        ["form_id", "practice", "deleted", "received_at", "instance_id"],
        unique=False,
    )
    append_only = SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL
    for statement in append_only:
        op.execute(statement)


# Raw rows are never changed, and survey rows never removed. Practice rows may be removed: they are
# invented, and their removal after the training is a command. The mark is part of the row itself
# and rows cannot be changed, so no survey row can be made removable.
SAME_KEY = "r.form_id = NEW.form_id AND r.instance_id = NEW.instance_id AND r.no = NEW.no"
"""INSERT OR REPLACE would drop the old row without firing the trigger on DELETE."""
SQLITE = tuple(
    f"CREATE TRIGGER {table}_{event.lower()} BEFORE {event} ON {table} {condition} "
    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    for table in ("raw_versions", "raw_states")
    for event, condition in (
        ("UPDATE", ""),
        ("DELETE", "WHEN NOT OLD.practice"),
        ("INSERT", f"WHEN EXISTS (SELECT 1 FROM {table} AS r WHERE {SAME_KEY})"),
    )
)
POSTGRESQL = (
    """CREATE FUNCTION raw_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$""",
    *(
        f"CREATE TRIGGER {table}_{event.lower()} BEFORE {event} ON {table} {condition} "
        "EXECUTE FUNCTION raw_append_only()"
        for table in ("raw_versions", "raw_states")
        for event, condition in (
            ("UPDATE", "FOR EACH ROW"),
            ("DELETE", "FOR EACH ROW WHEN (NOT OLD.practice)"),
            ("TRUNCATE", "FOR EACH STATEMENT"),
        )
    ),
)
