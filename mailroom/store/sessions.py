"""Log-ins and sign-in links. Only the SHA-256 of a token is stored: a stolen database opens no session."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import Table, and_, delete, select, update
from sqlalchemy.orm import Session

from mailroom.domain.account import User
from mailroom.store.rows import firsts, insert_new
from mailroom.store.tables import SESSIONS, SIGN_INS, USERS
from mailroom.store.users import user_of


class Sessions:
    """Log-ins and sign-in links, in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def open(self, user_id: str, expires_at: datetime) -> str:
        """Begin a session and return its token."""
        token = secrets.token_urlsafe(32)
        insert_new(self._session, SESSIONS, {"token_hash": _hash(token), "user_id": user_id, "expires_at": expires_at})
        return token

    def user_of(self, token: str, now: datetime) -> User | None:
        """Return whose session it is, or None when it is unknown or over."""
        return self._holder(SESSIONS, token, now)

    def close(self, token: str) -> None:
        """End a session."""
        self._session.execute(delete(SESSIONS).where(SESSIONS.c.token_hash == _hash(token)))

    def close_all(self, user_id: str) -> None:
        """End every session and sign-in link of a person."""
        for table in (SESSIONS, SIGN_INS):
            self._session.execute(delete(table).where(table.c.user_id == user_id))

    def issue_sign_in(self, user_id: str, expires_at: datetime) -> str:
        """Return the token of a sign-in link that works once."""
        token = secrets.token_urlsafe(32)
        values = {"token_hash": _hash(token), "user_id": user_id, "expires_at": expires_at, "used": False}
        insert_new(self._session, SIGN_INS, values)
        return token

    def peek_sign_in(self, token: str, now: datetime) -> User | None:
        """Return whose sign-in link it is, without using it; None when it is unknown, used or over."""
        return self._holder(SIGN_INS, token, now)

    def redeem_sign_in(self, token: str, now: datetime) -> User | None:
        """Use a sign-in link. The second time, also at the same moment, gives None."""
        user = self._holder(SIGN_INS, token, now)
        link = and_(SIGN_INS.c.token_hash == _hash(token), SIGN_INS.c.used.is_(False))
        used = self._session.execute(update(SIGN_INS).where(link).values(used=True).returning(SIGN_INS.c.user_id))
        return user if used.first() is not None else None

    def sweep(self, now: datetime) -> int:
        """Delete what is over; return how many rows."""
        gone = 0
        for table in (SESSIONS, SIGN_INS):
            over = delete(table).where(table.c.expires_at <= now).returning(table.c.token_hash)
            gone += len(firsts(self._session, over))
        return gone

    def _holder(self, table: Table, token: str, now: datetime) -> User | None:
        valid = and_(table.c.token_hash == _hash(token), table.c.expires_at > now)
        if table is SIGN_INS:
            valid = and_(valid, table.c.used.is_(False))
        query = select(*USERS.c).select_from(USERS.join(table, table.c.user_id == USERS.c.id)).where(valid)
        found = self._session.execute(query).mappings().first()
        return None if found is None else user_of(found)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
