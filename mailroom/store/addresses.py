"""Addresses."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mailroom.domain.account import ImportAddress, Purpose


class Addresses:
    """Addresses in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def issue(self, account_id: str, domain: str, purpose: Purpose, at: datetime) -> ImportAddress:
        """Give out a new unguessable address."""
        raise NotImplementedError

    def find(self, local_part: str, domain: str) -> ImportAddress | None:
        """Return the address, also a retired one; case does not matter."""
        raise NotImplementedError

    def of(self, account_id: str) -> list[ImportAddress]:
        """Return the addresses of an account, oldest first."""
        raise NotImplementedError

    def get(self, address_id: str) -> ImportAddress:
        """Return the address. Raises NotFound."""
        raise NotImplementedError

    def retire(self, address_id: str, at: datetime) -> ImportAddress:
        """Take an address out of use."""
        raise NotImplementedError

    def replace(self, address_id: str, at: datetime) -> ImportAddress:
        """Give out a new address in the place of an old one, which is retired."""
        raise NotImplementedError
