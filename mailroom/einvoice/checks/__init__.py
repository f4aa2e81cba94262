"""Check an invoice against EN 16931, Peppol BIS Billing 3 and our own rules. Pure: the model in, findings out.

The rules are tables, one module a family; a rule id stands in one place only. Official ids are those of the CEN and
OpenPeppol Schematron; the functions are ours and are compared with the official verdict in the tests.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailroom.einvoice.checks import arithmetic, categories, countries, form, listed, own, peppol, presence, repeated
from mailroom.einvoice.findings import Finding, Rule, Severity
from mailroom.einvoice.model import Invoice, Syntax

EN16931_RULES: tuple[Rule, ...] = (
    *presence.RULES,
    *arithmetic.RULES,
    *categories.RULES,
    *listed.RULES,
    *repeated.RULES,
)
FORM_RULES = form.RULES
"""What the reader noted of a UBL file; some of their ids stand in EN16931_RULES too, for what the model shows."""
PEPPOL_RULES: tuple[Rule, ...] = (*peppol.RULES, *listed.PEPPOL_RULES, *form.PEPPOL_RULES, *countries.RULES)
OWN_RULES: tuple[Rule, ...] = own.RULES
_OUTSIDE = ("urn:factur-x.eu:1p0:minimum", "urn:factur-x.eu:1p0:basicwl", "urn:zugferd.de:2p0:minimum")
"""Profiles without lines: they are no invoices of EN 16931 and do not claim to be."""
_NATIONAL = frozenset({Syntax.FATTURAPA, Syntax.EBINTERFACE, Syntax.FACTURAE})
_MOST = 200
"""Findings of one rule: a file of ten thousand wrong lines does not need ten thousand sentences."""


def check(invoice: Invoice, *, as_peppol: bool | None = None) -> tuple[Finding, ...]:
    """Return every finding, the fatal ones first.

    The rules of EN 16931 and ours are always looked at (but for profiles that hold no whole invoice, and national
    formats, which have rules of their own), those of Peppol when the invoice claims Peppol, or as `as_peppol` says.
    """
    rules: list[Rule] = [*OWN_RULES]
    national = invoice.source is not None and invoice.source.syntax in _NATIONAL and not as_peppol
    if not (national or invoice.specification.lower().startswith(_OUTSIDE)):
        rules += EN16931_RULES
    if peppol.is_peppol(invoice) if as_peppol is None else as_peppol:
        rules += PEPPOL_RULES
    spared = form.spared(invoice)
    found = [finding for rule in rules if rule.id not in spared for finding in _findings(rule, invoice)]
    if invoice.source and invoice.source.faults and EN16931_RULES[0] in rules:
        said = {finding.rule for finding in found}
        found += [one for rule in FORM_RULES if rule.id not in said for one in _findings(rule, invoice)]
    return tuple(sorted(found, key=lambda one: one.severity is not Severity.FATAL))


def _findings(rule: Rule, invoice: Invoice) -> Iterable[Finding]:
    for number, found in enumerate(rule.find(invoice)):
        if number == _MOST:
            return
        yield Finding(
            rule=rule.id, severity=rule.severity, place=found.place, sentence=rule.sentence, facts=found.facts
        )
