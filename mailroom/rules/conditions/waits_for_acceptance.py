"""An account accepts every document itself unless it switched automatic acceptance on."""

from __future__ import annotations

from mailroom.domain.decision import Facts
from mailroom.domain.document import FieldName
from mailroom.domain.value import Reason


def waits_for_acceptance(facts: Facts, _missing: tuple[FieldName, ...]) -> Reason | None:
    """Tell that the account did not switch automatic acceptance on."""
    return None if facts.auto_accept else Reason(code="waits_for_acceptance")
