from __future__ import annotations

import struct

import pytest
from mails_intake import gif, jpeg, png

from mailroom.domain.message import MediaType
from mailroom.intake.picture import UNKNOWN, look


def test_the_size_of_common_pictures_is_read() -> None:
    assert look(png(7, 9), MediaType.PNG)[:2] == (7, 9)
    assert look(gif(7, 9), MediaType.GIF)[:2] == (7, 9)
    assert look(jpeg(7, 9), MediaType.JPEG) == (7, 9, False)
    assert look(jpeg(7, 9, camera=True), MediaType.JPEG) == (7, 9, True)


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_size_of_a_tiff_is_read(order: str) -> None:
    tags = struct.pack(order + "HHIHH", 256, 3, 1, 7, 0) + struct.pack(order + "HHII", 257, 4, 1, 9)
    start = b"II*\0" if order == "<" else b"MM\0*"
    assert look(start + struct.pack(order + "IH", 8, 2) + tags, MediaType.TIFF)[:2] == (7, 9)


@pytest.mark.parametrize(
    "body",
    [
        b"VP8 " + b"\0" * 10 + struct.pack("<HH", 7, 9),
        b"VP8L" + b"\0" * 4 + b"\x2f" + struct.pack("<I", 6 | 8 << 14),
        b"VP8X" + b"\0" * 8 + b"\6\0\0\x08\0\0",
    ],
)
def test_the_size_of_a_webp_is_read(body: bytes) -> None:
    assert look(b"RIFF\0\0\0\0WEBP" + body, MediaType.WEBP)[:2] == (7, 9)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (png(7, 9)[:20], MediaType.PNG),
        (jpeg(7, 9)[:20], MediaType.JPEG),
        (b"\xff\xd8" + b"\xff" * 99, MediaType.JPEG),
        (gif(7, 9)[:8], MediaType.GIF),
        (b"II*\0\xff\xff\xff\xff", MediaType.TIFF),
        (b"RIFFxxxxWEBPVP8X", MediaType.WEBP),
        (b"RIFFxxxxWEBPVP8Y" + b"\0" * 30, MediaType.WEBP),
        (png(7, 9), MediaType.PDF),
    ],
)
def test_a_truncated_picture_has_no_size(content: bytes, media_type: MediaType) -> None:
    assert look(content, media_type) == UNKNOWN


def test_a_size_beyond_reason_is_cut() -> None:
    assert look(b"\x89PNG" + b"\xff" * 40, MediaType.PNG)[:2] == (1_000_000, 1_000_000)


def test_a_thumbnail_inside_exif_is_not_taken_for_the_picture() -> None:
    thumbnail = jpeg(1, 1, size=0)
    exif = b"\xff\xe1" + struct.pack(">H", len(thumbnail) + 8) + b"Exif\0\0" + thumbnail
    assert look(b"\xff\xd8" + exif + jpeg(7, 9)[2:], MediaType.JPEG)[:2] == (7, 9)
