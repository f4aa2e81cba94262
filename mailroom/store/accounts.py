"""Accounts: the companies that receive."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import Session

from mailroom.domain.account import UNASSIGNED, Account
from mailroom.errors import AlreadyExists, NotFound
from mailroom.store.rows import insert_new, one, replace, the_one, value_of, values, values_of
from mailroom.store.search import id_key, name_key
from mailroom.store.tables import ACCOUNTS


class Accounts:
    """The accounts, in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, account: Account) -> None:
        """Store a new account. Raises AlreadyExists."""
        if not insert_new(self._session, ACCOUNTS, _columns(account)):
            raise AlreadyExists(f"account {account.id} is there already", account_id=account.id)

    def get(self, account_id: str) -> Account:
        """Return the account. Raises NotFound."""
        return value_of(Account, the_one(self._session, ACCOUNTS, account_id))

    def find(self, wanted: str) -> Account:
        """Return the account with this id, VAT id or name; case and punctuation do not matter.

        Raises:
            NotFound: nothing fits, or a VAT id or name fits several.
        """
        found = one(self._session, ACCOUNTS, ACCOUNTS.c.id == wanted)
        if found is not None:
            return value_of(Account, found)
        for column, key in ((ACCOUNTS.c.vat_key, id_key(wanted)), (ACCOUNTS.c.name_key, name_key(wanted))):
            fitting = self._fitting(column, key)
            if len(fitting) == 1:
                return fitting[0]
            if fitting:
                ids = ", ".join(account.id for account in fitting)
                raise NotFound(
                    f"several accounts are called {wanted!r}; use the id: {ids}", account=wanted, several=ids
                )
        raise NotFound(f"no account {wanted!r}", account=wanted)

    def with_vat_id(self, vat_id: str) -> list[Account]:
        """Return the accounts with this VAT id, ten at most; none for an empty one."""
        return self._fitting(ACCOUNTS.c.vat_key, id_key(vat_id))

    def _fitting(self, column: ColumnElement[str], key: str) -> list[Account]:
        query = ACCOUNTS.select().where(column == key).order_by(ACCOUNTS.c.id).limit(10)
        return values(self._session, Account, query) if key else []

    def all(self) -> list[Account]:
        """Return every account, by name."""
        return values(self._session, Account, ACCOUNTS.select().order_by(ACCOUNTS.c.name_key, ACCOUNTS.c.id))

    def page(self, search: str = "", *, limit: int, offset: int = 0) -> list[Account]:
        """Return some accounts by name, without the unassigned box; words of `search` in the name or the VAT id."""
        query = ACCOUNTS.select().where(ACCOUNTS.c.id != UNASSIGNED)
        for word in name_key(search).split():
            said = (ACCOUNTS.c.name_key.contains(word, autoescape=True), ACCOUNTS.c.vat_key.contains(word.upper()))
            query = query.where(or_(*said))
        by_name = query.order_by(ACCOUNTS.c.name_key, ACCOUNTS.c.id)
        return values(self._session, Account, by_name.limit(limit).offset(offset))

    def update(self, account: Account) -> None:
        """Replace the values of an account. Raises NotFound."""
        replace(self._session, ACCOUNTS, account.id, _columns(account))


def _columns(account: Account) -> dict[str, Any]:
    return values_of(account, ACCOUNTS) | {"name_key": name_key(account.name), "vat_key": id_key(account.vat_id)}
