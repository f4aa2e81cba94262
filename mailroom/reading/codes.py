"""QR codes on a page: what a payment code says needs no reading of letters.

Runs in the boxed child only. QR codes alone are looked for: the payment codes of Europe (EPC, Swiss QR bill) are QR
codes, and the rods of article numbers would cost three times as much and say nothing that extraction uses.
"""

from __future__ import annotations

from typing import Any

import zxingcpp
from PIL import Image

from mailroom.reading import tasks

DPI = 150
"""A payment code is at least 20 mm wide and at most 57 dots: two pixels and more a dot."""
MOST_PIXELS = 4_000_000
_MOST_LETTERS = 5_000
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def find(grey: Image.Image, page: int) -> list[dict[str, Any]]:
    """Return the QR codes in a grey picture of a page, in the form of `domain.reading.Barcode`."""
    if grey.width * grey.height > MOST_PIXELS:
        factor = (MOST_PIXELS / (grey.width * grey.height)) ** 0.5
        grey = grey.resize((round(grey.width * factor), round(grey.height * factor)), Image.Resampling.BOX)
    found = zxingcpp.read_barcodes(grey, formats=_QR, text_mode=zxingcpp.TextMode.Plain)
    return [
        {"page": page, "symbology": "QRCode", "text": code.text[:_MOST_LETTERS], "region": _region(code.position, grey)}
        for code in found[: tasks.MOST_CODES]
    ]


def _region(place: Any, picture: Image.Image) -> list[float]:
    corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    xs = [min(1.0, max(0.0, corner.x / picture.width)) for corner in corners]
    ys = [min(1.0, max(0.0, corner.y / picture.height)) for corner in corners]
    return [min(xs), min(ys), max(xs), max(ys)]
