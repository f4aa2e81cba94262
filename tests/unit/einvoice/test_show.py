"""An invoice as rows that a bookkeeper can read."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest
from invoices_einvoice import make_invoice

from mailroom.einvoice import show_rows
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import Totals
from mailroom.languages import Language


@pytest.mark.parametrize("language", list(Language))
def test_every_row_has_a_name_in_the_readers_language_and_a_value(language: Language) -> None:
    for seed in range(10):
        for row in show_rows(make_invoice(Random(seed)), language):
            assert row.value
            assert not row.label.startswith("einvoice."), row


def test_the_rows_say_who_what_and_how_much() -> None:
    invoice = make_invoice(Random(2))
    rows = {row.term: row.value for row in show_rows(invoice)}
    assert rows["BT-1"] == invoice.number
    assert invoice.seller.name in rows["BT-27"]
    assert "BT-115" in rows


def test_an_amount_of_any_length_is_shown() -> None:
    totals = Totals(payable=Decimal("9" * 30), net=Decimal("1.005"))
    assert {row.term: row.value for row in show_rows(Invoice(currency="EUR", totals=totals))}["BT-115"] == "9" * 30
