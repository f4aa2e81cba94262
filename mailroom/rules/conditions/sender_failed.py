"""A mail that its author's domain disowns: often a forgery, sometimes a mailing list. A person must look."""

from __future__ import annotations

from mailroom.domain.decision import Facts
from mailroom.domain.document import FieldName
from mailroom.domain.message import SenderVerdict
from mailroom.domain.value import Reason


def sender_failed(facts: Facts, _missing: tuple[FieldName, ...]) -> Reason | None:
    """Tell that the sender's domain says how its mails are proved, and that this one is not, list or no list."""
    if facts.sender.verdict is not SenderVerdict.FAILED:
        return None
    return Reason(code="sender_failed", facts={"sender": facts.sender.identity or "?"})
