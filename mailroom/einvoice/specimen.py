"""An invoice of our own. The box's server reads and draws it before it forks, so that no child loads and compiles anew
what every invoice needs (tables of paths, code lists, templates, the types of Pango)."""

from __future__ import annotations

from datetime import UTC, datetime

from mailroom.domain.account import Account
from mailroom.domain.document import Field, FieldName, FieldSource
from mailroom.einvoice.from_fields import from_fields
from mailroom.einvoice.ubl_writer import to_ubl

_BUYER = Account(id="specimen", name="Buyer", vat_id="BE0403170701", created_at=datetime(2026, 1, 1, tzinfo=UTC))
_SAID = {
    FieldName.DOCUMENT_TYPE: "invoice",
    FieldName.INVOICE_NUMBER: "1",
    FieldName.ISSUE_DATE: "2026-01-01",
    FieldName.DUE_DATE: "2026-01-31",
    FieldName.CURRENCY: "EUR",
    FieldName.SELLER_NAME: "Seller",
    FieldName.SELLER_VAT_ID: "BE0428759497",
    FieldName.IBAN: "BE68539007547034",
    FieldName.NET_AMOUNT: "100.00",
    FieldName.VAT_AMOUNT: "21.00",
    FieldName.TOTAL_AMOUNT: "121.00",
    FieldName.PAYABLE_AMOUNT: "121.00",
}


def specimen() -> bytes:
    """Return the invoice in UBL."""
    fields = {name: Field(value=value, confidence=1.0, source=FieldSource.XML) for name, value in _SAID.items()}
    return to_ubl(from_fields(fields, account=_BUYER))
