"""Sellers."""

from __future__ import annotations

from sqlalchemy.orm import Session

from mailroom.domain.account import Seller


class Sellers:
    """Sellers in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def match(self, account_id: str, vat_id: str | None, iban: str | None, name: str | None) -> Seller | None:
        """Return the seller with this VAT id, else this IBAN, else this name."""
        raise NotImplementedError

    def get(self, seller_id: str) -> Seller:
        """Return the seller. Raises NotFound."""
        raise NotImplementedError

    def of(self, account_id: str) -> list[Seller]:
        """Return the sellers of an account, by name."""
        raise NotImplementedError

    def save(self, seller: Seller) -> Seller:
        """Store a seller; one with the same VAT id in the account is joined with it and returned."""
        raise NotImplementedError
