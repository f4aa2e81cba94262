"""The lines of a till slip: each row's last amount, with what it is of in its own row, over it or under it. Pure.

A slip has no columns to rely on: on a photo of crumpled paper amounts do not stand under each other, descriptions hold
numbers, and `2 x 1,20` or `0,955 kg x 6,11/kg` stands over, under or beside the words. So rows are read, not columns,
and only what adds up to the total is believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mailroom.domain.unit import is_unit
from mailroom.extraction.candidates import Sight
from mailroom.extraction.layout import Segment, Token
from mailroom.extraction.line_cells import Cell, Row
from mailroom.extraction.line_columns import is_product
from mailroom.extraction.line_totals import Draft
from mailroom.extraction.line_words import NEAR

_FACTORS = re.compile(
    r"(?<![\d.,])(?P<one>\d{1,4}(?:[.,]\d{1,3})?)(?P<unit>\s?[^\W\d]{1,5}\.?)?\s{0,3}[xX×*@%]\s{0,3}(?:€|£|\$|EUR|RM|RON)?\s?"
    r"(?P<other>\d{1,6}(?:[.,]\d{1,4})?)(?P<price>\s?(?:€|EUR)?\s?/\s?[^\W\d]{1,5})?(?![\d.,])"
)
_ALONE = re.compile(rf"{_FACTORS.pattern}(?:\s?(?:€|£|\$|EUR|RM|RON|LEI|lei|Kč|zł|kr))?\s*=?")
_COUNT = re.compile(r"(?P<many>[1-9]\d?)(?:\s?[xX×*]|(?=\s[^\W\d]))\s?(?=[^\W\d])")
_GROWN = re.compile(r"(?<![\w.,])(?P<sign>[-–−])?(?P<number>\d{1,4}[.,]\d\d)[A-Za-z*]$")
_CHARGES = frozenset({"discount", "tip", "deposit", "shipping", "levy", "prepaid"})
_TAKEN = frozenset({"discount", "prepaid"})
_SUMS = frozenset({"total", "payable", "sum", "net"})
_WORDS_OVER = 2
_CODE = 5  # letters
_MOST_UNDER = 12
"""Rows under the lines among which a discount or a tip is looked for."""


@dataclass(slots=True)
class Slip:
    """The rows of a slip that have an amount, and the charges that stand between them and the total."""

    drafts: list[Draft]
    charges: list[Draft]


@dataclass(slots=True)
class _Used:
    """The rows of nothing but quantity and price, and the rows of words that a line has."""

    factors: frozenset[int]
    words: set[int] = field(default_factory=set)


def slip_of(sight: Sight, rows: Sequence[Row], ends: int) -> Slip:
    """Return what may be the lines of a slip; `ends` is the first row that is a sum."""
    texts = ["  ".join(s.text for s in row.segments) for row in rows[:ends]]
    alone = {n: match for n, text in enumerate(texts) if (match := _ALONE.fullmatch(text))}
    used = _Used(frozenset(alone))
    drafts = [d for n in range(ends) if n not in alone and (d := _draft(sight, rows, n, used, ends))]
    _give_factors(rows, drafts, alone)
    return Slip(drafts, list(_charges(sight, rows[ends : ends + _MOST_UNDER])))


def _give_factors(rows: Sequence[Row], drafts: Sequence[Draft], alone: dict[int, re.Match[str]]) -> None:
    """Give `2 x 1,15` that stands alone in its row to the line under it, or over it, whose amount it makes."""
    for number, match in alone.items():
        if len(rows[number].segments) > 1:
            continue
        many, each = (_cell(rows[number].segments[0], match, name) for name in ("one", "other"))
        for draft in sorted(drafts, key=lambda d: (abs(d.number - number), -d.number)):
            if abs(draft.number - number) > 1 or draft.quantity is not None:
                break
            amount = draft.amount
            if is_product(Cell(amount.values, 2, False, amount.segment, amount.first, amount.last, ""), many, each):
                draft.quantity, draft.each, draft.proved = many, each, True
                break


def fuel_of(rows: Sequence[Row], total: float) -> Draft | None:
    """Return the one line of a fuel slip: `VOLUME 32,43 L`, `PRIX/L 1,789`, wherever the two stand."""
    seen = [(n, s, m) for n, row in enumerate(rows) for s in row.segments for m in _DECIMAL.finditer(s.text)]
    for at, (number, segment, volume) in enumerate(seen):
        if not volume["litre"] and not _LITRES.search(segment.text[: volume.start()]):
            continue
        many = _cell(segment, volume, "number")
        for _, other, price in seen[max(0, at - _NEAR) : at + _NEAR]:
            each = _cell(other, price, "number")
            if each.decimals != _OF_LITRE or abs(many.value * each.value - total) > _CENTS:
                continue
            amount = Cell((round(total, 2),), 2, False, segment, many.first, many.last, "")
            words = _product(rows, number)
            return Draft(number, rows[number], amount, many, each, proved=True, derived=True, unit="l", words=words)
    return None


_DECIMAL = re.compile(r"(?<![\d.,])(?P<number>\d{1,4}[.,]\d{2,3})(?![\d.,])(?P<litre>\s?(?i:l|ltr|liter|litres?)\b)?")
_LITRES = re.compile(r"(?i)\b(?:vol|menge|lit|quantit|hoev|cantit|l\b)")
_OF_LITRE = 3  # decimals of a price of fuel
_NEAR = 6
_CENTS = 0.0151


def _product(rows: Sequence[Row], at: int) -> list[Token]:
    """Return the nearest words at or over a row that are no caption of a number: `POMPE 03 GAZOLE`."""
    for row in reversed(rows[max(0, at - _WORDS_OVER) : at]):
        words = [t for s in row.segments for t in s.tokens]
        if _wordy(words) and not any(_DECIMAL.search(s.text) for s in row.segments):
            return words
    return [t for s in rows[at].segments for t in s.tokens if sum(c.isalpha() for c in t.text) >= 3]


def _draft(sight: Sight, rows: Sequence[Row], number: int, used: _Used, ends: int) -> Draft | None:
    row = rows[number]
    amount = _last_amount(row)
    if amount is None:
        return None
    factors = _factors(row, amount)
    draft = Draft(number, row, amount, letter=_letter(row, amount))
    if factors and factors.fit:
        draft.quantity, draft.each, draft.unit, draft.proved = factors.many, factors.each, factors.unit, True
    draft.words = _own_words(row, amount, factors)
    if draft.quantity is None and (counted := _count(row, draft.words)):
        draft.quantity, draft.words = counted, _without_sign(draft.words[len(counted.tokens) :])
    if not _wordy(draft.words):
        draft.before = _words_over(rows, number, used)
        draft.after = [] if draft.before else _words_under(rows, number, used, ends)
    draft.charge = _charge(sight, row)
    return draft


def _last_amount(row: Row) -> Cell | None:
    """Return the amount that ends a row, with the letter of its VAT rate behind it or grown to it: `0.80A`."""
    segment = row.segments[-1]
    match = _GROWN.search(segment.text) if segment.digits else None
    if match is None:
        return row.money[-1] if row.money else None
    first, last = segment.span(*match.span("number"))
    value = float(re.sub(r"[.,]", ".", match["number"]))
    return Cell((-value if match["sign"] else value,), 2, False, segment, first, last, match[0])


@dataclass(slots=True)
class _Factors:
    many: Cell
    each: Cell
    unit: str
    start: tuple[int, int]
    """The segment's place and the character in it at which they begin."""
    fit: bool
    """Whether they give the amount: if not, a digit was misread, and they are still no words."""


def _factors(row: Row, amount: Cell) -> _Factors | None:
    """Find quantity and price in a row: two numbers with a sign between them whose product is the amount."""
    for segment in row.segments[: amount.segment.place + 1]:
        if not segment.digits:
            continue
        for match in _FACTORS.finditer(segment.text):
            one, other = (_cell(segment, match, name) for name in ("one", "other"))
            if one.first == amount.first and segment is amount.segment:
                continue
            many, each = (other, one) if one.decimals == 2 and other.decimals == 0 else (one, other)
            total = Cell(amount.values, amount.decimals, False, amount.segment, amount.first, amount.last, "")
            if not many.value or each.decimals < 2:
                continue
            fit = is_product(total, many, each)
            if fit or match["price"]:
                unit = (match["unit"] or "").strip(" .")
                return _Factors(many, each, unit if is_unit(unit) else "", (segment.place, match.start()), fit)
    return None


def _cell(segment: Segment, match: re.Match[str], name: str) -> Cell:
    text = match[name]
    tail = re.search(r"[.,](\d+)$", text)
    first, last = segment.span(*match.span(name))
    return Cell((float(text.replace(",", ".")),), len(tail[1]) if tail else 0, False, segment, first, last, text)


def _own_words(row: Row, amount: Cell, factors: _Factors | None) -> list[Token]:
    """Return the words of a row before its numbers."""
    words: list[Token] = []
    for segment in row.segments[: amount.segment.place + 1]:
        here = segment.tokens[: amount.first] if segment is amount.segment else segment.tokens
        if factors and segment.place >= factors.start[0]:
            at, start = factors.start
            here = [t for t, s in zip(here, segment.starts, strict=False) if segment.place == at and s < start]
        words.extend(here)
    while words and not any(c.isalnum() for c in words[-1].text):
        words.pop()
    return words


def _count(row: Row, words: Sequence[Token]) -> Cell | None:
    """Return the number that a row begins with, `2 Wiener Schnitzel`: how many were sold."""
    segment = row.segments[0]
    match = _COUNT.match(segment.text)
    if match is None or not words or words[0] is not segment.tokens[0]:
        return None
    first, last = segment.span(0, match.end("many"))
    return Cell((float(match["many"]),), 0, False, segment, first, last, match["many"])


def _without_sign(words: list[Token]) -> list[Token]:
    return words[1:] if len(words) > 1 and words[0].text in ("x", "X", "×", "*") else words


def _wordy(words: Sequence[Token]) -> bool:
    return any(sum(c.isalpha() for c in t.text) >= 3 for t in words) or sum(len(t.text) > 1 for t in words) > 1


def _words_over(rows: Sequence[Row], number: int, used: _Used) -> list[list[Token]]:
    """Return up to two rows of words right over a row of numbers that no other line has."""
    found: list[list[Token]] = []
    for at in range(number - 1, max(-1, number - 1 - _WORDS_OVER), -1):
        if at in used.factors:
            continue
        if at in used.words or rows[at].money or not _close(rows[at], rows[at + 1]):
            break
        words = [t for s in rows[at].segments for t in s.tokens]
        if not any(sum(c.isalpha() for c in t.text) >= 2 for t in words):
            break
        used.words.add(at)
        found.insert(0, words)
        if sum(c.isalpha() for t in words for c in t.text) > _CODE:
            break  # a row of a code is not all there is
    return found


def _words_under(rows: Sequence[Row], number: int, used: _Used, ends: int) -> list[list[Token]]:
    at = number + 1
    if at >= ends or at in used.factors or rows[at].money or not _close(rows[number], rows[at]):
        return []
    used.words.add(at)
    return [[t for s in rows[at].segments for t in s.tokens]]


def _close(upper: Row, lower: Row) -> bool:
    return lower.y0 - upper.y1 < NEAR * max(upper.sheet.line, 1e-6)


def _letter(row: Row, amount: Cell) -> str:
    """Return the letter behind an amount, which names its VAT rate."""
    after = row.segments[amount.segment.place + 1 :]
    rest = [*amount.segment.tokens[amount.last :], *(t for s in after for t in s.tokens)]
    texts = [t.text.strip("*.:") for t in rest]
    return texts[0].upper() if len(texts) == 1 and 0 < len(texts[0]) <= 3 and texts[0].isalpha() else ""


def _charge(sight: Sight, row: Row) -> str:
    roles = {role for a in sight.labels_of(row.segments[0]) if a.first == 0 and not a.segment.place for role in a.roles}
    return next((role for role in ("discount", "shipping", "deposit") if role in roles), "")


def _charges(sight: Sight, rows: Sequence[Row]) -> Iterator[Draft]:
    """Yield what is added to the lines or taken from them before the total: a tip, a voucher, a deposit."""
    for at, row in enumerate(rows):
        labels = [a for a in sight.labels_of(row.segments[0]) if a.first <= 1 and not a.segment.place]
        amount = row.money[-1] if row.money else None
        if amount is None or any(a.roles & _SUMS for a in labels):
            continue
        if amount.value >= 0 and not any(a.roles & _CHARGES for a in labels):
            continue
        taken = any(a.roles & _TAKEN for a in labels)
        yield Draft(-1 - at, row, amount, words=_own_words(row, amount, None), charge="discount" if taken else "")
