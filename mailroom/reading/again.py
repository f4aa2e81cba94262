"""The second opinion, in the boxed child: a page that tesseract read badly is read by the networks of rapidocr.

Its box is one of its own, started with the first such page and ended when idle: what the networks need (170 MB) is
neither in the daemon nor in the server that reads all other documents.
"""

from __future__ import annotations

from typing import Any

from mailroom.reading import engines
from mailroom.reading.frames import JSON
from mailroom.reading.tasks import MOST_WORDS, Answer


def prepare_read_again(_settings: JSON) -> None:
    """Have the networks loaded in the server, so that every child inherits them."""
    from PIL import Image

    from mailroom.reading import ocr, picture  # noqa: F401 - imported for the children

    Image.preinit()
    engines.photo_engine()
    from mailroom.reading.ocr_rapidocr import prepared

    prepared()


def read_again(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    """Read the words of one page or picture, turned upright as the first reading found it."""
    from mailroom.reading import ocr, picture

    settings = arguments["settings"]
    if arguments["media_type"] == "application/pdf":
        sheet = ocr.draw(blobs[0], arguments["number"], settings["dpi"], settings["render"])
    else:
        most = int(settings["max_megapixels"]) * 1_000_000
        decoded = picture.decode(blobs[0], arguments["media_type"], max_pixels=most, number=arguments["number"])
        sheet = ocr.photographed(decoded.image, settings["dpi"])
    words = ocr.read_as_it_is(sheet, engines.photo_engine(), arguments["turned"])
    return {"words": [list(word) for word in words[:MOST_WORDS]]}, []
