from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.store.search import fold, id_key, name_key, searchable


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Société Générale", "societe generale"),  # accents are not typed on a phone
        ("  A\t b\nC ", "a b c"),
        ("STRASSE straße", "strasse strasse"),  # casefold, not lower
        ("\uff21\uff22", "ab"),  # wide letters out of PDFs
        ("", ""),
    ],
)
def test_text_is_compared_without_accents_case_and_spacing(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize("name", ["ACME S.A.", "Acme SA", "acme, sa", "ACME  S.A"])
def test_a_company_is_the_same_however_its_name_is_punctuated(name: str) -> None:
    assert name_key(name) == "acme sa"


def test_an_id_is_compared_by_its_letters_and_digits() -> None:
    assert id_key("be 0123.456.749") == "BE0123456749"


def test_what_is_missing_is_not_searched() -> None:
    assert searchable(["A", None, "", "b\x00c"]) == "a b c"


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)
