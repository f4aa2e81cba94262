"""Is a page's text layer good enough to be read instead of its picture? Pure.

A text layer is not believed because it is there: fonts without a Unicode table give signs from the private area or
letters shifted by a few places, scanners hide bad OCR under the picture, and a scan may have nothing but a printed page
number as text. What is good is taken, also when it is hidden.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable

_VOWELS = frozenset("aeiouyàáâãäåæèéêëìíîïòóôõöøœùúûüýÿăîâ")
_FEW = 60
"""Characters under which a page with a large picture is a picture with a stamp, not a page of text."""
_OUTLINES = 300
"""Shapes from which on a page with few characters is one whose letters were turned into outlines."""


def is_usable(words: Iterable[str], *, unmapped: int, picture_share: float, drawings: int = 0) -> bool:
    """Tell whether these words of a text layer can stand for the page."""
    tokens = list(words)
    characters = sum(map(len, tokens))
    if characters == 0 or unmapped > 0.05 * characters:
        return False
    if characters < _FEW and (picture_share > 0.5 or drawings > _OUTLINES):
        return False
    text = "".join(tokens)
    return _known_share(text) >= 0.95 and not _is_scattered(tokens) and _sounds_like_words(text)


def _known_share(text: str) -> float:
    """Return the part of the characters that a page of business is made of."""
    known = sum(
        count
        for sign, count in Counter(text).items()
        if unicodedata.category(sign)[0] in "LNPSZ" and sign != "\ufffd" and not "\ue000" <= sign <= "\uf8ff"
    )
    return known / len(text)


def _is_scattered(tokens: list[str]) -> bool:
    """Tell letters that were never joined to words: most tokens are of one letter."""
    letters = [token for token in tokens if token[0].isalpha()]
    return len(letters) >= 40 and sum(len(token) == 1 for token in letters) > 0.6 * len(letters)


def _sounds_like_words(text: str) -> bool:
    """Tell Latin text by its vowels: 36 to 48 % of the letters in our languages, far off in a shifted encoding."""
    signs = Counter(text.lower())
    letters = sum(count for sign, count in signs.items() if sign.isalpha())
    latin = {sign: count for sign, count in signs.items() if sign.isalpha() and sign < "ɐ"}
    total = sum(latin.values())
    if letters < 60 or total < 0.7 * letters:  # another script, or too little to tell
        return True
    return 0.22 <= sum(latin[sign] for sign in latin.keys() & _VOWELS) / total <= 0.62
