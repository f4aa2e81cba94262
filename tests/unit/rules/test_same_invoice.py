"""One invoice or two: seller and number decide, total and date where those are weak."""

from __future__ import annotations

from datetime import timedelta

import pytest
from store_values import NOON, document, message, sha

from mailroom.domain.document import Document, DocumentState, Field, FieldName, FieldSource, number_key
from mailroom.rules.names import same_name
from mailroom.rules.same_invoice import Likeness, differences, likeness, reminds_of, speaks_for_both

BASE = {
    "document_type": "invoice",
    "invoice_number": "2026-0077",
    "issue_date": "2026-11-03",
    "seller_name": "Polder Flour Mills B.V.",
    "seller_vat_id": "NL123456782B12",
    "iban": "NL91ABNA0417164300",
    "total_amount": "121.00",
}


def paper(source: FieldSource = FieldSource.TEXT_LAYER, sure: float = 0.95, **more: str | None) -> Document:
    values = {**BASE, **more}
    fields = {
        FieldName(name): Field(value=value, confidence=sure, source=source)
        for name, value in values.items()
        if value is not None
    }
    return document(message("account"), fields=fields)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("INV-2026/0077", "inv 2026 0077"),
        ("2026-O077", "2026-0077"),  # OCR
        ("00077", "77"),
    ],
)
def test_a_number_is_the_same_however_it_is_written(one: str, other: str) -> None:
    assert number_key(one) == number_key(other)


@pytest.mark.parametrize("number", ["", None, "NOVEMBER", "000"])
def test_what_has_no_digit_that_counts_is_no_number(number: str | None) -> None:
    assert number_key(number) == ""


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Polder Flour Mills B.V.", "POLDER FLOUR MILLS", True),
        ("Café Größe GmbH", "Cafe Grosse", True),
        ("Müller & Söhne GmbH & Co. KG", "Mueller und Soehne", False),  # another writing: other signs must decide
        ("Bakkerij De Smet", "Bakkerij De Smedt", True),  # a letter misread
        ("Garage Peeters", "Garage Janssens", False),
        ("SA", "NV", False),
        ("", "Acme", False),
    ],
)
def test_names_are_compared_without_their_legal_form(one: str, other: str, *, same: bool) -> None:
    assert same_name(one, other) is same


@pytest.mark.parametrize(
    ("changes", "wanted", "why"),
    [
        ({}, Likeness.SAME, "everything agrees"),
        ({"invoice_number": "2026/0077"}, Likeness.SAME, "the number is written otherwise"),
        ({"total_amount": "999.00"}, Likeness.SAME, "the seller is proved: the other total is what must be shown"),
        ({"iban": "BE68539007547034"}, Likeness.SAME, "a forger changes the account"),
        ({"seller_vat_id": None, "iban": None}, Likeness.SAME, "name, number, day and total agree"),
        ({"seller_vat_id": None, "iban": None, "seller_name": "P0ider F1our"}, Likeness.SAME, "the name was misread"),
        ({"seller_vat_id": None, "iban": None, "seller_name": None}, Likeness.SAME, "number, day and total"),
        ({"invoice_number": "2026-0078"}, Likeness.OTHER, "another number"),
        ({"document_type": "credit_note"}, Likeness.OTHER, "its credit note with the same number"),
        ({"seller_vat_id": "BE0662918487", "iban": None}, Likeness.OTHER, "another seller"),
        ({"issue_date": "2025-11-03", "total_amount": "88.00"}, Likeness.OTHER, "the number of a year before"),
        ({"seller_vat_id": "BE0662918487", "seller_name": "Garage Janssens"}, Likeness.OTHER, "a factor's account"),
        ({"invoice_number": None, "seller_vat_id": None}, Likeness.PERHAPS, "the number was not read"),
        ({"seller_vat_id": None, "iban": None, "issue_date": "2026-11-20", "total_amount": "88.00"},
         Likeness.PERHAPS, "only the name says that it is the seller's"),
        ({"seller_vat_id": None, "iban": None, "seller_name": "Garage Janssens", "issue_date": "2026-10-01",
          "total_amount": "88.00"}, Likeness.OTHER, "two sellers have a 2026-0077"),
    ],
)  # fmt: skip
def test_two_documents_are_one_invoice_or_not(changes: dict[str, str | None], wanted: Likeness, why: str) -> None:
    assert likeness(paper(), paper(**changes)) is wanted, why
    assert likeness(paper(**changes), paper()) is wanted, "whichever comes first"


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"issue_date": "2026-02-03", "total_amount": "88.00"}, Likeness.OTHER),  # a short number comes again
        ({"issue_date": "2026-10-03"}, Likeness.PERHAPS),  # the rent
        ({}, Likeness.SAME),
    ],
)
def test_a_short_number_proves_little(changes: dict[str, str | None], wanted: Likeness) -> None:
    assert likeness(paper(invoice_number="12"), paper(**{"invoice_number": "12", **changes})) is wanted


def test_two_slips_of_one_shop_on_one_day_for_one_sum_are_a_question() -> None:
    slip = {"document_type": "receipt", "invoice_number": None, "seller_vat_id": None, "iban": None}
    assert likeness(paper(**slip), paper(**slip)) is Likeness.PERHAPS
    assert likeness(paper(**slip), paper(**{**slip, "total_amount": "120.00"})) is Likeness.OTHER


def test_what_differs_is_named_the_gravest_first() -> None:
    other = paper(iban="BE68539007547034", total_amount="122.00", issue_date="2026-11-04")
    found = differences(paper().fields, other.fields)
    assert [difference.field for difference in found] == ["iban", "total_amount", "issue_date"]
    assert (found[0].here, found[0].there) == ("NL91ABNA0417164300", "BE68539007547034")


def test_a_value_that_was_read_with_doubt_contradicts_nothing() -> None:
    other = paper(sure=0.6, iban="BE68539007547034", total_amount="122.00")
    assert differences(paper().fields, other.fields) == ()


def test_an_account_that_also_stands_on_the_other_page_is_no_difference() -> None:
    other = paper(iban="BE68539007547034")
    words = "IBANNL91ABNA0417164300OFBE68539007547034"
    assert differences(paper().fields, other.fields, words=words) == ()


def test_a_reminder_is_of_the_invoice_whose_number_it_names() -> None:
    reminder = paper(document_type="reminder", issue_date="2026-12-20", total_amount="136.00")
    assert reminds_of(reminder, paper())
    assert not reminds_of(reminder, paper(invoice_number="2026-0078"))
    assert not reminds_of(reminder, paper(seller_vat_id="BE0662918487", iban=None))


def test_xml_leads_before_text_before_a_picture_and_what_a_person_did_before_all() -> None:
    xml, text, photo = (paper(source) for source in (FieldSource.XML, FieldSource.TEXT_LAYER, FieldSource.OCR))
    assert speaks_for_both(xml, text)
    assert speaks_for_both(text, photo)
    assert not speaks_for_both(photo, xml)
    assert speaks_for_both(photo.model_copy(update={"state": DocumentState.ARCHIVED}), xml)
    assert speaks_for_both(photo.model_copy(update={"completed_by_hand": True}), xml)


def test_of_two_alike_the_first_leads() -> None:
    first = paper()
    second = first.model_copy(update={"id": sha("later")[:26], "created_at": NOON + timedelta(minutes=1)})
    assert speaks_for_both(first, second)
    assert not speaks_for_both(second, first)
