"""First tables of the inbox: forms, officers, submissions with their versions and files."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbox_attachments",
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("arrived_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("form_id", "version_id", "name", name=op.f("pk_inbox_attachments")),
    )
    op.create_index(op.f("ix_inbox_attachments_sha256"), "inbox_attachments", ["sha256"], unique=False)
    op.create_table(
        "inbox_clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("inbox", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_clock")),
    )
    op.create_table(
        "inbox_forms",
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("xform", sa.LargeBinary(), nullable=False),
        sa.Column("xform_md5", sa.String(length=32), nullable=False),
        sa.Column("deployed_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("form_id", "version", name=op.f("pk_inbox_forms")),
    )
    op.create_table(
        "inbox_media",
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("md5", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("form_id", "version", "name", name=op.f("pk_inbox_media")),
    )
    op.create_table(
        "inbox_officers",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("changed_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_inbox_officers")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_inbox_officers_token_sha256")),
    )
    op.create_table(
        "inbox_states",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("instance_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.String(length=16), nullable=False),
        sa.Column("before", sa.String(length=16), nullable=False),
        sa.Column("after", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_states")),
    )
    op.create_index("ix_inbox_states_submission", "inbox_states", ["form_id", "instance_id"], unique=False)
    op.create_table(
        "inbox_submissions",
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("instance_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.Text(), nullable=False),
        sa.Column("form_version", sa.Text(), nullable=False),
        sa.Column("submitter", sa.String(length=32), nullable=False),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.String(length=32), nullable=False),
        sa.Column("updated_at", sa.String(length=32), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("review_state", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("form_id", "instance_id", name=op.f("pk_inbox_submissions")),
        sa.UniqueConstraint("seq", name=op.f("uq_inbox_submissions_seq")),
    )
    op.create_index("ix_inbox_submissions_feed", "inbox_submissions", ["form_id", "seq"], unique=False)
    op.create_table(
        "inbox_versions",
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Text(), nullable=False),
        sa.Column("instance_id", sa.Text(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("form_version", sa.Text(), nullable=False),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.String(length=32), nullable=False),
        sa.Column("officer", sa.String(length=32), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("form_id", "version_id", name=op.f("pk_inbox_versions")),
        sa.UniqueConstraint(
            "form_id", "instance_id", "no", name=op.f("uq_inbox_versions_form_id_instance_id_no")
        ),
    )
    clock = sa.table("inbox_clock", sa.column("id"), sa.column("seq"), sa.column("inbox"))
    op.bulk_insert(clock, [{"id": 1, "seq": 0, "inbox": uuid.uuid4().hex}])
