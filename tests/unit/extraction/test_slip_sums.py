"""The sums of a slip whose line of the total, or of the VAT, the picture shows badly or not at all."""

from __future__ import annotations

import pytest
from pages_extraction import read, values

from mailroom.domain.document import FieldName
from mailroom.extraction import THRESHOLDS


def test_the_rows_of_the_table_of_rates_are_added_up_where_no_total_was_read() -> None:
    extraction = read(
        """
        Torget Livs
        Kyrkogatan 11
        Falukorv 800g
        Mottaget Kort
        2025-01-18    15:33
        Moms%      Moms      Netto      Brutto
        12,00      17,96    149,64      167,60
        25,00       4,98     19,92       24,90
        0,00        0,00      6,00        6,00
        """,
        ocr=True,
    )
    found = values(extraction)
    assert (found["total_amount"], found["net_amount"], found["vat_amount"]) == ("198.50", "175.56", "22.94")
    total = extraction.fields[FieldName.TOTAL_AMOUNT]
    assert total.confidence < THRESHOLDS[FieldName.TOTAL_AMOUNT], "a person looks at a sum that is not printed"
    assert [e.text for e in total.evidence] == ["167,60", "24,90", "6,00"]


def test_a_row_of_the_table_of_rates_is_no_rival_to_what_was_to_be_paid() -> None:
    found = values(
        read(
            """
        MARKT ZONNEBERG
        HALFV. MELK               7,14 A
        TE BETALEN               47,45
        BTW %      NETTO      BTW      BRUTO
        A 6,00%    26,06     1,56      27,62
        B 21,00%   16,40     3,44      19,84
        14/03/2026  17:52
        """,
            ocr=True,
        )
    )
    assert found["total_amount"] == "47.45"


def test_a_row_that_may_be_the_sum_of_rows_that_were_not_read_is_not_added_to_another() -> None:
    found = values(
        read(
            """
        MARKT ZONNEBERG
        HALFV. MELK               7,14 A
        BTW %      NETTO      BTW      BRUTO
        A 6,00%    26,06     1,56      27,62
        B 21 smudge
                   42,46     5,00      47,46
        14/03/2026  17:52
        bon 0118
        """,
            ocr=True,
        )
    )
    assert found["total_amount"] in {"27.62", "47.46"}


CASH = """
        FARMACIA ZORILOR
        CREMA 50ML               68,90
        SUBTOTAL                140,31
        {total}
        NUMERAR LEI             {given}
        REST LEI                  9,69
        15/01/2026   13:37:02
        BON FISCAL
"""


@pytest.mark.parametrize(
    ("total", "given"),
    [
        ("TOTAL LEI               148,31", "150,00"),  # one digit of it is misread
        ("smudge", "150,00"),
        ("BACSIS                   14,03", "164,03"),
    ],
)
def test_the_subtotal_that_cash_less_change_proves_stands_for_a_total_that_was_not_read(total: str, given: str) -> None:
    found = values(read(CASH.format(total=total, given=given), ocr=True))
    assert found["total_amount"] == "140.31"


def test_a_total_that_cash_proves_goes_before_the_subtotal() -> None:
    page = CASH.format(total="TOTAL LEI               135,31", given="145,00")
    assert values(read(page, ocr=True))["total_amount"] == "135.31"


def test_a_tip_is_neither_vat_nor_is_the_sum_before_it_a_net_amount() -> None:
    found = values(
        read(
            """
        SEVERN CABS
        RECEIPT 000441
        28/11/25  18:57
        FARE              16.90
        SUBTOTAL          16.90
        GRATUITY           2.00
        TOTAL         GBP 18.90
        VISA DEBIT
        """,
            ocr=True,
        )
    )
    assert (found["net_amount"], found["vat_amount"]) == (None, None)


SHOP = """
        Kapsalon Zonneberg
        Kleuring                 143,46
        Te betalen             € 143,46
        Bancontact             € 143,46
        {vat}
        14/11/2025  16:20
        Ticket 3310
"""


def test_the_vat_of_which_one_digit_was_misread_follows_from_the_only_rate() -> None:
    extraction = read(SHOP.format(vat="21% BTW                   29,90"), ocr=True)
    found = values(extraction)
    assert (found["total_amount"], found["net_amount"], found["vat_amount"]) == ("143.46", "118.56", "24.90")
    vat = extraction.fields[FieldName.VAT_AMOUNT]
    assert vat.evidence[-1].proof == "rate_of_total"
    assert vat.confidence < THRESHOLDS[FieldName.VAT_AMOUNT]


def test_a_printed_page_is_not_corrected() -> None:
    assert values(read(SHOP.format(vat="21% BTW                   29,90")))["vat_amount"] == "29.90"


def test_a_rate_without_its_sign_is_no_vat() -> None:
    found = values(
        read(
            """
        RELAIS DU PONT
        SIRET 49608221400017   TVA FR40303265045
        LE 30/10/25 A 11:53:08
        NUM TICKET : 100457
        DONT TVA 20,00
        MONTANT HT :     80:94
        MONTANT=  97,13 EUR
        """,
            ocr=True,
        )
    )
    assert (found["total_amount"], found["net_amount"], found["vat_amount"]) == ("97.13", "80.94", "16.19")
