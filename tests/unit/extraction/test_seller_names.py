"""The seller's name: whole, of the company rather than its sign, and as sure as what stands beside it allows."""

from __future__ import annotations

import pytest
from pages_extraction import read, reading, values

from mailroom.domain.document import FieldName
from mailroom.extraction import Buyer, extract

NAME = FieldName.SELLER_NAME

LETTER = """
{head}
    Rue Haute 12
    5000 Namur
    TVA BE 0403.170.701

    FACTURE
    N° de facture: 2026-0417
    Date de facture: 03/04/2026

    Total HTVA         1.000,00
    TVA 21%              210,00
    Total TVAC         1.210,00 EUR
{foot}
"""
SLIP = """
{head}
        Vismarkt 18, 3511 KS Utrecht
        14-11-2025  16:20
        Broodje gezond       6,00
        Verse jus            7,00
        TOTAAL              13,00
        PIN                 13,00
"""


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("!    CHARPENTES\n!    DU VERCORS\n    SARL au capital de 15 000 €", "CHARPENTES DU VERCORS SARL"),
        ("!    FIDUCIAIRE REUTER\n    société à responsabilité limitée", "FIDUCIAIRE REUTER"),
        ("!    Halloy & Piret\n    société notariale SRL", "Halloy & Piret société notariale SRL"),
    ],
)
def test_a_form_on_a_line_of_its_own_belongs_to_the_whole_sign(head: str, name: str) -> None:
    assert values(read(LETTER.format(head=head, foot="")))["seller_name"] == name


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("!   Zoet & Zout\n\n        Lunchcafé Zoet & Zout", "Lunchcafé Zoet & Zout"),
        ("!   ASTORIA PARC\n\n        Hotel Astoria Parc", "Hotel Astoria Parc"),
        ("!   ParkeerPunt\n\n        ParkeerPunt Exploitatie B.V.", "ParkeerPunt Exploitatie B.V."),
        ("!   Zoet & Zout\n\n        al jaren het beste van Zoet & Zout", "Zoet & Zout"),
        ("!   Zoet & Zout\n\n        Zoet & Zout, altijd vers", "Zoet & Zout"),
    ],
)
def test_a_shop_is_called_as_it_is_spelled_out_under_its_sign(head: str, name: str) -> None:
    assert values(read(SLIP.format(head=head)))["seller_name"] == name


def test_a_sign_is_no_rival_to_the_company_that_is_called_after_it() -> None:
    paper = LETTER.replace("    TVA BE 0403.170.701\n", "")
    foot = "\n    Lambot Générale SRL, TVA BE 0403.170.701, IBAN BE68 5390 0754 7034"
    same, other = (read(paper.format(head=f"!    {h}", foot=foot)) for h in ("MENUISERIE LAMBOT", "GRAND CHENE"))
    assert same.fields[NAME].value == other.fields[NAME].value == "Lambot Générale SRL"
    assert same.fields[NAME].confidence > other.fields[NAME].confidence + 0.1


def test_the_line_of_a_house_number_over_a_postcode_is_no_rival() -> None:
    buyer = "\n    Bakkerij Peeters\n    Hemdijk {}\n    9000 Gent\n"
    numbered, plain = (read(LETTER.format(head="    Hofstra Kranen" + buyer.format(at), foot="")) for at in ("61", "X"))
    assert numbered.fields[NAME].value == plain.fields[NAME].value == "Hofstra Kranen"
    assert numbered.fields[NAME].confidence >= plain.fields[NAME].confidence


def test_a_name_of_which_the_picture_hardly_shows_a_word_is_not_sure() -> None:
    seen = reading(SLIP.format(head="!   BRASSERIE SINT JORIS\n"), ocr=True)
    page = seen.pages[0]
    words = tuple(word._replace(confidence=0.3) if word.text == "SINT" else word for word in page.words)
    half = seen.model_copy(update={"pages": (page.model_copy(update={"words": words}),)})
    whole, doubtful = (extract(r, Buyer()).fields[NAME] for r in (seen, half))
    assert whole.value == doubtful.value == "BRASSERIE SINT JORIS"
    assert doubtful.confidence < whole.confidence - 0.1
