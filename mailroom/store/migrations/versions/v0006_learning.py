"""What was learned of a seller, and the lines of a document."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

DEFERRED: dict[str, Any] = {"deferrable": True, "initially": "DEFERRED"}


def upgrade() -> None:
    """Make the tables; a document that was read before has no lines, and nothing was learned yet."""
    op.create_table(
        "document_lines",
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_document_lines_document_id_documents", **DEFERRED
        ),
        sa.PrimaryKeyConstraint("document_id", name="pk_document_lines"),
    )
    op.create_table(
        "seller_domains",
        sa.Column("seller_id", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_seller_domains_account_id_accounts", **DEFERRED
        ),
        sa.ForeignKeyConstraint(["seller_id"], ["sellers.id"], name="fk_seller_domains_seller_id_sellers", **DEFERRED),
        sa.PrimaryKeyConstraint("seller_id", "domain", name="pk_seller_domains"),
    )
    op.create_index("ix_seller_domains_account_id_domain", "seller_domains", ["account_id", "domain"])
    op.create_table(
        "learned",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("seller_id", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("spots", sa.JSON(), nullable=False),
        sa.Column("shapes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_learned_account_id_accounts", **DEFERRED),
        sa.ForeignKeyConstraint(["seller_id"], ["sellers.id"], name="fk_learned_seller_id_sellers", **DEFERRED),
        sa.PrimaryKeyConstraint("id", name="pk_learned"),
        sa.UniqueConstraint("seller_id", "field", name="uq_learned_seller_id_field"),
    )
    op.create_index("ix_learned_account_id_seller_id", "learned", ["account_id", "seller_id"])


def downgrade() -> None:
    """Drop the tables with what was learned."""
    op.drop_table("learned")
    op.drop_table("seller_domains")
    op.drop_table("document_lines")
