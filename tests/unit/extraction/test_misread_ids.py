"""VAT ids of which OCR misread a sign: put right where their check digits prove it, and one way alone does."""

from __future__ import annotations

import pytest
from pages_extraction import page

from mailroom.domain.document import Field, FieldName
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


def _field(line: str, *, sure: float = 0.7, ocr: bool = True) -> Field:
    drawn = page(SLIP.format(line=line), ocr=ocr, sure=sure)
    reading = Reading(media_type=MediaType.JPEG, engine="typewriter", pages=(drawn,), page_count=1)
    return extract(reading, Buyer()).fields[FieldName.SELLER_VAT_ID]


def _vat_id(line: str, *, sure: float = 0.7, ocr: bool = True) -> str | None:
    return _field(line, sure=sure, ocr=ocr).value


@pytest.mark.parametrize(
    ("line", "vat_id", "is_seen"),
    [
        ("BTW BE 8513.927.279", "BE0513927279", False),
        ("BTW 8513.927.279", "BE0513927279", False),
        ("BTW BE 06! 00.673.587", "BE0600673587", True),
        ("N° TVA FR94899428855", "FR94899420855", False),
        ("TVA FR49b 08221214", "FR49608221214", True),
        ("VAT no.: NL 8382.83.846.583", "NL838283846B03", False),
        ("VAT No: IE57298610H", "IE5729861QH", False),
        ("IE36840080H", "IE3684008OH", False),
        ("NIF ES881378556", "ESB81378556", False),
    ],
)
def test_one_misread_sign_is_put_right_and_doubted_where_another_is_seen(
    line: str, vat_id: str, *, is_seen: bool
) -> None:
    found = _field(line)
    assert (found.value, found.confidence > 0.8) == (vat_id, is_seen)


@pytest.mark.parametrize(
    "line",
    [
        "BTW BE 0513.927.279",
        "BTW BE 403.170.701",
        "VAT no.: NL 838283846.B.03",
        "TVA FR49 608221214",
        "UID CHE-960.988.220 MWST",
    ],
)
def test_an_id_that_the_picture_shows_is_surer_than_one_that_is_put_right(line: str) -> None:
    assert _field(line).confidence > 0.8


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


@pytest.mark.parametrize(
    ("line", "vat_id"),
    [
        ("VAT NO:  328  5479 28", "GB328547928"),
        ("VAT NO:  328 5479  28", "GB328547928"),
        ("NIF: B8137  8556", "ESB81378556"),
        ("UID: U1358  5627", "ATU13585627"),
    ],
)
def test_a_number_without_its_country_may_be_spread_over_the_line(line: str, vat_id: str) -> None:
    assert _vat_id(line) == vat_id
