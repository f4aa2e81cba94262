"""The clock asks at every tick which reports are under way: that reads no run of the years before any more."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NAME, TABLE = "ix_report_runs_state_created_at", "report_runs"


def upgrade() -> None:
    """Index the runs by their state."""
    op.create_index(NAME, TABLE, ["state", "created_at"])


def downgrade() -> None:
    """Take the index away."""
    op.drop_index(NAME, TABLE)
