"""Pages cut out of a PDF, and photos put together as one: what the boxed child gives back."""

from __future__ import annotations

import io

import papers_reading as papers
import pypdfium2 as pdfium
import pytest
from heic_reading import PHOTO
from PIL import Image

from mailroom.errors import Damaged, TooManyPages
from mailroom.reading.pieces import cut_pages, join_pictures

LYING_BY_ITS_CAMERA = 6  # EXIF: to be turned by a quarter


def photo(width: int, height: int, orientation: int = 1, kind: str = "JPEG") -> bytes:
    exif = Image.Exif()
    exif[274] = orientation
    with io.BytesIO() as file:
        Image.new("RGB", (width, height), "beige").save(file, kind, exif=exif)
        return file.getvalue()


def sizes(content: bytes) -> list[tuple[int, int]]:
    """Return width and height of each page, in pixels at 200 dpi."""
    document = pdfium.PdfDocument(content)
    return [(round(page.get_width() / 72 * 200), round(page.get_height() / 72 * 200)) for page in document]


def test_photos_of_every_kind_become_the_pages_of_one_file_upright() -> None:
    blobs = [photo(400, 300, LYING_BY_ITS_CAMERA), PHOTO, photo(200, 500, kind="PNG"), photo(200, 100, kind="WEBP")]
    kinds = ["image/jpeg", "image/heic", "image/png", "image/webp"]
    _, [joined] = join_pictures({"media_types": kinds, "max_megapixels": 1}, blobs)
    assert sizes(joined) == [(300, 400), (640, 360), (200, 500), (200, 100)]


@pytest.mark.parametrize(
    ("blob", "error"), [(photo(2000, 1000), TooManyPages), (b"\xff\xd8\xff no photo", Damaged)], ids=["large", "broken"]
)
def test_a_photo_that_cannot_be_a_page_is_refused(blob: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        join_pictures({"media_types": ["image/jpeg"], "max_megapixels": 1}, [blob])


def test_pages_are_cut_out_as_they_are() -> None:
    whole = papers.pdf_of([f"BT /F1 11 Tf 72 700 Td (page {n}) Tj ET".encode() for n in (1, 2, 3)])
    _, files = cut_pages({"pieces": [[1, 2], [3, 3]]}, [whole])
    texts = [[page.get_textpage().get_text_bounded() for page in pdfium.PdfDocument(file)] for file in files]
    assert texts == [["page 1", "page 2"], ["page 3"]]
