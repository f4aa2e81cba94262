"""A paper invoice becomes a Peppol invoice without inventing anything, and says what is missing."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from mailroom.domain.account import Account
from mailroom.domain.document import Field, FieldName, Fields, FieldSource
from mailroom.einvoice import check, from_fields, gaps, header_fields, read_invoice, to_ubl
from mailroom.languages import Language

ACCOUNT = Account(
    id="a", name="Demo BV", vat_id="BE 0403.170.701", language=Language.NL, created_at=datetime(2024, 1, 1, tzinfo=UTC)
)
PAPER = {
    "document_type": "invoice", "invoice_number": "2024/17", "issue_date": "2024-05-02", "due_date": "2024-06-01",
    "currency": "EUR", "seller_name": "Bakkerij De Zon", "seller_vat_id": "BE0428759497", "iban": "BE68539007547034",
    "payment_reference": "+++090/9337/55493+++", "net_amount": "100.00", "vat_amount": "21.00",
    "total_amount": "121.00", "payable_amount": "121.00",
}  # fmt: skip


def fields(**change: str | None) -> Fields:
    return {
        FieldName(name): Field(value=value, confidence=0.9, source=FieldSource.OCR)
        for name, value in {**PAPER, **change}.items()
    }


def fatal(made: Fields) -> set[str]:
    written = read_invoice(to_ubl(from_fields(made, account=ACCOUNT)))
    return {finding.rule for finding in check(written) if finding.severity == "fatal"}


def test_the_fields_come_back_out_of_the_ubl() -> None:
    written = read_invoice(to_ubl(from_fields(fields(), account=ACCOUNT)))
    said = {name.value: field.value for name, field in header_fields(written).items()}
    assert said == {**PAPER, "buyer_name": "Demo BV", "buyer_vat_id": "BE0403170701"}
    assert written.lines[0].item.name == "Factuur 2024/17 in totaal"


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"due_date": None},
        {"vat_amount": None},
        {"net_amount": None},
        {"total_amount": None, "payable_amount": None},
        {"vat_amount": "15.37", "total_amount": "115.37", "payable_amount": "115.37"},  # rates mixed
        {"vat_amount": "0.00", "total_amount": "100.00", "payable_amount": "100.00"},
        {"seller_vat_id": "NL004495445B01", "vat_amount": "0.00", "total_amount": "100.00", "payable_amount": "100.00"},
        {"seller_vat_id": None, "vat_amount": None, "net_amount": None},
        {"payable_amount": "121.02"},  # cash rounding
        {"payable_amount": "21.00"},  # paid in advance
        {"document_type": "credit_note", "iban": None, "payment_reference": None, "due_date": None},
        {"document_type": "credit_note", "net_amount": "-100.00", "vat_amount": "-21.00", "total_amount": "-121.00",
         "payable_amount": "-121.00"},
        {"net_amount": "-100.00", "vat_amount": "-21.00", "total_amount": "-121.00", "payable_amount": "-121.00"},
        {"document_type": "receipt"},
        {"net_amount": "1234567.89", "vat_amount": "87654.32", "total_amount": "1322222.21", "payable_amount": None},
        {"net_amount": "100.00", "vat_amount": "21.00", "total_amount": "121.05", "payable_amount": None},
    ],
)  # fmt: skip
def test_every_kind_of_paper_gives_ubl_without_fatal_findings(change: dict[str, str | None]) -> None:
    # What the page does not say cannot be written; `gaps` names it.
    unsaid = {None: {"PEPPOL-EN16931-R020", "BR-CO-26"}, "NL004495445B01": {"NL-R-002"}}
    assert fatal(fields(**change)) <= unsaid.get(change.get("seller_vat_id", "x"), set())


def test_what_nobody_knows_is_named() -> None:
    assert gaps(from_fields(fields(), account=ACCOUNT)) == ("BT-10",)
    bare = from_fields(fields(seller_vat_id=None, due_date=None), account=ACCOUNT)
    assert {"BT-10", "BT-9", "BT-34"} <= set(gaps(bare))


@pytest.mark.parametrize(
    ("net", "vat", "rate"),
    [("100.00", "21.00", "21"), ("33.33", "7.01", "21"), ("100.00", "6.00", "6"), ("100.00", "15.37", "15.37")],
)
def test_the_rate_is_the_countrys_where_the_totals_prove_one(net: str, vat: str, rate: str) -> None:
    total = str(Decimal(net) + Decimal(vat))
    made = fields(net_amount=net, vat_amount=vat, total_amount=total, payable_amount=total)
    assert from_fields(made, account=ACCOUNT).vat_breakdown[0].rate == Decimal(rate)


def test_a_credit_note_is_positive_in_its_own_document() -> None:
    change = {"net_amount": "-100.00", "vat_amount": "-21.00", "total_amount": "-121.00", "payable_amount": "-121.00"}
    invoice = from_fields(fields(document_type="credit_note", **change), account=ACCOUNT)
    assert (invoice.is_credit_note, invoice.type_code, invoice.totals.payable) == (True, "381", Decimal("121.00"))
    assert b"<CreditNote" in to_ubl(invoice)


def test_an_account_that_sells_is_the_seller() -> None:
    made = fields(seller_vat_id="BE0403170701", seller_name="whatever", buyer_name="Klant", buyer_vat_id="BE0428759497")
    invoice = from_fields(made, account=ACCOUNT)
    assert (invoice.seller.name, invoice.buyer.name) == ("Demo BV", "Klant")
