"""VAT ids of which OCR misread a sign: put right where their check digits prove it, and one way alone does."""

from __future__ import annotations

import pytest
from pages_extraction import page, values

from mailroom.domain.message import MediaType
from mailroom.domain.reading import Reading
from mailroom.extraction import Buyer, extract

SLIP = """
        Kapsalon Zonneberg
        Stationsplein 3
        {line}
        14/11/2025 16:20
        Shampoo                   48,00
        TOTAL                   € 48,00
"""


def _vat_id(line: str, *, sure: float = 0.7, ocr: bool = True) -> str | None:
    drawn = page(SLIP.format(line=line), ocr=ocr, sure=sure)
    reading = Reading(media_type=MediaType.JPEG, engine="typewriter", pages=(drawn,), page_count=1)
    return values(extract(reading, Buyer()))["seller_vat_id"]


@pytest.mark.parametrize(
    ("line", "vat_id"),
    [
        ("BTW BE 8513.927.279", "BE0513927279"),
        ("BTW 8513.927.279", "BE0513927279"),
        ("BTW BE 06! 00.673.587", "BE0600673587"),
        ("N° TVA FR94899428855", "FR94899420855"),
        ("TVA FR49b 08221214", "FR49608221214"),
        ("VAT no.: NL 8382.83.846.583", "NL838283846B03"),
        ("VAT No: IE57298610H", "IE5729861QH"),
        ("IE36840080H", "IE3684008OH"),
        ("NIF ES881378556", "ESB81378556"),
    ],
)
def test_one_misread_sign_is_put_right(line: str, vat_id: str) -> None:
    assert _vat_id(line) == vat_id


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("BTW BE 0513.927.278", "BE0513927278"),
        ("N° TVA FR94899428855", "FR94899428855"),
        ("VAT Reg GB123456789", "GB123456789"),
        ("BTW 8513.927.279", None),
    ],
)
def test_a_digit_that_was_seen_clearly_is_not_taken_for_another(line: str, printed: str | None) -> None:
    assert _vat_id(line, sure=0.95) == printed
    assert _vat_id(line, sure=1.0, ocr=False) == printed


def test_nothing_is_put_right_where_too_little_was_seen() -> None:
    assert _vat_id("BTW BE 8513.927.279", sure=0.2) is None


@pytest.mark.parametrize("line", ["USt-ID DE136695978", "ATU-Nr. ATU35088767", "Partita IVA IT02378550401"])
def test_a_single_check_digit_proves_no_other_digit(line: str) -> None:
    assert _vat_id(line) is None


@pytest.mark.parametrize("line", ["VAT NO:  328  5479 28", "VAT NO:  328 5479  28"])
def test_a_number_without_its_country_may_be_spread_over_the_line(line: str) -> None:
    assert _vat_id(line) == "GB328547928"
