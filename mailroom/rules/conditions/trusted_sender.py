"""The one way in without a person: a listed sender with proof. The table asks only when nothing spoke against it."""

from __future__ import annotations

from mailroom.domain.decision import Facts
from mailroom.domain.document import FieldName
from mailroom.domain.message import SenderVerdict
from mailroom.domain.value import Reason


def trusted_sender(facts: Facts, _missing: tuple[FieldName, ...]) -> Reason | None:
    """Tell that the account accepts documents of this sender, and that it is proved to be the sender."""
    proved = facts.sender.verdict is SenderVerdict.VERIFIED and bool(facts.sender.identity)
    if not (facts.auto_accept and facts.sender_listed and proved):
        return None
    return Reason(code="trusted_sender", facts={"sender": facts.sender.identity})
