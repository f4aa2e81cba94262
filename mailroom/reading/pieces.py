"""Cutting pages out of a PDF, and putting pictures together as one. Runs in the boxed child.

Nothing is drawn anew: pages are copied with what they show, pictures keep their own compression where that is possible.
"""

from __future__ import annotations

import io
from typing import Any

from mailroom.errors import Damaged
from mailroom.reading.frames import JSON

TASKS = {
    "cut_pages": "mailroom.reading.pieces:cut_pages",
    "join_pictures": "mailroom.reading.pieces:join_pictures",
}
"""The tasks that a `Box` needs for dividing and joining."""

_LONGEST_SIDE = 2600
_DPI = 200


def cut_pages(arguments: dict[str, Any], blobs: list[bytes]) -> tuple[JSON, list[bytes]]:
    """Return a PDF for each of `pieces` (first and last page, from 1) of the PDF in `blobs[0]`."""
    import pypdfium2 as pdfium

    from mailroom.reading import pdf

    document = pdf.open_pdf(blobs[0])
    made: list[bytes] = []
    for first, last in arguments["pieces"]:
        with io.BytesIO() as file:
            piece = pdfium.PdfDocument.new()
            try:
                piece.import_pages(document, pages=list(range(first - 1, last)))
                piece.save(file)
            except pdfium.PdfiumError as error:
                raise Damaged(f"pages {first} to {last} cannot be taken out") from error
            finally:
                piece.close()
            made.append(file.getvalue())
    return None, made


def join_pictures(arguments: dict[str, Any], blobs: list[bytes]) -> tuple[JSON, list[bytes]]:
    """Return one PDF with a picture a page, upright as their cameras say.

    `media_types` is that of each blob; `max_megapixels` bounds each. Raises as `picture.decode`.
    """
    from mailroom.reading import picture

    most = int(arguments["max_megapixels"]) * 1_000_000
    pages = []
    for media_type, blob in zip(arguments["media_types"], blobs, strict=True):
        page = picture.decode(blob, media_type, max_pixels=most).image
        page.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
        pages.append(page.convert("RGB"))
    with io.BytesIO() as file:
        pages[0].save(file, "PDF", save_all=True, append_images=pages[1:], resolution=_DPI, quality=85)
        return None, [file.getvalue()]
