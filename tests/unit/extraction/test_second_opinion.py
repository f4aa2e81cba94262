"""When OCR is asked again, and what of two readings is believed."""

from __future__ import annotations

from dataclasses import replace

import pages_extraction as pages
import pytest

from mailroom.domain.document import Field, FieldName, FieldSource
from mailroom.domain.line import LineItem, Lines, LineStatus
from mailroom.domain.message import MediaType
from mailroom.domain.reading import Reading, StructuredValue
from mailroom.extraction import Extraction, surer, wants_second_opinion

SLIP = """
!GREEN CAFE LTD
12 High Street, Leeds
Date 12/03/2026
Coffee            3.50
Cake              4.50
TOTAL GBP         8.00
"""
KEY_FIELDS = (FieldName.TOTAL_AMOUNT, FieldName.ISSUE_DATE, FieldName.SELLER_NAME)


def extraction(**said: tuple[str | None, float]) -> Extraction:
    """Return an extraction that says these values with these probabilities."""
    fields = {name: Field(value=None, confidence=0.2, source=FieldSource.DERIVED) for name in FieldName}
    for name, (value, confidence) in said.items():
        fields[FieldName(name)] = Field(value=value, confidence=confidence, source=FieldSource.OCR)
    return Extraction(fields, "en")


def sure(**changed: tuple[str | None, float]) -> Extraction:
    return extraction(**{name.value: ("x", 0.95) for name in KEY_FIELDS} | changed)


@pytest.mark.parametrize("name", KEY_FIELDS)
@pytest.mark.parametrize("said", [(None, 0.9), ("x", 0.5)], ids=["missing", "unsure"])
def test_a_doubt_about_a_key_field_asks_for_a_second_reading(name: FieldName, said: tuple[str | None, float]) -> None:
    assert wants_second_opinion(pages.reading(SLIP, ocr=True), sure(**{name.value: said}))


def test_a_photo_whose_key_fields_are_sure_is_read_once() -> None:
    assert not wants_second_opinion(pages.reading(SLIP, ocr=True), sure())


def test_text_that_was_no_picture_is_never_read_by_ocr_again() -> None:
    assert not wants_second_opinion(pages.reading(SLIP), extraction())


def test_an_e_invoice_needs_no_second_reading_of_its_page() -> None:
    total = {FieldName.TOTAL_AMOUNT: StructuredValue(value="8.00", term="BT-112", path="/x")}
    assert not wants_second_opinion(pages.reading(SLIP, ocr=True, structured=total), extraction())


def test_of_every_field_the_surer_value_is_taken() -> None:
    first = extraction(issue_date=("2026-03-12", 0.9), seller_name=("GRFEN CAEE", 0.5))
    second = extraction(issue_date=("2026-12-03", 0.6), seller_name=("GREEN CAFE", 0.9))
    fields = surer(first, second).fields
    assert fields[FieldName.ISSUE_DATE].value == "2026-03-12"
    assert fields[FieldName.SELLER_NAME].value == "GREEN CAFE"


def test_a_value_is_taken_before_none() -> None:
    fields = surer(extraction(due_date=(None, 0.9)), extraction(due_date=("2026-04-12", 0.5))).fields
    assert fields[FieldName.DUE_DATE].value == "2026-04-12"


def test_amounts_are_never_mixed_of_two_readings() -> None:
    first = extraction(net_amount=("6.00", 0.99), vat_amount=("2.00", 0.99), total_amount=("8.00", 0.7))
    second = extraction(net_amount=("6.67", 0.8), vat_amount=(None, 0.2), total_amount=("8.00", 0.9))
    fields = surer(first, second).fields
    assert [fields[name].value for name in (FieldName.NET_AMOUNT, FieldName.VAT_AMOUNT)] == ["6.67", None]


@pytest.mark.parametrize(("photo", "asked"), [(True, True), (False, False)], ids=["photo", "scan"])
def test_a_photo_is_read_again_until_it_may_pass_and_a_scan_only_in_doubt(photo: bool, asked: bool) -> None:
    reading = pages.reading(SLIP, ocr=True)
    reading = reading.model_copy(update={"media_type": MediaType.JPEG}) if photo else reading
    nearly = sure(seller_name=("GREEN CAFE LTD", 0.88))  # over .8, under the threshold of the seller's name
    assert wants_second_opinion(reading, nearly) is asked


def test_what_two_engines_read_alike_is_surer_than_in_either() -> None:
    first, second = (
        extraction(seller_name=(name, sure)) for name, sure in (("GREEN CAFE", 0.84), ("Green Cafe.", 0.88))
    )
    assert 0.92 < surer(first, second).fields[FieldName.SELLER_NAME].confidence < 0.96


def test_what_they_read_differently_is_no_surer() -> None:
    first, second = (
        extraction(seller_name=(name, sure)) for name, sure in (("GREEN CAFE", 0.84), ("CREEN CARE", 0.88))
    )
    assert surer(first, second).fields[FieldName.SELLER_NAME].confidence == 0.88


@pytest.mark.parametrize(
    ("first", "second", "taken"),
    [
        ("MAISON TEFORT", "MAISON LEFORT", "MAISON LEFORT"),
        ("SANYU STATIONERY SHOP", "SANYUSTATIONERYSH0P", "SANYU STATIONERY SHOP"),  # the spaces are worth more
        ("MAISON OLIVE", "MAISON 0LIVE", "MAISON OLIVE"),
        ("MAISON LEFORT", "BOULANGERIE", "MAISON LEFORT"),
    ],
)
def test_of_two_spellings_of_one_name_that_of_the_second_engine_is_taken(first: str, second: str, taken: str) -> None:
    found = surer(extraction(seller_name=(first, 0.9)), extraction(seller_name=(second, 0.89)))
    assert found.fields[FieldName.SELLER_NAME].value == taken
    assert found.fields[FieldName.SELLER_NAME].confidence == 0.9


INVOICE = """
!GREEN CAFE LTD
Invoice date  12/03/2026
Total GBP         8.00
{}
"""


def known(kind: str, **changed: tuple[str | None, float]) -> Extraction:
    """Return what is sure in all key fields, of a document of this kind that has a number and no account."""
    return sure(document_type=(kind, 0.95), **{"invoice_number": ("17", 0.9), **changed})


@pytest.mark.parametrize("kind", ["invoice", "credit_note"])
def test_an_invoice_without_a_number_is_read_again(kind: str) -> None:
    drawn = pages.reading(INVOICE.format(""), ocr=True)
    assert wants_second_opinion(drawn, known(kind, invoice_number=(None, 0.05)))
    assert not wants_second_opinion(drawn, known(kind))


def test_a_slip_needs_neither_number_nor_account() -> None:
    drawn = pages.reading(INVOICE.format("IBAN DEO4 7007 0010"), ocr=True)
    assert not wants_second_opinion(drawn, known("receipt", invoice_number=(None, 0.05)))


@pytest.mark.parametrize(
    ("line", "again"),
    [
        ("IBAN DEO4", True),  # the rest of it was lost
        ("IBAN: BE 96 3635 2167 220$", True),
        ("Wij betalen op uw rekening BE96 3635 2167 220$ op 2 maart.", True),
        ("IBAN is not accepted here", False),
        ("Order XY12 and nothing more", False),
        ("VAT GB 123 4567 89", False),
    ],
)
def test_an_account_that_begins_on_the_page_and_was_not_found_is_read_again(line: str, again: bool) -> None:
    drawn = pages.reading(INVOICE.format(line), ocr=True)
    assert wants_second_opinion(drawn, known("invoice")) is again
    assert not wants_second_opinion(drawn, known("invoice", iban=("BE96363521672205", 0.99)))


@pytest.mark.parametrize(("total", "taken"), [("8.00", "Cake"), ("9.00", "Cnke")])
def test_lines_that_add_up_to_the_same_total_are_taken_from_either_reading(total: str, taken: str) -> None:
    def said(total: str, sure: float, line: str, status: LineStatus) -> Extraction:
        return replace(extraction(total_amount=(total, sure)), lines=Lines(items=(item(line),), status=status))

    first = said("8.00", 0.9, "Cnke", LineStatus.DIFFER)
    second = said(total, 0.8, "Cake", LineStatus.ADD_UP)
    assert surer(first, second).lines.items[0].description == taken


def item(description: str) -> LineItem:
    return LineItem(description=description, gross_amount="8.00", confidence=0.9)


def long_page(*, sure_of_all: bool, more: str = "") -> Reading:
    """Return an invoice with text enough to judge how well it was read."""
    drawn = pages.reading(INVOICE.format(more) + "Services rendered in the course of March\n" * 10, ocr=True)
    first = drawn.pages[0]
    doubt = {} if sure_of_all else {"GREEN": 0.3}
    words = tuple(word._replace(confidence=doubt.get(word.text, 0.95)) for word in first.words)
    return drawn.model_copy(update={"pages": (first.model_copy(update={"words": words}),)})


@pytest.mark.parametrize("missed", ["total_amount", "issue_date", "seller_name", "invoice_number"])
def test_a_page_that_was_read_without_a_doubt_is_not_read_again_for_what_it_does_not_say(missed: str) -> None:
    found = known("invoice", **{missed: (None, 0.2)})
    assert not wants_second_opinion(long_page(sure_of_all=True), found)
    assert wants_second_opinion(long_page(sure_of_all=False), found)


def test_an_account_without_right_check_digits_is_a_doubt_on_any_page() -> None:
    assert wants_second_opinion(long_page(sure_of_all=True, more="IBAN BE96 3635 2167 220$"), known("invoice"))


@pytest.mark.parametrize(("name", "below"), [("seller_name", 0.91), ("total_amount", 0.84), ("issue_date", 0.84)])
def test_a_photo_is_read_again_where_a_key_field_would_stop_it_and_a_scan_only_where_it_is_unsure(
    name: str, below: float
) -> None:
    scan = pages.reading(SLIP, ocr=True)
    photo = scan.model_copy(update={"media_type": MediaType.JPEG})
    assert wants_second_opinion(photo, sure(**{name: ("x", below)}))
    assert not wants_second_opinion(scan, sure(**{name: ("x", below)}))
    assert not wants_second_opinion(photo, sure(seller_name=("x", 0.92), total_amount=("x", 0.85)))
