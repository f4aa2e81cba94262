"""Fields that every document of this kind must have and that were not found."""

from __future__ import annotations

from mailroom.domain.decision import Facts
from mailroom.domain.document import FieldName
from mailroom.domain.value import Reason
from mailroom.rules.facts import value


def missing_fields(facts: Facts, missing: tuple[FieldName, ...]) -> Reason | None:
    """Name the required fields that have no value."""
    names = [name for name in missing if not value(facts, name)]
    if not names:
        return None
    return Reason(code="missing_fields", facts={"fields": ",".join(names), "n": str(len(names))})
