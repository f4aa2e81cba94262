"""Tables of rates: rows in which net and VAT make a gross amount, with their sums or without."""

from __future__ import annotations

import pytest
from pages_extraction import METER, read, said, values

from mailroom.domain.document import FieldName
from mailroom.extraction import THRESHOLDS


def test_the_sum_of_one_rate_is_not_the_total_of_a_slip() -> None:
    slip = """
        DE KORENBLOEM
        14/03/2026  17:42

    BANCONTACT
    BTW%           EXCL      BTW
    A 6%          10,92     0,65     11,57
    C 21%          8,46     1,78     10,24
"""
    found = read(slip).fields[FieldName.TOTAL_AMOUNT]
    assert found.value not in {"10.24", "11.57"} or found.confidence < 0.6


RATES_DOWN = """{:<28}{:>12}{:>14}{:>18}
6                               1.113,00         66,78          1.179,78
21                                539,00        113,19            652,19
                                1.652,00        179,97          1.831,97"""


RATES_ACROSS = """{:<20}          6%           12%           21%        {:>8}
{:<20}      280,00      3.172,50      1.670,00        5.122,50
{:<20}       16,80        380,70        350,70          748,20
{:<20}                                                5.870,70"""


@pytest.mark.parametrize(
    ("language", "sums", "expected"),
    [
        ("nl", RATES_DOWN.format("Btw %", "Maatstaf", "Btw", "Totaal"), ("1652.00", "179.97", "1831.97")),
        ("fr", RATES_DOWN.format("TVA %", "Base", "TVA", "Total"), ("1652.00", "179.97", "1831.97")),
        ("nl", RATES_ACROSS.format("MvH", "Totaal", "Maatstaf", "Btw", "Totaal incl."), ("5122.50", "748.20", "5870.70")),
        ("de", RATES_ACROSS.format("Satz", "Summe", "Netto", "MwSt.", "Gesamtbetrag"), ("5122.50", "748.20", "5870.70")),
    ],
)  # fmt: skip
def test_a_table_of_rates_ends_with_its_sums(language: str, sums: str, expected: tuple[str, ...]) -> None:
    found = said(language, sums=sums)
    assert tuple(found[name] for name in ("net_amount", "vat_amount", "total_amount")) == expected


def test_rows_that_are_each_a_sum_across_are_no_rates() -> None:
    sums = (
        "Prime nette      Frais     Taxes      Prime totale\n"
        "812,00           24,36     77,36            913,72\n"
        "203,00            6,09     19,34            228,43\n"
        " 95,00            2,85      9,05            106,90\n"
        "Montant total à payer                     1.249,05"
    )
    assert said("fr", sums=sums)["total_amount"] == "1249.05"


def test_a_swiss_table_of_rates_proves_the_sum_of_its_totals() -> None:
    found = read(
        """
        ALPINA MARKT
        7320 Sargans
        CHE-189.809.966 MWST
        Datum 01.08.25  Zeit 09:12
        Rivella rot       5.50 1
        Butterzopf       15.70 1
        Abfallsack       20.50 2
        Total CHF        41.70
        Total EUR (Kurs 0.9120)   45.72
        Bar EUR          50.00
        Rückgeld CHF      3.90
        MWST %   Total    MWST   Netto
        1  2.6   21.20    0.54   20.66
        2  8.1   20.50    1.54   18.96
        Saldo: 2'217
""",
        ocr=True,
    )
    told = values(found)
    assert (told["total_amount"], told["net_amount"], told["vat_amount"]) == ("41.70", "39.62", "2.08")
    assert found.fields[FieldName.TOTAL_AMOUNT].confidence > THRESHOLDS[FieldName.TOTAL_AMOUNT]


def test_vat_of_what_was_sold_with_it_is_read_in_its_row() -> None:
    sold = "FARL  18.46 A\n        FOIL  20.10 B\n        TOTAL  €38.56"
    rows = f"{sold}\n        A VAT 0.00%  18.46  0.00\n        B VAT 23.00%  20.10  3.76"
    assert values(read(METER.format(rows=rows), ocr=True))["vat_amount"] == "3.76"


MANY_RATES = """
  Feinkost Ahrens GmbH                     Rechnungsnummer: 4711-26
  Hafenstr. 1                              Rechnungsdatum: 01.03.2026
  20457 Hamburg                            USt-IdNr.: DE136695976

  MwSt.-Satz      Netto       MwSt.      Brutto
  7 %            100,00        7,00      107,00
  19 %           200,00       38,00      238,00
  Summe          300,00       45,00      345,00

  Gesamtbetrag                           345,00 EUR
"""


def test_a_table_of_rates_is_added_up() -> None:
    found = values(read(MANY_RATES))
    assert (found["net_amount"], found["vat_amount"], found["total_amount"]) == ("300.00", "45.00", "345.00")


@pytest.mark.parametrize(
    ("rows", "net", "vat"),
    [
        ("5,50      10,55      0,55      10,00\n10,00      22,00      2,00      20,00\n20,00      36,00      6,00      30,00", "60.00", "8.55"),
        ("10,00      0,55      10,55\n20,00      2,00      22,00\n30,00      6,00      36,00", "60.00", "8.55"),
        ("10,00      0,55      10,55\n20,00      2,00      22,00\n36,00      0,00      36,00", "66.00", "2.55"),
    ],
    ids=["three rates with their percentages before", "no percentages", "one without VAT"],
)  # fmt: skip
def test_rows_of_rates_are_read_in_any_order_where_their_total_is_printed(rows: str, net: str, vat: str) -> None:
    found = said("fr", sums=f"{rows}\nRéglé      68,55")
    assert tuple(found[name] for name in ("net_amount", "vat_amount", "total_amount")) == (net, vat, "68.55")


def test_the_sums_of_a_table_may_be_one_row_of_a_larger_one() -> None:
    sums = """100,00      19,00      119,00
200,00      38,00      238,00
300,00      57,00      357,00
 10,00       1,90       11,90
310,00      58,90      368,90"""
    found = said("de", sums=sums)
    assert tuple(found[name] for name in ("net_amount", "vat_amount", "total_amount")) == ("310.00", "58.90", "368.90")


def test_rows_of_rates_that_are_sums_across_too_are_read_downwards() -> None:
    sums = """Totaal                                                343,00
A  6%      netto 200,00    btw 12,00    212,00
B 21%      netto 100,00    btw 21,00    121,00
C  0%      netto  10,00    btw  0,00     10,00
Betaald met Visa                                      343,00"""
    found = said("nl", sums=sums)
    assert tuple(found[name] for name in ("net_amount", "vat_amount", "total_amount")) == ("310.00", "33.00", "343.00")
