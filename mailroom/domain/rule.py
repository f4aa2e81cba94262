"""The rules that an account lays down for its documents."""

from __future__ import annotations

from datetime import datetime

from mailroom.domain.document import DocumentState
from mailroom.domain.value import Value


class RuleCondition(Value):
    """One condition by its name in `mailroom/rules/conditions`, with its arguments in normal form."""

    name: str
    arguments: dict[str, str] = {}


class AccountRule(Value):
    """When all conditions hold, the document goes to `outcome`. Rules are asked in the order of `position`."""

    id: str
    account_id: str
    name: str = ""
    position: int = 0
    enabled: bool = True
    conditions: tuple[RuleCondition, ...] = ()
    outcome: DocumentState = DocumentState.TO_ACCEPT
    created_at: datetime
