"""Decisions on documents, each with the facts it was made on; only ever added."""

from __future__ import annotations

from sqlalchemy.orm import Session

from mailroom.domain.decision import DecisionRecord
from mailroom.store.rows import insert_new, values, values_of
from mailroom.store.tables import DECISIONS


class Decisions:
    """The decisions, in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, record: DecisionRecord) -> None:
        """Store a decision."""
        insert_new(self._session, DECISIONS, values_of(record, DECISIONS))

    def of(self, document_id: str) -> list[DecisionRecord]:
        """Return the decisions on a document, oldest first."""
        table = DECISIONS
        query = table.select().where(table.c.document_id == document_id).order_by(table.c.number)
        return values(self._session, DecisionRecord, query)
