"""The look at digits: it knows the ten digits, whoever drew them, and nothing else."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw, ImageFont

from mailroom.reading.digits import features, inked, looks_like


def seen(text: str, *, size: int = 24, ink: int = 0, paper: int = 255) -> bytes | None:
    image = Image.new("L", (3 * size, 2 * size), paper)
    ImageDraw.Draw(image).text((size / 2, size / 2), text, font=ImageFont.load_default(size), fill=ink)
    return features(*inked(image), (0, 0, *image.size))


@pytest.mark.parametrize("size", [14, 20, 40])
@pytest.mark.parametrize("digit", "0123456789")
def test_a_digit_looks_like_itself_and_hardly_like_another(digit: str, size: int) -> None:
    drawn = seen(digit, size=size)
    alike = {other for other in "0123456789" if looks_like(drawn, other)}
    assert digit in alike
    assert len(alike) <= 2, "a doubt of one digit in ten costs nothing: every digit of a value is looked at"


def test_grey_ink_is_seen_and_what_is_hardly_there_is_not() -> None:
    assert looks_like(seen("7", ink=120), "7")
    assert not looks_like(seen("7", ink=250), "7")
    assert not looks_like(seen(" "), "1")


def test_another_digit_in_the_place_of_each_digit_of_an_amount_is_seen() -> None:
    shown = [seen(digit) for digit in "2350"]
    assert all(looks_like(drawn, digit) for drawn, digit in zip(shown, "2350", strict=True))
    for number in range(10_000):
        said = f"{number:04}"
        if sum(a != b for a, b in zip(said, "2350", strict=True)) >= 2:
            assert not all(looks_like(drawn, digit) for drawn, digit in zip(shown, said, strict=True)), said
