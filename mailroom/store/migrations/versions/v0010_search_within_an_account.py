"""The search index knows whose a row is, so that a word that many companies' mails say costs no more than one's own.

The last three letters of an account's id, which are random, stand in the indexed text before the words. On SQLite the
index keeps no text of its own any more, only where each piece of a word stands: it is asked for row numbers alone.
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SEARCHED = ("messages", "documents")
TRIGGERS = ("insert", "delete", "update")

MARKED = "substr({0}account_id, -3) || ' ' || {0}search"
SQLITE = (
    "CREATE VIRTUAL TABLE {table}_search USING fts5(search, content='', tokenize='trigram')",
    "INSERT INTO {table}_search(rowid, search) SELECT number, {row} FROM {table}",
    (
        "CREATE TRIGGER {table}_search_insert AFTER INSERT ON {table} BEGIN "
        "INSERT INTO {table}_search(rowid, search) VALUES (new.number, {new}); END"
    ),
    (
        "CREATE TRIGGER {table}_search_delete AFTER DELETE ON {table} BEGIN "
        "INSERT INTO {table}_search({table}_search, rowid, search) VALUES ('delete', old.number, {old}); END"
    ),
    (
        "CREATE TRIGGER {table}_search_update AFTER UPDATE OF search, account_id ON {table} WHEN {old} <> {new} BEGIN "
        "INSERT INTO {table}_search({table}_search, rowid, search) VALUES ('delete', old.number, {old}); "
        "INSERT INTO {table}_search(rowid, search) VALUES (new.number, {new}); END"
    ),
)
SQLITE_BEFORE = (
    "CREATE VIRTUAL TABLE {0}_search USING fts5(search, content='{0}', content_rowid='number', tokenize='trigram')",
    "INSERT INTO {0}_search({0}_search) VALUES ('rebuild')",
    (
        "CREATE TRIGGER {0}_search_insert AFTER INSERT ON {0} BEGIN "
        "INSERT INTO {0}_search(rowid, search) VALUES (new.number, new.search); END"
    ),
    (
        "CREATE TRIGGER {0}_search_delete AFTER DELETE ON {0} BEGIN "
        "INSERT INTO {0}_search({0}_search, rowid, search) VALUES ('delete', old.number, old.search); END"
    ),
    (
        "CREATE TRIGGER {0}_search_update AFTER UPDATE OF search ON {0} WHEN old.search <> new.search BEGIN "
        "INSERT INTO {0}_search({0}_search, rowid, search) VALUES ('delete', old.number, old.search); "
        "INSERT INTO {0}_search(rowid, search) VALUES (new.number, new.search); END"
    ),
)


def upgrade() -> None:
    """Index the rows again."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in SEARCHED:
        _drop(table, sqlite)
        if sqlite:
            texts = {"row": MARKED.format(""), "new": MARKED.format("new."), "old": MARKED.format("old.")}
            for statement in SQLITE:
                op.execute(statement.format(table=table, **texts))
        else:
            marked = "(right(account_id, 3) || ' ' || search)"
            op.execute(f"CREATE INDEX ix_{table}_search_trigram ON {table} USING gin ({marked} gin_trgm_ops)")


def downgrade() -> None:
    """Index the rows as before."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in SEARCHED:
        _drop(table, sqlite)
        if sqlite:
            for statement in SQLITE_BEFORE:
                op.execute(statement.format(table))
        else:
            op.execute(f"CREATE INDEX ix_{table}_search_trigram ON {table} USING gin (search gin_trgm_ops)")


def _drop(table: str, sqlite: bool) -> None:
    if not sqlite:
        op.execute(f"DROP INDEX ix_{table}_search_trigram")
        return
    for kind in TRIGGERS:
        op.execute(f"DROP TRIGGER {table}_search_{kind}")
    op.execute(f"DROP TABLE {table}_search")
