"""Lines in UBL: those of a page when they are exactly its totals, and what an XML says of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from mailroom.domain.account import Account
from mailroom.domain.document import Field, FieldName, Fields, FieldSource
from mailroom.domain.line import LineItem, Lines, LineStatus
from mailroom.einvoice import check, from_fields, line_items, peppol_form, read_invoice, to_ubl

ACCOUNT = Account(id="a", name="Bakkerij", vat_id="BE0123456749", created_at=datetime(2026, 1, 1, tzinfo=UTC))
VALUES = {
    FieldName.INVOICE_NUMBER: "F-1",
    FieldName.ISSUE_DATE: "2026-03-12",
    FieldName.CURRENCY: "EUR",
    FieldName.SELLER_NAME: "Houthandel",
    FieldName.SELLER_VAT_ID: "BE0403170701",
    FieldName.NET_AMOUNT: "165.00",
    FieldName.VAT_AMOUNT: "28.65",
    FieldName.TOTAL_AMOUNT: "193.65",
}
TWO_RATES = (
    LineItem(description="Planken", quantity="10", unit="m²", unit_price="12.50", vat_rate="21", net_amount="125.00"),
    LineItem(description="Boek", quantity="1", unit_price="40.00", vat_rate="6", net_amount="40.00"),
)


def fields(**changed: str) -> Fields:
    values = {**VALUES, **{FieldName(name): value for name, value in changed.items()}}
    return {name: Field(value=value, confidence=1, source=FieldSource.TEXT_LAYER) for name, value in values.items()}


def lines(*items: LineItem, status: LineStatus = LineStatus.ADD_UP) -> Lines:
    return Lines(items=items or TWO_RATES, status=status)


def test_lines_of_two_rates_become_lines_of_the_invoice() -> None:
    invoice = from_fields(fields(), account=ACCOUNT, lines=lines())
    assert [(line.item.name, line.quantity, line.unit, line.vat_rate) for line in invoice.lines] == [
        ("Planken", Decimal(10), "MTK", Decimal(21)),
        ("Boek", Decimal(1), "C62", Decimal(6)),
    ]
    assert [(row.rate, row.taxable, row.tax) for row in invoice.vat_breakdown] == [
        (Decimal(21), Decimal("125.00"), Decimal("26.25")),
        (Decimal(6), Decimal("40.00"), Decimal("2.40")),
    ]
    rules = {finding.rule for finding in check(peppol_form(invoice), as_peppol=True)}
    assert not {rule for rule in rules if rule.startswith(("BR-CO", "BR-S", "PEPPOL-EN16931-R12"))}


def test_what_was_written_is_read_back_as_the_same_lines() -> None:
    back = line_items(read_invoice(to_ubl(from_fields(fields(), account=ACCOUNT, lines=lines()))))
    assert back.status is LineStatus.ADD_UP
    assert [(line.description, line.quantity, line.vat_rate, line.net_amount) for line in back.items] == [
        ("Planken", "10", "21", "125.00"),
        ("Boek", "1", "6", "40.00"),
    ]


@pytest.mark.parametrize(
    "found",
    [
        lines(status=LineStatus.DIFFER),
        lines(TWO_RATES[0]),  # 40 are missing
        lines(TWO_RATES[0], TWO_RATES[1].model_copy(update={"vat_rate": "21"})),  # would be 34.65 VAT
        lines(TWO_RATES[0], TWO_RATES[1].model_copy(update={"vat_rate": None})),
        Lines(),
    ],
)
def test_lines_that_are_not_exactly_the_totals_give_way_to_one(found: Lines) -> None:
    invoice = from_fields(fields(), account=ACCOUNT, lines=found)
    assert [line.net for line in invoice.lines] == [Decimal("165.00")]


def test_a_price_with_vat_in_it_is_not_told_as_a_net_price() -> None:
    item = LineItem(quantity="2", unit_price="60.50", vat_rate="21", net_amount="100.00", gross_amount="121.00")
    said = fields(net_amount="100.00", vat_amount="21.00", total_amount="121.00")
    (line,) = from_fields(said, account=ACCOUNT, lines=lines(item)).lines
    assert (line.quantity, line.price and line.price.net, line.net) == (
        Decimal(1),
        Decimal("100.00"),
        Decimal("100.00"),
    )


def test_lines_of_a_credit_note_with_minus_signs_come_out_positive() -> None:
    said = fields(document_type="credit_note", net_amount="-165.00", vat_amount="-28.65", total_amount="-193.65")
    minus = [item.model_copy(update={"net_amount": f"-{item.net_amount}"}) for item in TWO_RATES]
    invoice = from_fields(said, account=ACCOUNT, lines=lines(*minus))
    assert [line.net for line in invoice.lines] == [Decimal("125.00"), Decimal("40.00")]
