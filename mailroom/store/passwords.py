"""The passwords and certificates with which an account's locked files are tried. Only sealed texts are stored here."""

from __future__ import annotations

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from mailroom.domain.account import KeptPassword, Opens
from mailroom.errors import NotFound
from mailroom.store.rows import insert_new, values, values_of
from mailroom.store.tables import ACCOUNT_PASSWORDS


class Passwords:
    """The kept passwords, in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, kept: KeptPassword, sealed: str) -> None:
        """Keep a sealed password."""
        insert_new(self._session, ACCOUNT_PASSWORDS, values_of(kept, ACCOUNT_PASSWORDS) | {"sealed": sealed})

    def of(self, account_id: str) -> list[KeptPassword]:
        """Return what an account keeps, oldest first, without those typed for one document."""
        mine = and_(ACCOUNT_PASSWORDS.c.account_id == account_id, ACCOUNT_PASSWORDS.c.message_id.is_(None))
        query = ACCOUNT_PASSWORDS.select().where(mine)
        return values(
            self._session, KeptPassword, query.order_by(ACCOUNT_PASSWORDS.c.created_at, ACCOUNT_PASSWORDS.c.id)
        )

    def sealed(self, account_id: str, message_id: str) -> list[tuple[Opens, str]]:
        """Return what may open the files of a message: what was typed for it first, then what the account keeps."""
        table = ACCOUNT_PASSWORDS.c
        meant = or_(table.message_id.is_(None), table.message_id == message_id)
        query = select(table.kind, table.sealed).where(table.account_id == account_id, meant)
        rows = self._session.execute(query.order_by(table.message_id.is_(None), table.created_at, table.id))
        return [(Opens(row.kind), row.sealed) for row in rows]

    def remove(self, account_id: str, password_id: str) -> None:
        """Forget one. Raises NotFound."""
        mine = and_(ACCOUNT_PASSWORDS.c.account_id == account_id, ACCOUNT_PASSWORDS.c.id == password_id)
        gone = delete(ACCOUNT_PASSWORDS).where(mine).returning(ACCOUNT_PASSWORDS.c.id)
        if self._session.execute(gone).first() is None:
            raise NotFound(f"no password {password_id} of this account", password=password_id)

    def forget_last_typed(self, message_id: str) -> None:
        """Forget what was typed last for the files of one message: it opened nothing."""
        table = ACCOUNT_PASSWORDS.c
        query = select(table.id).where(table.message_id == message_id)
        last = self._session.execute(query.order_by(table.created_at.desc(), table.id.desc()).limit(1)).scalar()
        self._session.execute(delete(ACCOUNT_PASSWORDS).where(table.id == last))
