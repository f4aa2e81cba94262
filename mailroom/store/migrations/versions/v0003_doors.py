"""What the doors keep: refused mail in a table of its own, bounded and searchable, and senders in doubt in a column."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

IN_DOUBT = "ix_messages_in_doubt_received_at"


def upgrade() -> None:
    """Add the column and the table, and carry over what the old rows say."""
    op.add_column("messages", sa.Column("in_doubt", sa.Boolean(), nullable=False, server_default=sa.false()))
    # As text: PostgreSQL's operators on JSON fail for all rows when one holds a \u0000, and strangers write these.
    op.execute(
        'UPDATE messages SET in_doubt = (1 = 1) WHERE CAST(sender AS TEXT) LIKE \'%"verdict": "unknown"%\' '
        'AND CAST(sender AS TEXT) NOT LIKE \'%"evidence": ""%\''
    )
    op.create_index(IN_DOUBT, "messages", ["in_doubt", "received_at"])
    op.create_table(
        "refusals",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("door", sa.String(), nullable=False),
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_refusals"),
        sa.UniqueConstraint(
            "account_id", "address", "reason", "sender", name="uq_refusals_account_id_address_reason_sender"
        ),
    )
    op.create_index("ix_refusals_account_id_last_at", "refusals", ["account_id", "last_at"])
    op.create_index("ix_refusals_last_at", "refusals", ["last_at"])
    _carry_refusals()


def downgrade() -> None:
    """Take the table and the column away; the events that were carried over are still there."""
    op.drop_table("refusals")
    op.drop_index(IN_DOUBT, "messages")
    op.drop_column("messages", "in_doubt")


def _carry_refusals() -> None:
    """Sum up the refusals that stood in the log of events until now, one row for each address, reason and sender."""
    events = sa.table(
        "events",
        *(sa.column(name) for name in ("name", "account_id", "subject", "actor", "at")),
        sa.column("facts", sa.JSON()),
        sa.column("number"),
    )
    question = sa.select(events).where(events.c.name == "message_refused").order_by(events.c.number)
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    for event in op.get_bind().execute(question).mappings():
        facts = {name: str(value).replace("\x00", "\ufffd") for name, value in event["facts"].items()}
        at = datetime.fromisoformat(event["at"]) if isinstance(event["at"], str) else event["at"]
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
        key = (event["account_id"] or "", event["subject"], facts.get("reason", ""), facts.get("sender", ""))
        row = rows.setdefault(
            key,
            dict(zip(("account_id", "address", "reason", "sender"), key, strict=True)) | {"first_at": at, "times": 0},
        )
        row |= {"door": event["actor"], "peer": facts.get("peer", ""), "last_at": at, "times": row["times"] + 1}
    if rows:
        table = sa.table("refusals", *(sa.column(name) for name in next(iter(rows.values()))))
        table.c.first_at.type = table.c.last_at.type = sa.DateTime(timezone=True)
        op.get_bind().execute(sa.insert(table), list(rows.values()))
