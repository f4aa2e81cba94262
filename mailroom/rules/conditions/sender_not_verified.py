"""A From line is no proof: anyone can write any address there.

A proof that failed or is not known yet is said by the conditions beside this one.
"""

from __future__ import annotations

from mailroom.domain.decision import Facts
from mailroom.domain.document import FieldName
from mailroom.domain.message import SenderVerdict
from mailroom.domain.value import Reason


def sender_not_verified(facts: Facts, _missing: tuple[FieldName, ...]) -> Reason | None:
    """Tell that the sender is on the list, but that it is not proved to be the sender."""
    if not facts.auto_accept or not facts.sender_listed:
        return None
    if facts.sender.verdict in (SenderVerdict.FAILED, SenderVerdict.UNKNOWN):
        return None
    if facts.sender.verdict is SenderVerdict.VERIFIED and facts.sender.identity:
        return None
    return Reason(code="sender_not_verified", facts={"sender": facts.sender.identity or "?"})
