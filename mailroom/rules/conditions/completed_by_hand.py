"""Whoever types a value answers for it: such a document is accepted by a person, whatever the account's rules say."""

from __future__ import annotations

from mailroom.domain.decision import Facts
from mailroom.domain.document import FieldName, FieldSource
from mailroom.domain.value import Reason


def completed_by_hand(facts: Facts, _missing: tuple[FieldName, ...]) -> Reason | None:
    """Tell that a person filled in a field, now or earlier."""
    typed = any(field.source is FieldSource.PERSON for field in facts.fields.values())
    return Reason(code="completed_by_hand") if facts.completed_by_hand or typed else None
