"""Words as other programs place them: letters set apart, values beside the baseline, drawn in any order."""

from __future__ import annotations

import random

import pytest

from mailroom.domain.message import MediaType
from mailroom.domain.reading import Page, PageSource, Reading, Word
from mailroom.extraction import Buyer, extract
from mailroom.extraction.candidates import look
from mailroom.extraction.layout import sheets

LETTER = 0.0085
"""The width of a letter as a fraction of the page; a line is 0.012 high."""


def put(text: str, x: float, y: float, *, apart: float = 0.0, space: float = 0.5, height: float = 0.012) -> list[Word]:
    """Return a text at a place; with `apart` (in letters) each letter is a word of its own, set off by that much."""
    words, at = [], x
    for word in text.split():
        pieces = list(word) if apart else [word]
        for piece in pieces:
            words.append(Word(piece, at, y, at + LETTER * len(piece), y + height))
            at += LETTER * (len(piece) + apart)
        at += LETTER * (space if not apart else 1.2 * apart)
    return words


def page_of(*groups: list[Word]) -> Page:
    return Page(
        number=1, width=595, height=842, source=PageSource.TEXT_LAYER, words=tuple(w for g in groups for w in g)
    )


def rows(*groups: list[Word]) -> list[list[str]]:
    """Return the texts of the segments of each row."""
    (sheet,) = sheets([page_of(*groups)])
    return [[segment.text for segment in row] for row in sheet.rows]


def values(*groups: list[Word]) -> dict[str, str | None]:
    found = extract(Reading(media_type=MediaType.PDF, engine="placed", pages=(page_of(*groups),)), Buyer())
    return {name.value: field.value for name, field in found.fields.items()}


@pytest.mark.parametrize("apart", [0.4, 0.8, 1.2])
@pytest.mark.parametrize(
    "text", ["FACTUUR", "DE VOS BOUW", "ÉTABLISSEMENTS NOËL", "MÜLLER & SÖHNE", "2026", "2026/0447", "1909,39"]
)
def test_capitals_and_figures_that_stand_apart_are_words(text: str, apart: float) -> None:
    assert rows(put(text, 0.1, 0.1, apart=apart)) == [[text]]


@pytest.mark.parametrize("text", ["3 x 4 m à 5", "A B", "a b c d e"])
def test_short_words_that_are_no_letters_of_one_stay_apart(text: str) -> None:
    assert rows(put(text, 0.1, 0.1)) == [[text]]


def test_figures_of_far_columns_are_no_word() -> None:
    columns = [put(str(n), 0.1 + 0.1 * n, 0.1) for n in range(5)]
    assert rows(*columns) == [["0", "1", "2", "3", "4"]]


@pytest.mark.parametrize("off", [-0.005, 0.005])
@pytest.mark.parametrize("label", ["Totaal", "Total", "Gesamtbetrag", "Total à payer", "Total de plată"])
def test_values_a_little_off_the_baseline_stay_in_the_row_of_their_label(label: str, off: float) -> None:
    found = rows(
        put("Btw", 0.1, 0.484), put("21,00", 0.5, 0.484 + off),
        put(label, 0.1, 0.5), put("121,00", 0.5, 0.5 + off), put("EUR", 0.7, 0.5),
        put("Rest", 0.1, 0.516), put("0,00", 0.5, 0.516 + off),
    )  # fmt: skip
    assert found == [["Btw", "21,00"], [label, "121,00", "EUR"], ["Rest", "0,00"]]


def test_a_large_title_does_not_draw_the_second_line_beside_it_into_its_row() -> None:
    found = rows(
        put("FACTURE", 0.1, 0.08, height=0.03), put("Vega S.A.", 0.5, 0.081), put("64, boulevard Royal", 0.5, 0.096)
    )
    assert ["FACTURE", "Vega S.A."] in found


INVOICE = [
    put("D E K E R S", 0.1, 0.05), put("Bouw BV", 0.3, 0.05), put("Meir 1", 0.1, 0.066),
    put("2000 Antwerpen", 0.1, 0.082),
    put("BE 0403.170.701", 0.1, 0.098), put("FACTUUR", 0.1, 0.15, apart=0.9),
    put("Factuurnummer:", 0.1, 0.2), put("2026-0042", 0.4, 0.203), put("Factuurdatum:", 0.1, 0.216),
    put("03/04/2026", 0.4, 0.219), put("Vervaldatum:", 0.1, 0.232), put("03/05/2026", 0.4, 0.235),
    put("Totaal excl. btw", 0.1, 0.4), put("100,00", 0.6, 0.397),
    put("Btw 21 %", 0.1, 0.416), put("21,00", 0.608, 0.413),
    put("TOTAAL", 0.1, 0.432, apart=0.6), put("121,00", 0.6, 0.429),
]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_the_order_in_which_words_are_drawn_says_nothing(seed: int) -> None:
    shuffled = list(INVOICE)
    random.Random(seed).shuffle(shuffled)
    found = values(*shuffled)
    assert found["invoice_number"] == "2026-0042"
    assert (found["issue_date"], found["due_date"]) == ("2026-04-03", "2026-05-03")
    assert (found["net_amount"], found["vat_amount"], found["total_amount"]) == ("100.00", "21.00", "121.00")


def test_a_legal_form_set_off_in_its_line_belongs_to_the_name() -> None:
    words = [put("COOP. HAGELAND", 0.1, 0.05), put("TUINBOUW", 0.26, 0.05), put("CV", 0.37, 0.05)]
    reading = Reading(media_type=MediaType.PDF, engine="placed", pages=(page_of(*words),))
    assert look(reading).sheets[0].rows[0][-1].text == "CV"
    found = values(*words, put("Fruitlaan 1 - 3800 Sint-Truiden", 0.1, 0.066), put("FACTUUR : 2601 0042", 0.1, 0.1))
    assert found["seller_name"] == "COOP. HAGELAND TUINBOUW CV"
