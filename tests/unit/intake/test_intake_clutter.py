from __future__ import annotations

import pytest
from mails_intake import File, cid, gif, html, jpeg, mail, multipart, pdf, png, text

from mailroom.intake import reasons, sort_parts, take_apart

DOCUMENT = reasons.READABLE_FILE


def attached(picture: bytes, name: str = "IMG_1.jpg", *, beside: bool = False) -> str:
    """Return the reason that a picture gets as an attachment."""
    more = [File(pdf(), "application/pdf", "factuur.pdf")] if beside else []
    return sort_parts(take_apart(mail(text(), File(picture, name=name), *more)))[1].reason.code


def shown(picture: bytes, name: str = "image001.png", *, beside: bool = False) -> str:
    """Return the reason that a picture gets which the HTML body shows."""
    related = multipart(
        html("<img src='cid:p@x'>"), File(picture, "image/png", name, "inline", cid("p@x")), kind="related"
    )
    more = [File(pdf(), "application/pdf", "factuur.pdf")] if beside else []
    return sort_parts(take_apart(mail(related, *more)))[1].reason.code


@pytest.mark.parametrize(
    "picture",
    [
        jpeg(3_024, 4_032, camera=True),  # a phone
        jpeg(443, 911),  # the smallest receipt that was seen, cut out and sent through a chat
        jpeg(436, 1_488),
        jpeg(1_080, 1_528),
        jpeg(746, 768),
        jpeg(640, 480, camera=True),  # an old phone
        png(1_240, 1_754, noise=9_000),  # a scan at 150 dpi
        png(1_080, 2_340),  # a screenshot
        jpeg(4_032, 1_200),  # a till receipt that lies on its side
        png(1_654, 2_339),  # black and white, and therefore light
    ],
)
@pytest.mark.parametrize("beside", [False, True])
def test_a_receipt_is_never_clutter(picture: bytes, beside: bool) -> None:
    assert attached(picture, beside=beside) == DOCUMENT
    assert shown(picture, beside=beside) == DOCUMENT
    assert attached(picture, "image001.jpg", beside=beside) == DOCUMENT


@pytest.mark.parametrize(
    "picture",
    [
        png(32, 32),
        png(200, 60, noise=9_000),  # a logo
        jpeg(600, 120, size=30_000),  # a banner under a signature
        jpeg(1_200, 250, size=80_000),  # the same for sharp screens
        gif(88, 31),
        png(300, 2),  # a line
        png(180, 180, noise=20_000),  # a portrait
    ],
)
@pytest.mark.parametrize("beside", [False, True])
def test_logos_icons_and_banners_are_decoration(picture: bytes, beside: bool) -> None:
    assert attached(picture, "logo.png", beside=beside) == reasons.DECORATION
    assert attached(picture, "x.png", beside=beside) == reasons.DECORATION
    assert shown(picture, beside=beside) == reasons.DECORATION


def test_a_middling_picture_that_the_text_shows_is_decoration() -> None:
    portrait = png(400, 400, noise=90_000)
    assert shown(portrait) == reasons.DECORATION
    assert attached(portrait, "IMG_2.png") == DOCUMENT


def test_the_picture_on_top_of_a_newsletter_is_decoration_beside_an_invoice() -> None:
    hero = png(1_200, 600, noise=90_000)
    assert shown(hero, beside=True) == reasons.DECORATION
    assert attached(hero, beside=True) == DOCUMENT


def test_a_photo_put_into_the_text_is_a_document() -> None:
    assert shown(jpeg(1_024, 768), "foto.jpg") == DOCUMENT
    assert shown(jpeg(1_024, 768), "foto.jpg", beside=True) == DOCUMENT


@pytest.mark.parametrize("picture", [gif(1, 1), png(1, 1), png(2, 2), png(4, 1)])
def test_an_invisible_picture_is_a_tracking_pixel(picture: bytes) -> None:
    assert shown(picture) == reasons.TRACKING_PIXEL
    assert attached(picture, "open.gif") == reasons.TRACKING_PIXEL


def test_a_light_picture_of_unknown_size_is_decoration_and_a_heavy_one_is_not() -> None:
    start = b"\xff\xd8\xff\xe0\0\x10JFIF\0"
    assert attached(start + b"\0" * 2_000) == reasons.DECORATION
    assert attached(start + b"\0" * 90_000) == DOCUMENT


def test_fax_and_phone_formats_are_never_clutter() -> None:
    assert attached(b"II*\0\x08\0\0\0\0\0", "fax.tif") == DOCUMENT
    assert attached(b"\0\0\0\x18ftypheic\0\0\0\0", "IMG_1.heic") == DOCUMENT
