"""The guards: each looks at the facts and says why a document must not go on by itself, or nothing.

A guard stops every rule: the document is held until a person has looked. `GUARDS` is their order, the strongest first.
Pure; a guard never raises on odd values, because a value that cannot be read is the business of another reason.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from mailroom.domain.account import Purpose
from mailroom.domain.decision import Facts
from mailroom.domain.document import DocumentType, FieldName
from mailroom.domain.value import Reason
from mailroom.rules.facts import amount, plain_id, same_vat_id, value

Guard = Callable[[Facts], Reason | None]

BOOKED = frozenset({DocumentType.INVOICE, DocumentType.CREDIT_NOTE, DocumentType.RECEIPT})
"""The kinds of document that go to the books."""

ROUNDING = Decimal("0.02")
"""Net and VAT are rounded a line or a rate at a time; two cents cover what correct paper invoices differ by."""

HOLDING_PROBLEMS = (
    "other_iban",
    "text_differs_from_picture",
    "text_not_in_picture",
    "other_total",
    "other_number",
    "other_date",
    "xml_differs_from_page",
    "perhaps_same",
    "perhaps_several",
    "several_invoices",
    "embedded_xml_unreadable",
    "two_kinds",
    "spam_marked",
    "not_scanned",
)
"""Problems that make the values themselves doubtful: the same invoice came again with other values, its XML and its
page differ, its text layer and its picture do, or a question waits for a person.
"""

TOLD_ONLY = frozenset({"einvoice_note"})
"""Problems that a person is told of, and that stop nothing."""


def iban_changed(facts: Facts) -> Reason | None:
    """Stop a document that asks for payment to an account that this seller never used: the usual invoice fraud."""
    iban = plain_id(value(facts, FieldName.IBAN))
    known = {plain_id(entry) for entry in facts.known_ibans} - {""}
    if not iban or not known or iban in known:
        return None
    return Reason(code="iban_changed", facts={"iban": iban, "known_ibans": ",".join(sorted(known))})


def own_vat_id_as_seller(facts: Facts) -> Reason | None:
    """Stop a document that the account itself seems to have issued, where purchases come in."""
    seller = value(facts, FieldName.SELLER_VAT_ID)
    if facts.purpose is Purpose.SALES or not same_vat_id(seller, facts.own_vat_id):
        return None
    return Reason(code="own_vat_id_as_seller", facts={"vat_id": plain_id(seller)})


def buyer_is_not_this_account(facts: Facts) -> Reason | None:
    """Stop a document that is addressed to another company's VAT id, where purchases come in."""
    buyer = value(facts, FieldName.BUYER_VAT_ID)
    if facts.purpose is Purpose.SALES or not buyer or not facts.own_vat_id or same_vat_id(buyer, facts.own_vat_id):
        return None
    return Reason(
        code="buyer_is_not_this_account", facts={"vat_id": plain_id(buyer), "own": plain_id(facts.own_vat_id)}
    )


def seller_is_not_this_account(facts: Facts) -> Reason | None:
    """Stop a document of another company where the account's own sales come in: it would be booked as owed to us."""
    seller = value(facts, FieldName.SELLER_VAT_ID)
    if facts.purpose is not Purpose.SALES or not seller or not facts.own_vat_id:
        return None
    if same_vat_id(seller, facts.own_vat_id):
        return None
    return Reason(
        code="seller_is_not_this_account", facts={"vat_id": plain_id(seller), "own": plain_id(facts.own_vat_id)}
    )


def not_for_the_books(facts: Facts) -> Reason | None:
    """Stop reminders, statements, orders and the like: they are kept, but booking them would pay twice."""
    kind = value(facts, FieldName.DOCUMENT_TYPE)
    if not kind or kind in BOOKED:
        return None
    return Reason(code="not_for_the_books", facts={"document_type": kind})


def totals_do_not_add_up(facts: Facts) -> Reason | None:
    """Stop a document whose net amount and VAT do not give its total (BR-CO-15)."""
    net, vat = amount(facts, FieldName.NET_AMOUNT), amount(facts, FieldName.VAT_AMOUNT)
    total = amount(facts, FieldName.TOTAL_AMOUNT)
    if net is None or vat is None or total is None or abs(net + vat - total) <= ROUNDING:
        return None
    return Reason(
        code="totals_do_not_add_up", facts={"net_amount": str(net), "vat_amount": str(vat), "total_amount": str(total)}
    )


def problem_met(code: str) -> Guard:
    """Return the guard that stops a document on which the reader met the problem `code`."""

    def guard(facts: Facts) -> Reason | None:
        return next((problem for problem in facts.problems if problem.code == code), None)

    return guard


GUARDS: tuple[Guard, ...] = (
    iban_changed,
    problem_met(HOLDING_PROBLEMS[0]),
    own_vat_id_as_seller,
    buyer_is_not_this_account,
    seller_is_not_this_account,
    not_for_the_books,
    totals_do_not_add_up,
    *(problem_met(code) for code in HOLDING_PROBLEMS[1:]),
)
