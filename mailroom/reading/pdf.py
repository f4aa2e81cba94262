"""A PDF by pdfium: opening it, the words of its text layer, what else stands on a page.

Runs in the boxed child only. Does not judge the text (text_quality.py) and does not draw for OCR (raster_*.py).
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import repeat
from math import sin
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from mailroom.errors import Damaged, PasswordProtected
from mailroom.reading.seen import Seen, in_lines, scaled

Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in the PDF's own units."""

_FINE = 1 << 20
"""Device units along a page when its transformation is asked for: pdfium answers in whole numbers."""
_MOST_CHARACTERS = 400_000
_HYPHEN = 0xFFFE
"""What pdfium's text has for a hyphen at a line's end; asked for by itself, the character says U+0002."""
_OBJECT_DEPTH = 3
_MOST_OBJECTS = 2_000
_LARGE_PAGE = 2 << 20
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
    content = _content(page)
    return TextLayer(
        words=in_lines([word] for word in _once(words)),
        characters=sum(len(word.text) for word in words),
        unmapped=sum(_of_each(_has_no_unicode, text, count)),
        picture_share=_share(page, content.pictures),
        drawings=content.drawings,
        may_show_code=content.strokes >= _CODE_STROKES
        or any(_may_be_code(x1 - x0, y1 - y0) for x0, y0, x1, y1 in content.pictures),
    )


def _of_each(function: Any, text: pdfium.PdfTextPage, count: int, *more: Iterable[int]) -> list[int]:
    """Return what one of pdfium's functions says of every character. A loop in Python would cost twice as much."""
    return list(map(function, repeat(_address(text.raw)), range(count), *more))


def _plainly(function: Any, *given: Any) -> Any:
    """Return one of pdfium's functions for a thousand calls in a row: half the cost of the binding's own.

    It takes addresses as whole numbers, and keeps Python's lock, for which nothing else in the child waits.
    """
    return ctypes.PYFUNCTYPE(ctypes.c_int, *given)(_address(function))


def _address(thing: Any) -> int:
    return ctypes.cast(thing, ctypes.c_void_p).value or 0


_loose_box = _plainly(raw.FPDFText_GetLooseCharBox, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
_has_no_unicode = _plainly(raw.FPDFText_HasUnicodeMapError, ctypes.c_void_p, ctypes.c_int)
_unicode = _plainly(raw.FPDFText_GetUnicode, ctypes.c_void_p, ctypes.c_int)


def _words(text: pdfium.PdfTextPage, count: int) -> Iterator[Seen]:
    """Cut the characters into words at white space, and where the next one stands elsewhere. Units: the PDF's own."""
    boxes = (raw.FS_RECTF * count)()
    start, size = ctypes.addressof(boxes), ctypes.sizeof(raw.FS_RECTF)
    have_box = _of_each(_loose_box, text, count, range(start, start + count * size, size))
    edges = struct.iter_unpack("4f", boxes)  # left, top, right, bottom
    letters: list[str] = []
    left = bottom = right = top = 0.0
    for index, (letter, has_box, (x0, y1, x1, y0)) in enumerate(
        zip(map(_letter, _codes(text, count)), have_box, edges, strict=True)
    ):
        is_space = letter.isspace()
        if letters:
            # Nearly every sign stands right beside the one before: that is asked first, and asked in one line.
            joins = x0 <= right + _NEAR and x1 >= left - _NEAR and y0 <= top and y1 >= bottom
            box, word = (x0, y0, x1, y1), (left, bottom, right, top)
            if is_space or (not joins and has_box and _parts(text, index, box, word)):
                yield Seen("".join(letters), left, bottom, right, top)
                letters = []
        if is_space or not letter or not has_box:
            continue
        if not letters:
            left, bottom, right, top = x0, y0, x1, y1
        elif left <= x0 and bottom <= y0 and y1 <= top:
            right = max(right, x1)
        else:
            left, bottom, right, top = min(left, x0), min(bottom, y0), max(right, x1), max(top, y1)
        letters.append(letter)
    if letters:
        yield Seen("".join(letters), left, bottom, right, top)


def _codes(text: pdfium.PdfTextPage, count: int) -> list[int]:
    """Return the Unicode value of every character: of all at once, where pdfium leaves none of them out."""
    units = (ctypes.c_ushort * (count + 1))()
    written = raw.FPDFText_GetText(text, 0, count, units)
    codes: list[int] = units[:count]
    if written != count + 1:
        return _of_each(_unicode, text, count)
    return [raw.FPDFText_GetUnicode(text, index) if code == _HYPHEN else code for index, code in enumerate(codes)]


@cache
def _letter(code: int) -> str:
    # pdfium writes a hyphen at a line's end as U+0002; other control signs and halves of pairs are nobody's text.
    if code == 2:
        return "-"
    if code < 32 or code in (0x7F, 0xA0, 0xAD, 0xFEFF, 0xFFFE, 0xFFFF) or 0x200B <= code <= 0x200F:
        return "" if code in (0xAD, 0xFEFF) or 0x200B <= code <= 0x200F else " "
    return "" if 0xD800 <= code <= 0xDFFF else chr(code)


def _parts(text: pdfium.PdfTextPage, index: int, box: Box, word: Box) -> bool:
    """Tell whether a character begins another word than the one before it, though no white space parts them."""
    return _is_elsewhere(box, word) and not _climbs(text, index, box, word)


_SMALLEST = 0.1
_APART = 0.7
"""Sizes of a word, at least `_SMALLEST`, from which a character beside it stands apart."""
_NEAR = _APART * _SMALLEST / 2
"""What is no further apart is of the word, whatever its size."""


def _is_elsewhere(box: Box, word: Box) -> bool:
    left, bottom, right, top = word
    size = max(_SMALLEST, min(top - bottom, right - left))
    beside = box[0] > right + _APART * size or box[2] < left - _APART * size
    return beside or box[1] > top or box[3] < bottom


def _climbs(text: pdfium.PdfTextPage, index: int, box: Box, word: Box) -> bool:
    """Tell whether a character goes on a word that is written up or down the edge of the paper."""
    left, bottom, right, top = word
    shared = min(box[2], right) - max(box[0], left)
    gap = max(box[1] - top, bottom - box[3])
    if shared < 0.7 * (right - left) or gap > 0.5 * (box[2] - box[0]):
        return False
    return abs(sin(raw.FPDFText_GetCharAngle(text, index))) > 0.9


def _as_seen(page: pdfium.PdfPage, words: list[Seen]) -> Iterator[Seen]:
    """Turn PDF coordinates into `_FINE` units of the page as it is shown: cropped, turned, origin top left."""
    return _turned(words, transformation(page))


def _turned(words: list[Seen], matrix: tuple[float, float, float, float, float, float]) -> Iterator[Seen]:
    a, b, c, d, e, f = matrix
    for text, x0, y0, x1, y1, confidence, line in words:
        left, right = a * x0 + c * y0 + e, a * x1 + c * y1 + e
        top, foot = b * x0 + d * y0 + f, b * x1 + d * y1 + f
        yield Seen(text, min(left, right), min(top, foot), max(left, right), max(top, foot), confidence, line)


def transformation(page: pdfium.PdfPage) -> tuple[float, float, float, float, float, float]:
    """Return the matrix from PDF coordinates to `_FINE` units of the page as it is shown."""
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


class Letters:
    """The single signs of a page's text layer, found again by a word and its place."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        self._text = page.get_textpage()
        self._page = page
        self._matrix = transformation(page)

    def of(self, word: Seen) -> list[Seen]:
        """Return the signs of a word, boxes as fractions of the page; empty where the text layer has it no more."""
        return next((signs for _, signs in self._places(word)), [])

    def is_hidden(self, word: Seen) -> bool:
        """Tell a word that is written so that it is not drawn, as programs for scanners do (ISO 32000-1, 9.3.6)."""
        return any(
            raw.FPDFTextObj_GetTextRenderMode(raw.FPDFText_GetTextObject(self._text, start))
            == raw.FPDF_TEXTRENDERMODE_INVISIBLE
            for start, _ in self._places(word)
        )

    def _places(self, word: Seen) -> Iterator[tuple[int, list[Seen]]]:
        """Yield where the word stands in the text: the index of its first sign, and its signs."""
        x, y = ctypes.c_double(), ctypes.c_double()
        middle = round((word.y0 + word.y1) / 2 * _FINE)
        raw.FPDF_DeviceToPage(self._page, 0, 0, _FINE, _FINE, 0, round(word.x0 * _FINE), middle, x, y)
        reach = max(self._page.get_size()) * word.height
        near = raw.FPDFText_GetCharIndexAtPos(self._text, x, y, reach, reach)
        for start in (near, near - 1, near + 1, near - 2, near + 2) if near >= 0 else ():
            signs = self._spelled(word.text, start)
            if signs:
                yield start, signs

    def _spelled(self, text: str, index: int) -> list[Seen]:
        """Return the signs from `index` on when they spell the text, else nothing."""
        found: list[Seen] = []
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        while len(found) < len(text):
            letter = _letter(raw.FPDFText_GetUnicode(self._text, index)) if index >= 0 else " "
            if letter and letter != text[len(found)]:
                return []
            if letter:
                raw.FPDFText_GetCharBox(self._text, index, left, right, bottom, top)
                found.append(Seen(letter, left.value, bottom.value, right.value, top.value))
            index += 1
        return scaled(_turned(found, self._matrix), _FINE, _FINE)


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


@dataclass
class _Content:
    """What stands on a page beside its text."""

    pictures: list[Box] = field(default_factory=list)
    """Where the pictures stand, cut at the page's edges."""
    drawings: int = 0
    strokes: int = 0


def _content(page: pdfium.PdfPage) -> _Content:
    """Count the shapes on the page, and the strokes that they are made of, and find its pictures."""
    width, height = page.get_size()
    found = _Content()
    for thing, kind in objects_of(page):
        if kind == raw.FPDF_PAGEOBJ_IMAGE and len(found.pictures) < _MOST_OBJECTS:
            x0, y0, x1, y1 = _bounds(thing)
            found.pictures.append((max(x0, 0.0), max(y0, 0.0), min(x1, width), min(y1, height)))
        elif kind == raw.FPDF_PAGEOBJ_PATH and found.drawings < _MOST_OBJECTS:
            found.drawings += 1
            found.strokes += raw.FPDFPath_CountSegments(thing)
    return found


def objects_of(page: pdfium.PdfPage) -> Iterator[tuple[Any, int]]:
    """Yield the objects of a page and of the forms on it, as pdfium's handles, with their kinds.

    pypdfium2's own `get_objects` makes a Python object of each, most of which are pieces of text: ten times the cost.
    """
    return _objects(page.raw, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject)


def _objects(parent: Any, count: Any, get: Any, depth: int = 1) -> Iterator[tuple[Any, int]]:
    for thing in map(get, repeat(parent), range(count(parent))):
        kind = raw.FPDFPageObj_GetType(thing)
        yield thing, kind
        if kind == raw.FPDF_PAGEOBJ_FORM and depth < _OBJECT_DEPTH:
            yield from _objects(thing, raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject, depth + 1)


def _bounds(thing: Any) -> Box:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(thing, left, bottom, right, top):
        raise pdfium.PdfiumError("a picture has no place")
    return left.value, bottom.value, right.value, top.value


def _share(page: pdfium.PdfPage, pictures: list[Box]) -> float:
    width, height = page.get_size()
    area = sum(max(0.0, x1 - x0) * max(0.0, y1 - y0) for x0, y0, x1, y1 in pictures)
    return float(min(1.0, area / max(1.0, float(width * height))))


def _may_be_code(width: float, height: float) -> bool:
    """Tell a picture that is, or holds, a QR code: square, or large. A logo is mostly wide."""
    low, high = sorted((width, height))
    return low >= _CODE_EDGE and (high <= 1.2 * low or low >= 4 * _CODE_EDGE)


def draw(page: pdfium.PdfPage, dpi: float, most_pixels: int, *, grey: bool = False) -> pdfium.PdfBitmap:
    """Return a small picture of an open page: for people in colours (RGBX), for codes in grey. No padding in its rows.

    The fourth byte of a pixel makes it larger, and yet cheaper: it is drawn and encoded in the form that it comes in.
    """
    width, height = page.get_size()
    wanted = (width * dpi / 72) * (height * dpi / 72)
    scale = dpi / 72 * min(1.0, (most_pixels / max(1.0, wanted)) ** 0.5)
    if grey:
        return page.render(scale=scale, grayscale=True)
    return page.render(scale=scale, rev_byteorder=True, prefer_bgrx=True, bitmap_maker=_blank)


def _blank(width: int, height: int, format: int, rev_byteorder: bool = False) -> pdfium.PdfBitmap:  # noqa: A002 - pypdfium2's name
    """Return an empty bitmap of four bytes a pixel, in large pages of memory where the kernel gives them.

    Memory that is touched for the first time costs 2 µs each 4 KiB, a third of drawing a preview. The kernel gives a
    large page where a whole one is asked for; ctypes' own buffer would be filled with zeros first.
    """
    size = width * height * 4
    memory = mmap.mmap(-1, -(-size // _LARGE_PAGE) * _LARGE_PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    with contextlib.suppress(OSError):  # a kernel without large pages
        memory.madvise(mmap.MADV_HUGEPAGE)
    pixels = (ctypes.c_ubyte * size).from_buffer(memory)
    return pdfium.PdfBitmap.new_native(width, height, format, rev_byteorder, buffer=pixels, stride=4 * width)
