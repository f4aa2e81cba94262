"""What the checks found, as reasons that travel with a document and are put into each reader's words.

A fatal finding (`einvoice_finding`) makes a person look before the document is accepted; a warning (`einvoice_note`)
is only told. What the XML and its own page say differently (`xml_differs_from_page`) holds the document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mailroom.domain.document import FieldName, Fields
from mailroom.domain.reading import StructuredValue
from mailroom.domain.value import Reason
from mailroom.einvoice.checks import check
from mailroom.einvoice.checks.outside import check_account, page_differences
from mailroom.einvoice.findings import Finding, Severity
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import Party

if TYPE_CHECKING:
    from mailroom.domain.account import Account

FINDING, NOTE, DIFFERS = "einvoice_finding", "einvoice_note", "xml_differs_from_page"
_MOST, _MOST_OF_A_RULE = 30, 3
_ARITHMETIC = frozenset({"sum_differs", "category_taxable", "category_tax", "currency_differs", "said_twice"})
"""Sentences that cast doubt on the amounts themselves, whatever the invoice claims to follow."""


def reasons_of(invoice: Invoice) -> tuple[Reason, ...]:
    """Return what the checks find in an invoice, the fatal ones first, bounded in number."""
    claims = "en16931" in invoice.specification.lower()
    seen: Counter[str] = Counter()
    told: list[Reason] = []
    for finding in check(invoice):
        seen[finding.rule] += 1
        if seen[finding.rule] > _MOST_OF_A_RULE:
            continue
        # A receiver refuses what breaks a standard only where the sender said that it follows it.
        fatal = finding.severity is Severity.FATAL and (claims or finding.sentence in _ARITHMETIC)
        told.append(_reason(FINDING if fatal else NOTE, finding))
    return tuple(sorted(told, key=lambda one: one.code != FINDING)[:_MOST])


def reasons_outside(
    said: Mapping[FieldName, StructuredValue], page: Fields, *, account: Account | None, words: str
) -> tuple[Reason, ...]:
    """Return what an e-invoice's fields say differently from the page they came with, and that it is for another.

    Another VAT number of the buyer is the business of the rules, which hold the document for it. Without an account
    nobody is expected to be the buyer.
    """
    found = [_reason(DIFFERS, finding) for finding in page_differences(said, page, words)]
    if account is not None and said and FieldName.BUYER_VAT_ID not in said:
        buyer, seller = said.get(FieldName.BUYER_NAME), said.get(FieldName.SELLER_VAT_ID)
        invoice = Invoice(
            buyer=Party(name=buyer.value if buyer else ""), seller=Party(vat_id=seller.value if seller else "")
        )
        found += [_reason(FINDING, finding) for finding in check_account(invoice, account)]
    return tuple(found)


def _reason(code: str, finding: Finding) -> Reason:
    facts = {name: fact[:200] for name, fact in finding.facts.items()}
    return Reason(code=code, facts={"rule": finding.rule, "sentence": finding.sentence, **facts})
