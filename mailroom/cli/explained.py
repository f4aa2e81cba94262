"""A page with its fields marked: what `mailroom read --explain` draws, out of the preview that reading made."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from mailroom.domain.document import Field, FieldName

Box = tuple[float, float, float, float]
_WIDE = 1240
"""Pixels across: an A4 page at 150 dots an inch, on which words can be read."""
_LABEL = 15
_SURE, _LIKELY, _DOUBTFUL = (24, 128, 56), (190, 120, 0), (190, 30, 30)


def draw_pages(previews: Sequence[bytes], fields: Mapping[FieldName, Field], target: Path) -> list[Path]:
    """Write each page on which a field was found as PNG, its fields boxed and named; return the files.

    `target` is the name without ending; a document of several pages gets the page's number behind it. Green is sure
    (from .95), orange likely (from .7), red doubtful.
    """
    written = []
    for number, preview in enumerate(previews, 1):
        marks = [(n, f, e.region) for n, f in fields.items() for e in f.evidence[:1] if e.page == number and e.region]
        if not marks:
            continue
        with Image.open(io.BytesIO(preview)) as picture:
            page = picture.convert("RGB").resize((_WIDE, max(1, picture.height * _WIDE // picture.width)))
        pen = ImageDraw.Draw(page)
        taken = [_box(region, page.size) for _, _, region in marks]
        for name, field, region in marks:
            _mark(
                pen, page.size, f"{name.value} {field.confidence:.0%}", _colour(field), _box(region, page.size), taken
            )
        file = target.with_name(f"{target.name}{f'-{number}' if len(previews) > 1 else ''}.png")
        page.save(file)
        written.append(file)
    return written


def _box(region: Box, size: tuple[int, int]) -> Box:
    return (region[0] * size[0] - 3, region[1] * size[1] - 3, region[2] * size[0] + 3, region[3] * size[1] + 3)


def _colour(field: Field) -> tuple[int, int, int]:
    return _SURE if field.confidence >= 0.95 else _LIKELY if field.confidence >= 0.7 else _DOUBTFUL


def _mark(
    pen: ImageDraw.ImageDraw,
    size: tuple[int, int],
    words: str,
    colour: tuple[int, int, int],
    box: Box,
    taken: list[Box],
) -> None:
    """Draw a box and its name at the first side where it covers no other; `taken` grows by the name's place."""
    x0, y0, x1, y1 = box
    font = ImageFont.load_default(_LABEL)
    wide, high = font.getlength(words) + 6, _LABEL + 4
    level = (y0 + y1 - high) / 2
    left = min(x0, size[0] - wide)
    sides = [(x1 + 2, level), (left, y0 - high), (left, y1), (x0 - 2 - wide, level)]
    places = [(x, y, x + wide, y + high) for x, y in sides if 0 <= x <= size[0] - wide and 0 <= y <= size[1] - high]
    place = next((p for p in places if not any(_touch(p, other) for other in taken)), places[0] if places else box)
    taken.append(place)
    pen.rectangle(box, outline=colour, width=2)
    pen.rectangle(place, fill=colour)
    pen.text((place[0] + 3, place[1]), words, fill=(255, 255, 255), font=font)


def _touch(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
