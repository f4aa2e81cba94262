"""Where values stand: every place on the pages where a field's value could be, with the words beside it.

Teaching and applying a lesson see a page in the same way, so that what was taught is found again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mailroom.domain.document import AMOUNT_FIELDS, DATE_FIELDS, FieldName
from mailroom.domain.learned import Side, Spot
from mailroom.extraction.amounts import find_amounts
from mailroom.extraction.candidates import Candidate, Sight
from mailroom.extraction.dates import find_dates
from mailroom.extraction.iban import find_ibans
from mailroom.extraction.identifiers import find_vat_ids
from mailroom.extraction.layout import Segment, Token
from mailroom.extraction.payment_reference import find_references
from mailroom.extraction.text import blur

_MOST_WORDS = 5
"""Words of a label."""
_REACH = 0.45
"""How far left of a value its label may end, in heights of the page."""
_LONGEST_NUMBER = 40


@dataclass(slots=True, eq=False)
class Place:
    """A possible value where it stands. `order` is that of a date's parts (`dmy`), `printed` its words."""

    value: str
    at: Candidate
    printed: str
    left: str = ""
    above: str = ""
    order: str = ""
    pages: int = 1

    @property
    def spot(self) -> Spot:
        """Return the place as a spot to remember."""
        x0, y0, x1, y1 = self.at.segment.sheet.region(self.at.tokens)
        side = Side.LEFT if self.left else Side.ABOVE if self.above else Side.NONE
        number = self.at.page
        page = -1 if number == self.pages > 1 else number
        return Spot(label=self.left or self.above, side=side, page=page, x0=x0, x1=x1, y=round((y0 + y1) / 2, 5))


def places(sight: Sight, name: FieldName, windows: Iterable[int] = (1,)) -> list[Place]:
    """Return every place of a field's kind of value; `windows` are the numbers of words that numbers have."""
    found = [
        Place(
            value,
            candidate,
            candidate.text or " ".join(t.text for t in candidate.tokens),
            order=order,
            pages=len(sight.sheets),
        )
        for value, candidate, order in _candidates(sight, name, windows)
    ]
    for place in found:
        place.left, place.above = _left(place.at), _above(place.at)
    return found


def _candidates(sight: Sight, name: FieldName, windows: Iterable[int]) -> Iterator[tuple[str, Candidate, str]]:
    if name in DATE_FIELDS:
        yield from _dates(sight)
    elif name in AMOUNT_FIELDS:
        for amount in find_amounts(sight, set()):
            yield f"{amount.signed:.2f}", amount.at, ""
    elif name is FieldName.IBAN:
        yield from ((c.value, c, "") for c in find_ibans(sight) if c.proof)
    elif name is FieldName.SELLER_VAT_ID:
        yield from ((c.value, c, "") for c in find_vat_ids(sight) if c.proof)
    elif name is FieldName.PAYMENT_REFERENCE:
        yield from ((c.value, c, "") for c in find_references(sight))
    if name in (FieldName.INVOICE_NUMBER, FieldName.PAYMENT_REFERENCE):
        yield from _numbers(sight, windows)


def _dates(sight: Sight) -> Iterator[tuple[str, Candidate, str]]:
    """Yield dates in both orders of day and month; one that has but one meaning comes with no order."""
    day_first = find_dates(sight, day_first=True)
    month_first = {(id(c.segment), c.start): c for c in find_dates(sight, day_first=False)}
    for candidate in day_first:
        other = month_first.get((id(candidate.segment), candidate.start))
        open_order = other is not None and other.value != candidate.value
        yield candidate.value, candidate, "dmy" if open_order else ""
        if other is not None and open_order:
            yield other.value, other, "mdy"


def _numbers(sight: Sight, windows: Iterable[int]) -> Iterator[tuple[str, Candidate, str]]:
    sizes = sorted({1, *(n for n in windows if 0 < n <= 4)})
    for sheet in sight.sheets:
        for segment in sheet.segments:
            if not segment.digits:
                continue
            for size in sizes:
                for first in range(len(segment.tokens) - size + 1):
                    text = _text(segment, first, first + size)
                    if sum(c.isdigit() for c in text) and 2 <= len(text) <= _LONGEST_NUMBER:
                        yield text, Candidate(text, segment, first, first + size, text), ""


def _text(segment: Segment, first: int, last: int) -> str:
    text = segment.text[segment.starts[first] : segment.ends[last - 1]]
    return " ".join(text.split()).strip(".,:;()#\"'")


# -- the words beside a value ---------------------------------------------------------------------------------------


def _left(at: Candidate) -> str:
    """Return the words before a value in its line: what is left of them in its cell, else the cell before."""
    inside = _label(at.segment.tokens[: at.first])
    if inside or at.segment.place == 0:
        return inside
    before = at.segment.sheet.rows[at.segment.row][at.segment.place - 1]
    return _label(before.tokens) if at.x0 - before.x1 < _REACH else ""


def _label(tokens: list[Token]) -> str:
    """Return the last words of a run, as far back as the next number: `Invoice no. 12 of` ends with `of`."""
    words: list[str] = []
    for token in reversed(tokens):
        if any(c.isdigit() for c in token.text) or len(words) == _MOST_WORDS:
            break
        words.append(token.text)
    return " ".join(reversed(words)).strip(" :.-–#()")


def _above(at: Candidate) -> str:
    """Return the words of the cell over a value, passing over other values of its column."""
    sheet, x0, x1 = at.segment.sheet, at.x0, at.x1
    for row in reversed(sheet.rows[max(0, at.segment.row - 8) : at.segment.row]):
        cells = [s for s in row if s.x1 > x0 and s.x0 < x1]
        if not cells:
            continue
        over = [t for s in cells for t in s.tokens if t.x1 > x0 - 2 * t.letter and t.x0 < x1 + 2 * t.letter]
        if any(any(c.isdigit() for c in t.text) for t in over):
            continue
        return _label(over or cells[0].tokens)
    return ""


def same_label(a: str, b: str, *, ocr: bool) -> bool:
    """Say whether two labels are the same words; on a picture a letter in five may be misread."""
    x, y = blur(a), blur(b)
    if not x or not y:
        return False
    if x == y:
        return True
    return ocr and len(x) > 4 and _overlap(x, y) >= 0.8


def _overlap(a: str, b: str) -> float:
    from difflib import SequenceMatcher

    return SequenceMatcher(None, a, b, autojunk=False).ratio()


def shape_of(text: str) -> str:
    """Return the form of a number: digits become 9, letters stay (`INV-2026/0117` → `INV-9999/9999`)."""
    return re.sub(r"\d", "9", " ".join(text.split()).upper())


def collapsed(shape: str) -> str:
    """Return a shape without the lengths of its runs of digits."""
    return re.sub(r"9+", "9", shape)
