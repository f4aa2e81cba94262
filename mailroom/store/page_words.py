"""The words of a document's pages, to be found by their beginnings within one account.

Every word is kept once, folded. PostgreSQL finds them by a GIN index over a `tsvector`, SQLite by an FTS5 table that
triggers keep up to date. The account's id stands among the words: in a question it narrows the index itself, so that
a word which stands on every invoice of all companies costs no more than the account's own documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, Text, column, delete, func, literal, literal_column, select, table
from sqlalchemy.orm import Session

from mailroom.store.rows import insert_new
from mailroom.store.search import fold
from mailroom.store.tables import DOCUMENTS, PAGE_WORDS

BEGINNING = 3
"""Letters that a word needs to be found by its beginning; a shorter one must stand there whole."""
LONGEST = 40
MOST = 20_000
"""Different words of a document that are kept: those of its first pages."""
CONFIGURATION = "simple"
"""PostgreSQL's text search without stemming: an invoice is searched by what stands on it."""

_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """Return the words of a text as they are compared, in their order."""
    return [word[:LONGEST] for word in _WORD.findall(fold(text))]


def keep(session: Session, document_id: str, texts: Iterable[str]) -> None:
    """Keep the words of a document's pages in the place of those of an earlier reading."""
    query = select(DOCUMENTS.c.number, DOCUMENTS.c.account_id).where(DOCUMENTS.c.id == document_id)
    number, account_id = session.execute(query).one()
    words = dict.fromkeys(word for text in texts for word in words_of(text))
    row = {"number": number, "words": " ".join([account_id.casefold(), *list(words)[:MOST]])}
    session.execute(delete(PAGE_WORDS).where(PAGE_WORDS.c.number == number))
    if words:
        insert_new(session, PAGE_WORDS, row)


def numbers_of(session: Session, account_id: str, search: str) -> Select[tuple[int]] | None:
    """Return the question for the documents' numbers on whose pages every word of `search` stands, if it has words."""
    words = words_of(search)
    if not words:
        return None
    if session.get_bind().dialect.name == "sqlite":
        index = table("page_words_search", column("rowid"))
        return select(index.c.rowid).where(_fts(account_id, words))
    wanted = " & ".join([account_id.casefold(), *(f"{word}:*" if len(word) >= BEGINNING else word for word in words)])
    vector = func.to_tsvector(literal_column(f"'{CONFIGURATION}'"), PAGE_WORDS.c.words)
    question = func.to_tsquery(literal_column(f"'{CONFIGURATION}'"), literal(wanted))
    return select(PAGE_WORDS.c.number).where(vector.op("@@", is_comparison=True)(question))


def _fts(account_id: str, words: list[str]) -> ColumnElement[bool]:
    wanted = " AND ".join([f'"{account_id}"', *(f'"{w}"*' if len(w) >= BEGINNING else f'"{w}"' for w in words)])
    return literal_column("page_words_search", Text).op("MATCH", is_comparison=True)(wanted)
