"""Page pictures by pdfium, inside the process."""

from __future__ import annotations

import pypdfium2 as pdfium
from PIL.Image import Image
from pypdfium2 import raw

from mailroom.reading.engines import CannotRender
from mailroom.reading.pdf import objects_of

_UNSEEN = raw.FPDF_TEXTRENDERMODE_INVISIBLE


class Pypdfium2:
    """`PageRenderer` on pypdfium2."""

    name = "pypdfium2"

    def render(self, pdf: bytes, number: int, dpi: float, *, grey: bool) -> Image:
        """Return page `number` as a picture."""
        try:
            document = pdfium.PdfDocument(pdf)
            document.init_forms()  # else the values that were typed into a form are not drawn
            return draw(document[number - 1], dpi, grey=grey)
        except (pdfium.PdfiumError, ValueError) as error:
            raise CannotRender(f"pdfium cannot draw page {number}: {error}") from error


def draw(page: pdfium.PdfPage, dpi: float, *, grey: bool) -> Image:
    """Return an open page as a picture."""
    # pdfium's own grey costs twice as much as its colours where a picture fills the page. Letters it draws otherwise in
    # colours, so that pages that have some stay as they were.
    scan = grey and _is_scan(page)
    drawn = page.render(scale=dpi / 72, grayscale=grey and not scan, prefer_bgrx=scan, rev_byteorder=True)
    picture: Image = drawn.to_pil()
    wanted = "L" if grey else "RGB"
    return picture if picture.mode == wanted else picture.convert(wanted)


def _is_scan(page: pdfium.PdfPage) -> bool:
    """Tell whether nothing is drawn on a page but pictures; a scanner's program may have put text there, unseen."""
    return all(
        kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM)
        or (kind == raw.FPDF_PAGEOBJ_TEXT and raw.FPDFTextObj_GetTextRenderMode(thing) == _UNSEEN)
        for thing, kind in objects_of(page)
    )


ENGINE = Pypdfium2()
