"""Bring a model into the form that Peppol BIS Billing 3 demands, without changing what is owed.

What other dialects allow is rewritten (notes joined, codes of a wider list replaced, amounts with two decimals); what
the model knows at another place is moved (an electronic address out of a VAT id). What nobody knows stays away, and
`gaps` names it. Functions from model to model, in the order of `_STEPS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mailroom.einvoice.checks.peppol import SPECIFICATION, both_german
from mailroom.einvoice.codes import codes
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import Delivery, Identifier, Note, PaymentMeans, SupportingDocument
from mailroom.einvoice.peppol_amounts import amounts, breakdown, document_allowances
from mailroom.einvoice.peppol_lines import lines
from mailroom.einvoice.peppol_parties import parties

_PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
_NOT_DEFINED = "1"
"""UNTDID 4461: instrument not defined."""
NOT_STATED = "NA"
"""What stands where Peppol demands a text and the document has none; `gaps` names each such place."""


def peppol_form(invoice: Invoice) -> Invoice:
    """Return the invoice as Peppol wants it. An invoice that is so already comes back equal (but for BT-24)."""
    for step in _STEPS:
        invoice = step(invoice)
    return invoice


def _header(invoice: Invoice) -> Invoice:
    process = invoice.business_process
    known = re.fullmatch(r"urn:fdc:peppol\.eu:2017:poacc:billing:[0-9]{2}:1\.0", process)
    same = invoice.tax_currency == invoice.currency
    no_total = invoice.totals.vat_accounting is None
    tax_currency = "" if same or no_total else invoice.tax_currency
    kept = invoice.totals.vat_accounting if tax_currency else None
    return invoice.model_copy(
        update={
            "source": None,
            "specification": SPECIFICATION,
            "business_process": process if known else _PROCESS,
            "type_code": _type_code(invoice),
            "tax_currency": tax_currency,
            "totals": invoice.totals.model_copy(update={"vat_accounting": kept}),
            "tax_point_code": _tax_point(invoice),
            "buyer_reference": invoice.buyer_reference or _reference(invoice),
        }
    )


def _type_code(invoice: Invoice) -> str:
    if invoice.is_credit_note:
        return invoice.type_code if invoice.type_code in codes("peppol_credit_note_type") else "381"
    allowed = codes("peppol_invoice_type") | ({"326", "384"} if both_german(invoice) else set())
    return invoice.type_code if invoice.type_code in allowed else "380"


def _tax_point(invoice: Invoice) -> str:
    known = invoice.tax_point_code in codes("tax_point") and not invoice.tax_point_date
    return invoice.tax_point_code if known else ""


def _reference(invoice: Invoice) -> str:
    """Return what stands in BT-10 when the document has none: Peppol asks for it or for an order number (R003)."""
    return "" if invoice.purchase_order or invoice.sales_order else NOT_STATED


def _notes(invoice: Invoice) -> Invoice:
    subjects = codes("note_subject")
    notes = tuple(n if n.subject_code in subjects else Note(text=n.text) for n in invoice.notes if n.text)
    if len(notes) > 1 and not both_german(invoice):  # R002: one note, so the texts follow each other in it
        notes = (Note(subject_code=notes[0].subject_code, text="\n".join(note.text for note in notes)),)
    return invoice.model_copy(update={"notes": notes})


def _references(invoice: Invoice) -> Invoice:
    held = invoice.invoiced_object
    if held and held.scheme and held.scheme not in codes("object_scheme"):
        held = Identifier(value=held.value)
    preceding = tuple(one for one in invoice.preceding if one.number)
    return invoice.model_copy(update={"invoiced_object": held, "preceding": preceding})


def _payment(invoice: Invoice) -> Invoice:
    """UBL-SR-44 to 47, 54, 55: one reference, one text, one code, one card, one mandate."""
    means = [_one_means(one) for one in invoice.payment_means]
    if both_german(invoice):
        means = [_german_means(one) for one in means]
    means = [_domestic_means(one, _home(invoice)) for one in means]
    if not means and (invoice.payment_reference or (invoice.is_credit_note and invoice.due_date)):
        means = [PaymentMeans(code=_NOT_DEFINED)]
    code = next((one.code for one in means if one.account), means[0].code if means else "")
    kept: list[PaymentMeans] = []
    for one in means:
        again = kept and (one.card or one.mandate or one.debited_account)
        if one.code == code and not (again and not one.account):
            kept.append(_first_only(one, first=not kept))
    return invoice.model_copy(update={"payment_means": tuple(kept)})


def _one_means(means: PaymentMeans) -> PaymentMeans:
    code, account = means.code, means.account if means.account and means.account.id else None
    if code not in codes("payment_means"):
        code = "30" if account else _NOT_DEFINED
    if code in {"30", "58"} and account is None:  # BR-61
        code = _NOT_DEFINED
    if code in {"49", "59"} and not means.mandate:  # R061
        code = "30" if account else _NOT_DEFINED
    card = means.card if means.card and means.card.number else None
    if card and not card.network:
        card = card.model_copy(update={"network": NOT_STATED})  # UBL demands it; EN 16931 has no term for it
    return means.model_copy(update={"code": code, "account": account, "reference": "", "card": card})


def _home(invoice: Invoice) -> str:
    """Return the country of both parties, or an empty string when they are of two."""
    countries = {party.address.country if party.address else "" for party in (invoice.seller, invoice.buyer)}
    return countries.pop() if len(countries) == 1 else ""


def _domestic_means(means: PaymentMeans, home: str) -> PaymentMeans:
    """NL-R-008, DK-R-005: a transfer goes by the code that the country knows for it."""
    transfer = {("NL", "31"): "30", ("NL", "42"): "30", ("DK", "30"): "58"}.get((home, means.code))
    return means.model_copy(update={"code": transfer}) if transfer and means.account else means


def _german_means(means: PaymentMeans) -> PaymentMeans:
    """DE-R-023 to DE-R-025: each code with its own group only."""
    change: dict[str, object] = {}
    if means.code in {"30", "58", "48", "54", "55"}:
        change |= {"mandate": "", "debited_account": ""}
    if means.code in {"48", "54", "55", "59"}:
        change["account"] = None
    if means.code in {"30", "58", "59"}:
        change["card"] = None
    return means.model_copy(update=change)


def _first_only(means: PaymentMeans, *, first: bool) -> PaymentMeans:
    if first:
        return means
    return means.model_copy(update={"text": "", "card": None, "mandate": "", "debited_account": ""})


def _payee(invoice: Invoice) -> Invoice:
    """BR-17: a payee is another than the seller."""
    payee, seller = invoice.payee, invoice.seller
    same = payee and (not payee.name or payee.name in {seller.name, seller.trading_name})
    return invoice.model_copy(update={"payee": None}) if same else invoice


def _terms(invoice: Invoice) -> Invoice:
    payable = invoice.totals.payable
    silent = not invoice.due_date and not invoice.payment_terms
    if silent and payable is not None and payable > 0:  # asked for until release 1.3.15 of the rules (BR-CO-25)
        return invoice.model_copy(update={"payment_terms": NOT_STATED})
    return invoice


def _delivery(invoice: Invoice) -> Invoice:
    held = invoice.delivery
    if held is None:
        return invoice
    address, place = held.address, held.location_id
    if address and not address.country:
        fallback = invoice.buyer.address.country if invoice.buyer.address else ""
        address = address.model_copy(update={"country": fallback}) if fallback else None
    if place and place.scheme and place.scheme not in codes("item_scheme"):
        place = Identifier(value=place.value)
    kept = held.model_copy(update={"address": address, "location_id": place})
    return invoice.model_copy(update={"delivery": None if kept == Delivery() else kept})


def _attachments(invoice: Invoice) -> Invoice:
    numbered = enumerate(invoice.attachments, 1)
    return invoice.model_copy(update={"attachments": tuple(_attachment(one, number) for number, one in numbered)})


def _attachment(one: SupportingDocument, number: int) -> SupportingDocument:
    name = one.reference.value if one.reference else one.filename or str(number)
    change: dict[str, object] = {"reference": Identifier(value=name)}
    if one.content is not None and one.media_type not in codes("media_type"):
        # Peppol takes six kinds of files; another stays with the original and is named here only.
        change |= {"content": None, "media_type": "", "filename": ""}
    elif one.content is not None and not one.filename:
        change["filename"] = name
    return one.model_copy(update=change)


def _period(invoice: Invoice) -> Invoice:
    period = invoice.period
    if period and period.start and period.end and period.end < period.start:
        return invoice.model_copy(update={"period": None})
    return invoice


_STEPS: tuple[Callable[[Invoice], Invoice], ...] = (
    parties,
    _header,
    _notes,
    _references,
    _period,
    _delivery,
    _payment,
    _payee,
    _attachments,
    breakdown,
    document_allowances,
    lines,
    amounts,
    _terms,
)
