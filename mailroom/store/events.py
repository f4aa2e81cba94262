"""The event log. Lines are added and read; the database itself refuses to change or delete one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mailroom.domain.event import Event
from mailroom.store.rows import insert_new, values, values_of
from mailroom.store.tables import EVENTS


class Events:
    """The event log, in one transaction."""

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
        event = Event(name=name, account_id=account_id, subject=subject, actor=actor, facts=facts or {}, at=at)
        insert_new(self._session, EVENTS, values_of(event, EVENTS))

    def of(self, subject: str) -> list[Event]:
        """Return what happened to a subject, oldest first."""
        query = EVENTS.select().where(EVENTS.c.subject == subject).order_by(EVENTS.c.number)
        return values(self._session, Event, query)
