"""What a credit note says of the invoice it corrects."""

from __future__ import annotations

import pytest
from pages_extraction import read, said, values

_PRESTASHOP = """
  Vélo Passion SARL                                                     !AVOIR
                                                                        09/07/2026
                                                                        #AV000214

  Numéro de facture     Date de facturation    Référence de commande    Date de commande
  #FA003377             24/06/2026             XKQTPLMZR                24/06/2026

  Pédales automatiques                          37,08 €      2          74,16 €

                                                Total HT                - 74,16 €
                                                Total TVA               - 14,83 €
                                                Total TTC               - 88,99 €
"""


@pytest.mark.parametrize(
    ("title", "number", "day", "own"),
    [
        ("AVOIR", "Numéro de facture", "Date de facturation", "#AV000214"),
        ("NOTE DE CRÉDIT", "Facture n°", "Date de la facture", "NC 26-0118"),
        ("CREDITNOTA", "Factuurnummer", "Factuurdatum", "CN26-0118"),
        ("GUTSCHRIFT", "Rechnungsnummer", "Rechnungsdatum", "GS-10440"),
        ("CREDIT NOTE", "Invoice number", "Invoice date", "CN-10440"),
    ],
)
def test_number_and_day_under_the_title_of_a_credit_note_go_before_those_of_its_invoice(
    title: str, number: str, day: str, own: str
) -> None:
    drawing = _PRESTASHOP.replace("!AVOIR", title).replace("#AV000214", own)
    drawing = drawing.replace("Numéro de facture  ", f"{number:<19}").replace("Date de facturation", f"{day:<19}")
    found = values(read(drawing))
    assert (found["document_type"], found["issue_date"]) == ("credit_note", "2026-07-09")
    assert found["invoice_number"] == own.strip("#")


@pytest.mark.parametrize(
    ("title", "line", "day"),
    [
        ("Stornorechnung ST-1044", "zu Rechnung   RE-1039 vom 03.02.2026", "Datum         11.02.2026"),
        ("Creditnota CN-1044", "op factuur    VF-1039 van 03.02.2026", "Datum         11.02.2026"),
        ("Avoir AV-1044", "sur facture   FA-1039 du 03.02.2026", "Date          11.02.2026"),
    ],
)
def test_the_day_beside_the_invoice_that_is_corrected_does_not_date_the_credit_note(
    title: str, line: str, day: str
) -> None:
    found = said("de", number=f"{title}\n{line}", date=day)
    assert found["issue_date"] == "2026-02-11"


def test_the_columns_of_a_credit_note_keep_its_own_day_before_the_invoice_it_corrects() -> None:
    bar = "Creditnotanr.   Datum        Op factuur\nCN2026/0061     19/05/2026   VF2026/0877 van 02/05/2026"
    found = said("nl", number=f"CREDITNOTA\n{bar}", date="")
    assert (found["invoice_number"], found["issue_date"]) == ("CN2026/0061", "2026-05-19")
