"""Does a piece of a picture show the digit that the text says? A look of 50 µs, so that OCR is asked only in doubt.

A linear judge of 8 x 12 pixels, fitted on the digits of some 280 fonts (`python -m papers.digits` in `benchmarks`). It
knows nothing but the ten digits: a letter may pass for one or two of them, which is no matter where a whole value is
looked at digit by digit. Runs in the boxed child only.
"""

from __future__ import annotations

import base64
from functools import cache
from operator import mul

from PIL import Image

from mailroom.reading.digit_weights import BIAS, WEIGHTS

WIDTH, HEIGHT = 8, 12
LEAST_CONTRAST = 40
"""Steps of grey between paper and ink under which people hardly see a thing."""
_SEEN = 85
"""Ink from which a pixel belongs to a sign."""
_LENIENT = 1.0
"""Points by which another digit may be likelier: fonts differ, and a wrong doubt costs an OCR of the place."""
SCALE = 48
"""One point in the whole numbers of the weights; what is seen is in steps of 255."""


def inked(view: Image.Image) -> tuple[Image.Image, Image.Image]:
    """Return a grey picture (dark on light) as ink of 0 to 255, and where ink is seen."""
    low, high = view.getextrema()
    assert isinstance(low, int)  # noqa: S101 - a picture of mode L
    assert isinstance(high, int)  # noqa: S101
    span = max(high - low, LEAST_CONTRAST)
    ink = view.point([max(0, min(255, (high - value) * 255 // span)) for value in range(256)])
    return ink, ink.point([255 if value >= _SEEN else 0 for value in range(256)])


def features(ink: Image.Image, seen: Image.Image, box: tuple[int, int, int, int]) -> bytes | None:
    """Return the one sign in a box of an inked picture as 8 x 12 steps of 0 to 255; None where no ink is seen."""
    bounds = seen.crop(box).getbbox()
    if bounds is None:
        return None
    left, top, right, bottom = bounds
    width = max(1, min(WIDTH, round((right - left) * HEIGHT / (bottom - top))))
    place = (box[0] + left, box[1] + top, box[0] + right, box[1] + bottom)
    small = ink.resize((width, HEIGHT), Image.Resampling.BOX, box=place)
    framed = Image.new("L", (WIDTH, HEIGHT))
    framed.paste(small, ((WIDTH - width) // 2, 0))
    return framed.tobytes()


def points(seen: bytes) -> list[float]:
    """Return how much what is seen looks like each of the ten digits."""
    return [(sum(map(mul, row, seen)) + 255 * bias) / (255 * SCALE) for row, bias in zip(_rows(), BIAS, strict=True)]


def looks_like(seen: bytes | None, digit: str) -> bool:
    """Tell whether what is seen can be this digit."""
    if seen is None:
        return False
    given = points(seen)
    return given[int(digit)] >= max(given) - _LENIENT


@cache
def _rows() -> tuple[tuple[int, ...], ...]:
    raw = base64.b64decode("".join(WEIGHTS.split()))
    signed = memoryview(raw).cast("b").tolist()
    size = WIDTH * HEIGHT
    return tuple(tuple(signed[start : start + size]) for start in range(0, len(signed), size))
