"""Page pictures by poppler's pdftoppm, through pdf2image: the portable renderer and the fallback."""

from __future__ import annotations

import pdf2image
from pdf2image import exceptions
from PIL import UnidentifiedImageError
from PIL.Image import Image

from mailroom.errors import MissingProgram
from mailroom.reading.engines import CannotRender


class Pdf2image:
    """`PageRenderer` on pdf2image."""

    name = "pdf2image"

    def render(self, pdf: bytes, number: int, dpi: float, *, grey: bool) -> Image:
        """Return page `number` as a picture."""
        try:
            pictures = pdf2image.convert_from_bytes(
                pdf, dpi=round(dpi), first_page=number, last_page=number, grayscale=grey, use_cropbox=True
            )
        except exceptions.PDFInfoNotInstalledError as error:
            raise MissingProgram("pdftoppm is not installed: apt install poppler-utils", program="pdftoppm") from error
        except (exceptions.PDFPageCountError, exceptions.PDFSyntaxError, UnidentifiedImageError, OSError) as error:
            raise CannotRender(f"poppler cannot draw page {number}: {error}") from error
        # Exit status 0 proves nothing: pdftoppm gives 0 and a picture of 1 x 1 pixel for a huge page box.
        if not pictures or min(pictures[0].size) < 2:
            raise CannotRender(f"poppler gave no picture of page {number}")
        return pictures[0].convert("L" if grey else "RGB")


ENGINE = Pdf2image()
