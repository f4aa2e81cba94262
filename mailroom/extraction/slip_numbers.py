"""What numbers a till slip (BT-1): the name that a till gives its slip, a lone `#`, the number of the sale.

Without a caption as invoices have it; `numbers.py` weighs what is said here against everything else.
"""

from __future__ import annotations

import re
from functools import cache

from mailroom.extraction.candidates import Candidate
from mailroom.extraction.text import blur, compact, shortened
from mailroom.languages import Language, reading_data

NUMBER_WORDS = frozenset({"n", "nr", "no", "nro", "num", "nrs", "c", "cis"})
_FEW = 3  # digits


def slip_points(number: Candidate) -> float:
    """Return what a slip's own ways of numbering itself say for a number."""
    if after_name_of_slip(number):
        return _BY_NAME_OF_SLIP
    return _BY_SIGN if _hashed(number) else 0.0


def after_name_of_slip(number: Candidate) -> bool:
    """`Bon 20447`, `Ticket 25/3310`, `ADDITION A-5581`: what a till calls its slip, and the number follows.

    It opens the line, or stands in it behind the day, the till and who served: `Kassa 03  Nele  Ticket 0031884`.
    At most a short word for a number stands between.
    """
    words, opens = _words_before(number)
    named = _named_slip(words)
    digits = sum(c.isdigit() for c in number.value)
    if not named or digits < _FEW:
        return False
    return (opens and len(words) <= max(_WORDS_OF_NAME, named)) or _in_line_of_till(number, words[:-named])


_BY_NAME_OF_SLIP = 5.0
_WORDS_OF_NAME = 2
_LONGEST_NAME = 3  # words: `ticket de caisse`


def _words_before(number: Candidate) -> tuple[list[str], bool]:
    """Return the words left of a number up to a gap, and whether they open their line."""
    segment = number.segment
    words, place = [t.text for t in segment.tokens[: number.first]], segment.place
    if not words and place:
        place -= 1
        words = [t.text for t in segment.sheet.rows[segment.row][place].tokens]
    return words, place == 0


def _named_slip(words: list[str]) -> int:
    """Return how many of the last words say what a till calls its slip, `SCONTRINO N.`; none where they do not."""
    short = int(bool(words) and compact(words[-1]) in NUMBER_WORDS)
    plain = words[: len(words) - short]
    counts = range(min(len(plain), _LONGEST_NAME), 0, -1)
    return next((n + short for n in counts if _is_name_of_slip(blur(" ".join(plain[-n:])))), 0)


def _is_name_of_slip(key: str) -> bool:
    """Say whether a till calls its slip so; in a word of some length one letter may be misread or lost: `icket`."""
    near = len(key) >= _FORGIVEN - 1 and any(part in _shortened_names() for part in shortened(key))
    return near or key in names_of_slips()


def _in_line_of_till(number: Candidate, before: list[str]) -> bool:
    """Say whether a line names the slip in passing: no line of goods with its price, and no `na vertoon van ticket`."""
    row = number.segment.sheet.rows[number.segment.row]
    priced = any(_PRICE.match(t.text) for s in row for t in s.tokens)
    return not priced and not (before and before[-1].isalpha() and before[-1].islower())


_PRICE = re.compile(r"^\W*\d{1,3}(?:[.,' ]\d{3})*[.,]\d{2}\W*$")


@cache
def names_of_slips() -> frozenset[str]:
    """Return what tills call their slips, and the titles of receipts: `BON FISCAL`, `TICKET DE CAISSE`, `Rcpt#`."""
    told = (reading_data(language) for language in Language)
    names = {blur(p) for data in told for p in (*data["phrases"]["name_of_slip"], *data["document_types"]["receipt"])}
    return frozenset(names | {name + blur("no") for name in names})


_FORGIVEN = 6  # letters


@cache
def _shortened_names() -> frozenset[str]:
    return frozenset(part for name in names_of_slips() if len(name) >= _FORGIVEN for part in shortened(name))


def _hashed(number: Candidate) -> bool:
    """`Till 6  Op 114  #7093`: the sign for a number alone, which no word before it gives to something else."""
    words, _ = _words_before(number)
    by_word = bool(words) and any(c.isalpha() for c in words[-1]) and not _named_slip(words)
    digits = sum(c.isdigit() for c in number.value)
    return number.text.startswith("#") and digits >= _FEW and not by_word and _in_line_of_till(number, [])


_BY_SIGN = 4.0


def is_of_till(number: Candidate) -> bool:
    """`STORE 0188  TILL 02  TRANS 6631`: a till numbers its sales and calls them by no better name.

    The slip of a card terminal has such a number too, without a till in its line.
    """
    words, _ = _words_before(number)
    named = bool(words) and blur(words[-1]) in _sales()
    row = number.segment.sheet.rows[number.segment.row]
    at_till = any(blur(t.text) in _tills() for s in row for t in s.tokens)
    return named and at_till and sum(c.isdigit() for c in number.value) >= _FEW


BY_TRANSACTION = 1.0


@cache
def _sales() -> frozenset[str]:
    return frozenset(blur(p) for language in Language for p in reading_data(language)["phrases"]["sale_of_till"])


@cache
def _tills() -> frozenset[str]:
    return frozenset(blur(p) for language in Language for p in reading_data(language)["phrases"]["till"])
