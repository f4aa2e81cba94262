"""Page pictures by pdfium, inside the process."""

from __future__ import annotations

import pypdfium2 as pdfium
from PIL.Image import Image

from mailroom.reading.engines import CannotRender


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
    picture: Image = page.render(scale=dpi / 72, grayscale=grey, rev_byteorder=True).to_pil()
    return picture.convert("L" if grey else "RGB")


ENGINE = Pypdfium2()
