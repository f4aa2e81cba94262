"""EN 16931 and Peppol: what the reader of UBL noted about the form of the file (ubl_form.py)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mailroom.einvoice.findings import Found, Rule, Severity
from mailroom.einvoice.model import Invoice

_ONCE = (
    *(f"UBL-SR-{number:02}" for number in (*range(1, 7), *range(8, 20), 21, 22, 24, 25, 26, 27, 28)),
    *(
        f"UBL-SR-{number}"
        for number in (20, 29, 30, 31, 32, 33, 34, 35, 36, 37, 39, 40, 42, 45, 49, 50, 51, 52, 54, 55, 56)
    ),
)
_WRONG = (
    "UBL-SR-07", "UBL-SR-43", "UBL-SR-48", "UBL-SR-53", "UBL-DT-01", "BR-32", "BR-37", "BR-47", "BR-48", "BR-50",
    "BR-55", "BR-56", "BR-CO-04", "BR-CO-15", "BR-CO-17", "BR-CO-19", "BR-CO-20", "BR-CL-03",
)  # fmt: skip
_EMPTY = tuple(f"BR-CL-{number:02}" for number in (1, 4, 5, 6, 7, 10, 11, *range(13, 27)))
_ATTRIBUTES = tuple(f"UBL-DT-{number:02}" for number in range(8, 29))
_PEPPOL = {
    "R043": "form_wrong",
    "R044": "form_wrong",
    "R080": "form_once",
    "R100": "form_once",
    "R101": "form_wrong",
    "F001": "form_wrong",
}


STANDS_FOR: dict[str, tuple[str, ...]] = {
    "BR-CL-16": ("BR-49",),
    "BR-CL-17": ("BR-32", "BR-37", "BR-47"),
    "BR-CL-18": ("BR-CO-04",),
    "BR-CL-19": ("BR-33", "BR-42", "BR-CO-21", "BR-CO-23"),
    "BR-CL-20": ("BR-38", "BR-44", "BR-CO-22", "BR-CO-24"),
    "BR-CL-21": ("BR-64",),
    "BR-CL-13": ("BR-65",),
    "BR-CL-23": ("BR-23",),
    "BR-CL-25": ("BR-62", "BR-63"),
}
"""A code that is there but empty breaks the rule of its list and not the one that asks for it."""


def spared(invoice: Invoice) -> frozenset[str]:
    """Return the rules that do not hold for this file because another one says it."""
    noted = {fault.rule for fault in invoice.source.faults} if invoice.source else set()
    return frozenset(rule for empty, rules in STANDS_FOR.items() if empty in noted for rule in rules)


def _noted(rule: str, invoice: Invoice) -> Iterator[Found]:
    for fault in invoice.source.faults if invoice.source else ():
        if fault.rule == rule:
            yield Found(fault.place, {"place": fault.place[:200]})


def _rule(rule: str, sentence: str, severity: Severity = Severity.FATAL) -> Rule:
    return Rule(rule, severity, sentence, partial(_noted, rule))


RULES: tuple[Rule, ...] = (
    *(_rule(rule, "form_once") for rule in _ONCE),
    *(_rule(rule, "form_wrong") for rule in _WRONG),
    *(_rule(rule, "empty_elements") for rule in _EMPTY),
    *(_rule(rule, "form_attribute", Severity.WARNING) for rule in _ATTRIBUTES),
)
PEPPOL_RULES: tuple[Rule, ...] = tuple(_rule(f"PEPPOL-EN16931-{rule}", said) for rule, said in _PEPPOL.items())
