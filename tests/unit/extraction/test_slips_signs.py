"""Numbers, days and amounts of which the picture of a till slip shows a part, or another sign."""

from __future__ import annotations

import pytest
from pages_extraction import read, values


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("Ticket 25/3310      14/11/2025 16:20", "25/3310"),
        ("Kasticket 2026/20448      14/11/2025 16:20 kassa 2", "2026/20448"),
        ("Check B-77120      Fri 14-Nov-2025 16:20", "B-77120"),
        ("ADDITION A-5581      14/11/2025 16:20", "A-5581"),
        ("Digitaal kasticket      VTX-031-448812      14/11/2025 16:20", "VTX-031-448812"),
        ("Beleg 220117      14.11.2025 16:20", "220117"),
        ("Bon 00931      14.11.2025 16:20", "00931"),
    ],
)
def test_what_a_till_calls_its_slip_names_the_number_after_it(line: str, number: str) -> None:
    found = values(
        read(
            f"""
        Kapsalon Zonneberg
        Stationsplein 3
        {line}
        Knippen                   48,00
        Brushing                  29,00
        Totaal                  € 77,00
        Bancontact              € 77,00
        """,
            ocr=True,
        )
    )
    assert (found["invoice_number"], found["issue_date"], found["total_amount"]) == (number, "2025-11-14", "77.00")


@pytest.mark.parametrize("line", ["Tafel 4117", "Klantenkaart 220117", "Welkom 220117"])
def test_no_other_word_at_the_beginning_of_a_line_names_the_number_of_a_slip(line: str) -> None:
    found = values(
        read(
            f"""
        Kapsalon Zonneberg
        {line}      14/11/2025 16:20
        Knippen                   48,00
        Totaal                  € 48,00
        """,
            ocr=True,
        )
    )
    assert found["invoice_number"] is None


def test_the_year_that_a_till_broke_off_at_the_end_of_the_paper_is_that_of_the_day() -> None:
    found = values(
        read(
            """
        IJZERWAREN DE LINDE
        BON 118204              za 26 apr
        2025
        HANGSLOT 40MM               14,50
        TOTAAL                      14,50
        """,
            ocr=True,
        )
    )
    assert (found["issue_date"], found["invoice_number"]) == ("2025-04-26", "118204")


def test_a_day_of_which_the_picture_lost_the_beginning_is_none() -> None:
    found = values(
        read(
            """
        Brasserie Zonneberg
        Ober: Kristof       21/02/2026 21:47
        TOTAAL                    162,80
        Visa                      162,80
        FDM datum      /02/2026 21:47:31
        """,
            ocr=True,
        )
    )
    assert found["issue_date"] == "2026-02-21"


def test_a_country_of_which_a_letter_looks_like_a_digit_begins_a_vat_id_that_proves_itself() -> None:
    page = "        FARMACIA ZORILOR\n        C.I.F. R0{}\n        TOTAL LEI      14,50\n        BON FISCAL\n"
    assert values(read(page.format("18189442"), ocr=True))["seller_vat_id"] == "RO18189442"
    assert values(read(page.format("18189443"), ocr=True))["seller_vat_id"] != "RO18189443"
    assert values(read(page.format("18189442")))["seller_vat_id"] != "R018189442"


def test_a_lone_sign_on_a_picture_that_shows_no_total_is_no_currency() -> None:
    page = "        ga {} lorn\n        kassabon\n        oe ma ii\n"
    assert values(read(page.format("¥"), ocr=True))["currency"] != "JPY"
    assert values(read(page.format("¥") + "        TOTAL      ¥ 145,00\n", ocr=True))["currency"] == "JPY"


def test_a_number_like_a_day_is_that_of_the_slip_where_another_day_is_printed() -> None:
    found = values(
        read(
            """
        IJZERWAREN DE LINDE
        BON 20250418        za 26 apr 2025
        HANGSLOT                     14,50
        TOTAAL                       14,50
        """,
            ocr=True,
        )
    )
    assert (found["invoice_number"], found["issue_date"]) == ("20250418", "2025-04-26")


@pytest.mark.parametrize(
    "day",
    [
        "2025-1I-14 16:20",
        "14/11/20 25",
        "14-N0V-2025 16:20",
        "14 novembre 2025 16:20",
        "14 de novembro de 2025 16:20",
        "14 listopada 2025 16:20",
    ],
)
def test_a_day_that_a_picture_breaks_or_another_language_names_is_read(day: str) -> None:
    found = values(
        read(
            f"""
        Kapsalon Zonneberg
        Stationsplein 3
        {day}
        Knippen                   48,00
        Totaal                  € 48,00
        """,
            ocr=True,
        )
    )
    assert found["issue_date"] == "2025-11-14"
