"""Whether a person typed the lines of a document."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; the lines that are there were read."""
    # The default stays: SQLite takes one away only by copying the table.
    op.add_column("document_lines", sa.Column("by_hand", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Forget who typed lines; the lines stay."""
    op.drop_column("document_lines", "by_hand")
