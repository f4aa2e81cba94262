"""The words of a document's pages, to be searched. What was read before is found once it is read again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

SQLITE_SEARCH = (
    (
        "CREATE VIRTUAL TABLE page_words_search USING fts5(words, content='page_words', content_rowid='number', "
        "tokenize='unicode61')"
    ),
    (
        "CREATE TRIGGER page_words_search_insert AFTER INSERT ON page_words BEGIN "
        "INSERT INTO page_words_search(rowid, words) VALUES (new.number, new.words); END"
    ),
    (
        "CREATE TRIGGER page_words_search_delete AFTER DELETE ON page_words BEGIN "
        "INSERT INTO page_words_search(page_words_search, rowid, words) VALUES ('delete', old.number, old.words); END"
    ),
)


def upgrade() -> None:
    """Make the table and its index."""
    op.create_table(
        "page_words",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_page_words"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for statement in SQLITE_SEARCH:
            op.execute(statement)
    else:
        op.execute("CREATE INDEX ix_page_words_search ON page_words USING gin (to_tsvector('simple', words))")


def downgrade() -> None:
    """Drop the table and its index."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE page_words_search")
    op.drop_table("page_words")
