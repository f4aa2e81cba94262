"""The searchable copy: what was read stands where it was read, in every language, and nothing else changes."""

from __future__ import annotations

import io
from collections.abc import Iterator

import papers_reading as papers
import pypdfium2 as pdfium
import pytest
from PIL import Image

from mailroom.config import BoxSettings, ReadingSettings
from mailroom.domain.message import MediaType
from mailroom.domain.reading import Page, PageSource, Reading, Word
from mailroom.reading.box import Box
from mailroom.reading.read import TASKS, Reader

TEXT = (("Invoice 2026-0417 of the bakery", 60.0, 780.0), ("Total to be paid 1.512,50 EUR", 60.0, 600.0))


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    box = Box(BoxSettings(), TASKS)
    yield Reader(box, ReadingSettings())
    box.close()


def words_of(pdf: bytes, number: int = 1) -> tuple[str, pdfium.PdfTextPage, tuple[float, float]]:
    page = pdfium.PdfDocument(pdf)[number - 1]
    text = page.get_textpage()
    return text.get_text_range(), text, page.get_size()


def place(pdf: bytes, wanted: str, number: int = 1) -> tuple[float, float, float, float]:
    """Return where a word stands in a PDF, as fractions from the top left."""
    text, page, (width, height) = words_of(pdf, number)
    at = text.index(wanted)
    boxes = [page.get_charbox(index, loose=True) for index in range(at, at + len(wanted))]
    left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
    bottom, top = min(box[1] for box in boxes), max(box[3] for box in boxes)
    return left / width, 1 - top / height, right / width, 1 - bottom / height


def made_by_hand(*words: Word, turned: int = 0) -> Reading:
    page = Page(number=1, width=1240, height=1000, source=PageSource.OCR, words=words, turned=turned)
    return Reading(media_type=MediaType.PNG, engine="tesserocr", pages=(page,), page_count=1)


def test_a_photo_becomes_a_pdf_whose_words_stand_where_they_were_read(reader: Reader) -> None:
    photo = papers.saved(papers.photographed(papers.drawn()))
    reading = reader.read(photo, MediaType.JPEG).reading
    copy = reader.searchable(photo, reading)
    word = max(reading.pages[0].words, key=lambda word: len(word.text))
    assert place(copy, word.text) == pytest.approx((word.x0, word.y0, word.x1, word.y1), abs=0.006)
    found = words_of(copy)[0].split()
    assert [word.text for word in reading.pages[0].words] == found


def test_a_page_with_a_text_of_its_own_stays_as_it_is(reader: Reader) -> None:
    scan = pdfium.PdfDocument(papers.scanned_pdf(papers.drawn()))
    mixed = pdfium.PdfDocument(papers.text_pdf(TEXT))
    mixed.import_pages(scan)
    content = saved(mixed)
    reading = reader.read(content, MediaType.PDF).reading
    assert [page.source for page in reading.pages] == [PageSource.TEXT_LAYER, PageSource.OCR]
    copy = reader.searchable(content, reading)
    assert place(copy, "2026-0417") == pytest.approx(place(content, "2026-0417"), abs=0.001)
    assert "Golden Crust" in words_of(copy, 2)[0]
    assert len(pdfium.PdfDocument(copy)) == 2


def saved(document: pdfium.PdfDocument) -> bytes:
    with io.BytesIO() as file:
        document.save(file)
        return file.getvalue()


@pytest.mark.parametrize("text", ["Plătește", "Straße", "Überweisungsträger", "TVA:", "€1.234,50", "Ŝ𝄞x"])
def test_every_language_can_be_searched(reader: Reader, text: str) -> None:
    picture = papers.saved(papers.drawn(), "PNG")
    copy = reader.searchable(picture, made_by_hand(Word(text, 0.2, 0.2, 0.5, 0.23)))
    assert words_of(copy)[0].strip() == text


def test_the_words_are_not_seen(reader: Reader) -> None:
    white = papers.saved(Image.new("L", (1240, 1000), 255), "PNG")
    copy = reader.searchable(white, made_by_hand(Word("INVISIBLE", 0.1, 0.1, 0.9, 0.5)))
    assert pdfium.PdfDocument(copy)[0].render().to_pil().convert("L").getextrema() == (255, 255)


def test_a_picture_that_was_turned_is_upright_in_its_copy(reader: Reader) -> None:
    lying = papers.saved(papers.drawn().transpose(Image.Transpose.ROTATE_90), "PNG")
    copy = reader.searchable(lying, made_by_hand(Word("x", 0.1, 0.1, 0.2, 0.2), turned=90))
    width, height = words_of(copy)[2]
    assert width / height == pytest.approx(1240 / 1000, abs=0.01)
