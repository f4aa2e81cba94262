"""Where one invoice ends and the next begins, page by page, in five languages; what points both ways is a question."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pages_extraction import page, reading

from mailroom.extraction import Buyer
from mailroom.extraction.several import Division, Sign, divide, divided, follows, goes_on, sign

WORDS = {
    "nl": ("FACTUUR", "Factuurnummer", "Factuurdatum", "Totaal te betalen", "BTW", "Subtotaal", "Blad {} van {}"),
    "fr": ("FACTURE", "Numéro de facture", "Date de facture", "Total à payer", "TVA", "Total HT", "Page {} sur {}"),
    "de": ("RECHNUNG", "Rechnungsnummer", "Rechnungsdatum", "Gesamtbetrag", "MwSt.", "Nettobetrag", "Seite {} von {}"),
    "en": ("INVOICE", "Invoice number", "Invoice date", "Total to pay", "VAT", "Subtotal", "Page {} of {}"),
    "ro": ("FACTURA", "Numar factura", "Data facturii", "Total de plata", "TVA", "Total fara TVA", "Pagină {} din {}"),
}
SELLERS = {"a": ("Molenaar Graan NV", "BE0403170701"), "b": ("Garage Peeters BV", "BE0662918487")}


def head(
    language: str, number: str, *, seller: str = "a", marked: tuple[int, int] | None = None, total: int = 121
) -> str:
    title, numbered, dated, due, vat, net, placed = WORDS[language]
    name, vat_id = SELLERS[seller]
    foot = placed.format(*marked) if marked else ""
    return f"""
        {name}
        Industrieweg 12, 9000 Gent
        {vat} {vat_id}

        !{title}

        {numbered}: {number}
        {dated}: 03/11/2026

        Meel type 55        10    10.00    100.00

        {net}:      100.00 EUR
        {vat} 21%:      21.00 EUR
        {due}:      121.00 EUR


        {foot}
    """


def tail(language: str, *, marked: tuple[int, int] | None = None) -> str:
    foot = WORDS[language][6].format(*marked) if marked else ""
    return f"""
        Meel type 65        10    10.00    100.00
        Rogge grof          10    10.00    100.00
        Zemelen fijn        10    10.00    100.00
        Gist vers blok      10    10.00    100.00
        Zout fijn zak        2     5.00     10.00

        {foot}
    """


def found(*pages: str) -> Division:
    return divide(reading(*pages), Buyer())


@pytest.mark.parametrize("language", WORDS)
def test_another_number_with_a_head_begins_another_invoice(language: str) -> None:
    assert found(head(language, "2026-0101"), head(language, "2026-0102")) == Division(((1, 1), (2, 2)))


@pytest.mark.parametrize("language", WORDS)
def test_pages_that_count_are_one_invoice(language: str) -> None:
    pages = (head(language, "2026-0101", marked=(1, 2)), tail(language, marked=(2, 2)))
    assert found(*pages) == Division(((1, 2),))


@pytest.mark.parametrize("language", WORDS)
def test_counting_that_begins_anew_begins_another_invoice(language: str) -> None:
    pages = (
        head(language, "2026-0101", marked=(1, 2)),
        tail(language, marked=(2, 2)),
        head(language, "2026-0102", marked=(1, 1)),
    )
    assert found(*pages) == Division(((1, 2), (3, 3)))


def test_a_page_without_head_belongs_to_the_one_before() -> None:
    assert found(head("nl", "F-1001"), tail("nl"), head("nl", "F-1002", seller="b")) == Division(((1, 2), (3, 3)))


def test_the_same_number_on_every_page_is_one_invoice() -> None:
    assert found(head("de", "R-4711"), head("de", "R-4711")) == Division(((1, 2),))


@pytest.mark.parametrize(
    "sheet",
    ["!DOCUMENT SEPARATOR", "!SCHEIDINGSBLAD", "!TRENNBLATT", "!FEUILLE DE SEPARATION", "!FOAIE DE SEPARARE"],
)
def test_a_sheet_put_between_parts_and_belongs_to_none(sheet: str) -> None:
    assert found(head("en", "A-1001"), sheet, tail("en")) == Division(((1, 1), (3, 3)))


def test_a_statement_that_lists_invoices_stays_whole() -> None:
    statement = """
        Molenaar Graan NV
        !REKENINGOVERZICHT

        Factuurnummer 2026-0101    121.00
        Factuurnummer 2026-0102    121.00
    """
    assert found(statement, statement) == Division(((1, 2),))


def test_a_second_sheet_with_title_and_total_but_no_number_is_a_question() -> None:
    # What the signs say, without an extraction between: a title, a sum, and nothing that names another invoice.
    first = Sign(number="F1001", seller="A", total="121.00", headed=True, words=80)
    second = Sign(total="88.00", headed=True, words=80)
    division = divided([first, second])
    assert (division.pieces, division.sure) == (((1, 1), (2, 2)), False)
    assert division.pages == "1, 2"


@pytest.mark.parametrize(
    ("second", "wanted"),
    [
        (Sign(words=40), True),
        (Sign(words=40, total="121.00"), True),
        (Sign(words=40, number="F1001"), True),
        (Sign(words=40, place=2, places=2), True),
        (Sign(words=40, number="F1002"), False),
        (Sign(words=40, total="88.00", headed=True), False),
        (Sign(words=40, total="12.50", receipt=True), False),
        (Sign(words=40, seller="B"), False),
        (Sign(words=3), False),  # a photo of goods
    ],
)
def test_a_photo_goes_on_when_it_is_no_invoice_by_itself(second: Sign, *, wanted: bool) -> None:
    assert goes_on(Sign(number="F1001", seller="A", headed=True, words=60), second) is wanted


FIRST = Sign(number="F1", headed=True, place=1, places=3, words=99)


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        (FIRST, Sign(place=2, places=3, words=99), True),
        (FIRST, Sign(place=3, places=3, words=99), False),
        (FIRST, Sign(place=2, places=2, words=99), False),
        (FIRST, Sign(words=99), False),
        (FIRST, Sign(number="F1", words=99), True),
        (FIRST, Sign(number="F1", total="1.00", headed=True, words=99), False),
        (FIRST, Sign(number="F2", place=2, places=3, words=99), False),
        (replace(FIRST, seller="BE1"), Sign(place=2, places=3, seller="BE2", words=99), False),
        (replace(FIRST, seller="BE1"), Sign(place=2, places=3, iban="BE68", words=99), True),
        (replace(FIRST, iban="BE71"), Sign(number="F1", iban="BE68", words=99), False),
        (replace(FIRST, total="1.00"), Sign(number="F1", words=99), False),
    ],
    ids=[
        "counts on",
        "skips a page",
        "of another count",
        "says nothing",
        "the same number",
        "the same invoice once more",
        "another number",
        "another seller",
        "VAT id on one, account on the other",
        "another account",
        "the first is whole",
    ],
)
def test_a_photo_that_came_apart_follows_only_when_it_says_so(first: Sign, second: Sign, *, wanted: bool) -> None:
    assert follows(first, second) is wanted


def test_what_is_no_invoice_has_no_next_page() -> None:
    assert not goes_on(Sign(words=60), Sign(words=60))


def test_a_page_says_its_number_seller_and_sum() -> None:
    seen = sign(page(head("fr", "F-2026-17", marked=(1, 3))), Buyer())
    assert (seen.number, seen.seller, seen.total, seen.headed) == ("F202617", "BE0403170701", "121.00", True)
    assert (seen.place, seen.places) == (1, 3)
