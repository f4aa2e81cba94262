"""Text to search in: folded to lower case without accents, found by any part of a word.

PostgreSQL uses a trigram index (`gin_trgm_ops`), or that of the account where its rows are few; SQLite an FTS5 table
with the tokenizer `trigram`, which triggers keep up to date. Both know only words of three letters or more; shorter
ones are then compared row by row. Before the text stand the last three letters of the account's id, which are random:
asked along, they let the index itself leave nearly all rows of other accounts out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, Select, Table, and_, false, literal_column, select, table
from sqlalchemy import column as named
from sqlalchemy.orm import Session

from mailroom.store.rows import firsts
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


def matches(session: Session, rows: Table, search: str, account_id: str | None) -> ColumnElement[bool]:
    """Return the condition that every word of `search` is somewhere in the search text of an account's row, or of any.

    The account's condition is part of it. Rows are read newest first until a page is full, or picked by the index.
    """
    found = few(session, rows, search, account_id)
    if found is not None:
        return numbered(rows, found, account_id, one_by_one(rows, search))
    told = one_by_one(rows, search)
    return told if account_id is None else and_(rows.c.account_id == account_id, told)


def numbered(
    rows: Table, numbers: Collection[int], account_id: str | None, told: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Return the condition that a row is one of these, and the account's, and that it says what is asked for."""
    if not numbers:
        return false()
    mine = () if account_id is None else (unindexed(rows.c.account_id) == account_id,)
    return and_(rows.c.number.in_(numbers), *mine, told)


def unindexed(column: ColumnElement[str]) -> ColumnElement[str]:
    """Return the column as something that no index helps with, where rows are picked by their numbers.

    Without figures SQLite takes an account for ten rows, and would read all that the account has instead.
    """
    return column.concat("")


def one_by_one(rows: Table, search: str) -> ColumnElement[bool]:
    """Return the condition as it is held against row after row."""
    return and_(True, *(_contains(rows.c.search, word) for word in _words(search)))


def few(session: Session, rows: Table, search: str, account_id: str | None) -> list[int] | None:
    """Return the numbers of all rows that can match, where the index names few; some may not, or be another account's.

    None: one by one is quicker. Rare words are found by the index; of frequent ones the page is full before many rows
    were compared; and an account of few rows is quickly read.
    """
    phrases = [_phrase(word) for word in _words(search) if len(word) >= TRIGRAM]
    if not phrases or (account_id is not None and _is_small(session, rows, account_id)):
        return None
    if account_id is not None:
        phrases.append(account_id[-TRIGRAM:])
    if session.get_bind().dialect.name == "sqlite":
        candidates = _full_text(rows, phrases)
    else:
        marked: ColumnElement[str] = literal_column(
            f"(right({rows.name}.account_id, 3) || ' ' || {rows.name}.search)", Text
        )
        candidates = select(rows.c.number).where(*(_contains(marked, phrase) for phrase in phrases))
    numbers: list[int] = firsts(session, candidates.limit(FEW + 1))
    return None if len(numbers) > FEW else numbers


def _words(search: str) -> list[str]:
    return fold(search.replace("\x00", " ")).split()


def _is_small(session: Session, rows: Table, account_id: str) -> bool:
    mine: Select[tuple[int]] = select(literal_column("1")).where(rows.c.account_id == account_id).limit(FEW + 1)
    return len(session.execute(mine).all()) <= FEW


def _phrase(word: str) -> str:
    """Return the piece of a word to look up: of `f3-2026-01444494` the last one, of `<1a2b3c@mail.example>` the first.

    The index reads the list of rows of every three letters; those of years and domains are as long as the table.
    """
    pieces = [piece for piece in re.split(r"\W+", word) if len(piece) >= LONG]
    return max(pieces, key=lambda piece: (any(sign.isdigit() for sign in piece), len(piece)), default=word)


def _contains(text: ColumnElement[str], word: str) -> ColumnElement[bool]:
    return text.contains(word, autoescape=True)


def _full_text(rows: Table, words: list[str]) -> Select[tuple[int]]:
    index = table(f"{rows.name}_search", named("rowid"))
    # A quoted phrase of the tokenizer `trigram` is found anywhere in the text. LIKE with an ESCAPE would not use the
    # index.
    phrases = " ".join('"' + word.replace('"', '""') + '"' for word in words)
    condition = literal_column(f"{rows.name}_search", Text).op("MATCH", is_comparison=True)(phrases)
    return select(index.c.rowid).where(condition)
