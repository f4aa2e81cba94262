"""The fields of mailroom's documents as an e-invoice has them, in normal form, each with its term and its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from mailroom.domain.document import DocumentType, FieldName, bare_vat_id
from mailroom.domain.reading import StructuredValue
from mailroom.einvoice import digits
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import Party


def header_fields(invoice: Invoice) -> dict[FieldName, StructuredValue]:
    """Return what the invoice says of each field; a field that it does not say is not there."""
    places = invoice.source.places if invoice.source else {}
    return {
        name: StructuredValue(value=value, term=term, path=places.get(term, ""))
        for name, value, term in _said(invoice)
        if value
    }


def _said(invoice: Invoice) -> Iterator[tuple[FieldName, str, str]]:
    kind = DocumentType.CREDIT_NOTE if invoice.is_credit_note else DocumentType.INVOICE
    seller, buyer = invoice.seller, invoice.buyer
    yield FieldName.DOCUMENT_TYPE, kind.value, "BT-3"
    yield FieldName.INVOICE_NUMBER, _one_line(invoice.number), "BT-1"
    yield FieldName.ISSUE_DATE, invoice.issue_date.isoformat() if invoice.issue_date else "", "BT-2"
    yield FieldName.DUE_DATE, invoice.due_date.isoformat() if invoice.due_date else "", "BT-9"
    yield FieldName.CURRENCY, invoice.currency.upper(), "BT-5"
    yield FieldName.SELLER_NAME, *_name(seller, "BT-27", "BT-28")
    yield FieldName.SELLER_VAT_ID, *_vat_id(seller, "BT-31", "BT-30")
    yield FieldName.IBAN, _iban(invoice), "BT-84"
    yield FieldName.PAYMENT_REFERENCE, _reference(invoice), "BT-83"
    yield FieldName.BUYER_NAME, *_name(buyer, "BT-44", "BT-45")
    yield FieldName.BUYER_VAT_ID, *_vat_id(buyer, "BT-48", "BT-47")
    totals = invoice.totals
    yield FieldName.NET_AMOUNT, amount(totals.net), "BT-109"
    yield FieldName.VAT_AMOUNT, amount(totals.vat), "BT-110"
    yield FieldName.TOTAL_AMOUNT, amount(totals.gross), "BT-112"
    yield FieldName.PAYABLE_AMOUNT, amount(totals.payable), "BT-115"


def amount(value: Decimal | None) -> str:
    """Return an amount with two decimals, or as many as it needs beyond them; empty for none."""
    if value is None:
        return ""
    digits_after = format(value, "f").rpartition(".")[2] if "." in format(value, "f") else ""
    places = max(2, len(digits_after.rstrip("0")))
    text = format(value, f".{places}f")
    return text.removeprefix("-") if not value else text


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def compact(text: str) -> str:
    """Return an identifier in capital letters and digits only."""
    return re.sub(r"[^0-9A-Z]", "", text.upper())


def _name(party: Party, term: str, fallback: str) -> tuple[str, str]:
    return (_one_line(party.name), term) if party.name else (_one_line(party.trading_name), fallback)


def _vat_id(party: Party, term: str, fallback: str) -> tuple[str, str]:
    if party.vat_id:
        bare = bare_vat_id(compact(party.vat_id))
        return ("BE" + bare if digits.enterprise_number(bare) and bare.isdigit() else bare), term
    legal = party.legal_id
    if legal and legal.scheme in {"0208", "BE:CBE"} and digits.enterprise_number(compact(legal.value)):
        return "BE" + compact(legal.value).removeprefix("BE"), fallback
    return "", term


def _iban(invoice: Invoice) -> str:
    """Return the first account that has the form of an IBAN; a wrong check digit is for the checks to say."""
    accounts = (compact(means.account.id) for means in invoice.payment_means if means.account)
    return next((one for one in accounts if re.fullmatch(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}", one)), "")


def _reference(invoice: Invoice) -> str:
    return digits.normal_reference(_one_line(invoice.payment_reference))
