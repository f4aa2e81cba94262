"""Why a value won: the contenders of a field, the winner first, with what speaks for each."""

from __future__ import annotations

from pages_extraction import page, reading

from mailroom.domain.document import FieldName
from mailroom.extraction import Buyer, explain, extract

PAPER = """
    Lindeboom Drukkerij BV                       www.lindeboomdrukkerij.be
    Kerkstraat 12
    2000 Antwerpen
    Factuurnummer: 2026-118            Klantnummer: 77120
    Factuurdatum: 03/04/2026           Vervaldatum: 03/05/2026

    Totaal excl. btw      100,00
    Btw 21%                21,00
    Te betalen            121,00
"""


def test_the_winner_stands_first_and_those_behind_it_have_fewer_points() -> None:
    found = explain(reading(PAPER), Buyer())
    fields = extract(reading(PAPER), Buyer()).fields
    for name in (FieldName.INVOICE_NUMBER, FieldName.ISSUE_DATE, FieldName.TOTAL_AMOUNT, FieldName.SELLER_NAME):
        points = [contender.points for contender in found[name]]
        assert found[name][0].value == fields[name].value
        assert points == sorted(points, reverse=True)
    assert "77120" in [contender.value for contender in found[FieldName.INVOICE_NUMBER]]
    assert found[FieldName.INVOICE_NUMBER][0].evidence.label == "Factuurnummer"
    assert found[FieldName.INVOICE_NUMBER][0].evidence.region is not None


def test_a_value_that_stands_in_two_places_is_one_contender() -> None:
    twice = reading(PAPER + "\n    Factuur 2026-118 van 03/04/2026\n")
    values = [contender.value for contender in explain(twice, Buyer())[FieldName.INVOICE_NUMBER]]
    assert len(values) == len(set(values))


def test_pages_without_words_have_no_contenders() -> None:
    assert (
        explain(reading("x").model_copy(update={"pages": (page("").model_copy(update={"words": ()}),)}), Buyer()) == {}
    )
