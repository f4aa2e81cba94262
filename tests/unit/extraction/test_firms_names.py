"""The seller's name where it is printed in an odd way: joined, in quotes, over two lines, without a legal form."""

from __future__ import annotations

import pytest
from pages_extraction import read, values

from mailroom.extraction import Buyer

_REST = """
                                                   Brouwerij De Zwarte Ton NV
                                                   Kaai 17
                                                   2570 Duffel

  FACTUUR 2026/00217
  Factuurdatum  03/02/2026

  Totaal excl. btw   100,00
  Btw 21%             21,00
  Totaal             121,00 EUR
"""


def seller(head: str, foot: str = "") -> str | None:
    """Return the seller of a page with this head and foot."""
    return values(read(f"{head}{_REST}\n{foot}", buyer=Buyer(name="Brouwerij De Zwarte Ton NV")))["seller_name"]


def test_a_sign_that_joins_the_words_of_the_company_gives_way_to_it() -> None:
    head = "!  Vloeberghsklimaat\n\n  Vloeberghs Klimaattechniek BV\n  Mechelsesteenweg 412 bus 3\n  2500 Lier\n"
    foot = "  info@vloeberghsklimaat.be   www.vloeberghsklimaat.be   BTW BE0446120024"
    assert seller(head, foot) == "Vloeberghs Klimaattechniek BV"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Telgo Belgium NV van publiek recht", "Telgo Belgium NV"),
        ("Telgo Belgique SA de droit public", "Telgo Belgique SA"),
        ("Kringloop Dender CVBA met sociaal oogmerk", "Kringloop Dender CVBA"),
    ],
)
def test_the_law_that_a_company_is_of_is_no_part_of_its_name(line: str, name: str) -> None:
    assert seller("", f"  {line}, Koning Albertlaan 27, 1030 Brussel. Btw BE 0202.239.951") == name


def test_a_company_in_quotes_after_its_legal_form_is_called_what_stands_in_them() -> None:
    line = "  Société à responsabilité limitée «Verlinden, Notaire»"
    assert seller(f"{line}\n  Avenue Brugmann 212, 1050 Ixelles — TVA BE 0689.991.484\n") == "Verlinden, Notaire"


def test_two_lines_that_the_sign_says_too_are_one_name() -> None:
    head = (
        "!  VAN LANDEGHEM\n!  ADVOCATEN\n\n  Koen De Smet\n  Kouter 201\n  9000 Gent\n\n"
        "  Van Landeghem\n  Advocaten BV\n  BE 0634.251.425\n  RPR Gent\n"
    )
    assert seller(head) == "Van Landeghem Advocaten BV"


@pytest.mark.parametrize("name", ["Jos. Weydert & Fils", "Gebr. Janssen", "Kessler & Söhne", "Fratelli Rossi"])
def test_a_firm_of_a_family_goes_before_the_word_for_its_trade(name: str) -> None:
    found = seller(f"!  Malerbetrieb\n!  {name}\n  23, Haaptstrooss\n  9835 Hoscheid-Dickt\n  TVA LU20130172\n")
    assert found in {name, f"Malerbetrieb {name}"}
