"""The DNS gave no answer, so that nobody knows whether the sender is proved. It is asked again for a day."""

from __future__ import annotations

from mailroom.domain.decision import Facts
from mailroom.domain.document import FieldName
from mailroom.domain.message import SenderVerdict
from mailroom.domain.value import Reason


def sender_unknown(facts: Facts, _missing: tuple[FieldName, ...]) -> Reason | None:
    """Tell that the sender is on the list, but that its proof could not be looked up yet."""
    if not facts.auto_accept or not facts.sender_listed or facts.sender.verdict is not SenderVerdict.UNKNOWN:
        return None
    return Reason(code="sender_unknown", facts={"sender": facts.sender.identity or "?"})
