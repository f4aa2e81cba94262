"""Numbers of a table's rows as cells, and the columns that they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailroom.extraction.layout import Segment, Sheet, Token

_CURRENCY = r"(?:€|EUR|\$|USD|£|GBP|CHF|RON|LEI|lei|RM|Lei)"
_NUMBER = re.compile(
    rf"(?<![\w.,/:'’~^-])(?P<open>\()?(?P<sign>[-–−+])?\s?(?:{_CURRENCY}\s{{0,2}})?(?P<sign2>[-–−])?"
    r"(?P<number>\d{1,3}(?:[ .,'’]\d{3})+(?:[.,](?:\d{1,4}|\s\d{2}(?!\d)))?|\d{1,9}(?:[.,](?:\d{1,6}|\s\d{2}(?!\d)))?)"
    rf"(?P<after>-(?!\S))?(?:\s?(?P<percent>%)|\s?(?P<money>{_CURRENCY})(?!\w))?(?P<close>\))?(?![\w/:]|[.,]\d|-\d|°)"
)
_MOST_CELLS = 40
"""A row with more numbers is none of a table of lines."""
_TIMES = re.compile(r"(?<=\d)(?:[xX×*](?=\s)|\s[xX×*@](?=\s?\d)|[xX×](?=\d+[.,]\d\d(?!\d)))")
_GROUPED = re.compile(r"[.,]\d{3}$")


@dataclass(slots=True, eq=False)
class Cell:
    """A number in a row. `values` are what it may mean, the likeliest first: `1.500` is 1500 or 1.5."""

    values: tuple[float, ...]
    decimals: int
    percent: bool
    segment: Segment
    first: int
    last: int
    text: str

    @property
    def tokens(self) -> list[Token]:
        return self.segment.tokens[self.first : self.last]

    @property
    def x0(self) -> float:
        return self.segment.tokens[self.first].x0

    @property
    def x1(self) -> float:
        return self.segment.tokens[self.last - 1].x1

    @property
    def money(self) -> bool:
        """Whether it has the form of an amount: two decimals and no percent sign."""
        return not self.percent and self.decimals == 2

    @property
    def value(self) -> float:
        return self.values[0]


@dataclass(slots=True, eq=False)
class Row:
    """A row of a page as a table sees it."""

    sheet: Sheet
    index: int
    segments: list[Segment]
    cells: list[Cell] = field(default_factory=list)

    @property
    def y0(self) -> float:
        return min(s.y0 for s in self.segments)

    @property
    def y1(self) -> float:
        return max(s.y1 for s in self.segments)

    @property
    def money(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.money]


def rows_of(sheet: Sheet) -> list[Row]:
    """Return the rows of a page with the numbers in them."""
    rows = []
    for index, segments in enumerate(sheet.rows):
        row = Row(sheet, index, segments)
        for segment in segments:
            if segment.digits:
                row.cells.extend(_cells(segment))
        if len(row.cells) > _MOST_CELLS:
            row.cells.clear()
        rows.append(row)
    return rows


def _cells(segment: Segment) -> Iterator[Cell]:
    text = _TIMES.sub(lambda m: " " * len(m[0]), segment.text)
    found = [(m, _values(m)) for m in _NUMBER.finditer(text)]
    if not found:
        return
    words = _last_word(text, found[-1][0].start())
    trailing = [f for f in found if f[0].start() >= words] if words else found
    if words and not any(_decimals(m["number"]) >= 2 or m["percent"] for m, _ in trailing):
        trailing = []  # `type 3`: a number at the end of words is a part of them
    if found[0] not in trailing and text[found[0][0].end() :].startswith("  ") and found[0][0].start() == 0:
        trailing = [found[0], *trailing]  # a quantity close before its words
    for match, values in trailing:
        first, last = segment.span(match.start("number"), match.end("number"))
        decimals = _decimals(match["number"])
        if match["money"] and not decimals:
            decimals = 2
        yield Cell(values, decimals, bool(match["percent"]), segment, first, last, match[0].strip())


def _last_word(text: str, before: int) -> int:
    """Return where the last word of three letters or more before the last number ends; 0 when there is none."""
    ends = [m.end() for m in re.finditer(r"[^\W\d_]{3,}[^\s\d]*", text[:before]) if not is_currency(m[0])]
    return max(ends, default=0)


def is_currency(word: str) -> bool:
    """Say whether a word is the sign or code of a currency."""
    return re.fullmatch(_CURRENCY, word) is not None


def _decimals(number: str) -> int:
    tail = re.search(r"[.,]\s?(\d+)$", number)
    if not tail:
        return 0
    if len(tail[1]) == 3 and not re.match(r"0[.,]", number):
        return 3 if len(re.findall(r"[.,]", number)) == 1 else 0
    return len(tail[1])


def _values(match: re.Match[str]) -> tuple[float, ...]:
    number = re.sub(r"[\s'’]", "", match["number"])
    negative = bool(match["sign"] in ("-", "–", "−") or match["sign2"] or match["after"])
    negative = negative or bool(match["open"] and match["close"])
    sign = -1.0 if negative else 1.0
    tail = re.search(r"[.,](\d+)$", number)
    if not tail:
        return (sign * float(number),)
    whole = re.sub(r"[.,]", "", number[: tail.start()]) or "0"
    decimal = sign * float(f"{whole}.{tail[1]}")
    if _GROUPED.search(number) and not number.startswith("0"):
        grouped = sign * float(whole + tail[1])
        return (grouped,) if len(re.findall(r"[.,]", number)) > 1 else (grouped, decimal)
    return (decimal,)
