"""The ledger by mail: also a mail that was not taken apart yet, or never will be, is found here.

A page is asked for by where the one before ended, so that the last page of many costs what the first one does.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, tuple_
from sqlalchemy.orm import Session

from mailroom.domain.ledger import LedgerMail, LedgerQuery
from mailroom.domain.message import LedgerEntry, Message
from mailroom.store.parts import Parts, by_identity
from mailroom.store.rows import values
from mailroom.store.search import fold, matches
from mailroom.store.tables import MESSAGES, PARTS

Place = tuple[datetime, str]
"""Where a page ended: instant of arrival and id of its last mail."""

MOST_AT_ONCE = 400
LOOKS = 15
"""Mails that the index finds by their words but that say them in another field are few; this bounds the search."""


class Ledger:
    """The ledger by mail, in one transaction."""

    def __init__(self, session: Session, parts: Parts) -> None:
        self._session = session
        self._parts = parts

    def mails(
        self, account_id: str | None, wanted: LedgerQuery, *, limit: int = 50, before: Place | None = None
    ) -> list[LedgerMail]:
        """Return the mails that fit, newest first, with all their parts; `before` is where the last page ended."""
        question = self._question(account_id, wanted)
        found: list[LedgerMail] = []
        at_once = limit
        for _ in range(LOOKS):
            mails = values(self._session, Message, _after(question, before).limit(at_once))
            parts = self._parts.of_all([mail.id for mail in mails])
            lines = ((mail, tuple(parts.get(mail.id, ()))) for mail in mails)
            found += (LedgerMail(message=mail, parts=each) for mail, each in lines if _fits(wanted, mail, each))
            if len(mails) < at_once or len(found) >= limit:
                break
            before = (mails[-1].received_at, mails[-1].id)
            at_once = min(2 * at_once, MOST_AT_ONCE)
        return found[:limit]

    def _question(self, account_id: str | None, wanted: LedgerQuery) -> Select[Any]:
        query = MESSAGES.select()
        if wanted.since is not None:
            query = query.where(MESSAGES.c.received_at >= wanted.since)
        if wanted.until is not None:
            query = query.where(MESSAGES.c.received_at < wanted.until)
        if wanted.verdict is not None:
            verdict = and_(PARTS.c.message_id == MESSAGES.c.id, PARTS.c.verdict == wanted.verdict)
            query = query.where(exists().where(verdict))
        words = wanted.words.strip()
        same = by_identity(words) if words else None
        if same is not None:
            query, words = query.where(same), ""
        said = " ".join((words, wanted.sender, wanted.subject, wanted.filename, bare(wanted.message_id))).strip()
        if said:
            query = query.where(matches(self._session, MESSAGES, said, account_id))
        elif account_id is not None:
            query = query.where(MESSAGES.c.account_id == account_id)
        return query.order_by(MESSAGES.c.received_at.desc(), MESSAGES.c.id.desc())


def _after(query: Select[Any], place: Place | None) -> Select[Any]:
    if place is None:
        return query
    return query.where(
        MESSAGES.c.received_at <= place[0], tuple_(MESSAGES.c.received_at, MESSAGES.c.id) < tuple_(*place)
    )


def bare(message_id: str) -> str:
    """Return a Message-ID without its angle brackets, as people copy it."""
    return message_id.strip().strip("<>")


def _fits(wanted: LedgerQuery, mail: Message, parts: tuple[LedgerEntry, ...]) -> bool:
    """Whether the words stand in the fields that they were typed for: the index knows only that the mail has them."""
    header = mail.header
    said = (
        (wanted.sender, (header.from_name, mail.envelope_sender, mail.sender.identity, *header.from_addresses)),
        (wanted.subject, (header.subject,)),
        (bare(wanted.message_id), (header.message_id,)),
        (wanted.filename, tuple(part.filename for part in parts)),
    )
    return all(_says(words, texts) for words, texts in said)


def _says(words: str, texts: tuple[str, ...]) -> bool:
    within = [fold(text) for text in texts]
    return all(any(word in text for text in within) for word in fold(words).split())
