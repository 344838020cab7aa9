"""Downloads say in which units they are: of 2016, or with those of 2025 beside them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Files of before may have had units of 2025, nobody wrote it down; those of 2016 are in all of them."""
    op.add_column("downloads", sa.Column("units", sa.String(4), nullable=False, server_default="2016"))
