"""Amounts of money as they are printed: digits with their signs, stops and currencies, and what no amount is.

What the words beside an amount say of it stands in `amounts.py`, what the amounts of a row say of each other in
`row_sums.py` and
`rate_tables.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import groupby

from mailroom.extraction.candidates import Candidate
from mailroom.extraction.layout import Segment

_CURRENCY = r"(?:€|EUR|\$|USD|£|GBP|CHF|RON|LEI|lei|RM|Fr\.?|zł|kr\.?|INR|Rs\.?|PLN|SEK|DKK|NOK|CZK|HUF)"
_AMOUNT = re.compile(
    rf"(?P<open>\()?(?P<sign>[-–−+]\s?)?(?:{_CURRENCY}\s{{0,2}})?(?P<sign2>[-–−]\s?)?"
    r"(?<![\d.,/:])(?P<number>"
    r"\d{1,3}(?:(?:\s?[.,'’]| )\s?\d{3})+\s?[.,:]\s?\d{2}(?!\d)"
    r"|\d+\s?[.,]\s?\d{2}(?![\d])"
    r"|\d{1,3}(?:[.,'’]\d{3})+(?!\d)"
    r"|\d+(?=[.,][-–=])"
    r"|\d{1,3}(?: \d{3})+(?=\s?(?:Ft|HUF|Kč|CZK|kr|SEK|NOK|DKK|zł|PLN|EUR|€)(?![^\W\d_]))"
    r"|\d+(?=\s?(?:Ft|HUF)(?![^\W\d_]))"
    rf"|(?<=\$)\d+(?!\d)|(?<=€)\d+(?!\d)|(?<=€ )\d+(?!\d)|(?<=Rs )\d+(?!\d)"
    r"|(?<=EUR )\d+(?!\d)|\d+(?=\s?(?:€|EUR\b|[Ee]uros?\b|EURO\b|lei\b|RON\b|CHF\b))"
    r")(?P<after>\s?[-–](?=\s|$)|\s?\))?(?![\d/:]|[.,]\d|\s{0,2}%|-\d)"
)
_LOOKS_NUMERIC = re.compile(r"^[(\-–€$£]*[\dOoIlSB|.,:'’]*\d[\dOoIlSB|.,:'’€)\-]*$")
_MIXED_UP = re.compile(r"(?<![A-Za-z])[OoIlSB|]|[OoIlSB|](?![A-Za-z])")
_OCR_DIGITS = str.maketrans("OoIl|SB", "0011158")
_RATE = re.compile(r"(\d{1,2}(?:[.,]\d{1,2})?)\s{0,2}%")


@dataclass(slots=True, eq=False)
class Amount:
    """An amount candidate: its value without sign, its sign, and a strength for each role."""

    at: Candidate
    value: Decimal
    negative: bool
    roles: dict[str, float] = field(default_factory=dict)
    label: str = ""
    line_item: bool = False
    header: bool = False
    """Whether its role comes from a column header of a table of sums."""
    part: bool = False
    """Whether it stands in the row of one of several rates."""
    rate: Decimal | None = None
    """The rate in its row that makes it the VAT of the amount before it."""

    def role(self, *names: str) -> float:
        """Return the best strength of the named roles."""
        if self.roles.keys().isdisjoint(names):  # nearly always
            return 0.0
        return max(0.0, *(self.roles[name] for name in names if name in self.roles))

    @property
    def signed(self) -> Decimal:
        return -self.value if self.negative else self.value

    def prove(self, role: str, strength: float) -> None:
        """Take the one role that arithmetic proves."""
        if self.role(role) < strength:
            self.roles = {role: strength}
        self.roles = {role: self.roles[role]}
        self.line_item = self.header = False


def amounts_in(segment: Segment) -> Iterator[Amount]:
    """Yield the amounts of a line of words, in their order."""
    if not segment.digits:
        return
    text = _repaired(segment) if segment.sheet.ocr else segment.text
    for match in _AMOUNT.finditer(text):
        value = parse_amount(match["number"])
        if value is None:
            continue
        start, end = match.start("number"), match.end("number")
        if _MEASURE.match(text, end):
            continue
        if start and text[start - 1].isalpha() and not re.search(rf"{_CURRENCY}$", text[:start]):
            continue
        first, last = segment.span(start, end)
        sign = f"{match['sign'] or ''}{match['sign2'] or ''}{match['after'] or ''}"
        base = text[: match.start()].rstrip().endswith("%")  # `Btw 21 % (118,56)`: what it is reckoned on
        bracketed = bool(match["open"] and ")" in sign) and len(segment.tokens) <= _LONGEST_CELL and not base
        negative = any(s in sign for s in "-–−") or bracketed
        at = Candidate("", segment, first, last, text[match.start() : match.end()].strip(), start=match.start())
        yield Amount(at, value, negative)


_LONGEST_CELL = 8
"""Words: in a cell brackets are a minus, in a sentence (EUR 420,00) they are a remark."""
_MEASURE = re.compile(
    r"\s?(?:kgs?|kms?|lbs?|cbm|kwh|mwh|m3|m³|m²|ltr|cl|ml|mg|gr|h|hrs?|u|uur|uhr|heures?|am|pm)(?![^\W\d])",
    re.IGNORECASE,
)
"""What follows a weight, a time of day or another measure, which is no amount: `1,124 kg x 1,79`, `tot 18.30 uur`."""


def _repaired(segment: Segment) -> str:
    """Read letters as the digits they resemble, in words that are otherwise numbers, and a stop that was misread."""
    text = _NO_TIME.sub(lambda m: f"{m[1]}.{m[2]}", segment.text)
    if not _MIXED_UP.search(text):
        return text
    pieces = list(text)
    for start, end in zip(segment.starts, segment.ends, strict=True):
        word = text[start:end]
        if _LOOKS_NUMERIC.match(word):
            pieces[start:end] = word.translate(_OCR_DIGITS)
    return "".join(pieces)


_NO_TIME = re.compile(
    r"(?<![\d.,:/-])(?:(?=(?:2[4-9]|[3-9]\d|\d{3,4}):|\d{1,2}:[6-9])|(?=\d{1,4}-\d\d\s{0,2}(?:EUR|€)))"
    r"(\d{1,4})[:-](\d\d)(?![\d.,:/-])"
)
"""`80:94` is no time of day, and `5-50 EUR` names no two prices: a picture lost the form of the stop."""


def parse_amount(text: str) -> Decimal | None:
    """Return the number that the printed digits mean: the last separator before two digits is the decimal one."""
    squeezed = re.sub(r"[\s'’]", "", text).replace(":", ".")
    tail = re.search(r"[.,](\d{1,2})$", squeezed)
    whole = squeezed[: tail.start()] if tail else squeezed
    digits = re.sub(r"[.,]", "", whole)
    try:
        return Decimal(f"{digits or '0'}.{tail[1] if tail else '00'}").quantize(Decimal("0.01"))
    except InvalidOperation:
        return None


def rate_beside(amount: Amount) -> Decimal | None:
    """Return the percentage printed in the amount's row, or in its caption, when there is exactly one."""
    row = amount.at.segment.sheet.rows[amount.at.segment.row]
    rates = rates_in("  ".join(s.text for s in row))
    if not rates:
        rates = rates_in("  ".join(b.label.segment.text for b in amount.at.beside if b.above))
    if len(rates) > 1:  # two tables stand side by side: the nearest one to the left is meant
        left = [s for s in row if s.x0 < amount.at.x0 and _RATE.search(s.text)]
        rates = rates_in(left[-1].text) if left else set()
    return rates.pop() if len(rates) == 1 else None


def rates_in(text: str) -> set[Decimal]:
    """Return the percentages of a text."""
    return {Decimal(m.replace(",", ".")).normalize() for m in _RATE.findall(text)}


def rows_of(amounts: list[Amount]) -> list[list[Amount]]:
    """Return amounts in reading order by the rows that they stand in."""
    return [list(row) for _, row in groupby(amounts, key=lambda a: (a.at.page, a.at.segment.row))]
