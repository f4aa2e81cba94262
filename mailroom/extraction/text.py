"""Comparing words as a reader must: without accents, capitals, spaces and punctuation, and forgiving of OCR."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_FOLDS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "№": "no", "#": "no", "º": "o", "°": "o"}
)
_NOT_ALNUM = re.compile(r"[^0-9a-z]+")
# What tesseract mixes up most; both sides of a comparison are folded, so nothing is lost but the difference.
_LOOKALIKES = str.maketrans({"0": "o", "1": "i", "l": "i", "5": "s", "8": "b"})


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Return the text in small letters without accents; spaces and punctuation stay."""
    lowered = text.lower()
    if lowered.isascii():
        return lowered.replace("#", "no")
    lowered = lowered.translate(_FOLDS)
    plain = unicodedata.normalize("NFKD", lowered)
    for accent in filter(unicodedata.combining, set(plain)):  # a handful, however long the text
        plain = plain.replace(accent, "")
    return plain


@lru_cache(maxsize=8192)
def compact(text: str) -> str:
    """Return only the folded letters and digits of a text: `Rechnungs-Nr.:` and `Rechnungs Nr` are the same."""
    folded = fold(text)
    return folded if folded.isalnum() and folded.isascii() else _NOT_ALNUM.sub("", folded)


@lru_cache(maxsize=8192)
def blur(text: str) -> str:
    """Return `compact(text)` with signs that OCR mixes up made the same."""
    return compact(text).translate(_LOOKALIKES)


def shortened(key: str) -> tuple[str, ...]:
    """Return the key and every key with one letter left out: two keys one edit apart have one of these in common.

    The key itself comes first, and the order is the same in every process: of two near words one is taken for good.
    """
    return tuple(dict.fromkeys((key, *(key[:i] + key[i + 1 :] for i in range(len(key))))))


def is_one_edit(a: str, b: str) -> bool:
    """Say whether `a` becomes `b` with at most one letter changed, added or dropped."""
    short, long = sorted((a, b), key=len)
    if len(long) - len(short) > 1:
        return False
    same = next((i for i, (x, y) in enumerate(zip(short, long, strict=False)) if x != y), len(short))
    rest = short[same + 1 :] if len(short) == len(long) else short[same:]
    return long.endswith(rest) if same < len(short) else True


def similarity(a: str, b: str) -> float:
    """Return how much of the longer compact text the two share by pairs of letters, 0 to 1 (Dice)."""
    if a == b:
        return 1.0 if a else 0.0
    if min(len(a), len(b)) < 0.4 * max(len(a), len(b)):
        return 0.0  # they cannot share enough
    pairs_a, pairs_b = _pairs(a), _pairs(b)
    if not pairs_a or not pairs_b:
        return 0.0
    return 2 * len(pairs_a & pairs_b) / (len(pairs_a) + len(pairs_b))


@lru_cache(maxsize=4096)
def _pairs(text: str) -> frozenset[tuple[str, int]]:
    seen: dict[str, int] = {}
    found = set()
    for i in range(len(text) - 1):
        pair = text[i : i + 2]
        seen[pair] = seen.get(pair, 0) + 1
        found.add((pair, seen[pair]))
    return frozenset(found)
