"""Alembic's way in: on the connection, and in the transaction, that `schema.py` hands over."""

from __future__ import annotations

from alembic import context

from mailroom.store.tables import Row

TRIGRAM_OBJECTS = ("_search", "_trigram")


def is_ours(name: str | None, kind: str) -> bool:
    """Return whether a table or index is one that `tables.py` declares.

    DBOS has its own tables in the same database; the search indexes exist on one database each.
    """
    if kind == "table":
        return name in Row.metadata.tables
    return not (kind == "index" and name is not None and name.endswith(TRIGRAM_OBJECTS))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_as_batch=True,
    include_name=lambda name, kind, _parents: is_ours(name, kind),
)
with context.begin_transaction():
    context.run_migrations()
