"""The engines behind one protocol, chosen by setting: one that draws pages, one that reads pictures.

`auto` takes the fast one where it can be imported and the portable one else; a page that the first cannot draw is
drawn by the other. A third engine is one file and one line in a table below. The modules are imported on first use,
because a digital PDF needs none of them.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol, cast

from mailroom.errors import MissingProgram
from mailroom.reading.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.Image import Image


class CannotRender(Exception):
    """This engine cannot draw this page; another one may."""


class PageRenderer(Protocol):
    """Draws pages of a PDF."""

    name: str

    def render(self, pdf: bytes, number: int, dpi: float, *, grey: bool) -> Image:
        """Return page `number` (from 1) as mode `L` or `RGB`, turned as the PDF says.

        Raises:
            CannotRender: no picture, or one that is not of the page's size.
        """


class OcrEngine(Protocol):
    """Reads words from pictures."""

    name: str

    def read(self, picture: Image, languages: str, dpi: int, *, one_block: bool = False) -> list[list[Seen]]:
        """Return the lines of words of a grey picture, in its pixels. `languages` as in `nld+fra`.

        With `one_block` nothing is taken for a picture or a column: lines from edge to edge.
        """

    def turn(self, picture: Image) -> int:
        """Return by how many degrees the picture must be turned clockwise to be upright: 0, 90, 180 or 270."""

    def installed(self) -> frozenset[str]:
        """Return the languages whose data are installed.

        Raises:
            MissingProgram: tesseract itself is not.
        """


_OCR = {
    "tesserocr": ("tesserocr", "mailroom.reading.ocr_tesserocr"),
    "pytesseract": ("pytesseract", "mailroom.reading.ocr_pytesseract"),
}
_RENDER = {
    "pypdfium2": ("pypdfium2", "mailroom.reading.raster_pypdfium2"),
    "pdf2image": ("pdf2image", "mailroom.reading.raster_pdf2image"),
}
OCR_NAMES = tuple(_OCR)
RENDER_NAMES = tuple(_RENDER)


def ocr_engine(setting: str) -> OcrEngine:
    """Return the OCR engine of a setting: its name, or `auto`."""
    return cast("OcrEngine", _first(_OCR, setting))


def page_renderers(setting: str) -> Sequence[PageRenderer]:
    """Return the renderers to try, in order. With a name, that one first; the other stays its fallback."""
    names = sorted(_RENDER, key=lambda name: name != setting) if setting != "auto" else list(_RENDER)
    return [cast("PageRenderer", engine) for name in names if (engine := _engine(*_RENDER[name])) is not None]


def has_photo_engine() -> bool:
    """Tell whether the engine of the second opinion is installed (the extra `photos`), without loading it."""
    return all(find_spec(library) is not None for library in ("rapidocr", "onnxruntime"))


def photo_engine() -> OcrEngine:
    """Return the engine of the second opinion.

    Raises:
        MissingProgram: it is not installed, or does not load here.
    """
    engine = _engine("rapidocr", "mailroom.reading.ocr_rapidocr") if has_photo_engine() else None
    if engine is None:
        raise MissingProgram("rapidocr is not installed: pip install mailroom[photos]", program="rapidocr")
    return cast("OcrEngine", engine)


def _first(table: dict[str, tuple[str, str]], setting: str) -> object:
    names = list(table) if setting == "auto" else [setting]
    for name in names:
        engine = _engine(*table[name])
        if engine is not None:
            return engine
    raise MissingProgram(f"{' or '.join(names)} is not installed: pip install {names[-1]}", program=names[-1])


@cache
def _engine(library: str, module: str) -> object | None:
    """Return the module's `ENGINE`, or None where its library is not installed or does not load here."""
    if find_spec(library) is None:
        return None
    try:
        return cast("object", import_module(module).ENGINE)
    except ImportError:  # a wheel for another machine: its shared libraries do not load
        return None


def debian_package(language: str) -> str:
    """Return the Debian package of a language of tesseract."""
    return f"tesseract-ocr-{language.replace('_', '-')}"


def usable_languages(engine: OcrEngine, wanted: str) -> tuple[str, tuple[str, ...]]:
    """Return the wanted languages that are installed, joined by `+`, and those that are missing.

    Raises:
        MissingProgram: none is installed; the message names the Debian packages.
    """
    names = [name for name in wanted.split("+") if name]
    installed = engine.installed()
    there = [name for name in names if name in installed]
    missing = tuple(name for name in names if name not in installed)
    if not there:
        packages = " ".join(map(debian_package, missing))
        raise MissingProgram(f"tesseract has none of the languages {wanted}: apt install {packages}", program=packages)
    return "+".join(there), missing
