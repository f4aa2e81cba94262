"""Sellers that an account has had documents from, with the account numbers that people accepted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, delete, insert, select
from sqlalchemy.orm import Session

from mailroom.domain.account import Seller
from mailroom.store.rows import firsts, the_one, upsert, value_of, values_of
from mailroom.store.search import id_key, name_key
from mailroom.store.tables import ACCOUNTS, SELLER_IBANS, SELLERS


class Sellers:
    """The sellers, in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def match(self, account_id: str, vat_id: str | None, iban: str | None, name: str | None) -> Seller | None:
        """Return the seller with this VAT id, else with this IBAN, else with this name.

        An IBAN or a name that several sellers share (a factor's account, a chain's shops) names none of them.
        A name does not find a seller whose VAT id is known to be another one.
        """
        vat_key = id_key(vat_id or "")
        if vat_key:
            found = self._alone(account_id, SELLERS.c.vat_key == vat_key)
            if found is not None:
                return found
        if iban:
            holders = select(SELLER_IBANS.c.seller_id).where(
                SELLER_IBANS.c.account_id == account_id, SELLER_IBANS.c.iban == id_key(iban)
            )
            found = self._alone(account_id, SELLERS.c.id.in_(holders), vat_key)
            if found is not None:
                return found
        if name and name_key(name):
            return self._alone(account_id, SELLERS.c.name_key == name_key(name), vat_key)
        return None

    def get(self, seller_id: str) -> Seller:
        """Return the seller. Raises NotFound."""
        return self._seller(the_one(self._session, SELLERS, seller_id))

    def of(self, account_id: str) -> list[Seller]:
        """Return the sellers of an account, by name."""
        query = SELLERS.select().where(SELLERS.c.account_id == account_id).order_by(SELLERS.c.name_key, SELLERS.c.id)
        return [self._seller(row) for row in self._session.execute(query).mappings().all()]

    def save(self, seller: Seller) -> Seller:
        """Store a seller, or its new values, and return what is stored.

        When two at once make the same new seller (by VAT id), the second is joined with the first.
        """
        # The account's row is the lock; without it both would look, find nothing and add a seller. (`key_share`: FOR NO
        # KEY UPDATE, which does not hold up those who only add rows that name the account.)
        lock = select(ACCOUNTS.c.id).where(ACCOUNTS.c.id == seller.account_id).with_for_update(key_share=True)
        self._session.execute(lock)
        seller = self._joined(seller)
        keys = {"name_key": name_key(seller.name), "vat_key": id_key(seller.vat_id)}
        upsert(self._session, SELLERS, values_of(seller, SELLERS) | keys)
        self._session.execute(delete(SELLER_IBANS).where(SELLER_IBANS.c.seller_id == seller.id))
        rows = [
            {"seller_id": seller.id, "iban": iban, "account_id": seller.account_id, "position": position}
            for position, iban in enumerate(_ibans(seller))
        ]
        if rows:
            self._session.execute(insert(SELLER_IBANS), rows)
        return self.get(seller.id)

    def _joined(self, seller: Seller) -> Seller:
        vat_key = id_key(seller.vat_id)
        other = self._alone(seller.account_id, SELLERS.c.vat_key == vat_key) if vat_key else None
        known = select(SELLERS.c.id).where(SELLERS.c.id == seller.id)
        if other is None or other.id == seller.id or firsts(self._session, known):
            return seller
        return other.model_copy(
            update={
                "name": other.name or seller.name,
                "ibans": (*other.ibans, *seller.ibans),
                "documents": other.documents + seller.documents,
            }
        )

    def _alone(self, account_id: str, condition: Any, vat_key: str = "") -> Seller | None:
        query = SELLERS.select().where(SELLERS.c.account_id == account_id, condition)
        if vat_key:
            query = query.where(SELLERS.c.vat_key.in_(("", vat_key)))
        rows = self._session.execute(query.limit(2)).mappings().all()
        return self._seller(rows[0]) if len(rows) == 1 else None

    def _seller(self, row: RowMapping) -> Seller:
        numbers = select(SELLER_IBANS.c.iban).where(SELLER_IBANS.c.seller_id == row["id"])
        return value_of(Seller, row, ibans=firsts(self._session, numbers.order_by(SELLER_IBANS.c.position)))


def _ibans(seller: Seller) -> list[str]:
    return list(dict.fromkeys(id_key(iban) for iban in seller.ibans if id_key(iban)))
