"""The ledger: every part of every message, its verdict, and the document that it became."""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, delete, exists, func, insert, select, true, update
from sqlalchemy.orm import Session

from mailroom.domain.message import LedgerEntry, Message, Part, PartVerdict
from mailroom.errors import NotFound
from mailroom.store.messages import search_text
from mailroom.store.rows import the_one, value_of, values_of
from mailroom.store.search import matches
from mailroom.store.tables import MESSAGES, PARTS

MAILS_AT_A_TIME = 200

_OF_THE_MAIL = ("mail", "account", "recipient", "received_at", "subject", "sender")


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

    def seen_elsewhere(self, account_id: str, message_id: str, marks: Collection[str]) -> dict[str, int]:
        """Return for hashes and likenesses of pictures in how many other mails of the account they came."""
        others = and_(MESSAGES.c.account_id == account_id, PARTS.c.message_id != message_id)
        found: dict[str, int] = {}
        for column in (PARTS.c.sha256, PARTS.c.likeness):
            count = func.count(PARTS.c.message_id.distinct())
            query = select(column, count).join(MESSAGES, MESSAGES.c.id == PARTS.c.message_id)
            query = query.where(column.in_(sorted(marks)), others).group_by(column)
            found |= {str(mark): int(times) for mark, times in self._session.execute(query)}
        return found

    def likeness(self, message_id: str, path: str) -> str:
        """Return what a part looks like, or nothing."""
        here = and_(PARTS.c.message_id == message_id, PARTS.c.path == path)
        return self._session.execute(select(PARTS.c.likeness).where(here)).scalar() or ""

    def judge(self, message_id: str, verdict: PartVerdict, document_id: str | None) -> None:
        """Write another verdict on one part. Raises NotFound."""
        here = and_(PARTS.c.message_id == message_id, PARTS.c.path == verdict.path)
        told = values_of(verdict, PARTS) | {"document_id": document_id}
        if self._session.execute(update(PARTS).where(here).values(told).returning(PARTS.c.path)).first() is None:
            raise NotFound(f"message {message_id} has no part {verdict.path}")

    def of(self, message_id: str) -> list[LedgerEntry]:
        """Return the lines of one message, in the order of its parts."""
        return self.of_all([message_id]).get(message_id, [])

    def of_all(self, message_ids: Sequence[str]) -> dict[str, list[LedgerEntry]]:
        """Return the lines of each of some messages, in the order of their parts."""
        mails = self._session.execute(_mails().where(MESSAGES.c.id.in_(message_ids))).mappings().all()
        found: dict[str, list[LedgerEntry]] = {}
        for line, _ in self._lines(mails):
            found.setdefault(line.mail, []).append(line)
        return found

    def ledger(
        self, account_id: str | None = None, search: str = "", limit: int | None = None
    ) -> Iterator[LedgerEntry]:
        """Yield the lines of the ledger, newest message first; read it inside the unit.

        Each word of `search` must be in the message's Message-ID, subject, sender, recipient or file names; then
        all parts of that message are given. A SHA-256 or one of our ids finds the lines that carry it.
        """
        mails = _mails()
        same = by_identity(search.strip())
        if same is not None or not search.strip():
            mine = true() if account_id is None else MESSAGES.c.account_id == account_id
            mails = mails.where(mine if same is None else and_(mine, same))
        else:
            mails = mails.where(matches(self._session, MESSAGES, search, account_id))
        # First the mails, by an index that is in their order, then the parts of some at a time: in one joined query
        # SQLite begins with the parts and sorts all of them.
        # Each has a line at least, so that as many mails as lines are enough; without that bound PostgreSQL sorts all.
        mails = mails.where(exists().where(PARTS.c.message_id == MESSAGES.c.id)).limit(limit)
        mails = mails.order_by(MESSAGES.c.received_at.desc(), MESSAGES.c.id.desc())
        at_a_time = min(MAILS_AT_A_TIME, limit or MAILS_AT_A_TIME)
        hashed = search.strip().lower() if _is_sha256(search) else None
        with contextlib.closing(self._session.execute(mails.execution_options(yield_per=at_a_time))) as found:
            lines = itertools.chain.from_iterable(self._lines(batch) for batch in found.mappings().partitions())
            yield from itertools.islice((line for line, mail in lines if _carries(line, mail, hashed)), limit)

    def _lines(self, mails: Sequence[RowMapping]) -> Iterator[tuple[LedgerEntry, RowMapping]]:
        keys = [mail["mail"] for mail in mails]
        query = PARTS.select().where(PARTS.c.message_id.in_(keys)).order_by(PARTS.c.message_id, PARTS.c.position)
        rows: dict[str, list[RowMapping]] = {}
        for row in self._session.execute(query).mappings():
            rows.setdefault(row["message_id"], []).append(row)
        for mail in mails:
            for row in rows.get(mail["mail"], ()):
                yield _entry(mail, row), mail


def by_identity(search: str) -> ColumnElement[bool] | None:
    """Return the condition on mails that carry this SHA-256 or this id of ours; None when it is neither."""
    word = search.lower()
    if _is_sha256(word):
        own = select(MESSAGES.c.id).where(MESSAGES.c.sha256 == word)
        return MESSAGES.c.id.in_(select(PARTS.c.message_id).where(PARTS.c.sha256 == word).union_all(own))
    if re.fullmatch(r"[0-9a-hjkmnp-tv-z]{26}", word):  # a ULID
        own = select(MESSAGES.c.id).where(MESSAGES.c.id == word)
        return MESSAGES.c.id.in_(select(PARTS.c.message_id).where(PARTS.c.document_id == word).union_all(own))
    return None


def _columns(
    message_id: str, position: int, part: Part, verdict: PartVerdict, document_id: str | None
) -> dict[str, Any]:
    mine = {"message_id": message_id, "position": position, "document_id": document_id}
    return values_of(part, PARTS) | values_of(verdict, PARTS) | mine


def _mails() -> Select[Any]:
    return select(
        MESSAGES.c.id.label("mail"),
        MESSAGES.c.account_id.label("account"),
        MESSAGES.c.header_message_id,
        MESSAGES.c.recipient,
        MESSAGES.c.received_at,
        MESSAGES.c.subject,
        MESSAGES.c.sender_address.label("sender"),
        MESSAGES.c.sender.label("proof"),
        MESSAGES.c.header,
        MESSAGES.c.sha256,
    )


def _entry(mail: RowMapping, part: RowMapping) -> LedgerEntry:
    original = mail["header"].get("original") or {}
    told = {name: mail[name] for name in _OF_THE_MAIL} | {
        "sender_verdict": mail["proof"]["verdict"],
        "sender_evidence": mail["proof"].get("evidence", ""),
        "original_sender": original.get("sender_address") or original.get("sender_name") or "",
    }
    return value_of(LedgerEntry, part, message_id=mail["header_message_id"] or mail["mail"], **told)


def _is_sha256(search: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{64}", search.strip().lower()) is not None


def _carries(line: LedgerEntry, mail: RowMapping, sha256: str | None) -> bool:
    return sha256 is None or sha256 in (line.sha256, mail["sha256"])
