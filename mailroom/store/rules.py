"""Rules."""

from __future__ import annotations

from sqlalchemy.orm import Session

from mailroom.domain.rule import AccountRule


class Rules:
    """Rules in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, rule: AccountRule) -> None:
        """Store a rule, or its new values."""
        raise NotImplementedError

    def get(self, rule_id: str) -> AccountRule:
        """Return the rule. Raises NotFound."""
        raise NotImplementedError

    def of(self, account_id: str) -> list[AccountRule]:
        """Return the rules of an account, in the order in which they are asked."""
        raise NotImplementedError

    def remove(self, rule_id: str) -> None:
        """Delete a rule."""
        raise NotImplementedError
