"""A PDF by pdfium: opening it, the words of its text layer, what else stands on a page.

Runs in the boxed child only. Does not judge the text (text_quality.py) and does not draw for OCR (raster_*.py).
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from math import sin
from typing import TYPE_CHECKING

import pypdfium2 as pdfium
from pypdfium2 import raw

from mailroom.errors import Damaged, PasswordProtected
from mailroom.reading.seen import Seen, in_lines, scaled

if TYPE_CHECKING:
    from PIL.Image import Image

_FINE = 1 << 20
"""Device units along a page when its transformation is asked for: pdfium answers in whole numbers."""
_MOST_CHARACTERS = 400_000
_OBJECT_DEPTH = 3
_MOST_OBJECTS = 2_000
_CODE_EDGE = 35
"""Points along an edge, at least, of a picture that holds a QR code: 12 mm."""
_CODE_STROKES = 300
"""Strokes that a QR code of the smallest kind takes, at least, where it is drawn."""


@dataclass(frozen=True)
class TextLayer:
    """The words that a page says it has, and what speaks for or against them."""

    words: list[Seen]
    characters: int
    unmapped: int
    """Characters for which the font gives no Unicode value."""
    picture_share: float
    """Part of the page that its pictures cover, 0 to 1."""
    drawings: int
    """Shapes that are drawn on the page; letters that were turned into outlines are shapes."""
    may_show_code: bool
    """Whether a picture or enough strokes for a QR code stand on the page."""


def open_pdf(content: bytes) -> pdfium.PdfDocument:
    """Open a PDF. An empty user password opens it without a word.

    Raises:
        PasswordProtected: it wants a password.
        Damaged: it is no PDF, or too broken, or has no page.
    """
    try:
        document = pdfium.PdfDocument(content)
        pages = len(document)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise PasswordProtected("the PDF wants a password") from error
        raise Damaged(f"pdfium cannot open the PDF: {error}") from error
    if pages == 0:
        raise Damaged("the PDF has no page")
    if document.get_formtype() != raw.FORMTYPE_NONE:
        document.init_forms()
    return document


def open_page(document: pdfium.PdfDocument, number: int) -> pdfium.PdfPage:
    """Open page `number` (from 1), with what was typed into its form fields made part of the page.

    Raises:
        pdfium.PdfiumError: the page is broken.
    """
    page = document[number - 1]
    if document.formenv is not None:
        page.flatten()  # a text layer has no form values before this
        page.close()
        page = document[number - 1]
    return page


def text_layer(page: pdfium.PdfPage) -> TextLayer:
    """Return the words of a page's text layer, in lines, with boxes as fractions of the page as people see it."""
    text = page.get_textpage()
    count = min(text.count_chars(), _MOST_CHARACTERS)
    words = list(_words(text, count)) if count > 0 else []
    words = scaled(_as_seen(page, words), _FINE, _FINE)
    pictures, (drawings, strokes) = _pictures(page), _drawings(page)
    return TextLayer(
        words=in_lines([word] for word in _once(words)),
        characters=sum(len(word.text) for word in words),
        unmapped=sum(raw.FPDFText_HasUnicodeMapError(text, index) > 0 for index in range(count)),
        picture_share=_share(page, pictures),
        drawings=drawings,
        may_show_code=strokes >= _CODE_STROKES or any(_may_be_code(x1 - x0, y1 - y0) for x0, y0, x1, y1 in pictures),
    )


def _words(text: pdfium.PdfTextPage, count: int) -> Iterator[Seen]:
    """Cut the characters into words at white space, and where the next one stands elsewhere. Units: the PDF's own."""
    box = raw.FS_RECTF()
    letters: list[str] = []
    left = bottom = right = top = 0.0
    for index in range(count):
        letter = _letter(raw.FPDFText_GetUnicode(text, index))
        has_box = raw.FPDFText_GetLooseCharBox(text, index, box)
        apart = bool(letters) and has_box and _is_elsewhere(box, left, bottom, right, top)
        ends = letter.isspace() or (apart and not _climbs(text, index, box, (left, bottom, right, top)))
        if ends and letters:
            yield Seen("".join(letters), left, bottom, right, top)
            letters = []
        if not letter or letter.isspace() or not has_box:
            continue
        if letters:
            left, right = min(left, box.left), max(right, box.right)
            bottom, top = min(bottom, box.bottom), max(top, box.top)
        else:
            left, bottom, right, top = box.left, box.bottom, box.right, box.top
        letters.append(letter)
    if letters:
        yield Seen("".join(letters), left, bottom, right, top)


def _letter(code: int) -> str:
    # pdfium writes a hyphen at a line's end as U+0002; other control signs and halves of pairs are nobody's text.
    if code == 2:
        return "-"
    if code < 32 or code in (0x7F, 0xA0, 0xAD, 0xFEFF, 0xFFFE, 0xFFFF) or 0x200B <= code <= 0x200F:
        return "" if code in (0xAD, 0xFEFF) or 0x200B <= code <= 0x200F else " "
    return "" if 0xD800 <= code <= 0xDFFF else chr(code)


def _is_elsewhere(box: raw.FS_RECTF, left: float, bottom: float, right: float, top: float) -> bool:
    """Tell whether a character stands apart from the word before it, though no white space parts them."""
    size = max(0.1, min(top - bottom, right - left))
    beside: bool = box.left > right + 0.7 * size or box.right < left - 0.7 * size
    above: bool = box.bottom > top or box.top < bottom
    return beside or above


def _climbs(text: pdfium.PdfTextPage, index: int, box: raw.FS_RECTF, word: tuple[float, float, float, float]) -> bool:
    """Tell whether a character goes on a word that is written up or down the edge of the paper."""
    left, bottom, right, top = word
    shared = min(box.right, right) - max(box.left, left)
    gap = max(box.bottom - top, bottom - box.top)
    if shared < 0.7 * (right - left) or gap > 0.5 * (box.right - box.left):
        return False
    return abs(sin(raw.FPDFText_GetCharAngle(text, index))) > 0.9


def _as_seen(page: pdfium.PdfPage, words: list[Seen]) -> Iterator[Seen]:
    """Turn PDF coordinates into `_FINE` units of the page as it is shown: cropped, turned, origin top left."""
    a, b, c, d, e, f = _transformation(page)
    for word in words:
        xs = (a * word.x0 + c * word.y0 + e, a * word.x1 + c * word.y1 + e)
        ys = (b * word.x0 + d * word.y0 + f, b * word.x1 + d * word.y1 + f)
        yield word._replace(x0=min(xs), y0=min(ys), x1=max(xs), y1=max(ys))


def _transformation(page: pdfium.PdfPage) -> tuple[float, float, float, float, float, float]:
    width, height = page.get_size()
    far = max(1.0, width, height)
    origin, along, up = _device(page, 0, 0), _device(page, far, 0), _device(page, 0, far)
    return (
        (along[0] - origin[0]) / far,
        (along[1] - origin[1]) / far,
        (up[0] - origin[0]) / far,
        (up[1] - origin[1]) / far,
        origin[0],
        origin[1],
    )


def _device(page: pdfium.PdfPage, x: float, y: float) -> tuple[int, int]:
    device_x, device_y = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page, 0, 0, _FINE, _FINE, 0, x, y, device_x, device_y)
    return device_x.value, device_y.value


def _once(words: list[Seen]) -> list[Seen]:
    """Drop words that are printed twice on the same spot, as programs do to make them bold."""
    seen: set[tuple[str, int, int]] = set()
    kept = []
    for word in words:
        spot = (word.text, round(word.x0 * 200), round(word.y0 * 200))
        if spot not in seen:
            kept.append(word)
        seen.add(spot)
    return kept


def _pictures(page: pdfium.PdfPage) -> list[tuple[float, float, float, float]]:
    """Return where the pictures stand on the page, cut at its edges: left, bottom, right, top."""
    width, height = page.get_size()
    objects = page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=_OBJECT_DEPTH)
    bounds = (picture.get_bounds() for _, picture in zip(range(_MOST_OBJECTS), objects, strict=False))
    return [(max(x0, 0.0), max(y0, 0.0), min(x1, width), min(y1, height)) for x0, y0, x1, y1 in bounds]


def _share(page: pdfium.PdfPage, pictures: list[tuple[float, float, float, float]]) -> float:
    width, height = page.get_size()
    area = sum(max(0.0, x1 - x0) * max(0.0, y1 - y0) for x0, y0, x1, y1 in pictures)
    return float(min(1.0, area / max(1.0, float(width * height))))


def _may_be_code(width: float, height: float) -> bool:
    """Tell a picture that is, or holds, a QR code: square, or large. A logo is mostly wide."""
    low, high = sorted((width, height))
    return low >= _CODE_EDGE and (high <= 1.2 * low or low >= 4 * _CODE_EDGE)


def _drawings(page: pdfium.PdfPage) -> tuple[int, int]:
    """Count the shapes on the page, and the strokes that they are made of."""
    paths = page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=_OBJECT_DEPTH)
    strokes = [raw.FPDFPath_CountSegments(path) for _, path in zip(range(_MOST_OBJECTS), paths, strict=False)]
    return len(strokes), sum(strokes)


def draw(page: pdfium.PdfPage, dpi: float, most_pixels: int, *, grey: bool = False) -> Image:
    """Return a small picture of an open page: for people in colours, for codes in grey."""
    width, height = page.get_size()
    wanted = (width * dpi / 72) * (height * dpi / 72)
    scale = dpi / 72 * min(1.0, (most_pixels / max(1.0, wanted)) ** 0.5)
    picture: Image = page.render(scale=scale, grayscale=grey, rev_byteorder=True).to_pil()
    return picture.convert("L" if grey else "RGB")
