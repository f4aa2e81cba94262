"""A node: one process among all that share a database."""

from __future__ import annotations

from datetime import datetime

from mailroom.domain.value import Value


class Node(Value):
    """What a node says of itself with every beat.

    `id` is the engine's name for it: its name, a slash and its roles. `in_spool` is how many messages stood in its own
    spool, which nobody else can reach. Instants are the database's.
    """

    id: str
    host: str
    data: str
    roles: str
    started_at: datetime
    last_seen: datetime
    left_at: datetime | None = None
    in_spool: int = 0
