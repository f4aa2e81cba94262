"""What helps a person with a missing or doubtful field: the piece of the page, and what else may stand there.

A field is in doubt, too, when the text of a PDF says something else than its picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailroom.domain.document import Alternative, Document, FieldName, FieldSource
from mailroom.steps.text_and_picture import OURS
from mailroom.web.words import Words

MOST = 3
_LEAST_WIDTH = 0.5
_AROUND = 0.02
"""Of the page's height, above and below what is shown."""


@dataclass(frozen=True)
class Crop:
    """A piece of a page: numbers of an SVG view box, on a page that is a thousand wide and `page_height` high."""

    page: int
    version: str
    x: int
    y: int
    width: int
    height: int
    page_height: int


@dataclass(frozen=True)
class Choice:
    """A value that can be taken with one press: as it is shown, and as it would be typed."""

    shown: str
    typed: str


@dataclass(frozen=True)
class Help:
    """What is offered beside one field."""

    crop: Crop | None = None
    choices: tuple[Choice, ...] = ()


def shown_otherwise(document: Document) -> dict[FieldName, str]:
    """Return the fields for which the text of a PDF and its picture differ, and what the picture shows, if known.

    What a person typed is not in doubt any more.
    """
    doubted = {
        FieldName(problem.facts["field"]): problem.facts.get("value", "")
        for problem in document.problems
        if problem.code in OURS
    }
    return {
        name: shown
        for name, shown in doubted.items()
        if (field := document.fields.get(name)) is not None and field.source is not FieldSource.PERSON
    }


def help_with(
    document: Document, name: FieldName, found: Sequence[Alternative], words: Words, *, shown: str = ""
) -> Help:
    """Return the place of the field's value, or of the likeliest one, and the other values as choices.

    What the picture has `shown` instead is the first of them.
    """
    value = document.value(name)
    place = next((one for one in found if one.value == value), found[0] if found else None)
    others = [one for one in dict.fromkeys((shown, *(one.value for one in found))) if one and one != value]
    currency = document.value(FieldName.CURRENCY)
    choices = (Choice(words.value(name, other, currency), words.input_value(name, other)) for other in others[:MOST])
    return Help(_crop(document, place) if place else None, tuple(choices))


def _crop(document: Document, place: Alternative) -> Crop | None:
    page, region = place.evidence.page, place.evidence.region
    if page is None or region is None or not 1 <= page <= len(document.previews):
        return None
    left, top, right, bottom = region
    width = min(1.0, max(_LEAST_WIDTH, right - left + 0.1))
    x = min(max((left + right - width) / 2, 0.0), 1.0 - width)
    y, end = max(top - _AROUND, 0.0), min(bottom + _AROUND, 1.0)
    high = 1000 * place.proportion
    return Crop(
        page=page,
        version=document.previews[page - 1][:12],
        x=round(1000 * x),
        y=round(high * y),
        width=round(1000 * width),
        height=max(round(high * (end - y)), 1),
        page_height=round(high),
    )
