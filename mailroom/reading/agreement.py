"""What to say when the picture of a place was read: does it show what the text says? Pure.

An accusation is worse than a miss: the picture says something else only when two readings of it are sure, and all that
are sure say the same; of an account number, when two readings have the same one with right check digits. Signs that OCR
takes for each other (`O` and `0`, `S` and `5`) are one sign here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from mailroom.languages import grouped

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


def judge(said: str, glimpses: Sequence[Glimpse], *, ink: float, wide: Sequence[Glimpse] = ()) -> tuple[Verdict, str]:
    """Tell what several readings of one place say of the text `said` there, and what stands there instead.

    `ink` is the deviation of the place's grey. `wide` are readings with more of what stands round the place: they can
    confirm, and name an account, but are no proof of other digits.
    """
    if ink < NO_INK:
        return Verdict.ABSENT, ""
    every = [glimpse.text for glimpse in (*glimpses, *wide)]
    if any(agrees(said, text) for text in every):
        return Verdict.SAME, said
    accounts = Counter(found for text in every if (found := _account(said, text))).most_common(1)
    if accounts and accounts[0][1] >= _ENOUGH:
        return Verdict.OTHER, grouped(accounts[0][0])
    if ink < _FAINT and not any(every):
        return Verdict.ABSENT, ""
    return _sure(said, glimpses)


def _sure(said: str, glimpses: Sequence[Glimpse]) -> tuple[Verdict, str]:
    """Tell what the readings say that are sure."""
    sure = [glimpse for glimpse in glimpses if glimpse.confidence >= _SURE]
    shown = {digits(glimpse.text) for glimpse in sure}
    if len(sure) < _ENOUGH or len(shown) != 1:
        return Verdict.UNSURE, ""
    [other] = shown
    if not other:
        wordy = len(sure) == len(glimpses) and all(sum(map(str.isalpha, g.text)) >= _LETTERS for g in glimpses)
        return (Verdict.ABSENT if wordy else Verdict.UNSURE), ""
    if len(other) != len(digits(said)) and any(glimpse.cut for glimpse in glimpses):
        return Verdict.UNSURE, ""
    return Verdict.OTHER, max(sure, key=lambda glimpse: glimpse.confidence).text


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


def _account(said: str, seen: str) -> str:
    """Return the account number that was seen where one is said, or nothing: its check digits are right (ISO 13616)."""
    there, found = _plain(said), _plain(seen)
    if not _is_account(there):
        return ""
    for start in range(len(found) - 14):
        for end in {start + len(there), len(found)}:
            piece = found[start:end]
            account = piece[:2] + piece[2:4].translate(_ALIKE) + piece[4:]
            if len(piece) == len(there):  # letters in the place of digits were misread
                account = "".join(b.translate(_ALIKE) if a.isdigit() else b for a, b in zip(there, piece, strict=True))
            if _is_account(account):
                return account
    return ""


def _plain(text: str) -> str:
    return "".join(sign for sign in text.upper() if sign.isascii() and sign.isalnum())


def _is_account(text: str) -> bool:
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", text):
        return False
    return int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97 == 1


def _differing(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))
