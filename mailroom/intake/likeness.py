"""What a picture looks like, in 128 bits: a logo that was saved anew or made smaller has nearly the same ones.

A difference hash: the picture in grey, 9 x 8 and 8 x 9 points, and of each neighbour whether it is lighter. Runs in the
boxed child, for small pictures only; what a camera took is known by its bytes alone.
"""

from __future__ import annotations

import io

from mailroom.domain.message import MediaType

LARGEST_AREA = 1_500_000
LARGEST_BYTES = 2_000_000
_SIDE = 8
_FEWEST_BITS = 10
"""Bits that must differ from plain: an even surface has no likeness."""
_NEAR_BITS = 10
_NEAR_SHAPE = 0.06

FORMATS = {
    MediaType.PNG: "PNG",
    MediaType.JPEG: "JPEG",
    MediaType.GIF: "GIF",
    MediaType.WEBP: "WEBP",
}


def likeness(content: bytes, media_type: MediaType, width: int, height: int) -> str:
    """Return the likeness of a small picture with its shape (`4.00:` and 32 hexadecimal digits), or nothing."""
    if media_type not in FORMATS or not 400 <= width * height <= LARGEST_AREA or len(content) > LARGEST_BYTES:
        return ""
    if min(width, height) < _SIDE:
        return ""
    from PIL import Image  # loaded for mails with pictures only; `prepare_task` has done so in the server

    try:
        with Image.open(io.BytesIO(content), formats=[FORMATS[media_type]]) as picture:
            if picture.width * picture.height > LARGEST_AREA:  # the header told another size
                return ""
            # A transparent logo is what it is on white paper.
            shown = picture.convert("RGBA")
            paper = Image.new("RGBA", shown.size, "white")
            grey = Image.alpha_composite(paper, shown).convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return ""
    bits = _rising(grey.resize((_SIDE + 1, _SIDE), Image.Resampling.BOX).tobytes(), _SIDE + 1, 1)
    turned = grey.resize((_SIDE, _SIDE + 1), Image.Resampling.BOX).transpose(Image.Transpose.TRANSPOSE)
    bits += _rising(turned.tobytes(), _SIDE + 1, 1)
    if not sum(bits) >= _FEWEST_BITS:
        return ""
    number = int("".join(map(str, bits)), 2)
    return f"{width / height:.2f}:{number:032x}"


def _rising(grey: bytes, across: int, step: int) -> list[int]:
    """Return for each pair of neighbours whether the right one is clearly darker."""
    rows = [grey[start : start + across] for start in range(0, len(grey), across)]
    return [int(row[at] > row[at + step] + 2) for row in rows for at in range(across - step)]


def alike(one: str, other: str) -> bool:
    """Say whether two likenesses are of one picture."""
    shape, _, bits = one.partition(":")
    other_shape, _, other_bits = other.partition(":")
    if not bits or not other_bits:
        return False
    if abs(float(shape) - float(other_shape)) > _NEAR_SHAPE * float(shape):
        return False
    return (int(bits, 16) ^ int(other_bits, 16)).bit_count() <= _NEAR_BITS
