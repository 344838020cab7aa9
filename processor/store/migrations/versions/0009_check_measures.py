"""What is kept of submissions for the rules of large groups."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The next check makes all findings and all of this anew."""
    op.create_table(
        "check_measures",
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column("part", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("family", "practice", "part", "table_name", name=op.f("pk_check_measures")),
    )
    op.execute("DELETE FROM checks_state WHERE name = 'all'")
