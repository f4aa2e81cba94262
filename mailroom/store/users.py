"""Users."""

from __future__ import annotations

from sqlalchemy.orm import Session

from mailroom.domain.account import Account, Membership, Role, User


class Users:
    """Users in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, user: User) -> None:
        """Store a new person. Raises AlreadyExists (id or e-mail)."""
        raise NotImplementedError

    def get(self, user_id: str) -> User:
        """Return the person. Raises NotFound."""
        raise NotImplementedError

    def by_email(self, email: str) -> User | None:
        """Return the person with this e-mail address; case does not matter."""
        raise NotImplementedError

    def all(self) -> list[User]:
        """Return every person, by e-mail."""
        raise NotImplementedError

    def update(self, user: User) -> None:
        """Replace the values of a person, save for the password."""
        raise NotImplementedError

    def set_password_hash(self, user_id: str, password_hash: str) -> None:
        """Keep the hash of a new password."""
        raise NotImplementedError

    def password_hash(self, user_id: str) -> str | None:
        """Return the stored hash."""
        raise NotImplementedError

    def join(self, membership: Membership) -> None:
        """Give a person a role in an account, in the place of the one before."""
        raise NotImplementedError

    def leave(self, user_id: str, account_id: str) -> None:
        """Take a person out of an account."""
        raise NotImplementedError

    def role(self, user_id: str, account_id: str) -> Role | None:
        """Return the role of a person in an account."""
        raise NotImplementedError

    def accounts_of(self, user_id: str) -> list[tuple[Account, Role]]:
        """Return the accounts of a person, by name."""
        raise NotImplementedError

    def members(self, account_id: str) -> list[tuple[User, Role]]:
        """Return the people of an account, by e-mail."""
        raise NotImplementedError
