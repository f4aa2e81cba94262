"""Messages: each once for its bytes and recipient, however often the spool hands it over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from mailroom.domain.account import UNASSIGNED
from mailroom.domain.message import Message, MessageState, SenderVerdict
from mailroom.errors import NotFound
from mailroom.store.rows import firsts, insert_new, one, replace, the_one, value_of, values, values_of
from mailroom.store.search import searchable
from mailroom.store.tables import EVENTS, MESSAGES, PARTS

ASSIGNED = "message_assigned"
"""The event of a mail of the unassigned box that an operator gave to an account."""

DISMISSED = "message_dismissed"
"""The event of a mail of the unassigned box that an operator put by, with his reason."""


class Messages:
    """The messages, in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, message: Message) -> bool:
        """Store a message. False: this id or this (sha256, recipient) is there already."""
        return insert_new(self._session, MESSAGES, _columns(message, []))

    def get(self, message_id: str) -> Message:
        """Return the message. Raises NotFound."""
        return value_of(Message, the_one(self._session, MESSAGES, message_id))

    def by_bytes(self, sha256: str, recipient: str) -> Message | None:
        """Return the message with these bytes for this recipient; case does not matter."""
        same = and_(MESSAGES.c.sha256 == sha256, MESSAGES.c.recipient_key == recipient.lower())
        found = one(self._session, MESSAGES, same)
        return None if found is None else value_of(Message, found)

    def unassigned(self, *, dismissed: bool = False) -> list[Message]:
        """Return the mails of the unassigned box that were given to nobody yet, newest first.

        Those that an operator dismissed are apart; they are never deleted and can still be given to an account.
        """
        put_by = self._told(DISMISSED)
        query = MESSAGES.select().where(MESSAGES.c.account_id == UNASSIGNED, ~self._told(ASSIGNED))
        query = query.where(put_by if dismissed else ~put_by)
        return values(self._session, Message, query.order_by(MESSAGES.c.received_at.desc(), MESSAGES.c.id))

    def _told(self, event: str) -> ColumnElement[bool]:
        return select(EVENTS.c.number).where(EVENTS.c.subject == MESSAGES.c.id, EVENTS.c.name == event).exists()

    def update(self, message: Message) -> None:
        """Replace the values of a message. Raises NotFound."""
        names = select(PARTS.c.filename).where(PARTS.c.message_id == message.id).order_by(PARTS.c.position)
        replace(self._session, MESSAGES, message.id, _columns(message, firsts(self._session, names)))

    def in_state(self, state: MessageState) -> list[str]:
        """Return the ids of the messages in a state, oldest first."""
        query = select(MESSAGES.c.id).where(MESSAGES.c.state == state)
        return firsts(self._session, query.order_by(MESSAGES.c.received_at, MESSAGES.c.id))

    def stored_since(self, before: datetime) -> list[tuple[str, int]]:
        """Return (id, attempts) of the messages that came before an instant and are not sorted yet, oldest first."""
        waiting = and_(MESSAGES.c.state == MessageState.STORED, MESSAGES.c.received_at < before)
        query = select(MESSAGES.c.id, MESSAGES.c.attempts).where(waiting)
        rows = self._session.execute(query.order_by(MESSAGES.c.received_at, MESSAGES.c.id))
        return [(row.id, row.attempts) for row in rows]

    def count_since(self, account_id: str, since: datetime, at_most: int) -> int:
        """Return how many messages an account has had since an instant; `at_most` bounds the counting."""
        mine = and_(MESSAGES.c.account_id == account_id, MESSAGES.c.received_at >= since)
        return len(firsts(self._session, select(MESSAGES.c.id).where(mine).limit(at_most)))

    def near(self, message: Message, *, within: timedelta, at_most: int) -> list[Message]:
        """Return the mails to this account that came within so long of this one, its sender proved alike.

        Itself is among them; the oldest first. Of more than `at_most` mails with the sender's address, only itself.
        """
        columns = _columns(message, [])
        lately = MESSAGES.c.received_at.between(message.received_at - within, message.received_at + within)
        mine = and_(MESSAGES.c.account_id == message.account_id, lately)
        same = MESSAGES.select().where(mine, MESSAGES.c.sender_address == columns["sender_address"])
        found = values(self._session, Message, same.order_by(MESSAGES.c.received_at, MESSAGES.c.id).limit(at_most + 1))
        alike = [one for one in found if _proved(one) == _proved(message)]
        return alike if len(found) <= at_most else [message]

    def in_doubt(self, since: datetime) -> list[tuple[str, datetime]]:
        """Return (id, time of arrival) of messages since then whose sender was looked at in vain, oldest first.

        Those still being sorted are left out: their own story writes the same row.
        """
        looked_at = and_(MESSAGES.c.in_doubt.is_(True), MESSAGES.c.received_at >= since)
        query = select(MESSAGES.c.id, MESSAGES.c.received_at).where(looked_at)
        query = query.where(MESSAGES.c.state != MessageState.STORED)
        rows = self._session.execute(query.order_by(MESSAGES.c.received_at))
        return [(row.id, row.received_at) for row in rows]

    def begin_attempt(self, message_id: str) -> int:
        """Count one more beginning of work and return the count. Raises NotFound."""
        more = update(MESSAGES).where(MESSAGES.c.id == message_id).values(attempts=MESSAGES.c.attempts + 1)
        count: int | None = self._session.execute(more.returning(MESSAGES.c.attempts)).scalar()
        if count is None:
            raise NotFound(f"no message {message_id}", message_id=message_id)
        return count


def search_text(message: Message, filenames: list[str]) -> str:
    """Return what the ledger is searched by."""
    header = message.header
    original = header.original
    forwarded = (original.sender_name, original.sender_address, original.subject) if original else ()
    known = (header.message_id, header.subject, header.from_name, *header.from_addresses, *forwarded)
    return searchable((*known, message.envelope_sender, message.recipient, *filenames))


def _proved(message: Message) -> tuple[SenderVerdict, str]:
    return message.sender.verdict, message.sender.identity


def _columns(message: Message, filenames: list[str]) -> dict[str, Any]:
    header = message.header
    return values_of(message, MESSAGES) | {
        "recipient_key": message.recipient.lower(),
        "header_message_id": header.message_id,
        "subject": header.subject,
        "sender_address": next(iter(header.from_addresses), message.envelope_sender),
        "in_doubt": message.sender.verdict is SenderVerdict.UNKNOWN and message.sender.evidence != "",
        "search": search_text(message, filenames),
    }
