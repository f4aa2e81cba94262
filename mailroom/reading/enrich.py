"""The searchable copy of a document: each page that was read by OCR as a picture with its words under it, unseen.

Runs in the boxed child only. The pages of a PDF that have a text of their own stay as they are; a page that was read is
replaced by its straightened picture, on which the words stand where they were read. The words are written in a font
without a single outline: its codes are UTF-16, so that every language can be searched and copied with no font of the
machine's.
"""

from __future__ import annotations

import ctypes
import io
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from mailroom.errors import Damaged
from mailroom.reading import ocr, picture, prepare
from mailroom.reading.frames import JSON
from mailroom.reading.seen import Seen

if TYPE_CHECKING:
    from PIL.Image import Image

_POINTS = 72
_QUALITY = 80
_ADVANCE = 0.5
"""Width of every sign of the font without outlines, in its size."""
_LONGEST_EDGE = 14_400
"""Points: the largest page that PDF 1.7 knows."""

Answer = tuple[JSON, list[bytes]]


def searchable(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    """Return one PDF of the document. `pages` are those of the reading that were read by OCR; 200 dpi.

    Raises:
        Damaged: a page cannot be drawn, or the picture cannot be decoded.
    """
    settings, is_pdf = arguments["settings"], arguments["media_type"] == "application/pdf"
    original = pdfium.PdfDocument(blobs[0]) if is_pdf else None
    made = pdfium.PdfDocument.new()
    font = _font(made)
    read = {int(page["number"]): page for page in arguments["pages"]}
    for number in range(1, int(arguments["page_count"]) + 1):
        page = read.get(number)
        if page is None:
            if original is not None and number <= len(original):
                made.import_pages(original, [number - 1])
            continue
        words = [Seen(*word) for word in page["words"]]
        _add(made, font, _straight(blobs[0], page, is_pdf, settings), words, settings["dpi"])
    if len(made) == 0:
        raise Damaged("no page could be drawn")
    with io.BytesIO() as file:
        made.save(file)
        return {"pages": len(made)}, [file.getvalue()]


def _straight(content: bytes, page: dict[str, Any], is_pdf: bool, settings: dict[str, Any]) -> Image:
    """Return the picture of a page as it was when its words were read, in colours where it came as a photo."""
    if is_pdf:
        sheet = ocr.draw(content, int(page["number"]), settings["dpi"], settings["render"])
    else:
        most = int(settings["max_megapixels"]) * 1_000_000
        decoded = picture.decode(content, settings["media_type"], max_pixels=most, number=int(page["number"]))
        sheet = ocr.photographed(decoded.image, settings["dpi"])
    image = ocr.turned(sheet.image, int(page.get("turned", 0)))
    straight = prepare.measure(image.convert("L"), has_outline=not is_pdf).straighten(image)
    return straight if straight.mode in ("L", "RGB") else straight.convert("RGB")


def _add(made: pdfium.PdfDocument, font: Any, image: Image, words: Sequence[Seen], dpi: int) -> None:
    """Add a page with the picture and its words."""
    factor = min(_POINTS / dpi, _LONGEST_EDGE / max(image.size))
    width, height = image.width * factor, image.height * factor
    page = made.new_page(width, height)
    with io.BytesIO() as file:
        image.save(file, "JPEG", quality=_QUALITY)
        shown = pdfium.PdfImage.new(made)
        shown.load_jpeg(io.BytesIO(file.getvalue()), inline=True)
    shown.set_matrix(pdfium.PdfMatrix().scale(width, height))
    page.insert_obj(shown)
    for word in words:
        _write(made, page, font, word, (width, height))
    page.gen_content()
    page.close()


def _write(made: pdfium.PdfDocument, page: pdfium.PdfPage, font: Any, word: Seen, size: tuple[float, float]) -> None:
    """Write a word, unseen, over the place where it stands; stretched so that it is as wide as its picture."""
    width, height = size
    codes = [code for code in _utf16(word.text + " ") if code]
    tall, wide = (word.y1 - word.y0) * height, (word.x1 - word.x0) * width
    if len(codes) < 2 or tall <= 0 or wide <= 0:
        return
    written = raw.FPDFPageObj_CreateTextObj(made, font, tall)
    raw.FPDFText_SetCharcodes(written, (ctypes.c_uint32 * len(codes))(*codes), len(codes))
    raw.FPDFTextObj_SetTextRenderMode(written, raw.FPDF_TEXTRENDERMODE_INVISIBLE)
    # What stands under the line of writing is a fifth of the font, as its header says.
    stretch = wide / (_ADVANCE * tall * (len(codes) - 1))
    matrix = raw.FS_MATRIX(stretch, 0, 0, 1, word.x0 * width, (1 - word.y1) * height + tall / 5)
    raw.FPDFPageObj_SetMatrix(written, ctypes.byref(matrix))
    raw.FPDFPage_InsertObject(page, written)


def _utf16(text: str) -> list[int]:
    encoded = text.encode("utf-16-be", "ignore")
    return [int.from_bytes(encoded[at : at + 2], "big") for at in range(0, len(encoded), 2)]


def _font(made: pdfium.PdfDocument) -> Any:
    """Load the font without outlines into a document; every code is its own sign of UTF-16 (ISO 32000-1, 9.10.3)."""
    program, zeros = _program(), bytes(2 * 0x10000)
    font = raw.FPDFText_LoadCidType2Font(made, _bytes(program), len(program), _TO_UNICODE, _bytes(zeros), len(zeros))
    if not font:
        raise Damaged("pdfium does not take the font of the searchable copy")
    return font


def _bytes(content: bytes) -> Any:
    return ctypes.cast(ctypes.create_string_buffer(content, len(content)), ctypes.POINTER(ctypes.c_ubyte))


@cache
def _program() -> bytes:
    """Make a TrueType font with one empty sign."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef"])
    builder.setupCharacterMap({})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph()})
    builder.setupHorizontalMetrics({".notdef": (round(1000 * _ADVANCE), 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Unseen", "styleName": "Regular", "psName": "Unseen"})
    builder.setupOS2()
    builder.setupPost()
    with io.BytesIO() as file:
        builder.save(file)
        return file.getvalue()


def _ranges() -> str:
    rows = [f"<{high:02X}00> <{high:02X}FF> <{high:02X}00>" for high in range(256)]
    blocks = [rows[at : at + 100] for at in range(0, len(rows), 100)]  # no more than 100 in a block
    return "\n".join(f"{len(block)} beginbfrange\n" + "\n".join(block) + "\nendbfrange" for block in blocks)


_TO_UNICODE = (
    "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
    "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
    "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n" + _ranges() + "\n"
    "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
).encode("ascii")
