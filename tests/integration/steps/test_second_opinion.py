"""The second opinion: asked for only in doubt, and never in the way of the first."""

from __future__ import annotations

from typing import cast

import pages_extraction as pages
import pytest

from mailroom.domain.document import FieldName
from mailroom.domain.reading import Reading
from mailroom.errors import MissingProgram, ReaderOutOfMemory, ReaderTimedOut
from mailroom.extraction import Buyer
from mailroom.reading.read import Reader
from mailroom.steps.second_opinion import look_twice

CLEAR = """
!GREEN CAFE LTD
12 High Street, Leeds
VAT No GB 980 7806 84
Receipt
Date 12/03/2026
Coffee            3.50
Cake              4.50
TOTAL GBP         8.00
"""
FAINT = """
!GR FN CA E
i2 Hi h Str t
C  fee            ,50
"""


class SecondReader:
    """Sees the second time what it is told, or stops."""

    def __init__(self, says: Reading | Exception | None) -> None:
        self.says = says
        self.asked = 0

    def read_again(self, content: bytes, reading: Reading) -> Reading | None:
        self.asked += 1
        assert content == b"photo"
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


def look(first: Reading, says: Reading | Exception | None) -> tuple[dict[str, str | None], str, int]:
    reader = SecondReader(says)
    found, engine = look_twice(cast(Reader, reader), lambda: b"photo", first, Buyer())
    return pages.values(found), engine, reader.asked


def test_a_faint_photo_has_the_fields_of_the_second_reading() -> None:
    second = pages.reading(CLEAR, ocr=True).model_copy(update={"engine": "rapidocr"})
    values, engine, _ = look(pages.reading(FAINT, ocr=True), second)
    assert values[FieldName.TOTAL_AMOUNT.value] == "8.00"
    assert values[FieldName.ISSUE_DATE.value] == "2026-03-12"
    assert engine == "typewriter+rapidocr"


def test_a_page_with_a_text_layer_is_looked_at_once() -> None:
    assert look(pages.reading(FAINT), None)[1:] == ("typewriter", 0)


@pytest.mark.parametrize(
    "says",
    [None, ReaderTimedOut("late"), ReaderOutOfMemory("much"), MissingProgram("gone")],
    ids=["off", "late", "memory", "missing"],
)
def test_without_a_second_reading_the_first_stands(says: Exception | None) -> None:
    once = look(pages.reading(FAINT), None)[0]
    assert look(pages.reading(FAINT, ocr=True), says)[1:] == ("typewriter", 1)
    assert once
