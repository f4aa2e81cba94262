"""A sign of fraud: the text layer of a PDF says another total or account than the picture that people see.

Part of the step `extract` and of `mailroom read`. Nothing is changed: the document is held, with both values. Where the
picture cannot be read surely, nobody is accused. When the look itself fails the document goes on without it, as the log
says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mailroom.domain.document import FieldName
from mailroom.domain.message import MediaType
from mailroom.domain.reading import Page, Reading
from mailroom.domain.value import Reason
from mailroom.errors import InvalidValue, MailroomError
from mailroom.extraction import Extraction, MoneySpot, money_spots, normalise
from mailroom.languages import Language
from mailroom.log import get_logger
from mailroom.reading.agreement import Verdict, digits, stands_in
from mailroom.reading.read import Place, Reader

log = get_logger("text_and_picture")

OTHER, ABSENT = "text_differs_from_picture", "text_not_in_picture"
OURS = frozenset({OTHER, ABSENT})
"""Problems that are found anew each time."""
_SURE, _READABLE = 0.6, 0.6
"""A page can be read where more than this part of its letters stands in words of which OCR is so sure."""


def differences(
    reader: Reader, original: Callable[[], bytes], reading: Reading, found: Extraction
) -> tuple[Reason, ...]:
    """Return where the text layer says something on which money depends, and the picture of its page does not.

    The facts: `field`, what the text `said`, the `page`, what the picture has `shown`, and its normal form as `value`.
    """
    spots = money_spots(reading, found.fields) if reading.media_type is MediaType.PDF else []
    if not spots or reader.compares == "off":
        return ()
    content = original()
    try:
        if reader.compares == "auto":
            doubtful = reader.doubtful(content, _places(spots))
            spots = [spot for spot, doubt in zip(spots, doubtful, strict=True) if doubt]
        return _told(reader, content, spots, found.language) if spots else ()
    except MailroomError as error:  # also a reader that was stopped, or a machine without tesseract
        log.warning("picture_not_compared", reason=error.reason, error=str(error))
        return ()


def _told(reader: Reader, content: bytes, spots: Sequence[MoneySpot], language: str) -> tuple[Reason, ...]:
    told: dict[FieldName, Reason] = {}
    pages: dict[int, Page] = {}

    def page(number: int) -> Page:
        if number not in pages:
            pages[number] = reader.page_as_seen(content, number)
        return pages[number]

    for spot, shown in zip(spots, reader.shown(content, _places(spots)), strict=True):
        facts = {"field": spot.field.value, "said": spot.text, "page": str(spot.page)}
        if shown.verdict is Verdict.OTHER and not (shown.hidden and _stands_elsewhere(spot, page(spot.page))):
            facts |= {"shown": shown.words, **_value(spot.field, shown.words, language)}
            told.setdefault(spot.field, Reason(code=OTHER, facts=facts))
        elif shown.verdict is Verdict.ABSENT and _stands_nowhere(spot, page(spot.page)):
            told.setdefault(spot.field, Reason(code=ABSENT, facts=facts))
    return tuple(told.values())


def _stands_elsewhere(spot: MoneySpot, page: Page) -> bool:
    """Tell whether the picture shows what hidden text says, but not where it says it: a scanner that measured badly."""
    return stands_in(spot.text, _lines(page))


def _stands_nowhere(spot: MoneySpot, page: Page) -> bool:
    """Tell whether a picture that can be read does not show a value at all, nor what OCR makes of it when it errs."""
    letters = sum(len(word.text) for word in page.words)
    sure = sum(len(word.text) for word in page.words if word.confidence > _SURE)
    return sure > _READABLE * letters and not stands_in(spot.text, _lines(page), misread=len(digits(spot.text)) // 8)


def _lines(page: Page) -> list[list[str]]:
    return [line.split() for line in page.text().splitlines()]


def _places(spots: Sequence[MoneySpot]) -> list[Place]:
    return [(spot.page, spot.words) for spot in spots]


def _value(name: FieldName, shown: str, language: str) -> dict[str, str]:
    """Return the normal form of what the picture shows, where it has one."""
    try:
        return {"value": normalise(name, shown, Language(language))}
    except InvalidValue:
        return {}
