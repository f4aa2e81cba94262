"""Words of the pages are found by their beginnings, within one account, on both databases."""

from __future__ import annotations

import pytest
from store_values import with_account, with_document, with_message

from mailroom.domain.document import Document
from mailroom.store import Store

PAGE = """Facture n. RE-4471/B du 3 février – Établissements Müller & Fils
Plătește prin bancă: ștampilă, Straße 12, TVA BE 0403.170.701, total 1.234,50 €"""


@pytest.fixture
def paper(store: Store) -> Document:
    made = with_document(store, with_message(store, with_account(store).id))
    with store.unit() as unit:
        unit.documents.keep_words(made.id, [PAGE, "second page: verzekering"])
    return made


def found(store: Store, search: str, account_id: str | None) -> list[str]:
    with store.read() as unit:
        return [row.id for row in unit.documents.list(account_id, search=search)]


@pytest.mark.parametrize(
    "search",
    ["fevrier", "FÉVRIER", "etabl", "re-4471/b", "4471", "stampila", "strasse", "0403.170.701", "1.234,50",
     "muller fils", "verzek", "page", "n re", "plateste bancă"],
)  # fmt: skip
def test_a_word_of_a_page_is_found(store: Store, paper: Document, search: str) -> None:
    assert found(store, search, paper.account_id) == [paper.id]


@pytest.mark.parametrize("search", ["mars", "evrier", "re-4472", "fa", "verzekering mars", "aND", "etabl*x"])
def test_what_does_not_stand_there_is_not_found(store: Store, paper: Document, search: str) -> None:
    assert found(store, search, paper.account_id) == []


def test_the_words_of_another_account_are_not_searched(store: Store, paper: Document) -> None:
    other = with_document(store, with_message(store, with_account(store, name="Other").id), filename="x.pdf")
    with store.unit() as unit:
        unit.documents.keep_words(other.id, ["fevrier"])
    assert found(store, "fevrier", paper.account_id) == [paper.id]
    assert found(store, "fevrier", other.account_id) == [other.id]


def test_a_second_reading_takes_the_place_of_the_first(store: Store, paper: Document) -> None:
    with store.unit() as unit:
        unit.documents.keep_words(paper.id, ["août"])
    assert found(store, "fevrier", paper.account_id) == []
    assert found(store, "aout", paper.account_id) == [paper.id]
    with store.unit() as unit:
        unit.documents.keep_words(paper.id, [])
    assert found(store, "aout", paper.account_id) == []


@pytest.mark.parametrize(
    "search", ['"', "' OR 1=1", "* ^ : - ( )", "a\x00b", "NEAR(", "&|!<->", "๛ ไทย 漢字 𝔘", "-", "\\", "w" * 3000]
)
def test_no_sign_is_an_operator(store: Store, paper: Document, search: str) -> None:
    assert found(store, search, paper.account_id) == []


def test_words_of_a_page_and_of_the_fields_are_not_mixed_up_with_the_account(store: Store, paper: Document) -> None:
    assert found(store, paper.account_id, paper.account_id) == [paper.id]  # it stands among the words, and harms nobody
    assert found(store, "", paper.account_id) == [paper.id]


def test_a_page_full_of_words_is_kept_within_bounds(store: Store, paper: Document) -> None:
    with store.unit() as unit:
        unit.documents.keep_words(paper.id, [" ".join(f"w{number}" for number in range(60_000)), "z" * 5000])
    assert found(store, "w19999", paper.account_id) == [paper.id]
    assert found(store, "w59999", paper.account_id) == []
