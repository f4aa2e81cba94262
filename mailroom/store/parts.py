"""Parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from mailroom.domain.message import LedgerEntry, Part, PartVerdict


class Parts:
    """Parts in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def record(self, message_id: str, verdicts: Sequence[tuple[Part, PartVerdict, str | None]]) -> None:
        """Store the parts with their verdicts and document ids, in the place of those before."""
        raise NotImplementedError

    def of(self, message_id: str) -> list[LedgerEntry]:
        """Return the lines of one message, in the order of its parts."""
        raise NotImplementedError

    def ledger(
        self, account_id: str | None = None, search: str = "", limit: int | None = None
    ) -> Iterator[LedgerEntry]:
        """Yield the lines of the ledger, newest message first; read it inside the unit."""
        raise NotImplementedError
