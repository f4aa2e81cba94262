"""Previews: bare pixels from a child that is not trusted become a JPEG, or nothing."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from mailroom.reading.read import _as_jpeg

SIZE = (30, 20)


def test_the_fourth_byte_of_a_pixel_makes_no_difference() -> None:
    page = Image.linear_gradient("L").resize(SIZE)
    colours = Image.merge("RGB", (page, page.rotate(180), page.transpose(Image.Transpose.FLIP_TOP_BOTTOM)))
    plain = colours.tobytes()
    padded = b"".join(plain[at : at + 3] + b"\x07" for at in range(0, len(plain), 3))
    made = _as_jpeg("RGBX", SIZE, padded)
    assert made == _as_jpeg("RGB", SIZE, plain)
    assert Image.open(io.BytesIO(made)).mode == "RGB"


def test_grey_stays_grey() -> None:
    made = Image.open(io.BytesIO(_as_jpeg("L", SIZE, bytes(600))))
    assert (made.mode, made.size) == ("L", SIZE)


@pytest.mark.parametrize(
    ("mode", "size", "length"),
    [
        ("RGBX", SIZE, 2399),  # pixels of another's memory would be shown
        ("RGBX", SIZE, 2401),
        ("L", SIZE, 599),
        ("RGB", SIZE, 2400),
        ("P", SIZE, 600),
        ("L", (0, 20), 0),
        ("L", (-30, -20), 600),
        ("L", (2001, 2000), 2001 * 2000),  # larger than any preview is made
    ],
)
def test_pixels_of_another_form_are_no_preview(mode: str, size: tuple[int, int], length: int) -> None:
    with pytest.raises(ValueError, match=r"preview|pixels"):
        _as_jpeg(mode, size, bytes(length))
