"""Pages made to break a reader: they cost seconds at most and give a result."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.document import FieldName
from mailroom.domain.message import MediaType
from mailroom.domain.reading import Page, PageSource, Reading, Word
from mailroom.extraction import Buyer, extract, missing

SOME = ("Totaal", "btw", "12,50", "1234", "BE0403", "van", "Factuur", "RF18", "01/02/2026", "GmbH", "€", "-")


def grid(count: int, word: Callable[[random.Random], str]) -> list[Word]:
    """Return words in a hundred columns, seeded."""
    dice = random.Random(7)
    rows = max(count // 100, 1)
    return [
        Word(word(dice), i % 100 / 100, i // 100 / rows, (i % 100 + 0.8) / 100, (i // 100 + 0.8) / rows, 0.9, i // 100)
        for i in range(count)
    ]


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(grid(5000, lambda dice: f"{dice.randint(1, 9999)},{dice.randint(10, 99)}"), id="only amounts"),
        pytest.param(grid(8000, lambda dice: dice.choice(SOME)), id="only labels and values"),
        pytest.param(
            [Word("1." * 50_000, 0.1, 0.1, 0.9, 0.2), Word("a@" * 50_000, 0.1, 0.3, 0.9, 0.4)], id="endless words"
        ),
        pytest.param([Word("BE0", i / 5000, 0.5, (i + 0.9) / 5000, 0.52) for i in range(5000)], id="one endless line"),
        pytest.param([Word("12,50", 0.5, 0.5, 0.6, 0.52)] * 2000, id="all in one place"),
        pytest.param([Word("Totaal", 0, 0, 0, 0), Word("12,50", 0.9, 0.2, 0.1, 0.1)], id="boxes without size"),
    ],
)
def test_a_hostile_page_costs_seconds_at_most(words: list[Word]) -> None:
    page = Page(number=1, width=0, height=0, source=PageSource.OCR, words=tuple(words))
    before = time.process_time()
    found = extract(Reading(media_type=MediaType.JPEG, engine="x", pages=(page,), page_count=1), Buyer(name="De Spar"))
    assert time.process_time() - before < 20
    assert found.fields


def test_of_hundreds_of_pages_the_first_and_the_last_are_read() -> None:
    blank = Page(number=2, width=595, height=842, source=PageSource.TEXT_LAYER)
    first = blank.model_copy(
        update={"number": 1, "words": (Word("Factuurnummer:", 0.1, 0.1, 0.3, 0.12), Word("A-77", 0.32, 0.1, 0.4, 0.12))}
    )
    last = blank.model_copy(
        update={"number": 600, "words": (Word("Totaal", 0.1, 0.1, 0.2, 0.12), Word("12,50", 0.3, 0.1, 0.36, 0.12))}
    )
    pages = (first, *[blank] * 598, last)
    found = extract(Reading(media_type=MediaType.PDF, engine="x", pages=pages, page_count=600), Buyer())
    values = {name.value: field.value for name, field in found.fields.items()}
    assert (values["invoice_number"], values["total_amount"]) == ("A-77", "12.50")


WORDS = st.sampled_from(
    [
        *SOME, "TOTAL", "Rounding", "-0.02", "CASH", "Change", "10.00", "9.98", "Klant", "Verkäufer:", "Name:",
        "IBAN", "BE68", "539007547034", "NL001234567B01", "creditnota", "vom", "3.4.2026", "Qty", "Price", "Amount",
        "+++090/9337/55493+++", "www.despar.be", "(incl.", "21%)", "B.V.", "9000", "Gent", "VAT", "reverse",
        "charge", "0,00", "Nr.", "2026/12", "S.R.L.",
    ]
)  # fmt: skip
PLACES = st.tuples(st.integers(0, 90), st.integers(0, 40), st.integers(1, 9), st.floats(0, 1))


@given(st.lists(st.tuples(WORDS, PLACES), max_size=60), st.booleans())
def test_any_words_anywhere_give_a_result(placed: list[tuple[str, tuple[int, int, int, float]]], ocr: bool) -> None:
    words = [Word(t, x / 100, y / 42, (x + w) / 100, (y + 0.8) / 42, c, y) for t, (x, y, w, c) in placed]
    source = PageSource.OCR if ocr else PageSource.TEXT_LAYER
    page = Page(number=1, width=595, height=842, source=source, words=tuple(words))
    found = extract(Reading(media_type=MediaType.PDF, engine="x", pages=(page,), page_count=1), Buyer(name="De Spar"))
    assert set(found.fields) == set(FieldName)
    assert missing(found.fields) is not None
