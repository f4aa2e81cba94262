"""What people said of parts of a mail, and what a picture looks like."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

DEFERRED: dict[str, Any] = {"deferrable": True, "initially": "DEFERRED"}


def upgrade() -> None:
    """Add the table of answers; of the pictures that came before, the likeness is not known."""
    op.create_table(
        "answers",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_answers_account_id_accounts", **DEFERRED),
        sa.PrimaryKeyConstraint("account_id", "question", "subject", name="pk_answers"),
    )
    op.add_column("parts", sa.Column("likeness", sa.String(), nullable=True))
    op.create_index("ix_parts_likeness", "parts", ["likeness"])


def downgrade() -> None:
    """Forget the answers."""
    op.drop_index("ix_parts_likeness", "parts")
    op.drop_column("parts", "likeness")
    op.drop_table("answers")
