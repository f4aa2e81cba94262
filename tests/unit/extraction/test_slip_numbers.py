"""The number of a till slip: what tills call their slips in ten languages, and where in a line they say it."""

from __future__ import annotations

import pytest
from pages_extraction import read, values

PAGE = """
        Kapsalon Zonneberg
        Stationsplein 3
        {line}
        {day}
        Shampoo                   48,00
        Brushing                  29,00
        TOTAL                   € 77,00
        VISA                    € 77,00
"""


def _number(line: str, day: str = "14/11/2025 16:20") -> str | None:
    return values(read(PAGE.format(line=line, day=day), ocr=True))["invoice_number"]


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("Kassa 03   Bediende: Nele   Ticket 0031884", "0031884"),
        ("03.10.2025 21:32   Addition 11-2087", "11-2087"),
        ("21.11.2025   09:18   Bon 0166", "0166"),
        ("Table 31    Covers 2    Chk 5582", "5582"),
        ("Kassen-ID: SPERL02   Beleg 77204", "77204"),
        ("Ticket 11906 Drv 0447 Bus 2213", "11906"),
    ],
)
def test_what_a_till_calls_its_slip_may_stand_behind_the_day_and_the_till(line: str, number: str) -> None:
    assert _number(line) == number


@pytest.mark.parametrize(
    "line",
    [
        "Omruilen enkel op vertoon van ticket 220117",
        "Ticket repas Edenred   Ticket 220117      77,00",
        "Tafel 4117   Klantenkaart 220117",
        "BONUS 220117",
    ],
)
def test_a_slip_that_is_spoken_of_or_paid_with_is_not_this_one(line: str) -> None:
    assert _number(line) is None


@pytest.mark.parametrize(
    "line",
    [
        *("KASTICKET / VERKOOPBON {}", "Tankbon {}", "Kwitantie {}", "Ticket de caisse {}", "Ticket N.{}", "Billet {}"),
        *("FACTURE ACQUITTEE N. {}", "Rcpt# {}", "Tkt {}", "Docket {}", "Ticket#{}", "Parkschein {}", "Tankbeleg {}"),
        *("Bewirtungsrechnung {}", "BON FISCAL {}", "BF: {}", "Scontrino fiscale n. {}", "SCONTRINO {}"),
        *("DOCUMENTO N. {}", "Ricevuta n. {}", "Fra. simplificada: {}", "Tique {}", "Factura simplificada {}"),
        *("Fatura simplificada {}", "Talão {}", "Paragon {}", "Účtenka č. {}", "Nyugta {}"),
    ],
)
def test_slips_are_called_by_many_names(line: str) -> None:
    assert _number(line.format("26-331907")) == "26-331907"


@pytest.mark.parametrize("line", ["icket 018821064471", "Tickei 018821064471", "Quttung 018821064471"])
def test_one_letter_of_the_name_may_be_lost(line: str) -> None:
    assert _number(line) == "018821064471"


@pytest.mark.parametrize("line", ["#11873", "Till 6   Op 114   #11873", "TICKET DE CAISSE   #11873"])
def test_the_sign_for_a_number_is_enough_where_nothing_else_is_numbered_by_it(line: str) -> None:
    assert _number(line) == "11873"
    assert _number("Store #11873") is None


@pytest.mark.parametrize(
    "line", ["STORE 0188 TILL 02 TRANS 6631 OP 1147", "Mag 0188 Caisse 21 Trans 6631", "KASSE 2   Vorgang 6631"]
)
def test_the_sale_of_a_till_numbers_its_slip_where_nothing_better_does(line: str) -> None:
    assert _number(line) == "6631"
    assert _number(line, "14/11/2025 16:20   Ticket 018821064471") == "018821064471"


@pytest.mark.parametrize("line", ["TID 40018823   TRANS 6631", "497xxxxxxxxx0044   Nr autor 774210"])
def test_what_a_card_terminal_numbers_is_not_the_slip(line: str) -> None:
    assert _number(line) is None
