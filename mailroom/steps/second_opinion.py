"""A second opinion: where OCR left a key field in doubt, the pages are read again by the other engine.

Part of the step `extract` and of `mailroom read`. Nothing is lost when it fails: then the first reading stands.
"""

from __future__ import annotations

from collections.abc import Callable

from mailroom.domain.learned import Lessons
from mailroom.domain.reading import Reading
from mailroom.errors import MailroomError
from mailroom.extraction import Buyer, Extraction, extract, informed, surer, wants_second_opinion
from mailroom.log import get_logger
from mailroom.reading.read import Reader

log = get_logger("second_opinion")


def look_twice(
    reader: Reader,
    original: Callable[[], bytes],
    reading: Reading,
    buyer: Buyer,
    lessons_for: Callable[[Extraction], Lessons] | None = None,
) -> tuple[Extraction, str]:
    """Extract the fields of a reading and, where they leave a doubt, of a second one; also name the engines.

    `lessons_for` says what was learned of the seller that an extraction names.
    """
    found = extract(reading, buyer)
    lessons = lessons_for(found) if lessons_for else {}
    if lessons:
        found = informed(found, reading, lessons)
    if not wants_second_opinion(reading, found):
        return found, reading.engine
    content = original()
    try:
        second = reader.read_again(content, reading)
    except MailroomError as error:  # also a reader that was stopped: the first reading is worth more than another try
        log.warning("second_opinion_failed", reason=error.reason, error=str(error))
        return found, reading.engine
    if second is None:
        return found, reading.engine
    engines = dict.fromkeys((reading.engine + "+" + second.engine).split("+"))
    return surer(found, extract(second, buyer, lessons)), "+".join(engines)
