"""Automatic acceptance is for the senders that the account named."""

from __future__ import annotations

from mailroom.domain.decision import Facts
from mailroom.domain.document import FieldName
from mailroom.domain.message import HANDED_IN
from mailroom.domain.value import Reason


def sender_not_listed(facts: Facts, _missing: tuple[FieldName, ...]) -> Reason | None:
    """Tell that automatic acceptance is on, but not for this sender."""
    if not facts.auto_accept or facts.sender_listed:
        return None
    if facts.sender.identity == HANDED_IN:  # nobody's address: naming it would send people looking for a sender
        return Reason(code="handed_in")
    return Reason(code="sender_not_listed", facts={"sender": facts.sender.identity or "?"})
