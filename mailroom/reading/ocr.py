"""From a page or a photo to words: draw it, straighten it, read it, turn it where it stands on its head.

Runs in the boxed child only. The coordinates that come out are fractions of the straightened page, and the preview
shows the same straightened page, so that a box fits what people see.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from mailroom.errors import Damaged, MissingProgram
from mailroom.reading import engines, prepare
from mailroom.reading.engines import CannotRender, OcrEngine
from mailroom.reading.picture import USEFUL_PIXELS
from mailroom.reading.seen import Seen, in_lines, levelled, scaled

MOST_PIXELS = USEFUL_PIXELS
"""Pixels of a picture that is given to OCR."""
PREVIEW_EDGE = 1100
"""Pixels along the longer edge of a preview: a page of A4 at 94 dpi."""
_OSD_EDGE = 1600
_SLIGHT_SKEW = 2.5
_DOUBTFUL = 0.8
_FEW_LETTERS = 150
_LONGER_SIDE = 1600
"""Pixels of a page's longer side in the second reading: 2000 read the same for more."""
_SHORTER_SIDE = 736
_TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}


@dataclass(frozen=True)
class Sheet:
    """A page to be read. `size` is in points for a page of a PDF, which has a `renderer`, else in pixels."""

    image: Image.Image
    size: tuple[float, float]
    dpi: int
    renderer: str = ""


@dataclass(frozen=True)
class Read:
    """What was read of a sheet: words in lines as fractions of the page, the page, and how it was turned clockwise."""

    words: list[Seen]
    size: tuple[float, float]
    preview: Image.Image
    straight: Image.Image
    """The page in grey, upright, as large as it came."""
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
    """Take a picture as a sheet, no larger than is of use."""
    pixels = image.width * image.height
    if pixels > MOST_PIXELS:
        factor = (MOST_PIXELS / pixels) ** 0.5
        image = image.resize((round(image.width * factor), round(image.height * factor)), Image.Resampling.BOX)
    return Sheet(image, (float(image.width), float(image.height)), dpi)


def read(sheet: Sheet, engine: OcrEngine, languages: str, preview_dpi: int) -> Read:
    """Read the words of a sheet; when most of them make no sense, ask which way is up and read again."""
    grey = sheet.image if sheet.image.mode == "L" else sheet.image.convert("L")
    first = _words(sheet, grey, engine, languages)
    turn = 0
    if not _makes_sense(first[0]):
        turn = engine.turn(prepare.for_osd(grey, _OSD_EDGE))
        if turn in _TURNS:
            second = _words(sheet, grey.transpose(_TURNS[turn]), engine, languages)
            first, turn = max((first, 0), (second, turn), key=lambda tried: _sense(tried[0][0]))
        else:
            turn = 0
    words, geometry, straight = first
    image = turned(sheet.image, turn)
    return Read(words, _size(sheet, straight.size, turn), _preview(sheet, image, geometry, preview_dpi), straight, turn)


def read_as_it_is(sheet: Sheet, engine: OcrEngine, turn: int) -> list[Seen]:
    """Read a sheet once more, for an engine that wants colours and shadows as they are.

    The page is straightened as it was the first time, so that the words fit the same preview.
    """
    image = turned(sheet.image, turn)
    geometry = prepare.measure(image.convert("L"), has_outline=not sheet.renderer)
    factor = _of_use(*geometry.size(*image.size))
    if factor < 1:  # before it is straightened: that costs by the pixel
        size = (round(image.width * factor), round(image.height * factor))
        image = image.resize(size, Image.Resampling.BOX)
    straight = geometry.straighten(image)
    return scaled(in_lines(engine.read(straight, "", sheet.dpi)), straight.width, straight.height)


def _of_use(width: int, height: int) -> float:
    """Return by how much a page is made smaller for its second reading, 1 where it is small enough.

    A long till roll keeps the width to which the network that finds lines would blow it up again.
    """
    short, long = sorted((width, height))
    return min(1.0, max(_LONGER_SIDE / long, _SHORTER_SIDE / short))


def turned(image: Image.Image, turn: int) -> Image.Image:
    """Return the picture turned clockwise by a reading's `turned` degrees."""
    return image.transpose(_TURNS[turn]) if turn in _TURNS else image


def _words(
    sheet: Sheet, grey: Image.Image, engine: OcrEngine, languages: str
) -> tuple[list[Seen], prepare.Geometry, Image.Image]:
    if not sheet.renderer:
        geometry = prepare.measure(grey, has_outline=True)
        straight = geometry.straighten(grey)
        ready = prepare.for_ocr(straight)
        words = in_lines(engine.read(ready, languages, sheet.dpi))
        doubtful = _sense(words) < _DOUBTFUL or _sure_letters(words) < _FEW_LETTERS
        if doubtful and not _on_its_side(words):  # else its lines are no lines of a block: it is turned first
            # Thin print, stamps and torn edges make tesseract take the text of a photo for a picture and leave it out.
            again = in_lines(engine.read(ready, languages, sheet.dpi, one_block=True))
            words = max(words, again, key=_sure_letters)
        return scaled(words, ready.width, ready.height), geometry, straight
    geometry = prepare.measure(grey, has_outline=False)
    if abs(geometry.skew) <= _SLIGHT_SKEW:
        # Turning the pixels of a scan blurs its letters, and tesseract follows a slight slope by itself: the places of
        # the words are turned instead.
        lines = engine.read(grey, languages, sheet.dpi)
        lines = [levelled(line, geometry.skew, grey.width, grey.height) for line in lines]
    else:
        lines = engine.read(geometry.straighten(grey), languages, sheet.dpi)
    return scaled(in_lines(lines), grey.width, grey.height), geometry, grey


def _makes_sense(words: list[Seen]) -> bool:
    """Tell a page that is the right way up: most letters stand in words of which the engine is sure."""
    return not words or (_sense(words) >= 0.6 and not _on_its_side(words))


def _on_its_side(words: list[Seen]) -> bool:
    """Tell a page of which most words stand upright in the picture."""
    return bool(words) and 2 * sum(word.is_upright for word in words) <= len(words)


def _sense(words: list[Seen]) -> float:
    return _sure_letters(words) / max(1, sum(len(word.text) for word in words))


def _sure_letters(words: list[Seen]) -> int:
    return sum(len(w.text) for w in words if w.confidence > 0.6 and len(w.text) > 2 and w.is_upright)


def _size(sheet: Sheet, straight: tuple[int, int], turn: int) -> tuple[float, float]:
    if not sheet.renderer:
        return float(straight[0]), float(straight[1])
    return sheet.size if turn in (0, 180) else (sheet.size[1], sheet.size[0])


def _preview(sheet: Sheet, image: Image.Image, geometry: prepare.Geometry, dpi: int) -> Image.Image:
    """Return the straightened sheet small, for people."""
    small = image if image.mode in ("L", "RGB") else image.convert("RGB")
    edge = min(PREVIEW_EDGE, round(max(small.size) * dpi / sheet.dpi)) if sheet.renderer else PREVIEW_EDGE
    if geometry.corners is None:
        return prepare.levelled_small(small, geometry.skew, edge)
    # A page that is cut out of its picture is smaller than the picture: it is made small only afterwards.
    return _fitted(geometry.straighten(_fitted(small, 2 * edge)), edge)


def _fitted(image: Image.Image, edge: int) -> Image.Image:
    """Return the picture with at most `edge` pixels along its longer side."""
    if max(image.size) <= edge:
        return image
    return image.resize(prepare.fitting(image.size, edge), Image.Resampling.BOX, reducing_gap=2.0)
