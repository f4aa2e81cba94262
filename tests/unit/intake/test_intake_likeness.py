from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw, ImageFile

from mailroom.domain.message import MediaType
from mailroom.intake.likeness import alike, likeness


def mark(seed: int, size: tuple[int, int] = (300, 100), *, paper: str = "white") -> Image.Image:
    picture = Image.new("RGB", size, paper)
    pen = ImageDraw.Draw(picture)
    for number in range(7):
        x = (number * 37 + seed * 53) % size[0]
        y = (number * 29 + seed * 31) % size[1]
        pen.rectangle((x, y, x + size[0] // 8, y + size[1] // 4), fill=(number * 30, 40, 90))
    return picture


def file(picture: Image.Image, kind: str, **more: int) -> bytes:
    with io.BytesIO() as stream:
        picture.save(stream, kind, **more)
        return stream.getvalue()


def look(content: bytes, media_type: MediaType = MediaType.PNG, size: tuple[int, int] = (300, 100)) -> str:
    return likeness(content, media_type, *size)


@pytest.mark.parametrize("seed", range(6))
def test_a_logo_that_was_saved_anew_looks_the_same(seed: int) -> None:
    original = look(file(mark(seed), "PNG"))
    assert original
    jpeg = look(file(mark(seed), "JPEG", quality=40), MediaType.JPEG)
    half = look(file(mark(seed).resize((150, 50)), "PNG"), size=(150, 50))
    palette = look(file(mark(seed).quantize(32), "GIF"), MediaType.GIF)
    assert all(alike(original, other) for other in (jpeg, half, palette))


def test_two_logos_do_not_look_the_same() -> None:
    looks = [look(file(mark(seed), "PNG")) for seed in range(12)]
    assert not [(a, b) for at, a in enumerate(looks) for b in looks[at + 1 :] if alike(a, b)]


def test_another_shape_is_another_picture() -> None:
    wide, square = look(file(mark(1), "PNG")), look(file(mark(1).resize((200, 200)), "PNG"), size=(200, 200))
    assert not alike(wide, square)


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (file(Image.new("RGB", (300, 100), "white"), "PNG"), (300, 100)),  # even
        (file(mark(1, (4, 4)), "PNG"), (4, 4)),  # a tracking pixel
        (b"\x89PNG\r\n\x1a\n broken", (300, 100)),
        (file(mark(1), "PNG")[:200], (300, 100)),
        (file(mark(1), "PNG"), (3000, 1000)),  # too large to look at
        (b"", (300, 100)),
    ],
)
def test_what_has_no_likeness_says_nothing(
    content: bytes, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)  # reading sets it, in the child of its own
    assert look(content, size=size) == ""


def test_nothing_is_like_nothing() -> None:
    assert not alike("", "")
    assert not alike(look(file(mark(1), "PNG")), "")
