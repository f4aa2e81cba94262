"""What one corrected document teaches, and what the next one of the seller makes of it."""

from __future__ import annotations

import pytest
from pages_extraction import reading

from mailroom.domain.document import Field, FieldName, Fields, FieldSource
from mailroom.domain.learned import Lesson, Lessons, Side
from mailroom.extraction import Buyer, extract, lessons_of, merged, shareable

F = FieldName
PAGE = """
  Smederij Vuurvast
  BTW BE 0403.170.701                   Dossier {number}
                                        Klant   C-4711
  Gent, {issued}

  Uw bestelling van {ordered}

  Hekwerk gesmeed                                     {net}
  Bijdrage                                             {vat}
  Saldo                                               {total}
  Reeds vereffend vorig jaar                          {former}

  IBAN {iban}
"""
FIRST = {
    "number": "HK-0117",
    "issued": "03/04/26",
    "ordered": "01/03/26",
    "net": "300,00",
    "vat": "63,00",
    "total": "363,00",
    "former": "990,00",
    "iban": "BE68 5390 0754 7034",
}
SECOND = FIRST | {
    "number": "HK-0242",
    "issued": "07/05/26",
    "ordered": "02/04/26",
    "net": "100,00",
    "vat": "21,00",
    "total": "121,00",
    "former": "1.240,00",
}
TRUTH = {
    F.INVOICE_NUMBER: "HK-0117",
    F.ISSUE_DATE: "2026-04-03",
    F.TOTAL_AMOUNT: "363.00",
    F.SELLER_NAME: "Smederij Vuurvast BV",
}


def said(values: dict[FieldName, str]) -> Fields:
    return {name: Field(value=value, confidence=1, source=FieldSource.PERSON) for name, value in values.items()}


def taught(values: dict[FieldName, str] | None = None, *, page: str = PAGE, first: dict[str, str] = FIRST) -> Lessons:
    values = values or TRUTH
    seen = reading(page.format(**first))
    read = {name: field.value for name, field in extract(seen, Buyer()).fields.items()}
    return {lesson.field: lesson for lesson in lessons_of(seen, said(values), values, read)}


def values(lessons: Lessons, *, ocr: bool = False, **changed: str) -> dict[FieldName, str | None]:
    found = extract(reading(PAGE.format(**(SECOND | changed)), ocr=ocr), Buyer(), lessons)
    return {name: field.value for name, field in found.fields.items()}


@pytest.mark.parametrize("ocr", [False, True], ids=["digital", "scan"])
def test_the_next_document_of_the_seller_is_right(ocr: bool) -> None:
    without = values({}, ocr=ocr)
    assert without[F.INVOICE_NUMBER] != "HK-0242"
    after = values(taught(), ocr=ocr)
    assert after[F.INVOICE_NUMBER] == "HK-0242"
    assert after[F.ISSUE_DATE] == "2026-05-07"
    assert after[F.TOTAL_AMOUNT] == "121.00"
    assert after[F.SELLER_NAME] == "Smederij Vuurvast BV"


def test_a_lesson_holds_no_value_that_changes() -> None:
    lessons = taught(TRUTH | {F.IBAN: "BE68539007547034", F.SELLER_VAT_ID: "BE0403170701", F.CURRENCY: "EUR"})
    told = " ".join(lesson.model_dump_json() for lesson in lessons.values())
    for secret in ("0117", "2026-04-03", "03/04/26", "363", "68539007547034"):
        assert secret not in told
    assert lessons[F.IBAN].spots
    assert lessons[F.IBAN].value == ""
    assert lessons[F.SELLER_VAT_ID].value == "BE0403170701"


def test_a_number_of_another_form_is_not_taken() -> None:
    after = values(taught(), number="ziehieronder")
    assert after[F.INVOICE_NUMBER] != "ziehieronder"


def test_a_changed_iban_is_read_as_the_changed_one() -> None:
    lessons = taught(TRUTH | {F.IBAN: "BE68539007547034"})
    assert values(lessons, iban="BE71 0961 2345 6769")[F.IBAN] == "BE71096123456769"


def test_the_order_of_day_and_month_is_learned() -> None:
    lessons = taught(TRUTH | {F.ISSUE_DATE: "2026-03-04"})
    assert lessons[F.ISSUE_DATE].shapes == ("mdy",)
    assert values(lessons)[F.ISSUE_DATE] == "2026-07-05"


def test_the_term_of_payment_gives_a_due_date_that_the_page_does_not_say() -> None:
    lessons = taught(TRUTH | {F.DUE_DATE: "2026-05-03"})
    assert lessons[F.DUE_DATE].value == "30"
    assert values(lessons)[F.DUE_DATE] == "2026-06-06"


def test_what_the_page_says_itself_gains_and_stays() -> None:
    lessons = taught()
    page = reading(PAGE.format(**SECOND))
    before, after = extract(page, Buyer()).fields, extract(page, Buyer(), lessons).fields
    same = [name for name in lessons if before[name].value is not None and before[name].value == after[name].value]
    assert all(after[name].confidence >= before[name].confidence for name in same)
    assert after[F.INVOICE_NUMBER].evidence[0].proof == "learned"
    assert after[F.INVOICE_NUMBER].evidence[0].label == "Dossier"


def test_two_lessons_on_one_field_become_one_with_both_places() -> None:
    old = Lesson(field=F.INVOICE_NUMBER, spots=taught()[F.INVOICE_NUMBER].spots, shapes=("HK-9999",))
    moved = PAGE.replace("Dossier", "Referte")
    new = taught({F.INVOICE_NUMBER: "HK-0117"}, page=moved)[F.INVOICE_NUMBER]
    both = merged(old, new)
    assert [spot.label for spot in both.spots] == ["Referte", "Dossier"]
    assert both.shapes == ("HK-9999",)


def test_others_are_shown_places_and_labels_of_dictionaries_only() -> None:
    lessons = taught(TRUTH | {F.SELLER_VAT_ID: "BE0403170701"}, page=PAGE.replace("Dossier", "Jansens"))
    number = shareable(lessons[F.INVOICE_NUMBER])
    assert number.shapes == ("AA-9999",)
    assert all(spot.side is Side.NONE and spot.label == "" for spot in number.spots)  # a name, not a label
    assert shareable(lessons[F.SELLER_NAME]).value == ""
    assert shareable(lessons[F.SELLER_VAT_ID]).value == ""


def test_a_kind_of_document_is_learned_only_for_what_it_was_taken_for() -> None:
    lessons = {F.DOCUMENT_TYPE: Lesson(field=F.DOCUMENT_TYPE, value="receipt", shapes=("invoice",))}
    invoice = "Factuur 2026/1\n\nTotaal 12,00 EUR"
    credit = "Creditnota 2026/1\n\nTotaal 12,00 EUR"
    assert extract(reading(invoice), Buyer(), lessons).fields[F.DOCUMENT_TYPE].value == "receipt"
    assert extract(reading(credit), Buyer(), lessons).fields[F.DOCUMENT_TYPE].value == "credit_note"
