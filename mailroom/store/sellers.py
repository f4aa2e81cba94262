"""Sellers that an account has had documents from, with the account numbers that people accepted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, RowMapping, delete, insert, select
from sqlalchemy.orm import Session

from mailroom.domain.account import Seller, SellerMarks
from mailroom.store.rows import firsts, insert_new, the_one, upsert, value_of, values_of
from mailroom.store.search import id_key, name_key
from mailroom.store.tables import ACCOUNTS, SELLER_DOMAINS, SELLER_IBANS, SELLERS


class Recognised(NamedTuple):
    """A seller and the mark that named it: `vat_id`, `iban`, `enterprise_number`, `domain` or `name`."""

    seller: Seller
    by: str


class Sellers:
    """The sellers, in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def match(self, account_id: str, vat_id: str | None, iban: str | None, name: str | None) -> Seller | None:
        """Return the seller with this VAT id, else with this IBAN, else with this name; see `recognise`."""
        marks = SellerMarks(vat_id=vat_id or "", iban=iban or "", name=name or "")
        found = self.recognise(account_id, marks)
        return found.seller if found else None

    def recognise(self, account_id: str, marks: SellerMarks) -> Recognised | None:
        """Return the seller that the marks name, by the first of: VAT id, IBAN, enterprise number, domain, name.

        A mark that several sellers share (a factor's account, a platform's domain, a chain's name) names none of them.
        No mark after the VAT id finds a seller whose VAT id is known to be another one.
        """
        vat_key = id_key(marks.vat_id)
        for by, condition in self._conditions(account_id, marks):
            found = self._alone(account_id, condition, "" if by == "vat_id" else vat_key)
            if found is not None:
                return Recognised(found, by)
        return None

    def _conditions(self, account_id: str, marks: SellerMarks) -> Iterator[tuple[str, ColumnElement[bool]]]:
        vat_key = id_key(marks.vat_id)
        if vat_key:
            yield "vat_id", SELLERS.c.vat_key == vat_key
        if marks.iban:
            table = SELLER_IBANS
            holders = select(table.c.seller_id).where(
                table.c.account_id == account_id, table.c.iban == id_key(marks.iban)
            )
            yield "iban", SELLERS.c.id.in_(holders)
        others = sorted({id_key(other) for other in marks.other_vat_ids} - {"", vat_key})
        if others:
            yield "enterprise_number", SELLERS.c.vat_key.in_(others)
        if marks.domain:
            names = SELLER_DOMAINS
            senders = select(names.c.seller_id).where(names.c.account_id == account_id, names.c.domain == marks.domain)
            yield "domain", SELLERS.c.id.in_(senders)
        if name_key(marks.name):
            yield "name", SELLERS.c.name_key == name_key(marks.name)

    def add_domain(self, seller: Seller, domain: str) -> None:
        """Remember that proved mail of a seller came from a domain."""
        row = {"seller_id": seller.id, "domain": domain, "account_id": seller.account_id}
        insert_new(self._session, SELLER_DOMAINS, row)

    def domains(self, seller_id: str) -> list[str]:
        """Return the domains from which a seller's documents came."""
        query = select(SELLER_DOMAINS.c.domain).where(SELLER_DOMAINS.c.seller_id == seller_id)
        return firsts(self._session, query.order_by(SELLER_DOMAINS.c.domain))

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
