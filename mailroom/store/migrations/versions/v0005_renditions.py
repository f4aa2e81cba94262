"""Documents that are one invoice: which belongs to which, and by what they are found."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Without defaults and references: then SQLite adds a column without copying the table and its triggers.
COLUMNS: dict[str, Any] = {
    "belongs_to": sa.String(),
    "bond": sa.String(),
    "made_from": sa.String(),
    "first_page": sa.Integer(),
    "last_page": sa.Integer(),
    "number_key": sa.String(),
    "sum_key": sa.String(),
}
INDEXES = (("belongs_to",), ("made_from",), ("account_id", "number_key"), ("account_id", "sum_key"))
AT_A_TIME = 500


def upgrade() -> None:
    """Add the columns, and fill the keys of the documents that are there."""
    for name, kind in COLUMNS.items():
        op.add_column("documents", sa.Column(name, kind, nullable=True))
    for columns in INDEXES:
        op.create_index(f"ix_documents_{'_'.join(columns)}", "documents", list(columns))
    _fill_keys(op.get_bind())


def downgrade() -> None:
    """Forget what belongs together; the documents stay."""
    for columns in INDEXES:
        op.drop_index(f"ix_documents_{'_'.join(columns)}", "documents")
    for name in reversed(COLUMNS):
        op.drop_column("documents", name)


def _fill_keys(connection: sa.Connection) -> None:
    last = 0
    while rows := connection.execute(_NEXT, {"last": last, "most": AT_A_TIME}).all():
        last = rows[-1][0]
        keys = [{"row": number, **_keys(fields)} for number, fields in rows]
        connection.execute(_WRITE, keys)


_NEXT = sa.text("SELECT number, fields FROM documents WHERE number > :last ORDER BY number LIMIT :most")
_WRITE = sa.text("UPDATE documents SET number_key = :number, sum_key = :sum WHERE number = :row")


def _keys(stored: Any) -> dict[str, str]:
    fields = json.loads(stored) if isinstance(stored, str) else stored or {}
    values = {name: (field or {}).get("value") or "" for name, field in fields.items()}
    number = "".join(sign for sign in values.get("invoice_number", "").upper() if sign.isalnum())
    compared = number.translate(str.maketrans("OIL", "011")).lstrip("0")
    day, total = values.get("issue_date", ""), values.get("total_amount", "")
    return {
        "number": compared if any(sign.isdigit() for sign in number) else "",
        "sum": f"{day} {total.lstrip('-')}" if day and total else "",
    }
