"""One wrong letter: the quick answer is that of the textbook's table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.extraction.text import is_one_edit

WORDS = st.text("abc", max_size=8)


def distance(a: str, b: str) -> int:
    """Return the letters to change, add or drop between two words (Levenshtein), row by row."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
    return row[-1]


@given(WORDS, WORDS)
def test_it_says_what_the_distance_says(a: str, b: str) -> None:
    assert is_one_edit(a, b) == (distance(a, b) <= 1)


@given(WORDS, st.integers(0, 8), st.sampled_from(["", "a", "x"]), st.booleans())
def test_every_single_edit_is_one(word: str, at: int, letter: str, drops: bool) -> None:
    edited = word[:at] + letter + word[at + drops :]
    assert is_one_edit(word, edited)
    assert is_one_edit(edited, word)


@pytest.mark.parametrize(
    ("a", "b", "near"),
    [
        ("sdnbhd", "sdnbho", True),
        ("sdnbhd", "sdnbh", True),
        ("sdnbhd", "sdnnbhd", True),
        ("sdnbhd", "sndbhd", False),  # two letters that changed places are two edits
        ("", "a", True),
        ("", "ab", False),
    ],
)
def test_words_and_their_neighbours(a: str, b: str, near: bool) -> None:
    assert is_one_edit(a, b) is near
