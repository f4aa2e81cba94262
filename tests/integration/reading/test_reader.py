"""The reader end to end: real box, pdfium, poppler and tesseract, on papers drawn here."""

from __future__ import annotations

import ctypes
import io
import mmap
from collections.abc import Iterator

import papers_reading as papers
import pytest
from PIL import Image
from pypdfium2 import raw

from mailroom import errors
from mailroom.config import BoxSettings, ReadingSettings
from mailroom.domain.document import FieldName
from mailroom.domain.message import MediaType
from mailroom.domain.reading import Page, PageSource
from mailroom.reading import pdf
from mailroom.reading.box import Box
from mailroom.reading.read import TASKS, Reader

TEXT = (
    ("Invoice 2026-0417", 60.0, 780.0),
    ("Seller: Bakery The Golden Crust", 60.0, 740.0),
    ("VAT BE 0403.170.701", 60.0, 720.0),
    ("Total", 60.0, 600.0),
    ("1.512,50 EUR", 420.0, 600.0),
)


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    made = Box(BoxSettings(), TASKS)
    yield made
    made.close()


@pytest.fixture(scope="module")
def reader(box: Box) -> Reader:
    return Reader(box, ReadingSettings())


def rows(page: Page) -> list[str]:
    return page.text().splitlines()


def found(page: Page, lines: tuple[str, ...] = papers.LINES) -> int:
    read = page.text().replace(" ", "")
    return sum(line.replace(" ", "") in read for line in lines)


def test_a_text_layer_is_read_and_not_drawn_for_ocr(reader: Reader) -> None:
    result = reader.read(papers.text_pdf(TEXT), MediaType.PDF, "invoice.pdf")
    (page,) = result.reading.pages
    assert (page.source, page.engine, result.reading.engine) == (PageSource.TEXT_LAYER, "pypdfium2", "pypdfium2")
    assert rows(page)[0] == "Invoice 2026-0417"
    assert rows(page)[-1] == "Total 1.512,50 EUR"
    assert (page.width, page.height) == (595, 842)


def test_the_places_of_words_are_fractions_from_the_top_left(reader: Reader) -> None:
    (page,) = reader.read(papers.text_pdf(TEXT), MediaType.PDF).reading.pages
    word = next(word for word in page.words if word.text == "1.512,50")
    assert word.x0 == pytest.approx(420 / 595, abs=0.005)
    assert word.y0 < 1 - 600 / 842 < word.y1 + 0.003


def test_a_sign_beyond_16_bits_moves_no_other_word(reader: Reader) -> None:
    """pdfium counts such a sign as two characters; it is nobody's text."""
    mapping = (
        b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange "
        b"2 beginbfrange <20> <59> <0020> <61> <7A> <0061> endbfrange 1 beginbfchar <5A> <D83DDE00> endbfchar endcmap"
    )
    stream = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(mapping), mapping)
    content = b"BT /F1 11 Tf 1 0 0 1 60 700 Tm (Thanks Z for paying) Tj ET"
    encoding = b"/Encoding /WinAnsiEncoding"
    pdf = papers.pdf_of([content], extra=[stream]).replace(encoding, b"/ToUnicode 4 0 R".ljust(len(encoding)))
    (page,) = reader.read(pdf, MediaType.PDF).reading.pages
    assert [word.text for word in page.words] == ["Thanks", "for", "paying"]
    assert [word.x0 for word in page.words] == sorted(word.x0 for word in page.words)


def test_a_hyphen_at_the_end_of_a_line_stays_one(reader: Reader) -> None:
    (page,) = reader.read(
        papers.text_pdf((("Druckerei-", 60, 700), ("zubehör 12,50", 60, 686))), MediaType.PDF
    ).reading.pages
    assert rows(page) == ["Druckerei-", "zubehör 12,50"]


def test_a_picture_inside_a_form_is_seen_with_the_text_on_it(reader: Reader) -> None:
    """Fewer letters than a page has, over a picture that fills it: the letters are a stamp, the page is a scan."""
    stamp = b"BT /F1 11 Tf 1 0 0 1 60 20 Tm (Page 1) Tj ET"
    scan = papers.saved(papers.drawn(size=(1240, 1754)))
    picture = (
        b"<< /Type /XObject /Subtype /Image /Width 1240 /Height 1754 /ColorSpace /DeviceGray /BitsPerComponent 8 "
        b"/Filter /DCTDecode /Length %d >>\nstream\n%s\nendstream" % (len(scan), scan)
    )
    shown = b"q 595 0 0 842 0 0 cm /Im0 Do Q"
    form = (
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /Im0 4 0 R >> >> "
        b"/Length %d >>\nstream\n%s\nendstream" % (len(shown), shown)
    )
    pdf = papers.pdf_of([b"/Fm0 Do " + stamp], extra=[picture, form], xobjects="/Fm0 5 0 R")
    (page,) = reader.read(pdf, MediaType.PDF).reading.pages
    assert page.source is PageSource.OCR
    assert found(page) == len(papers.LINES)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_its_pdf_turns_has_places_as_people_see_it(reader: Reader, turn: int) -> None:
    result = reader.read(papers.text_pdf(TEXT, page_keys=f"/Rotate {turn}"), MediaType.PDF)
    (page,) = result.reading.pages
    preview = Image.open(io.BytesIO(result.previews[0])).convert("L")
    for word in page.words:
        box = (word.x0 * preview.width, word.y0 * preview.height, word.x1 * preview.width, word.y1 * preview.height)
        assert preview.crop(tuple(map(round, box))).getextrema()[0] < 150  # type: ignore[arg-type,operator]


def test_a_cropped_page_has_places_of_the_part_that_is_shown(reader: Reader) -> None:
    cropped = papers.text_pdf(TEXT, page_keys="/CropBox [50 400 595 842]")
    (page,) = reader.read(cropped, MediaType.PDF).reading.pages
    word = next(word for word in page.words if word.text == "Total")
    assert word.x0 == pytest.approx(10 / 545, abs=0.005)
    assert (page.width, page.height) == (545, 442)


def test_every_page_has_a_small_preview(reader: Reader) -> None:
    result = reader.read(papers.text_pdf(*[TEXT] * 11), MediaType.PDF)
    assert [page.number for page in result.reading.pages] == list(range(1, 12))
    assert len(result.previews) == 11
    assert {Image.open(io.BytesIO(p)).size for p in result.previews} == {(662, 936)}


def test_without_previews_the_same_is_read(reader: Reader, box: Box) -> None:
    paper = papers.text_pdf(*[TEXT] * 11)
    bare = Reader(box, ReadingSettings(), previews=False).read(paper, MediaType.PDF)
    assert bare.reading == reader.read(paper, MediaType.PDF).reading
    assert bare.previews == []


def test_pages_beyond_the_limit_are_left_out_with_a_word(box: Box) -> None:
    reading = Reader(box, ReadingSettings(max_pages=2)).read(papers.text_pdf(*[TEXT] * 3), MediaType.PDF).reading
    assert (len(reading.pages), reading.page_count) == (2, 3)
    assert [problem.code for problem in reading.problems] == ["pages_left_out"]


def test_a_scan_is_read_by_ocr_on_the_pages_that_need_it(reader: Reader) -> None:
    scan = papers.scanned_pdf(papers.drawn(), papers.drawn(papers.LINES[:4]))
    result = reader.read(scan, MediaType.PDF)
    assert [page.source for page in result.reading.pages] == [PageSource.OCR, PageSource.OCR]
    assert result.reading.engine == "pypdfium2+tesserocr"
    assert found(result.reading.pages[0]) >= 8
    assert found(result.reading.pages[1]) >= 3
    assert len(result.previews) == 2


def test_a_slightly_crooked_scan_keeps_its_lines(reader: Reader) -> None:
    crooked = papers.drawn().rotate(1.2, Image.Resampling.BICUBIC, fillcolor=255)
    (page,) = reader.read(papers.scanned_pdf(crooked), MediaType.PDF).reading.pages
    assert found(page) >= 8
    total = next(word for word in page.words if word.text == "EUR")
    assert [word.text for word in page.words if word.line == total.line][:3] == ["Total", "to", "pay"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_is_read(reader: Reader, kind: str) -> None:
    media_type = MediaType.JPEG if kind == "JPEG" else MediaType.PNG
    result = reader.read(papers.saved(papers.drawn(), kind), media_type)
    assert found(result.reading.pages[0]) >= 8
    assert result.reading.page_count == len(result.previews) == 1


def test_a_photo_on_a_table_in_half_shadow_is_read(reader: Reader) -> None:
    photo = papers.photographed(papers.drawn(paper=240))
    (page,) = reader.read(papers.saved(photo, quality=85), MediaType.JPEG).reading.pages
    assert found(page) >= 7
    assert page.width < photo.width - 200  # the table is cut away


def test_a_photo_is_turned_as_its_exif_says(reader: Reader) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn by 90 degrees clockwise to look at it
    sideways = papers.drawn().transpose(Image.Transpose.ROTATE_90)
    (page,) = reader.read(papers.saved(sideways, exif=exif), MediaType.JPEG).reading.pages
    assert (found(page) >= 8, page.turned) == (True, 0)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_lies_on_its_side_is_turned(reader: Reader, turn: int) -> None:
    turns = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
    result = reader.read(papers.saved(papers.drawn().transpose(turns[turn])), MediaType.JPEG)
    (page,) = result.reading.pages
    assert (found(page) >= 8, page.turned) == (True, turn)
    preview = Image.open(io.BytesIO(result.previews[0]))
    assert preview.width > preview.height


def test_transparent_parts_of_a_png_are_paper(reader: Reader) -> None:
    ink = papers.drawn()
    clear = Image.new("RGBA", ink.size, (0, 0, 0, 0))
    clear.putalpha(ink.point([255 - value for value in range(256)]))
    (page,) = reader.read(papers.saved(clear, "PNG"), MediaType.PNG).reading.pages
    assert found(page) >= 8


def test_of_a_truncated_photo_the_part_that_is_there_is_read(reader: Reader) -> None:
    whole = papers.saved(papers.drawn())
    reading = reader.read(whole[: len(whole) * 6 // 10], MediaType.JPEG).reading
    assert found(reading.pages[0]) >= 3
    assert [problem.code for problem in reading.problems] == ["picture_truncated"]


def test_an_encrypted_pdf_that_anybody_may_open_is_read(reader: Reader) -> None:
    (page,) = reader.read(papers.encrypted_pdf(TEXT, ""), MediaType.PDF).reading.pages
    assert rows(page)[0] == "Invoice 2026-0417"


@pytest.mark.parametrize(
    ("content", "media_type", "error"),
    [
        (papers.encrypted_pdf(TEXT, "secret"), MediaType.PDF, errors.PasswordProtected),
        (b"%PDF-1.4 and nothing more", MediaType.PDF, errors.Damaged),
        (papers.pdf_of([]), MediaType.PDF, errors.Damaged),
        (papers.pdf_of([b"", b""]), MediaType.PDF, errors.BlankPages),
        (papers.scanned_pdf(papers.drawn(())), MediaType.PDF, errors.BlankPages),
        (papers.saved(papers.drawn(())), MediaType.JPEG, errors.BlankPages),
        (papers.saved(Image.new("L", (1, 1)), "PNG"), MediaType.PNG, errors.BlankPages),
        (papers.saved(papers.drawn())[:300], MediaType.JPEG, errors.Damaged),
        (b"\x89PNG\r\n\x1a\n and then nonsense", MediaType.PNG, errors.Damaged),
        (papers.saved(Image.new("1", (20_000, 20_000)), "PNG"), MediaType.PNG, errors.TooManyPages),
        (b"<html/>", MediaType.XML, errors.UnknownXml),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', MediaType.XML, errors.ForbiddenXml),
        (
            b'<!DOCTYPE Invoice><Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>',
            MediaType.XML,
            errors.ForbiddenXml,
        ),
        (b"PK\x03\x04", MediaType.ZIP, errors.UnsupportedType),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_what_cannot_be_read_is_named(
    reader: Reader, content: bytes, media_type: MediaType, error: type[errors.MailroomError]
) -> None:
    with pytest.raises(errors.MailroomError) as caught:
        reader.read(content, media_type)
    assert type(caught.value) is error


def test_a_huge_page_is_drawn_small_enough(reader: Reader) -> None:
    image = papers.saved(papers.drawn(), "PDF", resolution=4)  # 310 x 250 inches
    (page,) = reader.read(image, MediaType.PDF).reading.pages
    assert found(page) >= 7


def test_a_language_that_is_missing_is_named_and_the_others_go_on(box: Box) -> None:
    reader = Reader(box, ReadingSettings(languages="eng+tlh"))
    reading = reader.read(papers.saved(papers.drawn()), MediaType.JPEG).reading
    assert found(reading.pages[0]) >= 8
    assert [(problem.code, problem.facts) for problem in reading.problems] == [
        ("language_missing", {"language": "tlh", "package": "tesseract-ocr-tlh"})
    ]


def test_without_any_language_the_packages_are_named(box: Box) -> None:
    with pytest.raises(errors.MissingProgram, match="apt install tesseract-ocr-tlh"):
        Reader(box, ReadingSettings(languages="tlh")).read(papers.saved(papers.drawn()), MediaType.JPEG)


UBL = b"""<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
  xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
  xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <cbc:ID>2026-0417</cbc:ID><cbc:IssueDate>2026-11-21</cbc:IssueDate>
  <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
  <cac:LegalMonetaryTotal><cbc:PayableAmount currencyID="EUR">1512.50</cbc:PayableAmount></cac:LegalMonetaryTotal>
</Invoice>"""


def test_an_e_invoice_is_read_as_terms(reader: Reader) -> None:
    reading = reader.read(UBL, MediaType.XML).reading
    assert (reading.engine, reading.syntax, reading.pages) == ("xml", "ubl", ())
    assert reading.structured[FieldName.INVOICE_NUMBER].value == "2026-0417"
    assert reading.structured[FieldName.PAYABLE_AMOUNT].term == "BT-115"


@pytest.mark.parametrize("large_pages", [True, False])
@pytest.mark.parametrize("dpi", [3, 81])
def test_the_pixels_of_a_preview_lie_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch, dpi: int, large_pages: bool
) -> None:
    if not large_pages:
        monkeypatch.setattr(mmap, "MADV_HUGEPAGE", -1)  # what a kernel without them does not know
    page = pdf.open_page(pdf.open_pdf(papers.text_pdf(papers.PAGE)), 1)
    drawn = pdf.draw(page, dpi, 2_000_000)
    assert drawn.stride == 4 * drawn.width
    assert len(memoryview(drawn.buffer)) == 4 * drawn.width * drawn.height
    colours = drawn.to_pil().convert("RGB").tobytes()
    assert colours.startswith(b"\xff\xff\xff" * drawn.width)  # the edge of the paper
    assert min(colours) < 0xF0  # the text


def test_what_is_asked_of_every_character_is_what_the_binding_says() -> None:
    text = pdf.open_page(pdf.open_pdf(papers.text_pdf(papers.PAGE)), 1).get_textpage()
    count, box = text.count_chars(), raw.FS_RECTF()
    every = range(count)
    assert count > 100
    assert pdf._of_each(pdf._unicode, text, count) == [raw.FPDFText_GetUnicode(text, i) for i in every]
    assert pdf._of_each(pdf._has_no_unicode, text, count) == [raw.FPDFText_HasUnicodeMapError(text, i) for i in every]
    boxes = (raw.FS_RECTF * count)()
    start, size = ctypes.addressof(boxes), ctypes.sizeof(box)
    have = pdf._of_each(pdf._loose_box, text, count, range(start, start + count * size, size))
    for i in every:
        assert raw.FPDFText_GetLooseCharBox(text, i, box) == have[i]
        assert bytes(boxes[i]) == bytes(box)
