"""Events."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mailroom.domain.event import Event


class Events:
    """Events in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        name: str,
        *,
        at: datetime,
        account_id: str | None = None,
        subject: str = "",
        actor: str = "",
        facts: dict[str, str] | None = None,
    ) -> None:
        """Write one line; lines are never changed."""
        raise NotImplementedError

    def of(self, subject: str) -> list[Event]:
        """Return what happened to a subject, oldest first."""
        raise NotImplementedError
