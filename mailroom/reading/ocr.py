"""From a page or a photo to words: draw it, straighten it, read it.

Runs in the boxed child only. The coordinates that come out are fractions of the straightened page, and the preview
shows the same straightened page, so that a box fits what people see.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from mailroom.errors import Damaged, MissingProgram
from mailroom.reading import engines
from mailroom.reading.engines import CannotRender, OcrEngine
from mailroom.reading.seen import Seen, in_lines, scaled

MOST_PIXELS = 12_000_000
PREVIEW_EDGE = 1400


@dataclass(frozen=True)
class Sheet:
    """A page to be read. `size` is what `Page.width` and `height` say; `image` is grey or in colours."""

    image: Image.Image
    size: tuple[float, float]
    dpi: int
    renderer: str = ""


@dataclass(frozen=True)
class Read:
    """The words of a sheet in lines, as fractions of it, and how it was turned (degrees clockwise)."""

    words: list[Seen]
    turned: int = 0


def draw(content: bytes, number: int, dpi: int, setting: str) -> Sheet:
    """Draw a page of a PDF in grey, with the first renderer that can.

    Raises:
        Damaged: none can.
    """
    width, height = _page_size(content, number)
    fitting = (MOST_PIXELS / max(1.0, (width / 72) * (height / 72))) ** 0.5
    resolution = max(1.0, min(float(dpi), fitting))
    causes = []
    for renderer in engines.page_renderers(setting):
        try:
            image = renderer.render(content, number, resolution, grey=True)
        except (CannotRender, MissingProgram) as error:
            causes.append(str(error))
            continue
        return Sheet(image, (width, height), round(resolution), renderer.name)
    raise Damaged(f"page {number} cannot be drawn: {'; '.join(causes)}", page=number)


def _page_size(content: bytes, number: int) -> tuple[float, float]:
    import pypdfium2 as pdfium

    try:
        width, height = pdfium.PdfDocument(content).get_page_size(number - 1)
    except pdfium.PdfiumError:
        return 595.0, 842.0  # A4: the renderer decides
    return float(width), float(height)


def photographed(image: Image.Image, dpi: int) -> Sheet:
    """Take a picture as a sheet."""
    return Sheet(image, (float(image.width), float(image.height)), dpi)


def read(sheet: Sheet, engine: OcrEngine, languages: str) -> Read:
    """Read the words of a sheet."""
    grey = sheet.image.convert("L")
    lines = engine.read(grey, languages, sheet.dpi)
    return Read(scaled(in_lines(lines), grey.width, grey.height))


def preview(sheet: Sheet, dpi: int) -> Image.Image:
    """Return the sheet small, for people."""
    small = sheet.image.copy() if sheet.image.mode in ("L", "RGB") else sheet.image.convert("RGB")
    if sheet.renderer:
        edge = max(1, round(max(small.size) * dpi / sheet.dpi))
        small.thumbnail((edge, edge), Image.Resampling.BOX)
    small.thumbnail((PREVIEW_EDGE, PREVIEW_EDGE), Image.Resampling.BOX)
    return small
