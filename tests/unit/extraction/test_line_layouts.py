"""Lines in tables as suppliers print them: article codes, carried totals, charges among the totals, two languages."""

from __future__ import annotations

from pages_extraction import read

from mailroom.domain.line import LineStatus
from mailroom.extraction import Extraction

HEAD = """
  Houthandel De Spar BV
  9000 Gent
  BTW BE 0403.170.701

!FACTUUR

  Factuurnummer:   2026/0117               Bakkerij Kruimel NV
  Factuurdatum:    3 maart 2026            8000 Brugge
"""
TOTALS = """
                                                 Totaal excl. btw     165,00
                                                 Btw 21%               34,65
                                                 Te betalen           199,65
"""


def invoice(table: str, totals: str = TOTALS) -> Extraction:
    return read(HEAD + table + totals)


def said(found: Extraction) -> list[tuple[str, str | None]]:
    return [(line.description, line.net_amount or line.gross_amount) for line in found.lines.items]


def test_the_column_with_words_is_the_description_not_that_of_article_codes() -> None:
    found = invoice("""
  Artikel     Omschrijving                       Aantal     Prijs     Bedrag
  440100      Kopieerpapier A4 80 g (500 vel)        10     12,50     125,00
  440113      Nietjes 24/6 (1000)                     1     40,00      40,00
""")
    assert said(found) == [("Kopieerpapier A4 80 g (500 vel)", "125.00"), ("Nietjes 24/6 (1000)", "40.00")]


def test_numbers_within_a_description_do_not_end_it() -> None:
    found = invoice("""
  Omschrijving                                 Aantal     Prijs     Bedrag
  Termijn 4 (aanneemsom 834,00 × 15%)               1    125,00     125,00
  Kunstmest 27% zak 50.000 korrels                  4     10,00      40,00
""")
    assert said(found) == [
        ("Termijn 4 (aanneemsom 834,00 × 15%)", "125.00"),
        ("Kunstmest 27% zak 50.000 korrels", "40.00"),
    ]
    assert {line.vat_rate for line in found.lines.items} == {"21"}  # 15 % is a part of what was sold


def test_a_header_in_two_languages_is_one_column_each() -> None:
    found = invoice("""
  Article / Artikel                  Quantité / Aantal     P.U. / E.P.     Total / Totaal
  Draps 1 pers. / Lakens 1 pers.                    10           12,50             125,00
  Nappes / Tafellakens                               1           40,00              40,00
""")
    assert said(found) == [("Draps 1 pers. / Lakens 1 pers.", "125.00"), ("Nappes / Tafellakens", "40.00")]
    assert found.lines.items[0].quantity == "10"


def test_a_total_carried_over_to_the_next_page_is_no_line_and_no_end() -> None:
    first = """
      Rechnung Nr. 4711                      Rechnungsdatum 12.03.2026

      Artikel                            Menge       Preis      Betrag
      Papier                                10       23,30      233,00
      Locher                                 2       10,00       20,00
      Übertrag                                                  253,00
    """
    second = """
      Artikel                            Menge       Preis      Betrag
      Übertrag von Seite 1                                      253,00
      Etiketten                             10        5,70       57,00

                                          Summe netto           310,00
                                          MwSt. 19 %             58,90
                                          Gesamtbetrag          368,90 EUR
    """
    found = read(first, second)
    assert said(found) == [("Papier", "233.00"), ("Locher", "20.00"), ("Etiketten", "57.00")]
    assert found.lines.status is LineStatus.ADD_UP


def test_a_charge_among_the_totals_is_a_line_when_only_with_it_they_add_up() -> None:
    found = invoice(
        """
  Omschrijving                       Aantal     Prijs     Bedrag
  Planken eik                            10     12,50     125,00
""",
        """
                                         Warenwert                      125,00
                                         Verzendkosten                   40,00
"""
        + TOTALS,
    )
    assert said(found) == [("Planken eik", "125.00"), ("Verzendkosten", "40.00")]
    assert found.lines.status is LineStatus.ADD_UP


def test_charges_under_a_bar_of_captions_are_found_by_them() -> None:
    found = read("""
      Rechnung Nr. 4711                      Rechnungsdatum 12.03.2026

      Artikel                    Menge     Listenpreis     Rab.%     Betrag
      Akku-Säge 36 V              1 St          689,00        12     606,32
      Schrauben                  12 St           42,90        25     386,10

      Warenwert netto      Versand      Nettobetrag      MwSt. 19%      Rechnungsbetrag
               992,42        12,50         1.004,92         190,93         1.195,85 EUR
    """)
    assert said(found) == [("Akku-Säge 36 V", "606.32"), ("Schrauben", "386.10"), ("Versand", "12.50")]
    first = found.lines.items[0]
    assert (first.quantity, first.unit_price, first.discount, first.vat_rate) == ("1", "689.00", "12", "19")
    assert found.lines.status is LineStatus.ADD_UP


def test_what_lacks_more_than_a_charge_is_left_as_it_is_and_said_to_differ() -> None:
    found = invoice(
        """
  Omschrijving                       Aantal     Prijs     Bedrag
  Planken eik                            10     12,00     120,00
""",
        """
                                         Verzendkosten                   40,00
"""
        + TOTALS,
    )
    assert found.lines.status is LineStatus.DIFFER
    assert said(found) == [("Planken eik", "120.00")]


def test_the_vat_of_the_document_is_no_line_of_it() -> None:
    found = invoice(
        """
  Omschrijving                       Aantal     Prijs     Bedrag
  Planken eik                            10     12,50     125,00
  Levering                                1     40,00      40,00

  21% op 165,00                                 BTW        34,65
""",
        """
                                         Te betalen                     199,65
""",
    )
    assert said(found)[:2] == [("Planken eik", "125.00"), ("Levering", "40.00")]
    assert "34.65" not in [amount for _, amount in said(found)]


def test_without_labels_the_quantity_stands_left_of_the_price() -> None:
    found = invoice(
        """
  Gasolie verwarming extra         4.512 l     0,7345     3.314,06
""",
        """
                                         Excl. btw                    3.314,06
                                         Btw 21%                        695,95
                                         Te betalen                   4.010,01
""",
    )
    [line] = found.lines.items
    assert (line.quantity, line.unit, line.unit_price) == ("4512", "l", "0.7345")


def receipt(rows: str, total: str, rounded: str = "") -> Extraction:
    return read(
        f"""
                    SUPERMARKT DE LINDE
                    BTW BE 0403.170.701
                    KASTICKET
           12/03/2026   14:22

{rows}
        TOTAAL EUR                  {total}
{rounded}
        BANCONTACT                  {total}
    """,
        ocr=True,
    )


def test_on_a_receipt_numbers_stand_under_their_words() -> None:
    found = receipt(
        """
        LECT-O TAG HOLDER
        5 X 2,2000      =           11,00 A
        POP MOBILE STAND
        5 X 4,5000      =           22,50 A
""",
        "33,50",
    )
    assert said(found) == [("LECT-O TAG HOLDER", "11.00"), ("POP MOBILE STAND", "22.50")]
    assert [(line.quantity, line.unit_price) for line in found.lines.items] == [("5", "2.2000"), ("5", "4.5000")]


def test_on_a_receipt_words_stand_under_their_numbers() -> None:
    found = receipt(
        """
        Aantal  Omschrijving           Prijs      Bedrag
        2       D15                     8,90       17,80
        THAI ICE TEA
        1       F01                    12,90       12,90
        BELACAN FRIED RICE
""",
        "30,70",
    )
    assert said(found) == [("D15 THAI ICE TEA", "17.80"), ("F01 BELACAN FRIED RICE", "12.90")]


def test_a_total_rounded_to_coins_is_what_the_lines_come_to_before() -> None:
    found = read("""
                    SHOP CO
                    RECEIPT
           12/03/2026   14:22

        PAPER COPY                  27,38
        GREAT SAVING                -6,40

        Total incl. VAT             20,98
        Rounding                     0,02
        Total                       21,00
        Cash                        21,00
    """)
    assert [line.gross_amount or line.net_amount for line in found.lines.items] == ["27.38", "-6.40"]
    assert found.lines.status is LineStatus.ADD_UP


def test_an_amount_larger_than_the_whole_receipt_was_misread_and_is_no_line() -> None:
    found = receipt(
        """
        BROOD                       94,40 A
        KAAS JONG                    3,70 A
""",
        "8,60",
    )
    assert found.lines.status in (LineStatus.DIFFER, LineStatus.NONE)
    assert "94.40" not in [amount for _, amount in said(found)]


def test_a_hyphen_joins_words_over_rows_and_within_them() -> None:
    found = invoice("""
  Omschrijving                       Aantal     Prijs     Bedrag
  Transport Gent-                        10     12,50     125,00
  Rotterdam
  Petit-déjeuner                          1     40,00      40,00
""")
    assert said(found) == [("Transport Gent-Rotterdam", "125.00"), ("Petit-déjeuner", "40.00")]


def test_without_a_quantity_a_price_that_is_the_amount_some_times_over_says_how_often() -> None:
    table = """
        Omschrijving                             Eenheidsprijs       Bedrag
        Onderhoud                                      50,00         150,00
        Levering                                      850,00         850,00
        Verzending per stuk                            33,33          50,00
    """
    totals = """
        Totaal excl. btw     EUR   1.050,00
        Btw 21 %             EUR     220,50
        Totaal               EUR   1.270,50
    """
    found = invoice(table, totals).lines
    assert [item.quantity for item in found.items] == ["3", "1", None]


def test_numbers_in_the_last_row_of_a_text_end_it() -> None:
    table = """
        Omschrijving                   Aantal    Prijs       Bedrag
        Onderhoud van de installatie
        volgens contract 118 van 2025
        periode 01/2026 - 03/2026        3       50,00       150,00
        Levering van een nieuwe
        pomp met toebehoren              1      850,00       850,00
    """
    totals = """
        Totaal excl. btw     EUR   1.000,00
        Btw 21 %             EUR     210,00
        Totaal               EUR   1.210,00
    """
    assert [item.description for item in invoice(table, totals).lines.items] == [
        "Onderhoud van de installatie volgens contract 118 van 2025 periode 01/2026 - 03/2026",
        "Levering van een nieuwe pomp met toebehoren",
    ]
