"""The rows of till slips as people print them, read from pictures where nothing stands in columns."""

from __future__ import annotations

import pytest
from pages_extraction import read

from mailroom.domain.line import LineStatus
from mailroom.extraction import Extraction

HEAD = """
        SUPERMARKT DE LINDE
        Dorpsstraat 88, 3925 Scherpenzeel
        14/03/2026  17:42  bon 0118
"""


def slip(rows: str, foot: str) -> Extraction:
    return read(f"{HEAD}{rows}{foot}", ocr=True)


def lines_of(found: Extraction) -> list[tuple[str, str | None, str | None]]:
    assert found.lines.status in (LineStatus.ADD_UP, LineStatus.RATES_DIFFER)
    return [(line.description, line.quantity, line.gross_amount or line.net_amount) for line in found.lines.items]


def test_amounts_that_no_column_holds_are_lines_with_their_discounts() -> None:
    found = slip(
        """
        PILS BAK 24X25             9,95 1
        RIJST BASMATI 1KG
          2 x 8,74                   17,48 2
        BANANEN LOS
          0,955 kg x 6,11/kg      5,84 1
        SPAGHETTI 500G                 6,43 1
        ACTIE -25%                -1,61
        EIEREN VRIJE UIT. 12            1,99A
""",
        """
        TOTAAL 40,08
        PINNEN                    40,08
""",
    )
    assert lines_of(found) == [
        ("PILS BAK 24X25", None, "9.95"),
        ("RIJST BASMATI 1KG", "2", "17.48"),
        ("BANANEN LOS", "0.955", "5.84"),
        ("SPAGHETTI 500G", None, "6.43"),
        ("ACTIE -25%", None, "-1.61"),
        ("EIEREN VRIJE UIT. 12", None, "1.99"),
    ]


def test_a_weight_with_a_misread_digit_is_still_no_description() -> None:
    found = slip(
        "        COLA     10,00\n        BANANEN LOS\n        0,955 kg x 6,77/kg    5,84\n",
        "        TOTAAL    15,84\n        PIN   15,84\n",
    )
    assert lines_of(found) == [("COLA", None, "10.00"), ("BANANEN LOS", None, "5.84")]


def test_how_many_were_sold_may_stand_first() -> None:
    found = slip(
        """
        2 CAVA GLAS             17,00 A
        1 TONG MEUNIERE             34,00 B
        3x KOFFIE              10,50
""",
        """
        TOTAAL          61,50
        KAART            61,50
""",
    )
    assert lines_of(found) == [
        ("CAVA GLAS", "2", "17.00"),
        ("TONG MEUNIERE", "1", "34.00"),
        ("KOFFIE", "3", "10.50"),
    ]


@pytest.mark.parametrize("row", ["BON REDUC FIDELITE      -6,40", "Korting       6,40"])
def test_what_is_taken_off_between_sum_and_total_is_a_line(row: str) -> None:
    found = slip(
        """
        COLA 1,5L               10,00
        CHIPS             16,40
""",
        f"""
        SUBTOTAAL            26,40
        {row}
        TE BETALEN EUR        20,00
        BANCONTACT           20,00
""",
    )
    assert [line[2] for line in lines_of(found)] == ["10.00", "16.40", "-6.40"]


def test_two_rows_of_words_may_stand_over_their_numbers() -> None:
    found = slip(
        """
        RUBBER BOOTS P/968BK (BLACK)  *S
        WA60 - 6/48
        9555590501204  1 X 9.90  9.90
        SEKOPLAS GARBAGE  *S
        WA57 - 16
        9557002081113  4X 9.50 38.00
""",
        """
        Total Incl. GST@6%   RM 47.90
        CASH   RM 50.00
        CHANGE  RM 2.10
""",
    )
    assert [line[1:] for line in lines_of(found)] == [("1", "9.90"), ("4", "38.00")]
    assert lines_of(found)[0][0].startswith("RUBBER BOOTS")


def test_rows_that_do_not_add_up_say_so() -> None:
    found = slip("        COLA     10,00\n        CHIPS    16,40\n", "        TOTAAL    30,00\n        PIN  30,00\n")
    assert found.lines.status is LineStatus.DIFFER


@pytest.mark.parametrize(
    "rows",
    [
        "POMPE 3  SP95-E10\n        VOLUME      32,43 L\n        PRIX/L      1,789 EUR\n        MONTANT TTC  58,02 EUR",
        "Zp 09 SP95-E10\n        32,43 l  x  1,789 EUR/l\n        Summe     58,02",
        "SP95-E10\n        32,43 L x 1,789 EUR\n        58,02 EUR\n        TOTAL EUR     58,02",
        "POMP 3 SP95-E10\n        LITERPRIJS  1,789\n        HOEVEELHEID  32,43\n        TOTAAL     58,02",
    ],
)
def test_a_fuel_slip_has_one_line_of_litres(rows: str) -> None:
    [line] = slip(f"        {rows}\n", "        BANCONTACT    58,02\n").lines.items
    assert (line.quantity, line.unit_price, line.gross_amount or line.net_amount) == ("32.43", "1.789", "58.02")
    assert "SP95-E10" in line.description


def test_quantity_and_price_alone_in_a_row_belong_to_the_line_whose_amount_they_make() -> None:
    found = slip(
        """
        2 x 1,15
        BAGUETTE TRAD. 250G    2,30 1
        0,822 kg x 3,49 EUR/kg
        TOMATES GRAPPE         2,87 1
        LIQ. VAISSELLE         1,95 2
""",
        """
        TOTAL  3 ARTICLES      7,12 EUR
        CB EMV SANS CONTACT    7,12 EUR
""",
    )
    assert lines_of(found) == [
        ("BAGUETTE TRAD. 250G", "2", "2.30"),
        ("TOMATES GRAPPE", "0.822", "2.87"),
        ("LIQ. VAISSELLE", None, "1.95"),
    ]


def test_a_net_of_onions_ends_no_slip_and_a_voucher_is_taken_off_the_whole() -> None:
    found = slip(
        """
        1  KNOFLOOK NET        0,85
        1  KIPFILET 2ST        6,49
        2  SPA BRUIS 1L  1,39  2,78
        1  VAATWASTABL XL     11,99 B
""",
        """
        4  SUBTOTAAL          22,11
        VOUCHER 4 OFF 20      -4,00
        TOTAAL                18,11
        PINNEN                18,11
        BTW 9%   9,28  0,84
""",
    )
    assert [line[2] for line in lines_of(found)] == ["0.85", "6.49", "2.78", "11.99", "-4.00"]


def test_what_the_bar_sold_is_not_what_was_paid_in_cash() -> None:
    found = slip(
        "        Minibar    12.00\n        Konsumation Bar   48.50\n",
        "        Total CHF   60.50\n        VISA   60.50\n",
    )
    assert [line[2] for line in lines_of(found)] == ["12.00", "48.50"]
