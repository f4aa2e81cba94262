"""Preparing pictures: what is measured on them, and what is done to them."""

from __future__ import annotations

import papers_reading as papers
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageStat

from mailroom.reading import picture, prepare


@pytest.mark.parametrize("angle", [-3.0, -1.2, -0.4, 0.0, 0.6, 1.5, 4.0])
def test_the_skew_of_lines_is_found(angle: float) -> None:
    crooked = papers.drawn().rotate(angle, Image.Resampling.BICUBIC, fillcolor=255)
    assert prepare.find_skew(crooked) == pytest.approx(-angle, abs=0.25)


@pytest.mark.parametrize("image", [Image.new("L", (900, 900), 255), Image.new("L", (40, 40), 90)])
def test_a_page_without_lines_has_no_skew(image: Image.Image) -> None:
    assert prepare.find_skew(image) == 0


def test_the_corners_of_a_page_on_a_dark_table_are_found() -> None:
    photo = Image.new("L", (1500, 2000), 70)
    corners = [(150, 200), (250, 1850), (1350, 1750), (1300, 120)]
    ImageDraw.Draw(photo).polygon(corners, fill=225)
    ImageDraw.Draw(photo).ellipse((1000, 1500, 1600, 2100), fill=75)  # a hand's shadow over a corner
    found = prepare.find_page(photo)
    assert found is not None
    for (x, y), (expected_x, expected_y) in zip(found, corners, strict=True):
        assert (x * 1500, y * 2000) == pytest.approx((expected_x, expected_y), abs=12)


def sharp_shadow() -> Image.Image:
    page = Image.new("L", (600, 800), 240)
    page.paste(90, (0, 0, 600, 350))
    return page


@pytest.mark.parametrize(
    "image",
    [
        Image.new("L", (600, 800), 240),  # the page fills the picture
        papers.drawn(),
        Image.linear_gradient("L").resize((600, 800)),
        Image.radial_gradient("L").resize((600, 800)),
        Image.new("L", (33, 2000), 0),
        sharp_shadow(),
    ],
)
def test_where_there_is_no_clear_page_nothing_is_cut(image: Image.Image) -> None:
    assert prepare.find_page(image) is None


def test_a_straightened_page_fills_the_picture() -> None:
    photo = Image.new("L", (800, 1000), 60)
    ImageDraw.Draw(photo).polygon([(100, 100), (120, 900), (700, 880), (680, 90)], fill=230)
    page = prepare.Geometry(prepare.find_page(photo)).straighten(photo)
    inner = page.crop((8, 8, page.width - 8, page.height - 8))
    assert inner.getextrema()[0] > 200  # type: ignore[operator]  # one band


def test_even_paper_takes_a_shadow_away_and_leaves_the_ink() -> None:
    sheet = papers.drawn(paper=230)
    shadow = Image.linear_gradient("L").resize(sheet.size).point([150 + value * 105 // 255 for value in range(256)])
    dim = Image.composite(sheet, Image.new("L", sheet.size, 0), shadow)
    even = prepare.even_paper(dim)
    empty = [even.crop((20, y, 100, y + 40)).resize((1, 1), Image.Resampling.BOX).getpixel((0, 0)) for y in (40, 900)]
    assert min(empty) > 225  # type: ignore[type-var]  # one band
    assert even.getextrema()[0] < 60  # type: ignore[operator]


def test_dark_surroundings_become_white_but_a_dark_heading_stays() -> None:
    image = papers.drawn(paper=220)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 1240, 60), fill=5)  # the lid of the scanner
    pen.rectangle((300, 880, 900, 960), fill=30)  # a heading with the colours turned round
    clean = prepare.without_surroundings(image)
    assert clean.getpixel((600, 20)) == 255
    assert clean.getpixel((600, 920)) == 30


def test_otsu_parts_ink_from_paper() -> None:
    histogram = [0] * 256
    histogram[20], histogram[220] = 100, 900
    assert 20 <= prepare.otsu(histogram) < 220


@pytest.mark.parametrize(
    ("image", "blank"),
    [
        (Image.new("L", (1240, 1754), 255), True),
        (Image.new("L", (1240, 1754), 200), True),  # grey paper
        (Image.effect_noise((1240, 1754), 12), True),
        (papers.drawn(), False),
        (papers.drawn(("Total 12,50",)), False),
    ],
)
def test_a_blank_page_is_told_from_a_printed_one(image: Image.Image, blank: bool) -> None:
    assert picture.is_blank(image) is blank


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
def test_every_kind_of_png_is_decoded_to_dark_on_light(mode: str) -> None:
    drawing = papers.drawn()
    image = drawing.convert("I").point(lambda value: value * 256).convert("I;16") if mode == "I;16" else drawing
    content = papers.saved(image if mode == "I;16" else image.convert(mode), "PNG")
    decoded = picture.decode(content, "image/png", max_pixels=10_000_000).image.convert("L")
    low, high = decoded.getextrema()
    assert isinstance(low, int)
    assert low < 60
    assert isinstance(high, int)
    assert high > 240


@pytest.mark.parametrize("angle", [0.0, 0.8, -1.9])
def test_a_small_picture_for_people_shows_what_the_straightened_page_shows(angle: float) -> None:
    page = papers.drawn().rotate(-angle, Image.Resampling.BICUBIC, fillcolor=255)
    small = prepare.levelled_small(page, angle, 700)
    assert small.size == prepare.fitting(page.size, 700)
    assert max(small.size) == 700
    straight = prepare.Geometry(skew=angle).straighten(page).resize(small.size, Image.Resampling.BOX)
    blurred = [image.filter(ImageFilter.GaussianBlur(1)) for image in (small, straight)]
    assert ImageStat.Stat(ImageChops.difference(*blurred)).rms[0] < 5  # an angle the other way round: over 20


def test_a_picture_that_is_small_already_is_not_enlarged_for_people() -> None:
    assert prepare.levelled_small(Image.new("RGB", (300, 200)), 0.0, 700).size == (300, 200)
