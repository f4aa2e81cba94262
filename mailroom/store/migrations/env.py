"""Alembic's way in: on the connection, and in the transaction, that `schema.py` hands over."""

from __future__ import annotations

from alembic import context

from mailroom.store.schema import is_ours
from mailroom.store.tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_as_batch=True,
    include_name=is_ours,
    on_version_apply=context.config.attributes.get("on_version_apply"),
)
with context.begin_transaction():
    context.run_migrations()
