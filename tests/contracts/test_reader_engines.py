"""One suite for every pair of engines: whichever is set, the same paper gives the same reading."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import papers_reading as papers
import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageChops

from mailroom.config import BoxSettings, ReadingSettings
from mailroom.domain.message import MediaType
from mailroom.reading import engines
from mailroom.reading.box import Box
from mailroom.reading.read import TASKS, Reader

PAIRS = list(itertools.product(engines.OCR_NAMES, engines.RENDER_NAMES))


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    made = Box(BoxSettings(), TASKS)
    yield made
    made.close()


@pytest.fixture(params=PAIRS, ids="+".join)
def pair(request: pytest.FixtureRequest) -> tuple[str, str]:
    chosen: tuple[str, str] = request.param
    return chosen


@pytest.fixture
def reader(box: Box, pair: tuple[str, str]) -> Reader:
    ocr, render = pair
    return Reader(box, ReadingSettings.model_validate({"ocr": ocr, "render": render}))


def test_a_scanned_page_gives_its_words_places_and_engines(reader: Reader, pair: tuple[str, str]) -> None:
    result = reader.read(papers.scanned_pdf(papers.drawn()), MediaType.PDF)
    (page,) = result.reading.pages
    assert page.engine == f"{pair[1]}+{pair[0]}"
    read = page.text().replace(" ", "")
    assert sum(line.replace(" ", "") in read for line in papers.LINES) >= 8
    total = next(word for word in page.words if word.text == "1.512,50")
    assert total.y0 == pytest.approx(735 / 1000, abs=0.03)
    assert total.confidence > 0.5
    assert (page.width, page.height) == pytest.approx((1240 / 150 * 72, 1000 / 150 * 72), abs=1)
    assert len(result.previews) == 1


def test_a_page_on_its_side_is_turned(reader: Reader) -> None:
    sideways = papers.drawn().transpose(Image.Transpose.ROTATE_90)
    (page,) = reader.read(papers.scanned_pdf(sideways), MediaType.PDF).reading.pages
    assert page.turned == 90
    assert "1.512,50" in page.text()
    assert page.width > page.height


def test_a_page_without_words_has_none(reader: Reader) -> None:
    lined = papers.drawn(())
    lined.paste(0, (100, 400, 1140, 404))
    lined.paste(0, (100, 600, 1140, 604))
    (page,) = reader.read(papers.scanned_pdf(lined), MediaType.PDF).reading.pages
    assert len(page.words) <= 2


@pytest.mark.parametrize("name", engines.RENDER_NAMES)
def test_a_renderer_says_that_it_cannot_draw(name: str) -> None:
    renderer = engines.page_renderers(name)[0]
    assert renderer.name == name
    with pytest.raises(engines.CannotRender):
        renderer.render(b"%PDF-1.4 and nothing more", 1, 100, grey=True)


@pytest.mark.parametrize("name", engines.RENDER_NAMES)
@pytest.mark.parametrize("grey", [True, False])
def test_a_renderer_gives_the_size_and_mode_that_were_asked_for(name: str, grey: bool) -> None:
    image = engines.page_renderers(name)[0].render(papers.text_pdf(()), 1, 72, grey=grey)
    assert image.mode == ("L" if grey else "RGB")
    assert image.size == pytest.approx((595, 842), abs=1)


@pytest.mark.parametrize("name", engines.OCR_NAMES)
def test_an_ocr_engine_knows_its_languages(name: str) -> None:
    assert engines.ocr_engine(name).installed() >= {"nld", "fra", "deu", "eng", "ron"}


@pytest.mark.parametrize(
    "written", ["", "3 Tr", "0 Tr"], ids=["a scan", "a scan with unseen text", "letters over a scan"]
)
def test_pdfium_draws_a_page_in_its_own_grey_or_one_that_is_equal_to_it(written: str) -> None:
    """Of a page that is a picture, colours are drawn and made grey, because it costs half."""
    scan = papers.saved(Image.merge("RGB", [papers.drawn(size=(620, 500), paper=level) for level in (250, 240, 200)]))
    picture = (
        b"<< /Type /XObject /Subtype /Image /Width 620 /Height 500 /ColorSpace /DeviceRGB /BitsPerComponent 8 "
        b"/Filter /DCTDecode /Length %d >>\nstream\n%s\nendstream" % (len(scan), scan)
    )
    letters = f"BT /F1 40 Tf {written} 60 60 Td (Invoice) Tj ET".encode() if written else b""
    content = b"q 595 0 0 480 0 0 cm /Im0 Do Q " + letters
    pdf = papers.pdf_of([content], size=(595, 480), extra=[picture], xobjects="/Im0 4 0 R")
    own = pdfium.PdfDocument(pdf)[0].render(scale=150 / 72, grayscale=True).to_pil()
    drawn = engines.page_renderers("pypdfium2")[0].render(pdf, 1, 150, grey=True)
    assert drawn.size == own.size
    assert max(high for _, high in ImageChops.difference(drawn, own).convert("RGB").getextrema()) <= 3
