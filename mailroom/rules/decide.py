"""The step `decide`: the facts of a document in, its state with the rule and every reason out.

Pure: the same facts give the same decision, so a second run after a crash changes nothing. A person's acceptance is
not decided here. The order of the rules is the table `RULES`; the first row that applies gives the state, and all rows
that apply give the reasons, the strongest first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mailroom.domain.decision import Decision, Facts
from mailroom.domain.document import DocumentState, FieldName
from mailroom.domain.value import Reason
from mailroom.languages import Language, reason_text
from mailroom.rules.conditions.completed_by_hand import completed_by_hand
from mailroom.rules.conditions.low_confidence import low_confidence
from mailroom.rules.conditions.missing_fields import missing_fields
from mailroom.rules.conditions.read_with_problems import read_with_problems
from mailroom.rules.conditions.sender_failed import sender_failed
from mailroom.rules.conditions.sender_not_listed import sender_not_listed
from mailroom.rules.conditions.sender_not_verified import sender_not_verified
from mailroom.rules.conditions.sender_unknown import sender_unknown
from mailroom.rules.conditions.trusted_sender import trusted_sender
from mailroom.rules.conditions.uncertain_fields import uncertain_fields
from mailroom.rules.conditions.unusual_dates import unusual_dates
from mailroom.rules.conditions.waits_for_acceptance import waits_for_acceptance
from mailroom.rules.guards import GUARDS, Guard

Condition = Callable[[Facts, tuple[FieldName, ...]], Reason | None]


class Rule(NamedTuple):
    """One row: when the condition applies, the document goes to `state`."""

    state: DocumentState
    applies: Condition


def _held_by(guard: Guard) -> Rule:
    return Rule(DocumentState.HELD, lambda facts, _missing: guard(facts))


RULES: tuple[Rule, ...] = (
    *(_held_by(guard) for guard in GUARDS),
    Rule(DocumentState.INCOMPLETE, missing_fields),
    Rule(DocumentState.INCOMPLETE, uncertain_fields),
    Rule(DocumentState.TO_ACCEPT, completed_by_hand),
    Rule(DocumentState.TO_ACCEPT, sender_failed),
    Rule(DocumentState.TO_ACCEPT, waits_for_acceptance),
    Rule(DocumentState.TO_ACCEPT, sender_not_listed),
    Rule(DocumentState.TO_ACCEPT, sender_not_verified),
    Rule(DocumentState.TO_ACCEPT, sender_unknown),
    Rule(DocumentState.TO_ACCEPT, low_confidence),
    Rule(DocumentState.TO_ACCEPT, unusual_dates),
    Rule(DocumentState.TO_ACCEPT, read_with_problems),
)
"""What speaks against going on without a person, the strongest first."""

ACCEPTING: tuple[Condition, ...] = (trusted_sender,)
"""What lets a document go on without a person, when no rule speaks against it."""


def decide(facts: Facts, missing: tuple[FieldName, ...]) -> Decision:
    """Decide what becomes of a document.

    Args:
        missing: the required fields without a value, or with one below its threshold.
    """
    against = [(rule.state, reason) for rule in RULES if (reason := rule.applies(facts, missing))]
    if against:
        state, strongest = against[0]
        # "Waits for your acceptance" is news only where nothing else has to be done first.
        told = [why for _, why in against if why.code != "waits_for_acceptance" or state is DocumentState.TO_ACCEPT]
        return Decision(state=state, rule=strongest.code, reasons=tuple(told))
    for condition in ACCEPTING:
        if reason := condition(facts, missing):
            return Decision(state=DocumentState.ACCEPTED, rule=reason.code, reasons=(reason,))
    # No rule has an opinion: a document is never accepted for want of an objection.
    waiting = Reason(code="waits_for_acceptance")
    return Decision(state=DocumentState.TO_ACCEPT, rule=waiting.code, reasons=(waiting,))


def explain(decision: Decision, language: Language) -> tuple[str, ...]:
    """Return the reasons of a decision as sentences, the strongest first."""
    return tuple(reason_text(language, reason.code, reason.facts) for reason in decision.reasons)
