"""What to say when the picture of a place was read: does it show what the text says? Pure.

An accusation is worse than a miss: the picture says something else only when two readings of it are sure, and all that
are sure say the same. Signs that OCR takes for each other (`O` and `0`, `S` and `5`) are one sign here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

_ALIKE = str.maketrans("OQDILZSBG", "000112586")
_SURE, _ENOUGH = 0.8, 2
"""Confidence from which a reading counts, and how many of the readings have to reach it, and then say the same."""
_LETTERS = 4
"""Letters of which OCR must be sure before a place counts as one where something else is written."""
NO_INK, _FAINT = 4.0, 10.0
"""Standard deviations of a place's grey: an empty one in a digital page, and in a scan with its noise."""


class Verdict(StrEnum):
    """What a place in a picture shows of what the text says there."""

    SAME = "same"
    OTHER = "other"
    """Other digits."""
    ABSENT = "absent"
    """No digits: nothing, or words."""
    UNSURE = "unsure"


class Glimpse(NamedTuple):
    """One reading of a place: its words, how sure the least sure one of them is, and whether its edges cut a sign."""

    text: str
    confidence: float
    cut: bool = False


def judge(said: str, glimpses: Sequence[Glimpse], *, ink: float) -> tuple[Verdict, str]:
    """Tell what several readings of one place say of the text `said` there, and what stands there instead.

    `ink` is the deviation of the place's grey.
    """
    if ink < NO_INK:
        return Verdict.ABSENT, ""
    if any(agrees(said, glimpse.text) for glimpse in glimpses):
        return Verdict.SAME, said
    if ink < _FAINT and not any(glimpse.text for glimpse in glimpses):
        return Verdict.ABSENT, ""
    sure = [glimpse for glimpse in glimpses if glimpse.confidence >= _SURE]
    if len(sure) < _ENOUGH:
        return Verdict.UNSURE, ""
    best = max(sure, key=lambda glimpse: glimpse.confidence)
    shown = digits(best.text)
    if any(digits(glimpse.text) != shown for glimpse in sure):
        return Verdict.UNSURE, ""
    if not shown:
        wordy = len(sure) == len(glimpses) and all(sum(map(str.isalpha, g.text)) >= _LETTERS for g in glimpses)
        return (Verdict.ABSENT if wordy else Verdict.UNSURE), ""
    if len(shown) != len(digits(said)) and any(glimpse.cut for glimpse in glimpses):
        return Verdict.UNSURE, ""
    return Verdict.OTHER, best.text


def agrees(said: str, seen: str) -> bool:
    """Tell whether what was seen holds what is said, signs that look alike being one."""
    return _key(said) in _key(seen) or digits(said) in digits(seen)


def stands_in(said: str, lines: Iterable[Sequence[str]], *, misread: int = 0) -> bool:
    """Tell whether words that follow each other in one of the lines say it; `misread` digits may be others."""
    key, wanted = _key(said), digits(said)
    return any(
        key in _runs([_key(word) for word in line], len(key))
        or any(_differing(wanted, run) <= misread for run in _runs([digits(word) for word in line], len(wanted)))
        for line in lines
    )


def digits(text: str) -> str:
    """Return the digits of a text."""
    return "".join(re.findall(r"[0-9]", text))


def _key(text: str) -> str:
    return "".join(sign for sign in text.upper() if sign.isalnum()).translate(_ALIKE)


def _runs(parts: Sequence[str], length: int) -> Iterator[str]:
    """Yield what parts that follow each other make together, where it is as long as that."""
    for start in range(len(parts)):
        run = ""
        for part in parts[start:]:
            run += part
            if len(run) >= length:
                break
        if len(run) == length:
            yield run


def _differing(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))
