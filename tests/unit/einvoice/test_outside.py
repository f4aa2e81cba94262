"""An invoice for somebody else, and an XML that contradicts its own page, are told."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest
from invoices_einvoice import make_invoice

from mailroom.domain.account import Account
from mailroom.domain.document import Field, FieldName, FieldSource
from mailroom.einvoice import check_account, check_page, explain, header_fields
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import Identifier, Party
from mailroom.languages import Language

INVOICE = next(
    made
    for made in map(make_invoice, map(Random, range(99)))
    if made.buyer.vat_id and header_fields(made).get(FieldName.IBAN)
)


def account(**change: object) -> Account:
    values = {"id": "a", "name": "Demo BV", "vat_id": "BE0403170701", "created_at": datetime(2024, 1, 1, tzinfo=UTC)}
    return Account.model_validate({**values, **change})


@pytest.mark.parametrize(
    ("buyer", "found"),
    [
        (Party(name="X", vat_id="BE 0403.170.701"), False),
        (Party(name="X", vat_id="0403170701"), False),
        (Party(name="X", legal_id=Identifier(value="0403.170.701", scheme="0208")), False),
        (Party(name="X", vat_id="BE0428759497"), True),
        (Party(name="DEMO b.v."), False),
        (Party(name="Demonstratie BV"), True),
        (Party(), False),  # nothing is said, so nothing is wrong
    ],
)
def test_the_buyer_must_be_the_account(buyer: Party, found: bool) -> None:
    assert bool(check_account(Invoice(buyer=buyer), account())) is found


def test_an_accounts_own_sales_are_in_order() -> None:
    seller = Party(vat_id="BE0403170701")
    assert check_account(Invoice(seller=seller, buyer=Party(vat_id="BE0428759497")), account()) == ()


def page(**change: str) -> dict[FieldName, Field]:
    said = {name.value: value.value for name, value in header_fields(INVOICE).items()} | change
    return {FieldName(k): Field(value=v, confidence=0.95, source=FieldSource.TEXT_LAYER) for k, v in said.items()}


def test_a_page_that_says_the_same_is_no_news() -> None:
    assert check_page(INVOICE, page()) == ()
    total = header_fields(INVOICE)[FieldName.TOTAL_AMOUNT].value
    assert check_page(INVOICE, page(total_amount=f"{total}0")) == ()


@pytest.mark.parametrize("change", [{"iban": "BE71096123456769"}, {"total_amount": "0.01"}, {"invoice_number": "G-1"}])
def test_a_page_that_says_something_else_is_told(change: dict[str, str]) -> None:
    (finding,) = check_page(INVOICE, page(**change))
    assert finding.rule == "M-PAGE"
    assert next(iter(change.values())) in explain(finding, Language.DE)


def test_an_unsure_reading_of_the_page_accuses_nobody() -> None:
    unsure = {name: field.model_copy(update={"confidence": 0.5}) for name, field in page(invoice_number="G-1").items()}
    assert check_page(INVOICE, unsure) == ()
