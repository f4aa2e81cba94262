"""Pictures: decoding them with care, and the few measures that are taken of them.

Runs in the boxed child only. The size is judged before a pixel is decoded.
"""

from __future__ import annotations

import contextlib
import io
import math
import warnings
from dataclasses import dataclass

from PIL import Image, ImageFile, ImageOps, ImageStat

from mailroom.errors import BlankPages, Damaged, TooManyPages

FORMATS = {
    "image/jpeg": ("JPEG",),  # its decoder knows the stereo pairs of cameras (MPO) too
    "image/png": ("PNG",),
    "image/gif": ("GIF",),
    "image/tiff": ("TIFF",),
    "image/webp": ("WEBP",),
    "image/heic": ("HEIF",),
}
_SMALLEST = 32
"""Pixels along an edge under which nothing can be written."""

Image.MAX_IMAGE_PIXELS = None  # our own limit is asked first, and gives an error of ours


@dataclass(frozen=True)
class Decoded:
    """A picture as its maker meant it to be looked at: turned by EXIF, without transparency."""

    image: Image.Image
    is_truncated: bool = False


def count_pages(content: bytes, media_type: str, limit: int) -> int:
    """Return how many pages a TIFF has, but no more than one over the limit; other pictures have one.

    Pillow ends a chain of pages where it comes back to itself.
    """
    count = 1
    if media_type == "image/tiff":
        with warnings.catch_warnings(), contextlib.suppress(OSError, SyntaxError, ValueError, EOFError):
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(content), formats=FORMATS[media_type])
            while count <= limit:
                image.seek(count)
                count += 1
    return count


USEFUL_PIXELS = 12_000_000
"""Pixels of a picture that OCR has a use for: A4 at 350 dpi."""


def decode(content: bytes, media_type: str, *, max_pixels: int, number: int = 1) -> Decoded:
    """Decode a picture: page `number` of a TIFF, the first picture of what moves.

    A JPEG of four times the useful pixels, or more, is decoded at half its size: that takes a quarter of the memory.

    Raises:
        TooManyPages: more pixels than the limit.
        BlankPages: too small to hold a word.
        Damaged: it is no such picture, or nothing of it can be decoded.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of odd metadata; the picture is what counts
        if media_type == "image/heic":
            import pi_heif

            pi_heif.register_heif_opener(decode_threads=1)
        image, is_truncated = _open(content, FORMATS[media_type], max_pixels, number)
        image = ImageOps.exif_transpose(_square_dots(image) if media_type == "image/tiff" else image)
    image = _on_white(image)
    if is_truncated and _is_uniform(image):
        raise Damaged("the picture ends before its first line")
    return Decoded(image, is_truncated)


def _open(content: bytes, formats: tuple[str, ...], max_pixels: int, number: int) -> tuple[Image.Image, bool]:
    try:
        image = Image.open(io.BytesIO(content), formats=formats)
        if number > 1:
            image.seek(number - 1)
        width, height = image.size
        if width * height > max_pixels:
            raise TooManyPages(f"{width} x {height} pixels are more than {max_pixels}", width=width, height=height)
        if min(width, height) < _SMALLEST:
            raise BlankPages(f"{width} x {height} pixels cannot hold a word", width=width, height=height)
        smaller = math.isqrt(width * height // USEFUL_PIXELS)
        if smaller > 1:
            image.draft(None, (width // smaller, height // smaller))  # of no effect but on a JPEG
        return image, _load(image)
    except (OSError, SyntaxError, ValueError, EOFError) as error:  # Pillow's plugins raise all of these
        raise Damaged(f"the picture cannot be decoded: {error}") from error


def _square_dots(image: Image.Image) -> Image.Image:
    """Return a fax of the usual coarseness (204 by 98 dots an inch) as high as its paper was."""
    across, down = map(float, image.info.get("dpi", (1, 1)))
    if min(across, down) <= 0 or not 1.5 < across / down < 3:
        return image
    return image.resize((image.width, round(image.height * across / down)))


def _load(image: Image.Image) -> bool:
    """Decode the pixels; tell whether the end of the file is missing."""
    try:
        image.load()
    except OSError:
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        image.load()
        return True
    return False


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("I;16", "I;16B", "I", "F"):
        return image.point(lambda value: value * (1 / 256)).convert("L") if image.mode != "F" else image.convert("L")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        coloured = image.convert("RGBA")
        white = Image.new("RGBA", coloured.size, "white")
        return Image.alpha_composite(white, coloured).convert("RGB")
    return image if image.mode in ("L", "RGB") else image.convert("RGB")


def _is_uniform(image: Image.Image) -> bool:
    return all(low == high for low, high in ImageStat.Stat(image).extrema)


def is_blank(image: Image.Image) -> bool:
    """Tell a page on which nothing is printed: after noise is averaged away, hardly a spot differs from the paper."""
    grey = image.convert("L")
    width, height = max(1, grey.width * 4 // 100), max(1, grey.height * 4 // 100)
    if max(grey.size) > 200:
        factor = max(1, max(grey.size) // 400)
        grey = grey.reduce(factor)
        # The rim is left out: scanners draw the edge of the glass.
        width, height = grey.width // 25, grey.height // 25
        grey = grey.crop((width, height, grey.width - width, grey.height - height))
    histogram = grey.histogram()
    total = sum(histogram)
    paper = max(range(256), key=histogram.__getitem__)
    dark = sum(histogram[: max(0, paper - 40)]) + sum(histogram[paper + 41 :])
    return dark < 0.0004 * total
