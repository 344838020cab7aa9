"""The XForm of every form version: what follows from the form itself is checked with it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Versions of before get theirs from their workbook when it is needed."""
    op.add_column("form_versions", sa.Column("xform", sa.LargeBinary(), nullable=True))
