"""Required fields that were found, but not surely enough to be taken over without a look."""

from __future__ import annotations

from mailroom.domain.decision import Facts
from mailroom.domain.document import FieldName
from mailroom.domain.value import Reason
from mailroom.rules.facts import value


def uncertain_fields(facts: Facts, missing: tuple[FieldName, ...]) -> Reason | None:
    """Name the required fields whose value is below its threshold."""
    names = [name for name in missing if value(facts, name)]
    if not names:
        return None
    return Reason(code="uncertain_fields", facts={"fields": ",".join(names), "n": str(len(names))})
