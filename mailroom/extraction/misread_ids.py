"""VAT ids of which OCR misread a sign: put right where the check digits then hold, and only one way of it does so.

One digit is taken for another only where two check digits speak for the whole, so that chance rarely does: of Belgium,
France, Luxembourg and the United Kingdom. Elsewhere a letter is taken for the digit it looks like, or the reverse.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import product

DIGITS = str.maketrans("OoQDIlSBZ|b", "00001158216")
"""Letters that OCR reads for digits."""
LOOK = r"[\dOoQDIlSBZ|b]"
SEPARATOR = r"[ .,:;!\-/]{0,3}"
"""What stands between the digits of an id on a picture: its own stops, and specks that look like some."""
ODD = re.compile(r"[,:;!]")

_LETTERS = {"0": "OQD", "1": "I", "2": "Z", "5": "S", "6": "G", "8": "B"}
_CONFUSED = {"0": "896", "1": "7", "3": "8", "5": "6", "6": "850", "7": "1", "8": "036", "9": "0"}
"""Digits that a smudge or the stroke through a nought makes of others."""
_TWO_CHECK_DIGITS = frozenset({"BE", "FR", "LU", "GB"})
_BELGIAN = re.compile(rf"(?<![\w.]){LOOK}{{4}}[. ]{{1,3}}{LOOK}{{3}}[. ]{{1,3}}{LOOK}{{3}}(?![\w]|[.,]\d)")

Proof = Callable[[str], bool]


def put_right(prefix: str, body: str, holds: Proof, *, sure: float) -> str | None:
    """Return the one id that the signs after a country's prefix may have been, none where several or none are valid.

    `sure` is how well OCR read them: what it saw clearly is printed so, right or wrong.
    """
    if holds(prefix + body):
        return prefix + body
    possible = {vat_id for vat_id in _possible(prefix, body, one_digit=_BLIND < sure < _CLEAR) if holds(vat_id)}
    return possible.pop() if len(possible) == 1 else None


def is_put_right(printed: str, vat_id: str) -> bool:
    """Say whether a sign of an id is not what the picture shows there, be it a letter that looks like the digit."""
    shown = _SWISS_END.sub("", re.sub(r"[^0-9A-Za-z|]", "", printed)).removeprefix(vat_id[:2])
    pairs = zip(reversed(vat_id[2:]), reversed(shown), strict=False)  # Belgium's first nought may be missing
    return any(sign not in {seen.upper(), seen.translate(DIGITS)} for sign, seen in pairs)


_SWISS_END = re.compile(r"(?<=\d)(?:MWST|TVA|IVA)$", re.IGNORECASE)
_CLEAR = 0.88
_BLIND = 0.4
"""Under it more than one sign may be another."""


def _possible(prefix: str, body: str, *, one_digit: bool) -> Iterator[str]:
    if prefix == "IE":
        for tail in product(*(sign + _LETTERS.get(sign, "") for sign in body[7:])):
            yield prefix + body[:7].translate(DIGITS) + "".join(tail)
    elif prefix == "ES":
        yield from (prefix + first + body[1:8].translate(DIGITS) + body[8:] for first in _LETTERS.get(body[:1], ""))
    elif prefix in _TWO_CHECK_DIGITS:
        plain = body.translate(DIGITS)
        yield prefix + plain
        for at, digit in enumerate(plain if one_digit else ""):
            yield from (prefix + plain[:at] + other + plain[at + 1 :] for other in _CONFUSED.get(digit, ""))


def in_belgian_form(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield what is written as only Belgium writes its ids, `8513.927.279` for `0513.927.279`, with its place."""
    for match in _BELGIAN.finditer(text):
        yield re.sub(r"[. ]", "", match[0]), match.span()
