"""The lines of an invoice: tables of several forms, over pages, on receipts, and what does not add up."""

from __future__ import annotations

import pytest
from pages_extraction import read

from mailroom.domain.line import LineItem, Lines, LineStatus
from mailroom.extraction import Extraction

DUTCH = """
  Houthandel De Spar BV
  Zagerijstraat 12
  9000 Gent
  BTW BE 0403.170.701

!FACTUUR

  Factuurnummer:   2026/0117               Klant
  Factuurdatum:    3 maart 2026            Bakkerij Kruimel NV
  Vervaldatum:     2 april 2026            Meelweg 3
                                           8000 Brugge
                                           BE0417.497.106

  Omschrijving                  Aantal       Prijs        Btw        Bedrag
  Planken eik                       10       12,50        21%        125,00
  Levering                           1       40,00        21%         40,00

                                   Totaal excl. btw                  165,00
                                   Btw 21%                            34,65
                                   Te betalen                        199,65

  IBAN BE68 5390 0754 7034    Mededeling: +++090/9337/55493+++
"""


def amounts(found: Extraction) -> list[str | None]:
    return [line.net_amount for line in found.lines.items]


def told(line: LineItem) -> tuple[str | None, ...]:
    return line.description, line.quantity, line.unit, line.unit_price, line.vat_rate, line.net_amount


def test_a_table_under_labels_gives_its_lines_with_their_places() -> None:
    found = read(DUTCH)
    assert found.lines.status is LineStatus.ADD_UP
    assert [told(line) for line in found.lines.items] == [
        ("Planken eik", "10", "", "12.50", "21", "125.00"),
        ("Levering", "1", "", "40.00", "21", "40.00"),
    ]
    first = found.lines.items[0]
    assert first.page == 1
    assert first.box is not None
    assert 0.2 < first.box[1] < first.box[3] < 0.4
    assert first.confidence > 0.95


def test_words_under_a_line_belong_to_it_and_units_stand_apart() -> None:
    found = read("""
      Rechnung Nr. 4711                      Rechnungsdatum 12.03.2026

      Pos  Bezeichnung                    Menge         Einzelpreis     Gesamt
      1    Beratung vor Ort               2,50 Std.        100,00       250,00
           am 3. und 4. März
      2    Fahrtkosten                    120 km             0,50        60,00

                                          Summe netto                   310,00
                                          MwSt. 19 %                     58,90
                                          Gesamtbetrag                  368,90 EUR
    """)
    assert [told(line) for line in found.lines.items] == [
        ("Beratung vor Ort am 3. und 4. März", "2.5", "Std", "100.00", "19", "250.00"),
        ("Fahrtkosten", "120", "km", "0.50", "19", "60.00"),
    ]
    assert found.lines.status is LineStatus.ADD_UP


def test_a_discount_of_a_line_is_reckoned_with() -> None:
    found = read("""
      Facture n° F-12           Date de facture 12/03/2026

      Désignation              Quantité     P.U. HT    Remise     Montant HT
      Chaises                         4      50,00       10%         180,00
      Table                           1     200,00        0%         200,00

                                        Total HT                     380,00
                                        TVA 20 %                      76,00
                                        Total TTC                    456,00
    """)
    assert [(line.discount, line.net_amount) for line in found.lines.items] == [("10", "180.00"), (None, "200.00")]
    assert all(line.confidence > 0.95 for line in found.lines.items)


def test_a_table_goes_on_over_pages_and_what_is_carried_over_is_no_line() -> None:
    found = read(
        """
      Invoice number INV-7               Invoice date 12 March 2026

      Description                    Qty     Unit price      Amount
      Paper A4                         2          10.00       20.00
      Toner                            1          80.00       80.00
      Carried forward                                        100.00
    """,
        """
      Description                    Qty     Unit price      Amount
      Brought forward                                        100.00
      Staples                          5           4.00       20.00

                                     Subtotal                120.00
                                     VAT 21%                  25.20
                                     Total                   145.20 EUR
    """,
    )
    assert amounts(found) == ["20.00", "80.00", "20.00"]
    assert [line.page for line in found.lines.items] == [1, 1, 2]
    assert found.lines.status is LineStatus.ADD_UP


def test_a_page_without_a_header_goes_on_with_the_table_of_the_page_before() -> None:
    first = """
      Factura nr. 77                      Data facturii 12.03.2026

      Denumire                     Cantitate    Preț unitar     Valoare
      Hârtie                              2          10,00       20,00
    """
    second = """
      Toner                               1          80,00       80,00

                                     Total fără TVA             100,00
                                     TVA 19%                     19,00
                                     Total de plată             119,00 RON
    """
    assert amounts(read(first, second)) == ["20.00", "80.00"]


def test_lines_that_do_not_add_up_are_shown_and_said_to() -> None:
    found = read(DUTCH.replace("125,00", "135,00"))
    assert found.lines.status is LineStatus.DIFFER
    assert amounts(found) == ["135.00", "40.00"]
    assert found.lines.items[0].confidence < 0.6 < found.lines.items[1].confidence


def test_a_discount_printed_without_its_minus_sign_is_taken_off() -> None:
    found = read("""
      Invoice number INV-8               Invoice date 12 March 2026

      Description                    Qty     Unit price      Amount
      Paper A4                         2          60.00      120.00
      Discount                                                20.00

                                     Net amount              100.00
                                     VAT 21%                  21.00
                                     Total                   121.00 EUR
    """)
    assert amounts(found) == ["120.00", "-20.00"]
    assert found.lines.status is LineStatus.ADD_UP


def test_a_receipt_with_vat_in_its_prices_gives_net_amounts_that_add_up() -> None:
    found = read("""
                    SUPERMARKT DE LINDE
                    BTW BE 0403.170.701
                    KASTICKET
           12/03/2026   14:22

        BROOD                        2,12 A
        KAAS JONG                    8,48 A
        AFWASMIDDEL                  4,84 B

        TOTAAL EUR                  15,44
        BANCONTACT                  15,44

           BTW      EXCL    BTW     INCL
        A   6%     10,00    0,60   10,60
        B  21%      4,00    0,84    4,84
        Totaal     14,00    1,44   15,44
    """)
    assert [line.gross_amount for line in found.lines.items] == ["2.12", "8.48", "4.84"]
    assert [line.vat_rate for line in found.lines.items] == ["6", "6", "21"]
    assert amounts(found) == ["2.00", "8.00", "4.00"]
    assert found.lines.status is LineStatus.ADD_UP


def test_ocr_that_lost_an_amount_is_mended_by_quantity_and_price() -> None:
    page = DUTCH.replace("   125,00\n", "   12S~0\n")
    assert amounts(read(page, ocr=True)) == ["125.00", "40.00"]


@pytest.mark.parametrize("kind", ["OFFERTE", "LEVERINGSBON"])
def test_papers_that_ask_for_no_money_have_no_lines(kind: str) -> None:
    found = read(DUTCH.replace("!FACTUUR", f"!{kind}").replace("Factuur", "Document"))
    assert found.lines == Lines()
