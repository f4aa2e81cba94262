"""People, their passwords' hashes and their roles in accounts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, delete, func, select, update
from sqlalchemy.orm import Session

from mailroom.domain.account import Account, Membership, Role, User
from mailroom.errors import AlreadyExists, LastOwner, NotFound
from mailroom.store.rows import insert_new, one, replace, the_one, value_of, values_of
from mailroom.store.tables import ACCOUNTS, MEMBERSHIPS, SUBSCRIPTIONS, USERS


class Users:
    """The people, in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, user: User) -> None:
        """Store a new person, without a password. Raises AlreadyExists (id or e-mail)."""
        if not insert_new(self._session, USERS, _columns(user)):
            raise AlreadyExists(f"a user {user.id} or {user.email} is there already", email=user.email)

    def get(self, user_id: str) -> User:
        """Return the person. Raises NotFound."""
        return user_of(the_one(self._session, USERS, user_id))

    def by_email(self, email: str) -> User | None:
        """Return the person with this e-mail address; case does not matter."""
        found = one(self._session, USERS, USERS.c.email_key == _email_key(email))
        return None if found is None else user_of(found)

    def all(self) -> list[User]:
        """Return every person, by e-mail."""
        return [user_of(row) for row in self._session.execute(USERS.select().order_by(USERS.c.email_key)).mappings()]

    def update(self, user: User) -> None:
        """Replace the values of a person; the password stays. Raises NotFound, AlreadyExists (e-mail)."""
        other = self.by_email(user.email)
        if other is not None and other.id != user.id:
            raise AlreadyExists(f"{user.email} belongs to another user", email=user.email)
        replace(self._session, USERS, user.id, _columns(user))

    def set_password_hash(self, user_id: str, password_hash: str) -> None:
        """Keep the hash of a new password. Raises NotFound."""
        replace(self._session, USERS, user_id, {"password_hash": password_hash})

    def password_hash(self, user_id: str) -> str | None:
        """Return the stored hash, or None when there is no password or no such person."""
        return self._session.execute(select(USERS.c.password_hash).where(USERS.c.id == user_id)).scalar()

    def join(self, membership: Membership) -> None:
        """Give a person a role in an account, in the place of the one before. Raises LastOwner: nobody would own it."""
        if membership.role is not Role.OWNER:
            self._check_other_owner(membership.user_id, membership.account_id)
        self._leave(membership.user_id, membership.account_id)
        insert_new(self._session, MEMBERSHIPS, values_of(membership, MEMBERSHIPS))

    def take_out(self, user_id: str, account_id: str) -> None:
        """Take a person out of an account, and end the digests of it that went to his address.

        Raises:
            NotFound: he is not in it.
            LastOwner: he is its only owner.
        """
        user = next((user for user, _ in self.members(account_id) if user.id == user_id), None)
        if user is None:
            raise NotFound(f"no user {user_id} in account {account_id}", id=user_id)
        self._check_other_owner(user_id, account_id)
        self._leave(user_id, account_id)
        his = (SUBSCRIPTIONS.c.account_id == account_id) & (
            func.lower(SUBSCRIPTIONS.c.recipient) == user.email.strip().lower()
        )
        self._session.execute(update(SUBSCRIPTIONS).where(his).values(ended=True))

    def _check_other_owner(self, user_id: str, account_id: str) -> None:
        owners = [user for user, role in self.members(account_id) if role is Role.OWNER]
        if [user.id for user in owners] == [user_id]:
            raise LastOwner(f"{owners[0].email} is the only owner; invite another one first", id=user_id)

    def _leave(self, user_id: str, account_id: str) -> None:
        pair = (MEMBERSHIPS.c.user_id == user_id) & (MEMBERSHIPS.c.account_id == account_id)
        self._session.execute(delete(MEMBERSHIPS).where(pair))

    def role(self, user_id: str, account_id: str) -> Role | None:
        """Return the role of a person in an account."""
        pair = (MEMBERSHIPS.c.user_id == user_id) & (MEMBERSHIPS.c.account_id == account_id)
        found = one(self._session, MEMBERSHIPS, pair)
        return None if found is None else Role(found["role"])

    def accounts_of(self, user_id: str) -> list[tuple[Account, Role]]:
        """Return the accounts of a person, by name."""
        joined = ACCOUNTS.join(MEMBERSHIPS, MEMBERSHIPS.c.account_id == ACCOUNTS.c.id)
        query = select(*ACCOUNTS.c, MEMBERSHIPS.c.role).select_from(joined).where(MEMBERSHIPS.c.user_id == user_id)
        rows = self._session.execute(query.order_by(ACCOUNTS.c.name_key, ACCOUNTS.c.id)).mappings()
        return [(value_of(Account, row), Role(row["role"])) for row in rows]

    def members(self, account_id: str) -> list[tuple[User, Role]]:
        """Return the people of an account, by e-mail."""
        joined = USERS.join(MEMBERSHIPS, MEMBERSHIPS.c.user_id == USERS.c.id)
        query = select(*USERS.c, MEMBERSHIPS.c.role).select_from(joined).where(MEMBERSHIPS.c.account_id == account_id)
        rows = self._session.execute(query.order_by(USERS.c.email_key)).mappings()
        return [(user_of(row), Role(row["role"])) for row in rows]


def user_of(row: RowMapping) -> User:
    """Return the person of a row; of the password only that there is one."""
    return value_of(User, row, has_password=row["password_hash"] is not None)


def _columns(user: User) -> dict[str, Any]:
    return values_of(user, USERS) | {"email_key": _email_key(user.email)}


def _email_key(email: str) -> str:
    return email.strip().casefold()
