"""Import addresses: given out, found at RCPT, taken out of use, never given out again."""

from __future__ import annotations

import secrets
from base64 import b32encode
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from mailroom.domain.account import ImportAddress, Purpose
from mailroom.domain.value import new_id
from mailroom.errors import NotFound
from mailroom.store.rows import insert_new, one, replace, the_one, value_of, values, values_of
from mailroom.store.search import name_key
from mailroom.store.tables import ACCOUNTS, IMPORT_ADDRESSES


class Addresses:
    """The import addresses, in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def issue(self, account_id: str, domain: str, purpose: Purpose, at: datetime) -> ImportAddress:
        """Give out a new address: the account's name and 80 random bits. Raises NotFound (account)."""
        name = self._session.execute(select(ACCOUNTS.c.name).where(ACCOUNTS.c.id == account_id)).scalar()
        if name is None:
            raise NotFound(f"no account {account_id}", account_id=account_id)
        while True:
            address = ImportAddress(
                id=new_id(),
                account_id=account_id,
                local_part=_local_part(name),
                domain=domain.lower(),
                purpose=purpose,
                created_at=at,
            )
            if insert_new(self._session, IMPORT_ADDRESSES, values_of(address, IMPORT_ADDRESSES)):
                return address

    def find(self, local_part: str, domain: str) -> ImportAddress | None:
        """Return the address, also a retired one; case does not matter."""
        table = IMPORT_ADDRESSES
        same = and_(table.c.local_part == local_part.lower(), table.c.domain == domain.lower())
        found = one(self._session, table, same)
        return None if found is None else value_of(ImportAddress, found)

    def of(self, account_id: str) -> list[ImportAddress]:
        """Return the addresses of an account, oldest first, retired ones too."""
        table = IMPORT_ADDRESSES
        query = table.select().where(table.c.account_id == account_id).order_by(table.c.created_at, table.c.id)
        return values(self._session, ImportAddress, query)

    def get(self, address_id: str) -> ImportAddress:
        """Return the address. Raises NotFound."""
        return value_of(ImportAddress, the_one(self._session, IMPORT_ADDRESSES, address_id))

    def restrict(self, address_id: str, senders: tuple[str, ...]) -> ImportAddress:
        """Let the address take mail of these senders only; of everybody when there are none. Raises NotFound."""
        replace(self._session, IMPORT_ADDRESSES, address_id, {"senders": list(senders)})
        return self.get(address_id)

    def retire(self, address_id: str, at: datetime) -> ImportAddress:
        """Take an address out of use. One that is out of use keeps its instant. Raises NotFound."""
        address = self.get(address_id)
        if address.retired_at is not None:
            return address
        replace(self._session, IMPORT_ADDRESSES, address_id, {"retired_at": at})
        return self.get(address_id)

    def reinstate(self, address_id: str) -> ImportAddress:
        """Take an address back into use, for the account that had it. Raises NotFound."""
        replace(self._session, IMPORT_ADDRESSES, address_id, {"retired_at": None})
        return self.get(address_id)

    def replace(self, address_id: str, at: datetime) -> ImportAddress:
        """Give out a new address in the place of an old one, which is retired. Raises NotFound."""
        old = self.retire(address_id, at)
        new = self.issue(old.account_id, old.domain, old.purpose, at)
        if old.senders:
            new = self.restrict(new.id, old.senders)
        replace(self._session, IMPORT_ADDRESSES, address_id, {"replaced_by": new.id})
        return new


def _local_part(name: str) -> str:
    """Return a local part of at most 64 octets (RFC 5321 section 4.5.3.1.1) that nobody guesses."""
    words = "".join(sign if sign.isascii() else " " for sign in name_key(name)).split()
    slug = "-".join(words)[:40].strip("-") or "post"
    return f"{slug}-{b32encode(secrets.token_bytes(10)).decode().lower()}"
