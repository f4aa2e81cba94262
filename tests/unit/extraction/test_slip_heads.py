"""Who sells on a till slip: signs of two lines that say the trade first, titles, and who is only sold for."""

from __future__ import annotations

import pytest
from pages_extraction import read, values

SLIP = """
        {head}
        {under}
        Dorpsplein 12
        21.11.2025   09:18   Bon 0166
        ARTIKEL A                 48,00
        ARTIKEL B                  9,00
        TOTAAL EUR                57,00
"""


def _seller(head: str, under: str) -> str | None:
    return values(read(SLIP.format(head=head, under=under), ocr=True))["seller_name"]


@pytest.mark.parametrize(
    ("head", "under"),
    [
        ("SLAGERIJ", "Van de Velde-Luyckx"),
        ("Droogkuis", "DE WITTE HANDSCHOEN"),
        ("PHARMACIE", "Lefort-Marchal"),
        ("Metzgerei", "Haller & Sohn"),
        ("FARMACIE", "Sfânta Ana"),
        ("PANADERÍA", "Los Olivos"),
    ],
)
def test_a_sign_that_says_the_trade_first_has_its_name_on_the_second_line(head: str, under: str) -> None:
    assert _seller(head, under) == f"{head} {under}"


@pytest.mark.parametrize(
    ("head", "under"),
    [
        ("Waldschenke", "zum Goldenen Reh GmbH"),
        ("Lädchen", "am Schlossberg"),
        ("Bakkershuis", "van Tongeren"),
        ("Comptoir", "du Vieux Lavoir"),
    ],
)
def test_a_second_line_that_begins_with_a_small_word_goes_on_the_first(head: str, under: str) -> None:
    assert _seller(head, under) == f"{head} {under}"


def test_the_company_under_a_sign_of_two_lines_stays_the_seller() -> None:
    drawn = SLIP.format(head="GREISSLEREI", under="am Schlossberg\n        Huber & Töchter OG")
    assert values(read(drawn, ocr=True))["seller_name"] == "Huber & Töchter OG"


@pytest.mark.parametrize(
    "title", ["BILLET ALLER-RETOUR", "[EUR", "FAHRKARTE", "ADULT DAY RETURN", "BILET DE CĂLĂTORIE"]
)
def test_what_a_ticket_is_and_what_it_is_paid_in_names_nobody(title: str) -> None:
    assert _seller(title, "") is None
    assert _seller("Vallei Spoor", title) == "Vallei Spoor"


@pytest.mark.parametrize(
    "said",
    [
        "Rechnung der Nordöl Mineral GmbH",
        "Pour le compte de Nordoil SAS",
        "In naam en voor rekening van Nordoil NV",
        "On behalf of Nordoil Ltd",
    ],
)
def test_for_whom_a_shop_sells_is_not_the_seller(said: str) -> None:
    assert _seller("Tankhof Station", said) == "Tankhof Station"
