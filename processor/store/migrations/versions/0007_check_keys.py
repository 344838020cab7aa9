"""Groups of the rules' families in two narrow tables; keys are hashed with a secret of the store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """The keys of before could be guessed: they go, and the next check makes all of them anew."""
    op.drop_table("check_keys")
    op.create_table(
        "check_submissions",
        sa.Column("no", BIG_KEY, autoincrement=False, nullable=False),
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("submission_id", sa.Text(), nullable=False),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column("groups", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_check_submissions")),
    )
    op.create_index(
        "ix_check_submissions_submission", "check_submissions", ["submission_id", "form_id"], unique=True
    )
    op.create_table(
        "check_keys",
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("group_key", sa.String(length=16), nullable=False),
        sa.Column("no", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("family", "group_key", "no", name=op.f("pk_check_keys")),
        sqlite_with_rowid=False,
    )
    op.execute("DELETE FROM checks_state")
    op.execute("UPDATE findings SET group_key = '' WHERE group_key <> ''")
