"""Does the picture of a page show what its text layer says? For the few places on which money depends.

Runs in the boxed child only. A text layer and its picture can say different things: words under a scan, under a
rectangle, in white, in a font whose signs are called otherwise. People see the picture; so it is looked at as people
see it, annotations and form fields drawn. `looks_right` looks at the digits only, for a millisecond; `read_spots` asks
OCR (docs/decisions/text-and-picture.md).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import pypdfium2 as pdfium
from PIL import Image, ImageOps, ImageStat

from mailroom.reading import engines, pdf
from mailroom.reading.agreement import NO_INK, Glimpse, Verdict, agrees, digits, judge
from mailroom.reading.digits import features, inked, looks_like
from mailroom.reading.frames import JSON
from mailroom.reading.seen import Seen
from mailroom.reading.tasks import prepare_ocr_page

if TYPE_CHECKING:
    from mailroom.reading.engines import OcrEngine

_DPI = 200
_READINGS = ((250, 0.12), (300, 0.15), (200, 0.2))
"""Resolution, and the margin round the words in their height, of each time that OCR reads a place."""
_WIDE = ((200, 0.4), (300, 0.3))
"""The same of readings that see more than the place: the words of hidden text stand a little beside what they mean."""
_SMALLEST = 0.003
"""Height of words, of the page's longer edge, under which nobody reads them: 2.5 points on A4."""
_MOST_PIXELS = 4_000_000
_DIGITS = frozenset("0123456789")
_FRAME = 12
"""Pixels of white round what OCR reads: it leaves out signs at an edge."""
_EDGE, _DARK = 2, 160
"""Pixels at the left and right edge of a place in which grey darker than this means that a sign may be cut."""

Answer = tuple[JSON, list[bytes]]


class _View(NamedTuple):
    """A piece of a page as people see it, dark on light, and how fractions of the page become its pixels."""

    image: Image.Image
    width: int
    height: int
    left: int
    top: int

    def box(self, sign: Seen) -> tuple[int, int, int, int]:
        """Return the place of one sign or word in the picture."""
        left, top = math.floor(sign.x0 * self.width) - self.left, math.floor(sign.y0 * self.height) - self.top
        right, bottom = math.ceil(sign.x1 * self.width) - self.left, math.ceil(sign.y1 * self.height) - self.top
        return left, top, max(right, left + 1), max(bottom, top + 1)


def prepare_looks_right(_: JSON) -> None:
    """Have the weights of the look unpacked in the server."""
    looks_like(features(*inked(Image.linear_gradient("L")), (0, 0, 256, 256)), "0")


def looks_right(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    """Tell of each of `spots` (page, words with boxes) whether its digits look like what the text says."""
    return look(pdf.open_pdf(blobs[0]), {}, arguments["spots"])


def look(document: pdfium.PdfDocument, pages: Mapping[int, pdfium.PdfPage], spots: Sequence[dict[str, Any]]) -> Answer:
    """Tell the same of an open document, some of whose `pages` are open, too."""
    opened: dict[int, tuple[pdfium.PdfPage, pdf.Letters]] = {}
    told: list[JSON] = []
    for spot in spots:
        number, words = spot["page"], [Seen(*word) for word in spot["words"]]
        if number not in opened:
            page = pages[number] if number in pages else pdf.open_page(document, number)
            opened[number] = page, pdf.Letters(page)
        told.append(_looks_right(*opened[number], words))
    return {"right": told}, []


def _looks_right(page: pdfium.PdfPage, letters: pdf.Letters, words: Sequence[Seen]) -> bool:
    view = _view(page, _DPI, words, margin=0.1)
    if view is None:
        return False
    ink = inked(view.image)
    for word in words:
        if not digits(word.text):
            continue
        signs = [sign for sign in letters.of(word) if sign.text in _DIGITS]
        if not signs or not all(looks_like(features(*ink, view.box(sign)), sign.text) for sign in signs):
            return False
    return True


def _view(page: pdfium.PdfPage, dpi: int, words: Sequence[Seen], *, margin: float) -> _View | None:
    """Draw the place of some words, dark on light; None where it is too small to be seen or too large to be one."""
    width, height = page.get_size()
    scale = dpi / 72
    whole = math.ceil(width * scale), math.ceil(height * scale)
    tall = max(word.height for word in words) * whole[1]
    around = margin * tall
    left = max(0, math.floor(min(word.x0 for word in words) * whole[0] - around))
    top = max(0, math.floor(min(word.y0 for word in words) * whole[1] - around))
    right = min(whole[0], math.ceil(max(word.x1 for word in words) * whole[0] + around))
    bottom = min(whole[1], math.ceil(max(word.y1 for word in words) * whole[1] + around))
    if tall < _SMALLEST * max(whole) or not 0 < (right - left) * (bottom - top) <= _MOST_PIXELS:
        return None
    cut = (left, whole[1] - bottom, whole[0] - right, top)
    crop = tuple(max(0.0, (pixels - 0.01) / scale) for pixels in cut)  # pdfium's binding rounds up
    image = page.render(scale=scale, crop=crop, grayscale=True).to_pil().convert("L")
    if ImageStat.Stat(image).median[0] < 128:
        image = ImageOps.invert(image)
    return _View(image, whole[0], whole[1], left, top)


def prepare_read_spots(settings: JSON) -> None:
    """Have the OCR engine ready, as for a whole page."""
    prepare_ocr_page(settings)


def read_spots(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    """Say of each of `spots` what the picture shows there: the verdict, and the words of the surest reading.

    `hidden` are words that are not drawn at all: a scanner wrote them where it thought that they stand.
    """
    settings, document = arguments["settings"], pdf.open_pdf(blobs[0])
    engine = engines.ocr_engine(settings["ocr"])
    languages, _ = engines.usable_languages(engine, settings["languages"])
    pages: dict[int, pdfium.PdfPage] = {}  # an open page keeps its pictures decoded
    told: list[JSON] = []
    for spot in arguments["spots"]:
        number, words = spot["page"], [Seen(*word) for word in spot["words"]]
        if number not in pages:
            pages[number] = pdf.open_page(document, number)
        page = pages[number]
        verdict, shown = _read(page, words, engine, languages)
        letters = pdf.Letters(page)
        hidden = any(letters.is_hidden(word) for word in words)
        told.append({"verdict": verdict.value, "shown": shown, "hidden": hidden})
    return {"spots": told}, []


def _read(page: pdfium.PdfPage, words: Sequence[Seen], engine: OcrEngine, languages: str) -> tuple[Verdict, str]:
    said = " ".join(word.text for word in words)
    glimpses: list[Glimpse] = []
    ink = 0.0
    for dpi, margin in (*_READINGS, *_WIDE):
        view = _view(page, dpi, words, margin=margin)
        if view is None:
            return Verdict.ABSENT, ""
        ink = max(ink, *(_ink(view, word) for word in words))
        if ink < NO_INK:  # OCR reads what people do not see
            return Verdict.ABSENT, ""
        glimpses.append(_glimpse(view, engine, languages, dpi))
        if agrees(said, glimpses[-1].text):
            return Verdict.SAME, said
    narrow = len(_READINGS)
    return judge(said, glimpses[:narrow], ink=ink, wide=glimpses[narrow:])


def _ink(view: _View, word: Seen) -> float:
    """Return how much the grey of a word's own place differs, without what stands round it."""
    return float(ImageStat.Stat(view.image.crop(view.box(word))).stddev[0])


def _glimpse(view: _View, engine: OcrEngine, languages: str, dpi: int) -> Glimpse:
    framed = ImageOps.expand(ImageOps.autocontrast(view.image), border=_FRAME, fill=255)
    lines = engine.read(framed, languages, dpi, one_block=True)
    middle = framed.height / 2
    seen = [word for line in lines for word in line if word.y0 < middle < word.y1]  # not of the lines above and below
    edges = [view.image.crop((x, 0, x + _EDGE, view.image.height)) for x in (0, view.image.width - _EDGE)]
    cut = any(sum(edge.histogram()[:_DARK]) > 0 for edge in edges)
    figures = [word for word in seen if digits(word.text)] or seen
    sure = min((word.confidence for word in figures), default=0.0)
    return Glimpse(" ".join(word.text for word in seen), sure, cut)
