"""Which amount is the total, where several may be."""

from __future__ import annotations

import pytest
from pages_extraction import METER, read, saying

from mailroom.domain.document import FieldName, FieldSource


def test_item_lines_with_a_rounding_but_no_total_break_nothing() -> None:
    lines = "Item        Qty        Price        Amount\nBread       2          1.50         3.00\n\nRounding   -0.02\n"
    assert read(lines).fields[FieldName.TOTAL_AMOUNT].confidence < 0.75


def test_a_total_that_ocr_lost_is_derived_from_net_and_vat() -> None:
    found = read("Totaal excl. btw      200,00\nBtw 21%      42,00\nT#tnl\n", ocr=True)
    total = found.fields[FieldName.TOTAL_AMOUNT]
    assert (total.value, total.source) == ("242.00", FieldSource.DERIVED)
    assert [e.proof for e in total.evidence] == ["sum_of_net_and_vat"] * 2


def test_two_totals_are_reported_as_a_doubt() -> None:
    found = read("Factuur\n\nTotaal      121,00\n\nTotaal      133,10\n")
    assert [p.code for p in found.problems] == ["two_totals"]


@pytest.mark.parametrize(
    ("total", "paid", "change"),
    [
        ("TOTALE COMPLESSIVO", "CONTANTI", "RESTO"),
        ("TOTAL A PAGAR", "EFECTIVO", "CAMBIO"),
        ("SUMA PLN", "GOTÓWKA", "RESZTA"),
        ("CELKEM KČ", "HOTOVOST", "VRÁCENO"),
        ("ÖSSZESEN", "KÉSZPÉNZ", "VISSZAJÁRÓ"),
        ("ATT BETALA", "KONTANTER", "VÄXEL"),
        ("VALOR TOTAL", "DINHEIRO", "TROCO"),
    ],
)
def test_slips_of_neighbours_say_their_total_too(total: str, paid: str, change: str) -> None:
    rows = f"ART A   12,00\n        {total}   20,00\n        {paid}   50,00\n        {change}   30,00"
    found = read(METER.format(rows=rows), ocr=True).fields[FieldName.TOTAL_AMOUNT]
    assert (found.value, found.evidence[0].proof) == ("20.00", "cash_less_change")


CROWNS = """
    Total excl. VAT   1 000,00 EUR
    VAT 21 %            210,00 EUR
    Total             1 210,00 EUR
    Recapitulation in CZK (rate 25,105)
    Base 25 105,00 CZK   VAT 5 272,05 CZK   Total 30 377,05 CZK
"""


POUNDS = """
    Net             £1,000.00
    VAT 20%           £200.00
    Total           £1,200.00
    VAT in EUR        €236.40
    Total in EUR    €1,418.40
"""


DOLLARS = """
    Total excl. VAT   EUR   1.000,00
    VAT 21 %          EUR     210,00
    Total             EUR   1.210,00
    Licences USD 540,00   Support USD 540,00   Equivalent   USD   1.306,80
"""


@pytest.mark.parametrize(
    ("sums", "expected"),
    [
        (CROWNS, ("1000.00", "210.00", "1210.00", "EUR")),
        (POUNDS, ("1000.00", "200.00", "1200.00", "GBP")),
        (DOLLARS, ("1000.00", "210.00", "1210.00", "EUR")),
    ],
)
def test_sums_repeated_in_another_currency_are_not_those_of_the_invoice(sums: str, expected: tuple[str, ...]) -> None:
    found = saying("INVOICE 2026-118\nDate 03/04/2026", sums=sums)
    assert tuple(found[k] for k in ("net_amount", "vat_amount", "total_amount", "currency")) == expected


PREMIUMS = """
    Garantie              Prime nette   Frais   Taxes      Prime totale
    R.C. Exploitation        812,00     24,36   77,36            913,72
    R.C. après livraison     203,00      6,09   19,34            228,43
    Protection juridique      95,00      2,85    9,05            106,90
"""


def test_the_amounts_of_a_column_are_parts_of_the_total_that_they_add_up_to() -> None:
    sums = f"{PREMIUMS}    Montant total à payer pour le 01/01/2026 : 1.249,05 EUR\n"
    assert saying("FACTURE 2026-118\nDate 03/04/2026", sums=sums)["total_amount"] == "1249.05"


@pytest.mark.parametrize("lines", ["STORNORECHNUNG 5110418\nDatum 24.09.2026", "FACTURA STORNO\nSeria DAP Nr. 00773"])
def test_an_invoice_whose_total_is_below_nothing_is_a_credit_note(lines: str) -> None:
    sums = "    Netto   587,70-\n    MwSt 19,0 %   111,66-\n    Gesamtbetrag EUR   699,36-\n"
    found = saying(lines, sums=sums)
    assert (found["document_type"], found["total_amount"]) == ("credit_note", "-699.36")
