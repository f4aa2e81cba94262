"""What a reader saw on a document: pages with words and boxes, or the business terms of an e-invoice.

Regions are fractions of the page (0 to 1, origin top left, after the page was turned upright), so that they fit a
picture of any size.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from mailroom.domain.document import FieldName
from mailroom.domain.line import Lines
from mailroom.domain.message import MediaType
from mailroom.domain.value import Reason, Value


class Word(NamedTuple):
    """One word and where it stands. `confidence` is the engine's own, 0 to 1; a text layer gives 1."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    confidence: float = 1.0
    line: int = 0
    """Number of the line on its page, in reading order; words of one line and column share it."""


class PageSource(StrEnum):
    """Where a page's words come from."""

    TEXT_LAYER = "text_layer"
    OCR = "ocr"


class Page(Value):
    """One page. `number` counts from 1; `width` and `height` are in points (1/72 inch) or, for a picture, in pixels."""

    number: int
    width: float
    height: float
    source: PageSource
    words: tuple[Word, ...] = ()
    engine: str = ""
    turned: int = 0

    def text(self) -> str:
        """Return the page's words, one line of the page a line."""
        lines: dict[int, list[str]] = {}
        for word in self.words:
            lines.setdefault(word.line, []).append(word.text)
        return "\n".join(" ".join(words) for words in lines.values())


class Barcode(Value):
    """A decoded barcode or QR code and where it stands."""

    page: int
    symbology: str
    text: str
    region: tuple[float, float, float, float]


class StructuredValue(Value):
    """One value out of an e-invoice: normal form, its business term (`BT-1`) and its place in the XML."""

    value: str
    term: str
    path: str


class Reading(Value):
    """The whole of what a reader saw.

    `engine` names what was used (`xml`, `pypdfium2`, `pypdfium2+tesserocr`, ...). `structured` is filled for
    e-invoices; `syntax` then names theirs (`ubl`, `cii`). `problems` are shown to people; they do not stop the work.
    `lines` are those of an e-invoice; None when nothing but its pages could say them.
    `on_page` are the values that the pages of a PDF say beside the e-invoice inside it, empty for other documents.
    `readable_copy` is the SHA-256 of the PDF that shows an XML invoice to people, empty for other documents.
    """

    media_type: MediaType
    engine: str
    pages: tuple[Page, ...] = ()
    page_count: int = 0
    syntax: str = ""
    structured: dict[FieldName, StructuredValue] = {}
    barcodes: tuple[Barcode, ...] = ()
    problems: tuple[Reason, ...] = ()
    readable_copy: str = ""
    on_page: dict[FieldName, str] = {}
    lines: Lines | None = None
