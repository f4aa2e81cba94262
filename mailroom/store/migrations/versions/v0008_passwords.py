"""The passwords that an account keeps for encrypted files, and whether the bodies of its mails become documents."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

DEFERRED: dict[str, Any] = {"deferrable": True, "initially": "DEFERRED"}


def upgrade() -> None:
    """Add the table, and the switch, which is on for every account."""
    op.create_table(
        "account_passwords",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account_passwords"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_account_passwords_account_id_accounts", **DEFERRED
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name="fk_account_passwords_message_id_messages", **DEFERRED
        ),
    )
    op.create_index("ix_account_passwords_account_id", "account_passwords", ["account_id"])
    op.create_index("ix_account_passwords_message_id", "account_passwords", ["message_id"])
    # The default stays: SQLite takes one away only by copying the table, which other tables refer to.
    op.add_column("accounts", sa.Column("body_documents", sa.Boolean(), nullable=False, server_default=sa.true()))


def downgrade() -> None:
    """Take both away; the passwords are lost."""
    op.drop_table("account_passwords")
    op.drop_column("accounts", "body_documents")
