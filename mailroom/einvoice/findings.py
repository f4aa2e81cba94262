"""What a check found, and the words for it in the languages of the house."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import NamedTuple

from mailroom.domain.value import Value
from mailroom.einvoice.model import Invoice
from mailroom.languages import Language, finding_text


class Severity(StrEnum):
    """`fatal`: the receiver's system may refuse the invoice. `warning`: a person should look."""

    FATAL = "fatal"
    WARNING = "warning"


class Finding(Value):
    """One rule that an invoice breaks.

    `rule` is the official id, or one of ours (`M-...`). `place` is a term or group, with the number of the line or
    allowance (`BG-25[3]/BT-131`). `facts` fill the sentence; the fact `term` is a number that `explain` turns into
    its name. `sentence` is the key of the sentence: rules that say the same of another term share it.
    """

    rule: str
    severity: Severity
    place: str
    sentence: str
    facts: dict[str, str] = {}

    @property
    def user_message(self) -> str:
        """Key of the sentence that a user sees."""
        return f"einvoice.rule.{self.sentence}"


class Found(NamedTuple):
    """What a rule's function gives for each place that breaks it."""

    place: str
    facts: dict[str, str] = {}


class Rule(NamedTuple):
    """A rule: its id, how bad it is, its sentence, and the function that finds the places."""

    id: str
    severity: Severity
    sentence: str
    find: Callable[[Invoice], Iterable[Found]]


def explain(finding: Finding, language: Language) -> str:
    """Return the sentence for a person, in his language."""
    return finding_text(language, finding.sentence, finding.facts)
