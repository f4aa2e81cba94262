"""The rules that accounts lay down, stored; the room `rules` knows what they mean."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from mailroom.domain.rule import AccountRule
from mailroom.store.rows import the_one, upsert, value_of, values, values_of
from mailroom.store.tables import ACCOUNT_RULES


class Rules:
    """The rules of accounts, in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, rule: AccountRule) -> None:
        """Store a rule, or its new values."""
        upsert(self._session, ACCOUNT_RULES, values_of(rule, ACCOUNT_RULES))

    def get(self, rule_id: str) -> AccountRule:
        """Return the rule. Raises NotFound."""
        return value_of(AccountRule, the_one(self._session, ACCOUNT_RULES, rule_id))

    def of(self, account_id: str) -> list[AccountRule]:
        """Return the rules of an account, in the order in which they are asked."""
        table = ACCOUNT_RULES
        query = table.select().where(table.c.account_id == account_id).order_by(table.c.position, table.c.id)
        return values(self._session, AccountRule, query)

    def remove(self, rule_id: str) -> None:
        """Delete a rule."""
        self._session.execute(delete(ACCOUNT_RULES).where(ACCOUNT_RULES.c.id == rule_id))
