"""Which words of a page are compared with its picture."""

from __future__ import annotations

import pages_extraction as pages

from mailroom.domain.document import Field, FieldName, FieldSource
from mailroom.domain.reading import Reading
from mailroom.extraction import Buyer, extract, money_spots

INVOICE = """
!Polder Flour Mills B.V.
VAT NL123456782B12
Invoice number: 2026-77
Invoice date: 03/11/2026
                                    Total excl. VAT EUR      100.00
                                    VAT 21 % EUR              21.00
                                    Total incl. VAT EUR      121.00
IBAN: NL91 ABNA 0417 1643 00
"""


def told(reading: Reading) -> dict[str, str]:
    return {spot.field.value: spot.text for spot in money_spots(reading, extract(reading, Buyer()).fields)}


def test_account_and_total_are_compared_where_they_were_found_each_place_once() -> None:
    found = told(pages.reading(INVOICE))
    assert found.pop("iban") == "NL91 ABNA 0417 1643 00"
    assert list(found.values()) == ["121.00"], "total and payable amount share their place"


def test_a_page_that_was_read_by_ocr_is_its_picture() -> None:
    assert told(pages.reading(INVOICE, ocr=True)) == {}


def test_a_value_without_a_place_is_not_compared() -> None:
    reading = pages.reading(INVOICE)
    typed = {FieldName.IBAN: Field(value="NL91ABNA0417164300", confidence=1.0, source=FieldSource.PERSON)}
    assert money_spots(reading, typed) == []


def test_a_value_that_goes_on_in_the_next_line_is_compared_line_by_line() -> None:
    reading = pages.reading(INVOICE.replace(" 0417 1643 00", "\n      0417 1643 00"))
    found = extract(reading, Buyer())
    assert found.fields[FieldName.IBAN].value == "NL91ABNA0417164300"
    spots = money_spots(reading, found.fields)
    assert [s.text for s in spots if s.field is FieldName.IBAN] == ["NL91 ABNA", "0417 1643 00"]
