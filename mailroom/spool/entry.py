"""One message for one recipient, as it waits in the spool."""

from __future__ import annotations

from datetime import datetime

from mailroom.domain.message import Envelope
from mailroom.domain.value import Value


class SpoolEntry(Value):
    """What waits. `attempts` counts how often it was deferred; it is not given out before `not_before`."""

    envelope: Envelope
    sha256: str
    size: int
    attempts: int = 0
    not_before: datetime | None = None
    last_error: str = ""

    @property
    def id(self) -> str:
        """The spool id, which is the envelope's."""
        return self.envelope.id
