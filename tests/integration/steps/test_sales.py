"""What comes to an address for sales is the account's own invoice, and goes to the other half of the books."""

from __future__ import annotations

from pathlib import Path

from house_for_steps import INVOICE, TestHouse

from mailroom.domain.account import Purpose
from mailroom.domain.document import Document, DocumentState, FieldName
from mailroom.steps.archive import convert, plan_deliveries
from mailroom.steps.deliver import deliver
from mailroom.steps.desk import Desk

OURS, THEIRS = "BE0662918487", "NL123456782B12"
SOLD = INVOICE | {
    FieldName.SELLER_NAME: "Bakkerij De Korenbloem BV",
    FieldName.SELLER_VAT_ID: OURS,
    FieldName.BUYER_NAME: "Polder Flour Mills B.V.",
    FieldName.BUYER_VAT_ID: THEIRS,
    FieldName.IBAN: "BE68539007547034",
}


def address_for(home: TestHouse, purpose: Purpose) -> str:
    with home.store.unit() as unit:
        return unit.addresses.issue(home.account.id, "import.example", purpose, home.clock()).address


def codes(document: Document) -> set[str]:
    return {reason.code for reason in document.reasons}


def handed_over(home: TestHouse, document: Document) -> set[str]:
    """Accept and archive a document; return in which halves of the vault there are files."""
    Desk(home.house).accept(home.owner, document.id, document.version)
    assert convert(home.house, document.id)
    for planned in plan_deliveries(home.house, document.id):
        deliver(home.house, planned)
    root = home.folder / "vault"
    return {file.relative_to(root).parts[2] for file in Path(root).rglob("*") if file.is_file()}


def test_an_own_invoice_at_the_address_for_sales_is_not_held_and_is_a_receivable(home: TestHouse) -> None:
    home.reader.says = dict(SOLD)
    document = home.decided(recipient=address_for(home, Purpose.SALES).upper())
    assert (document.value(FieldName.SELLER_VAT_ID), document.value(FieldName.BUYER_VAT_ID)) == (OURS, THEIRS)
    assert document.state is DocumentState.TO_ACCEPT
    assert handed_over(home, document) == {"Accounts Receivable"}


def test_the_same_invoice_at_the_address_for_purchases_is_held(home: TestHouse) -> None:
    home.reader.says = dict(SOLD)
    document = home.decided(recipient=address_for(home, Purpose.PURCHASES))
    assert document.state is DocumentState.HELD
    assert {"own_vat_id_as_seller", "buyer_is_not_this_account"} <= codes(document)


def test_a_suppliers_invoice_at_the_address_for_sales_is_held(home: TestHouse) -> None:
    document = home.decided(recipient=address_for(home, Purpose.SALES))
    assert document.state is DocumentState.HELD
    assert codes(document) & {"seller_is_not_this_account"}


def test_other_documents_and_purchases_stay_in_the_half_of_purchases(home: TestHouse) -> None:
    document = home.decided(recipient=address_for(home, Purpose.OTHER))
    assert handed_over(home, document) == {"Accounts Payable"}
