"""Something went wrong while reading that does not make the values wrong, but that a person should know of."""

from __future__ import annotations

from mailroom.domain.decision import Facts
from mailroom.domain.document import FieldName
from mailroom.domain.value import Reason
from mailroom.rules.guards import HOLDING_PROBLEMS, TOLD_ONLY

_ELSEWHERE = TOLD_ONLY.union(HOLDING_PROBLEMS)


def read_with_problems(facts: Facts, _missing: tuple[FieldName, ...]) -> Reason | None:
    """Tell that the reader met a problem that is not a guard's business."""
    return next((problem for problem in facts.problems if problem.code not in _ELSEWHERE), None)
