"""What happened: the lines of the append-only event log."""

from __future__ import annotations

from datetime import datetime

from mailroom.domain.value import Value


class Event(Value):
    """One thing that happened. `subject` is the id it happened to, `actor` a user id or the name of a room."""

    name: str
    account_id: str | None = None
    subject: str = ""
    actor: str = ""
    facts: dict[str, str] = {}
    at: datetime
