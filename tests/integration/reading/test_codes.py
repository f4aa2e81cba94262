"""QR codes on pages: in pictures, in scans, and drawn into a PDF with a text layer."""

from __future__ import annotations

import io
from collections.abc import Iterator

import papers_reading as papers
import pytest
import zxingcpp
from PIL import Image

from mailroom.config import BoxSettings, ReadingSettings
from mailroom.domain.message import MediaType
from mailroom.domain.reading import Reading
from mailroom.reading.box import Box
from mailroom.reading.read import TASKS, Reader

EPC = "BCD\n002\n1\nSCT\n\nBäckerei Sonne\nBE68539007547034\nEUR1512.50\n\n\nInvoice 2026-0417"


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    box = Box(BoxSettings(), TASKS)
    yield box
    box.close()


@pytest.fixture
def reader(box: Box) -> Reader:
    return Reader(box, ReadingSettings(second_opinion="off"))


def code(text: str = EPC, *, scale: int = 4) -> Image.Image:
    """Return a QR code, drawn in grey, with its quiet zone."""
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_image(scale=scale)
    return Image.fromarray(made)


def paper(*, scale: int = 4) -> Image.Image:
    sheet = papers.drawn()
    sheet.paste(code(scale=scale), (950, 60))
    return sheet


def the_code(reading: Reading) -> None:
    [found] = reading.barcodes
    assert (found.page, found.symbology, found.text) == (1, "QRCode", EPC)
    x0, y0, x1, y1 = found.region
    assert (x0, y0) == pytest.approx((966 / 1240, 76 / 1000), abs=0.02)
    assert x0 < x1 <= 1
    assert y0 < y1 < 0.4


def test_the_code_of_a_photo_is_read(reader: Reader) -> None:
    the_code(reader.read(papers.saved(paper()), MediaType.JPEG).reading)


def test_the_code_of_a_scan_is_read(reader: Reader) -> None:
    the_code(reader.read(papers.scanned_pdf(paper()), MediaType.PDF).reading)


def test_the_code_of_a_large_photo_is_read(reader: Reader) -> None:
    large = paper().resize((3720, 3000))
    the_code(reader.read(papers.saved(large), MediaType.JPEG).reading)


@pytest.mark.parametrize("previews", [True, False])
def test_a_code_that_strokes_draw_beside_a_text_layer_is_read(box: Box, previews: bool) -> None:
    reader = Reader(box, ReadingSettings(second_opinion="off"), previews=previews)
    dots = code(scale=1)
    squares = [
        f"{400 + 3 * x} {700 - 3 * y} 3 3 re"
        for y in range(dots.height)
        for x in range(dots.width)
        if dots.getpixel((x, y)) == 0
    ]
    drawing = "\n".join([*squares, "f"]).encode()
    text = b"BT /F1 11 Tf 1 0 0 1 60 760 Tm (Invoice 2026-0417 of Bakery The Golden Crust, Ghent) Tj ET\n"
    reading = reader.read(papers.pdf_of([text + drawing]), MediaType.PDF).reading
    assert reading.engine == "pypdfium2"
    assert [found.text for found in reading.barcodes] == [EPC]


def test_a_page_without_a_code_has_none(reader: Reader) -> None:
    with io.BytesIO() as file:
        papers.drawn().save(file, "PNG")
        assert reader.read(file.getvalue(), MediaType.PNG).reading.barcodes == ()
