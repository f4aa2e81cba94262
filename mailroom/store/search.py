"""Text to search in: folded to lower case without accents, found by any part of a word.

Within one account the rows are few and found by the account's index. Over all accounts PostgreSQL uses a trigram index
(`gin_trgm_ops`) and SQLite an FTS5 table with the tokenizer `trigram`; triggers keep that one up to date. Both know
only words of three letters or more; shorter ones are then compared row by row.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from sqlalchemy import ColumnElement, Table, and_, literal_column, select, table
from sqlalchemy import column as named
from sqlalchemy.orm import Session

from mailroom.store.tables import Text

TRIGRAM = 3


def fold(text: str) -> str:
    """Return the text as it is compared: no accents, lower case, one space between words."""
    if not text.isascii():
        text = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return " ".join(text.casefold().split())


def name_key(name: str) -> str:
    """Return a company's name as it is compared: only letters and digits, `ACME S.A.` like `Acme SA`."""
    kept = "".join(sign if sign.isalnum() else "" if sign in ".'" else " " for sign in fold(name))
    return " ".join(kept.split())


def id_key(number: str) -> str:
    """Return a VAT id or account number as it is compared: capitals and digits only."""
    return "".join(sign for sign in number.upper() if sign.isalnum())


def searchable(words: Iterable[str | None]) -> str:
    """Return the text of a `search` column."""
    return fold(" ".join(word for word in words if word)).replace("\x00", " ")


def matches(session: Session, rows: Table, search: str, *, narrowed: bool) -> ColumnElement[bool]:
    """Return the condition that every word of `search` is somewhere in the row's search text.

    `narrowed` says that the rows are already picked by an account, so that comparing them is cheap.
    """
    words = fold(search.replace("\x00", " ")).split()
    indexed = [word for word in words if len(word) >= TRIGRAM]
    if narrowed or not indexed or session.get_bind().dialect.name != "sqlite":
        return and_(True, *(_contains(rows, word) for word in words))
    short = (_contains(rows, word) for word in words if len(word) < TRIGRAM)
    return and_(rows.c.number.in_(_full_text(rows, indexed)), *short)


def _contains(rows: Table, word: str) -> ColumnElement[bool]:
    return rows.c.search.contains(word, autoescape=True)


def _full_text(rows: Table, words: list[str]) -> ColumnElement[int]:
    index = table(f"{rows.name}_search", named("rowid"))
    # A quoted phrase of the tokenizer `trigram` is found anywhere in the text. LIKE with an ESCAPE would not use the
    # index.
    phrases = " ".join('"' + word.replace('"', '""') + '"' for word in words)
    condition = literal_column(f"{rows.name}_search", Text).op("MATCH", is_comparison=True)(phrases)
    return select(index.c.rowid).where(condition).scalar_subquery()
