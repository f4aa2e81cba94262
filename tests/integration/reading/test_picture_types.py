"""The pictures beside JPEG and PNG: TIFF of many pages, WebP, GIF, HEIC."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import heic_reading
import papers_reading as papers
import pytest
from PIL import Image

from mailroom.config import BoxSettings, ReadingSettings
from mailroom.domain.message import MediaType
from mailroom.errors import BlankPages, Damaged, MailroomError, TooManyPages
from mailroom.intake import detect
from mailroom.reading import picture
from mailroom.reading.box import Box
from mailroom.reading.read import TASKS, Reader


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    made = Box(BoxSettings(), TASKS)
    yield made
    made.close()


@pytest.fixture(scope="module")
def reader(box: Box) -> Reader:
    return Reader(box, ReadingSettings())


def tiff(*images: Image.Image, **options: object) -> bytes:
    return papers.saved(images[0], "TIFF", save_all=True, append_images=list(images[1:]), **options)


@pytest.mark.parametrize(
    ("edge", "decoded"),
    [(6928, 6928), (6932, 3466)],  # 47,997,184 and 48,052,624 pixels: four times the useful ones lie between them
)
def test_a_jpeg_of_four_times_the_useful_pixels_is_decoded_at_half_its_size(edge: int, decoded: int) -> None:
    image = picture.decode(papers.saved(Image.new("L", (edge, edge), 255)), "image/jpeg", max_pixels=80_000_000).image
    assert image.size == (decoded, decoded)


def looping(content: bytes) -> bytes:
    """Let the last page of a little-endian TIFF say that the first one follows."""
    first = place = struct.unpack_from("<I", content, 4)[0]
    while True:
        end = place + 2 + 12 * struct.unpack_from("<H", content, place)[0]
        place = struct.unpack_from("<I", content, end)[0]
        if not place:
            return content[:end] + struct.pack("<I", first) + content[end + 4 :]


def lines_in(text: str) -> int:
    return sum(line.replace(" ", "") in text.replace(" ", "") for line in papers.LINES)


@pytest.mark.parametrize("kind", ["TIFF", "WEBP", "GIF"])
def test_a_picture_of_another_type_is_read_like_any_other(reader: Reader, kind: str) -> None:
    content = papers.saved(papers.drawn(), kind)
    result = reader.read(content, detect(content))
    assert result.reading.media_type.value == f"image/{kind.lower()}"
    assert lines_in(result.reading.pages[0].text()) >= 8
    assert len(result.previews) == 1


def test_a_photo_of_an_iphone_is_read(reader: Reader) -> None:
    (page,) = reader.read(heic_reading.PHOTO, detect(heic_reading.PHOTO)).reading.pages
    assert sum(line.replace(" ", "") in page.text().replace(" ", "") for line in heic_reading.LINES) >= 3


def test_every_page_of_a_tiff_is_read(reader: Reader) -> None:
    content = tiff(papers.drawn(), papers.drawn(("Page two", "Terms of delivery")), compression="tiff_lzw")
    result = reader.read(content, MediaType.TIFF)
    assert result.reading.page_count == len(result.reading.pages) == len(result.previews) == 2
    assert "Terms of delivery" in result.reading.pages[1].text()


def test_a_tiff_whose_pages_run_in_a_circle_ends(reader: Reader) -> None:
    content = looping(tiff(papers.drawn(), papers.drawn(("Page two", "Terms of delivery"))))
    assert reader.read(content, MediaType.TIFF).reading.page_count == 2


def test_pages_of_a_tiff_beyond_the_limit_are_left_out_with_a_word(box: Box) -> None:
    pages = [papers.drawn((f"Page {number}", "of a long contract"), size=(700, 400)) for number in range(1, 5)]
    reading = Reader(box, ReadingSettings(max_pages=2)).read(tiff(*pages), MediaType.TIFF).reading
    assert len(reading.pages) == 2
    assert [problem.code for problem in reading.problems] == ["pages_left_out"]


def test_a_coarse_fax_is_as_high_as_its_paper(reader: Reader) -> None:
    fax = papers.drawn(size=(1728, 1000)).resize((1728, 500)).convert("1")
    content = papers.saved(fax, "TIFF", compression="group4", dpi=(204, 102))
    (page,) = reader.read(content, MediaType.TIFF).reading.pages
    assert page.height / page.width == pytest.approx(1000 / 1728, abs=0.02)


def test_of_a_moving_picture_the_first_is_read(reader: Reader) -> None:
    with io.BytesIO() as file:
        papers.drawn().save(file, "GIF", save_all=True, append_images=[papers.drawn(("Another",))])
        reading = reader.read(file.getvalue(), MediaType.GIF).reading
    assert reading.page_count == 1
    assert lines_in(reading.pages[0].text()) >= 8


@pytest.mark.parametrize(
    ("content", "media_type", "error"),
    [
        (b"\xff\xd8\xff no photo", MediaType.JPEG, Damaged),
        (b"GIF89a", MediaType.GIF, Damaged),
        (b"II*\0\x08\0\0\0", MediaType.TIFF, Damaged),
        (b"RIFF\x10\0\0\0WEBPVP8 nonsense", MediaType.WEBP, Damaged),
        (heic_reading.PHOTO[:300], MediaType.HEIC, Damaged),
        (tiff(papers.drawn(()), papers.drawn(())), MediaType.TIFF, BlankPages),
        (papers.saved(Image.new("1", (20_000, 20_000)), "TIFF", compression="group4"), MediaType.TIFF, TooManyPages),
    ],
    ids=["jpeg", "gif", "tiff", "webp", "heic", "blank", "huge"],
)
def test_what_cannot_be_read_is_named(
    reader: Reader, content: bytes, media_type: MediaType, error: type[MailroomError]
) -> None:
    with pytest.raises(MailroomError) as caught:
        reader.read(content, media_type)
    assert type(caught.value) is error
