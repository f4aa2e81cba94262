"""Size of a picture and whether a camera took it, from its first bytes. Nothing is decoded.

Never raises; 0 x 0 means that the size is not known. It does not judge: see clutter.py.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from mailroom.domain.message import MediaType


class Picture(NamedTuple):
    """Width and height in pixels, and whether it carries a camera's marks (EXIF with a make)."""

    width: int = 0
    height: int = 0
    camera: bool = False


UNKNOWN = Picture()
_LARGEST = 1_000_000


def look(content: bytes, media_type: MediaType) -> Picture:
    """Return what a picture's header says; the unknown picture for anything else."""
    measure = _MEASURES.get(media_type)
    if measure is None:
        return UNKNOWN
    try:
        found = measure(content)
        # A lie of four thousand million pixels would not fit into a database's integer.
        return found._replace(width=min(found.width, _LARGEST), height=min(found.height, _LARGEST))
    except (struct.error, IndexError):
        return UNKNOWN


def _png(content: bytes) -> Picture:
    return Picture(*struct.unpack_from(">II", content, 16))


def _gif(content: bytes) -> Picture:
    return Picture(*struct.unpack_from("<HH", content, 6))


# Start of frame: every SOFn except DHT (C4), JPG (C8) and DAC (CC); ISO/IEC 10918-1 table B.1.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def _jpeg(content: bytes) -> Picture:
    position, camera = 2, False
    for _ in range(500):
        position = content.index(b"\xff", position) if b"\xff" in content[position : position + 4_096] else -1
        if position < 0:
            break
        marker = content[position + 1]
        if marker in (0xFF, 0x00, 0x01) or 0xD0 <= marker <= 0xD8:
            position += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", content, position + 2)
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, position + 5)
            return Picture(width, height, camera)
        if marker == 0xE1:
            camera = camera or _exif_has_make(content[position + 4 : position + 2 + length])
        position += 2 + length
    return Picture(camera=camera)


def _exif_has_make(segment: bytes) -> bool:
    """Say whether the first directory of EXIF names the camera's make (tag 0x010F)."""
    if not segment.startswith(b"Exif\0\0"):
        return False
    tiff = segment[6:]
    order = "<" if tiff[:2] == b"II" else ">"
    try:
        (offset,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, offset)
        tags = [struct.unpack_from(order + "H", tiff, offset + 2 + 12 * i)[0] for i in range(min(count, 100))]
    except struct.error:
        return False
    return 0x010F in tags


def _webp(content: bytes) -> Picture:
    kind = content[12:16]
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", content, 26)
        return Picture(width & 0x3FFF, height & 0x3FFF)
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", content, 21)
        return Picture((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8X" and len(content) >= 30:
        return Picture(
            int.from_bytes(content[24:27], "little") + 1,
            int.from_bytes(content[27:30], "little") + 1,
        )
    return UNKNOWN


def _tiff(content: bytes) -> Picture:
    order = "<" if content[:2] == b"II" else ">"
    (offset,) = struct.unpack_from(order + "I", content, 4)
    (count,) = struct.unpack_from(order + "H", content, offset)
    sizes = {256: 0, 257: 0}
    for i in range(min(count, 200)):
        tag, kind = struct.unpack_from(order + "HH", content, offset + 2 + 12 * i)
        if tag in sizes:
            (sizes[tag],) = struct.unpack_from(order + ("H" if kind == 3 else "I"), content, offset + 10 + 12 * i)
    return Picture(sizes[256], sizes[257])


_MEASURES = {
    MediaType.PNG: _png,
    MediaType.GIF: _gif,
    MediaType.JPEG: _jpeg,
    MediaType.WEBP: _webp,
    MediaType.TIFF: _tiff,
}
