"""The ledger: every part of every message, its verdict, and the document that it became."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from mailroom.domain.message import LedgerEntry, Message, Part, PartVerdict
from mailroom.store.messages import search_text
from mailroom.store.rows import the_one, value_of, values_of
from mailroom.store.search import matches
from mailroom.store.tables import MESSAGES, PARTS

ROWS_AT_A_TIME = 500


class Parts:
    """The ledger, in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def record(self, message_id: str, verdicts: Sequence[tuple[Part, PartVerdict, str | None]]) -> None:
        """Store the parts with their verdicts and document ids, in the place of those before. Raises NotFound."""
        message = value_of(Message, the_one(self._session, MESSAGES, message_id))
        self._session.execute(delete(PARTS).where(PARTS.c.message_id == message_id))
        rows = [_columns(message_id, position, *line) for position, line in enumerate(verdicts)]
        if rows:
            self._session.execute(insert(PARTS), rows)
        text = search_text(message, [part.filename for part, _, _ in verdicts])
        self._session.execute(update(MESSAGES).where(MESSAGES.c.id == message_id).values(search=text))

    def of(self, message_id: str) -> list[LedgerEntry]:
        """Return the lines of one message, in the order of its parts."""
        query = _lines().where(MESSAGES.c.id == message_id).order_by(PARTS.c.position)
        return [_entry(row) for row in self._session.execute(query).mappings()]

    def ledger(
        self, account_id: str | None = None, search: str = "", limit: int | None = None
    ) -> Iterator[LedgerEntry]:
        """Yield the lines of the ledger, newest message first; read it inside the unit.

        Each word of `search` must be in the message's Message-ID, subject, sender, recipient or file names; then
        all parts of that message are given. A SHA-256 or one of our ids finds the lines that carry it.
        """
        query = _lines()
        if account_id is not None:
            query = query.where(MESSAGES.c.account_id == account_id)
        if search.strip():
            query = query.where(self._found(search.strip(), narrowed=account_id is not None))
        query = query.order_by(MESSAGES.c.received_at.desc(), MESSAGES.c.id.desc(), PARTS.c.position).limit(limit)
        for row in self._session.execute(query.execution_options(yield_per=ROWS_AT_A_TIME)).mappings():
            yield _entry(row)

    def _found(self, search: str, *, narrowed: bool) -> ColumnElement[bool]:
        word = search.lower()
        if re.fullmatch(r"[0-9a-f]{64}", word):
            return or_(
                MESSAGES.c.id.in_(select(PARTS.c.message_id).where(PARTS.c.sha256 == word)) & (PARTS.c.sha256 == word),
                MESSAGES.c.id.in_(select(MESSAGES.c.id).where(MESSAGES.c.sha256 == word)),
            )
        if re.fullmatch(r"[0-9a-hjkmnp-tv-z]{26}", word):  # a ULID
            return MESSAGES.c.id.in_(
                select(PARTS.c.message_id)
                .where(PARTS.c.document_id == word)
                .union_all(select(MESSAGES.c.id).where(MESSAGES.c.id == word))
            )
        return matches(self._session, MESSAGES, search, narrowed=narrowed)


def _columns(
    message_id: str, position: int, part: Part, verdict: PartVerdict, document_id: str | None
) -> dict[str, Any]:
    mine = {"message_id": message_id, "position": position, "document_id": document_id}
    return values_of(part, PARTS) | values_of(verdict, PARTS) | mine


def _lines() -> Select[Any]:
    mail = (
        MESSAGES.c.id.label("mail"),
        MESSAGES.c.account_id.label("account"),
        MESSAGES.c.header_message_id,
        MESSAGES.c.recipient,
        MESSAGES.c.received_at,
        MESSAGES.c.subject,
        MESSAGES.c.sender_address.label("sender"),
    )
    part = [PARTS.c[name] for name in LedgerEntry.model_fields if name in PARTS.c and name != "message_id"]
    return select(*mail, *part).select_from(MESSAGES.join(PARTS, PARTS.c.message_id == MESSAGES.c.id))


def _entry(row: RowMapping) -> LedgerEntry:
    return value_of(LedgerEntry, row, message_id=row["header_message_id"] or row["mail"])
