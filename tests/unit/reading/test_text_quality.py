"""Which text layers are believed."""

from __future__ import annotations

import pytest

from mailroom.reading.text_quality import is_usable

TEXT = (
    "Factuur 2026-0417 Bakkerij De Gouden Korst Hoogstraat 12 9000 Gent btw BE0403170701 Factuurdatum 21 november 2026 "
    "Omschrijving Aantal Prijs Brood en gebak 12 1.250,00 Totaal te betalen 1.512,50 EUR"
)
GOOD = TEXT.split()
SHIFTED = ["".join(chr(ord(sign) + 3) if sign.isalpha() else sign for sign in word) for word in GOOD]


@pytest.mark.parametrize(
    ("words", "unmapped", "picture_share", "usable"),
    [
        (GOOD, 0, 0.0, True),
        (GOOD, 0, 1.0, True),  # hidden under the picture of the page, and good
        (GOOD[:3], 0, 0.0, True),  # a short page is a page
        (GOOD[:3], 0, 0.9, False),  # a stamp on a scan
        ([], 0, 0.0, False),
        (GOOD, 40, 0.0, False),  # the font has no table
        (["\ue012\ue013\ue014"] * 30, 0, 0.0, False),  # signs of the private area
        (["\ufffd\ufffd"] * 30, 0, 0.0, False),
        (list("Factuurdatumeennovembertotaaltebetalenbakkerijdegoudenkorst"), 0, 0.0, False),  # letters, not words
        (["bcdfg", "hjklm", "npqrs", "tvwxz"] * 5, 0, 0.0, False),  # no vowels: a shifted encoding
        (["Счёт", "на", "оплату", "товаров"] * 5, 0, 0.0, True),  # another script is not ours to judge
        (["1.250,00", "262,50", "1.512,50"] * 10, 0, 0.0, True),  # figures only
    ],
)
def test_text_is_believed_for_its_form(words: list[str], unmapped: int, picture_share: float, usable: bool) -> None:
    assert is_usable(words, unmapped=unmapped, picture_share=picture_share) is usable


def test_a_page_number_on_a_page_of_outlined_letters_is_not_the_page() -> None:
    assert not is_usable(["Page", "1"], unmapped=0, picture_share=0.0, drawings=900)
    assert is_usable(["Page", "1"], unmapped=0, picture_share=0.0, drawings=40)


def test_a_shifted_alphabet_is_not_believed() -> None:
    assert not is_usable(SHIFTED, unmapped=0, picture_share=0.0)
