"""Decisions."""

from __future__ import annotations

from sqlalchemy.orm import Session

from mailroom.domain.decision import DecisionRecord


class Decisions:
    """Decisions in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, record: DecisionRecord) -> None:
        """Store a decision."""
        raise NotImplementedError

    def of(self, document_id: str) -> list[DecisionRecord]:
        """Return the decisions on a document, oldest first."""
        raise NotImplementedError
