"""Sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mailroom.domain.account import User


class Sessions:
    """Sessions in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def open(self, user_id: str, expires_at: datetime) -> str:
        """Begin a session and return its token; only the hash of it is stored."""
        raise NotImplementedError

    def user_of(self, token: str, now: datetime) -> User | None:
        """Return whose session it is, or None when it is unknown or over."""
        raise NotImplementedError

    def close(self, token: str) -> None:
        """End a session."""
        raise NotImplementedError

    def close_all(self, user_id: str) -> None:
        """End every session and sign-in link of a person."""
        raise NotImplementedError

    def issue_sign_in(self, user_id: str, expires_at: datetime) -> str:
        """Return the token of a sign-in link that works once."""
        raise NotImplementedError

    def peek_sign_in(self, token: str, now: datetime) -> User | None:
        """Return whose sign-in link it is, without using it."""
        raise NotImplementedError

    def redeem_sign_in(self, token: str, now: datetime) -> User | None:
        """Use a sign-in link. The second time gives None."""
        raise NotImplementedError

    def sweep(self, now: datetime) -> int:
        """Delete what is over; return how many rows."""
        raise NotImplementedError
