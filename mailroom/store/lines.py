"""The lines of documents, one row a document."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from mailroom.domain.line import Lines
from mailroom.store.rows import insert_new, one, value_of, values_of
from mailroom.store.tables import DOCUMENT_LINES


class DocumentLines:
    """The lines, in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, document_id: str) -> Lines:
        """Return the lines of a document; none when nobody looked for them."""
        found = one(self._session, DOCUMENT_LINES, DOCUMENT_LINES.c.document_id == document_id)
        return Lines() if found is None else value_of(Lines, found)

    def save(self, document_id: str, lines: Lines) -> None:
        """Store the lines of a document in the place of those that it had."""
        columns = values_of(lines, DOCUMENT_LINES)
        if insert_new(self._session, DOCUMENT_LINES, columns | {"document_id": document_id}):
            return
        mine = DOCUMENT_LINES.c.document_id == document_id
        self._session.execute(update(DOCUMENT_LINES).where(mine).values(columns))
