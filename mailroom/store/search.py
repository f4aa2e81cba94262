"""Text to search in: folded to lower case without accents, found by any part of a word.

PostgreSQL uses a trigram index (`gin_trgm_ops`), or that of the account where its rows are few; SQLite an FTS5 table
with the tokenizer `trigram`, which triggers keep up to date. Both know only words of three letters or more; shorter
ones are then compared row by row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, Select, Table, and_, false, literal_column, select, table
from sqlalchemy import column as named
from sqlalchemy.orm import Session

from mailroom.store.tables import Text

TRIGRAM = 3

LONG = 5
"""A piece of a word so long names few rows."""

FEW = 2000
"""So many rows are read and compared in some 20 ms."""


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


def matches(
    session: Session, rows: Table, search: str, *, within: ColumnElement[bool] | None = None
) -> ColumnElement[bool]:
    """Return the condition that every word of `search` is somewhere in the row's search text.

    `within` is the condition that picks an account's rows, which are read newest first until a page is full.
    """
    found = few(session, rows, search, within=within)
    return one_by_one(rows, search) if found is None else numbered(rows, found)


def numbered(rows: Table, numbers: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that a row is one of these."""
    return rows.c.number.in_(numbers) if numbers else false()


def one_by_one(rows: Table, search: str) -> ColumnElement[bool]:
    """Return the condition as it is held against row after row."""
    return and_(True, *(_contains(rows, word) for word in _words(search)))


def few(session: Session, rows: Table, search: str, *, within: ColumnElement[bool] | None = None) -> list[int] | None:
    """Return the numbers of the rows that match, where the index names few candidates.

    None: one by one is quicker. Rare words are found by the index; of frequent ones the page is full before many rows
    were compared; and an account of few rows is quickly read.
    """
    words = _words(search)
    phrases = [_phrase(word) for word in words if len(word) >= TRIGRAM]
    if not phrases or (within is not None and _is_small(session, rows, within)):
        return None
    if session.get_bind().dialect.name == "sqlite":
        candidates = _full_text(rows, phrases)
    else:
        candidates = select(rows.c.number).where(*(_contains(rows, phrase) for phrase in phrases))
    numbers = session.execute(candidates.limit(FEW + 1)).scalars().all()
    if len(numbers) > FEW:
        return None
    if not numbers:
        return []
    found = select(rows.c.number).where(rows.c.number.in_(numbers), one_by_one(rows, search))
    return list(session.execute(found if within is None else found.where(within)).scalars())


def _words(search: str) -> list[str]:
    return fold(search.replace("\x00", " ")).split()


def _is_small(session: Session, rows: Table, within: ColumnElement[bool]) -> bool:
    mine: Select[tuple[int]] = select(literal_column("1")).select_from(rows).where(within).limit(FEW + 1)
    return len(session.execute(mine).all()) <= FEW


def _phrase(word: str) -> str:
    """Return the piece of a word to look up: of `f3-2026-01444494` the last one, of `<1a2b3c@mail.example>` the first.

    The index reads the list of rows of every three letters; those of years and domains are as long as the table.
    """
    pieces = [piece for piece in re.split(r"\W+", word) if len(piece) >= LONG]
    return max(pieces, key=lambda piece: (any(sign.isdigit() for sign in piece), len(piece)), default=word)


def _contains(rows: Table, word: str) -> ColumnElement[bool]:
    return rows.c.search.contains(word, autoescape=True)


def _full_text(rows: Table, words: list[str]) -> Select[tuple[int]]:
    index = table(f"{rows.name}_search", named("rowid"))
    # A quoted phrase of the tokenizer `trigram` is found anywhere in the text. LIKE with an ESCAPE would not use the
    # index.
    phrases = " ".join('"' + word.replace('"', '""') + '"' for word in words)
    condition = literal_column(f"{rows.name}_search", Text).op("MATCH", is_comparison=True)(phrases)
    return select(index.c.rowid).where(condition)
