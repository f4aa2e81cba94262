"""Accounts."""

from __future__ import annotations

from sqlalchemy.orm import Session

from mailroom.domain.account import Account


class Accounts:
    """Accounts in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, account: Account) -> None:
        """Store a new account. Raises AlreadyExists."""
        raise NotImplementedError

    def get(self, account_id: str) -> Account:
        """Return the account. Raises NotFound."""
        raise NotImplementedError

    def find(self, wanted: str) -> Account:
        """Return the account with this id, VAT id or name. Raises NotFound."""
        raise NotImplementedError

    def all(self) -> list[Account]:
        """Return every account, by name."""
        raise NotImplementedError

    def update(self, account: Account) -> None:
        """Replace the values of an account. Raises NotFound."""
        raise NotImplementedError
