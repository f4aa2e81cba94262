"""Documents."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from mailroom.domain.document import Document, DocumentState


class Documents:
    """Documents in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, document: Document) -> tuple[Document, bool]:
        """Store a document. False and the one that is there, when the account has these bytes already."""
        raise NotImplementedError

    def get(self, document_id: str) -> Document:
        """Return the document. Raises NotFound."""
        raise NotImplementedError

    def by_bytes(self, account_id: str, sha256: str) -> Document | None:
        """Return the document of an account with these bytes."""
        raise NotImplementedError

    def save(self, document: Document) -> Document:
        """Store the values when nobody changed the document since. Raises ChangedMeanwhile."""
        raise NotImplementedError

    def list(
        self,
        account_id: str | None = None,
        states: Collection[DocumentState] | None = None,
        search: str = "",
        *,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Document]:
        """Return a page of documents, newest first."""
        raise NotImplementedError

    def counts(self, account_id: str | None = None) -> dict[DocumentState, int]:
        """Return how many documents are in each state; every state is named."""
        raise NotImplementedError

    def due_for_archive(self, now: datetime) -> list[str]:
        """Return the ids of the accepted documents whose undo window is over."""
        raise NotImplementedError

    def in_state(self, state: DocumentState) -> list[str]:
        """Return the ids of the documents in a state, oldest first."""
        raise NotImplementedError

    def begin_attempt(self, document_id: str) -> int:
        """Count one more beginning of work; return the count. The version stays."""
        raise NotImplementedError
