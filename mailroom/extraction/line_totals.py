"""Do the lines add up? What was found in a table, compared with the totals of the document.

Several selections of the rows are tried, the whole first: a discount printed without its minus sign, and rows that are
no lines (a row with nothing but an amount). The first that adds up is taken; when none does, the whole is shown and
its status says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate
from typing import NamedTuple

from mailroom.domain.document import FieldName, Fields
from mailroom.domain.line import LineItem, Lines, LineStatus
from mailroom.domain.line_sums import CENT, slack, tax, vat_fits, vat_of
from mailroom.extraction.layout import Token
from mailroom.extraction.line_cells import Cell, Row
from mailroom.extraction.tax import EVERY_RATE, fits_rate

_WRAPPED = re.compile(r"\w-$")
_LEAST_NET = Decimal("0.7")
_OUTSIDE = 1
"""Rows over and under the lines of a slip that may have amounts."""
LONGEST = 300
"""Characters of a description."""


@dataclass(slots=True, eq=False)
class Draft:
    """A line as it stands in its row, before it is compared with anything."""

    number: int
    row: Row
    amount: Cell
    quantity: Cell | None = None
    each: Cell | None = None
    off: Cell | None = None
    rate: Cell | None = None
    proved: bool = False
    """Whether quantity × price, less the discount, is the amount."""
    derived: bool = False
    """Whether the amount could not be read and is quantity × price."""
    letter: str = ""
    legend: Decimal | None = None
    """The rate that the page says the letter means."""
    gross: bool = False
    """Whether the column's header says that VAT is included."""
    charge: str = ""
    unit: str = ""
    words: list[Token] = field(default_factory=list)
    before: list[list[Token]] = field(default_factory=list)
    after: list[list[Token]] = field(default_factory=list)

    @property
    def cells(self) -> list[Cell]:
        return [c for c in (self.amount, self.quantity, self.each, self.off, self.rate) if c is not None]

    @property
    def tokens(self) -> list[Token]:
        return [*(t for c in self.cells for t in c.tokens), *(t for r in self.rows for t in r)]

    @property
    def rows(self) -> list[list[Token]]:
        return [*self.before, self.words, *self.after]

    @property
    def text(self) -> str:
        """The description in one line."""
        text = ""
        for row in filter(None, map(_joined, self.rows)):
            text += row.lstrip() if _WRAPPED.search(text) and row.lstrip()[:1].isalpha() else row
        return " ".join(text.split()).strip(" |·-–")[:LONGEST]

    @property
    def value(self) -> Decimal:
        return Decimal(repr(self.amount.value)).quantize(CENT, ROUND_HALF_UP)


def _joined(tokens: Sequence[Token]) -> str:
    """Return words with the spaces that stand between them: `Petit-` and `déjeuner` are one."""
    return "".join(f"{'' if token.glued else ' '}{token.text}" for token in tokens)


@dataclass(slots=True)
class Checked:
    """Lines with what came of the comparison; `fits` when they add up to a total."""

    lines: Lines
    fits: bool


@dataclass(slots=True)
class _Fit:
    signs: list[int]
    """For each draft 1, -1 (printed without its minus) or 0 (no line)."""
    gross: bool


def checked(
    drafts: Sequence[Draft], fields: Fields, *, roundings: frozenset[Decimal] = frozenset(), loose: bool = False
) -> Checked:
    """Compare drafts with net amount and total and return them as lines.

    `roundings` are amounts by which the total may have been rounded, as the page says.
    `loose` drafts were found without a header: of them a row at the beginning or the end may be left out.
    """
    net, vat, total = (
        _amount(fields, name) for name in (FieldName.NET_AMOUNT, FieldName.VAT_AMOUNT, FieldName.TOTAL_AMOUNT)
    )
    if net is None and vat is not None and total is not None:
        net = total - vat
    if net is not None and total and net < total * _LEAST_NET:
        net = None  # of one rate only: no VAT makes so much of a total
    fit = _fit(drafts, _Totals(net, vat, total, roundings), loose=loose)
    signs = fit.signs if fit else _possible(drafts, total)
    gross = fit.gross if fit else all(d.gross for d in drafts)
    kept = [(d, s) for d, s in zip(drafts, signs, strict=True) if s]
    if not kept:
        return Checked(Lines(), fits=False)
    rates = _rates(kept, net, vat, gross=gross)
    status = LineStatus.UNCHECKED if net is None and total is None else LineStatus.DIFFER
    if fit:
        status = LineStatus.ADD_UP if _rates_fit(kept, rates, vat, gross=gross) else LineStatus.RATES_DIFFER
    items = _items(kept, rates, net, gross=gross, status=status)
    return Checked(Lines(items=items, status=status), fit is not None)


def _amount(fields: Fields, name: FieldName) -> Decimal | None:
    found = fields.get(name)
    return abs(Decimal(found.value)) if found and found.value is not None else None


@dataclass(frozen=True, slots=True)
class _Totals:
    net: Decimal | None
    vat: Decimal | None
    total: Decimal | None
    roundings: frozenset[Decimal] = frozenset()

    def targets(self, *, gross: bool) -> list[tuple[Decimal | None, bool]]:
        """Return what lines may come to, and whether that includes VAT."""
        rounded = [self.total + sign * by for by in sorted(self.roundings) for sign in (1, -1)] if self.total else []
        totals: list[tuple[Decimal | None, bool]] = [(value, True) for value in (self.total, *rounded)]
        return [*totals, (self.net, False)] if gross else [(self.net, False), *totals]


def _fit(drafts: Sequence[Draft], totals: _Totals, *, loose: bool) -> _Fit | None:
    targets = totals.targets(gross=bool(drafts) and all(d.gross for d in drafts))
    for selection in _selections(drafts, loose=loose):
        if totals.vat and _holds_vat(drafts, selection, totals.vat, totals.total):
            continue
        count = sum(map(bool, selection.signs))
        for target, gross in targets:
            if target and abs(abs(selection.value) - target) <= slack(count):
                return _Fit(selection.signs, gross and target != totals.net)
    return None


def _holds_vat(drafts: Sequence[Draft], selection: _Selection, vat: Decimal, total: Decimal | None) -> bool:
    """Say whether rows are the total because one of them is the VAT."""
    rows = (draft for draft, sign in zip(drafts, selection.signs, strict=True) if sign and not draft.proved)
    return abs(selection.value) == total and any(abs(draft.value) == vat for draft in rows)


def _possible(drafts: Sequence[Draft], total: Decimal | None) -> list[int]:
    """Leave out what is more than the whole document, where nothing is taken away from it: it was misread."""
    if total is None or any(draft.value < 0 for draft in drafts):
        return [1] * len(drafts)
    return [int(draft.value <= total) for draft in drafts]


class _Selection(NamedTuple):
    """Which drafts are lines, and with which sign; `value` is their sum."""

    signs: list[int]
    value: Decimal


def _selections(drafts: Sequence[Draft], *, loose: bool) -> Iterator[_Selection]:
    values = [d.value for d in drafts]
    count = len(drafts)
    for signs in _by_kind(drafts):
        yield _Selection(signs, sum((v * s for v, s in zip(values, signs, strict=True)), Decimal(0)))
    whole = sum(values, Decimal(0))
    for alone, draft in enumerate(drafts):  # a subtotal, a row of the table of VAT
        if not draft.proved and count > 1:
            yield _Selection([int(n != alone) for n in range(count)], whole - values[alone])
    before = list(accumulate(values))
    for end in range(count - 1, 0, -1):
        yield _Selection([int(n < end) for n in range(count)], before[end - 1])
    if loose:
        for start in range(1, count):
            yield _Selection([int(n >= start) for n in range(count)], whole - before[start - 1])
        for start in range(1, min(_OUTSIDE, count) + 1):
            for end in range(count - 1, max(start, count - 1 - _OUTSIDE), -1):
                inside = [int(start <= n < end) for n in range(count)]
                yield _Selection(inside, before[end - 1] - before[start - 1])


def _by_kind(drafts: Sequence[Draft]) -> Iterator[list[int]]:
    yield [1] * len(drafts)
    if any(d.charge == "discount" and d.amount.value > 0 for d in drafts):
        yield [-1 if d.charge == "discount" and d.amount.value > 0 else 1 for d in drafts]
    with_factors = [int(d.quantity is not None) for d in drafts]
    if 0 < sum(with_factors) < len(drafts):
        yield with_factors
        last = max(n for n, one in enumerate(with_factors) if one)
        yield [int(n <= last) for n in range(len(drafts))]
    proved = [int(d.proved) for d in drafts]
    if 0 < sum(proved) < len(drafts) and proved != with_factors:
        yield proved
    without_sums = _without_sums(drafts)
    if not all(without_sums):
        yield without_sums


def _without_sums(drafts: Sequence[Draft]) -> list[int]:
    """Leave out what is the sum of the lines above it since the sum before: `Subtotal hardware`."""
    signs, running = [], Decimal(0)
    count = 0
    for draft in drafts:
        if count > 1 and draft.value == running:
            signs.append(0)
            running, count = Decimal(0), 0
            continue
        signs.append(1)
        running += draft.value
        count += 1
    return signs


# -- VAT ------------------------------------------------------------------------------------------------------------


def _rates(
    kept: Sequence[tuple[Draft, int]], net: Decimal | None, vat: Decimal | None, *, gross: bool
) -> list[Decimal | None]:
    """Return the rate of each line: as printed, by the letter behind the amount, or the one that the totals prove."""
    printed = [Decimal(repr(d.rate.value)).normalize() if d.rate else d.legend for d, _ in kept]
    if all(rate is not None for rate in printed):
        return printed
    only = only_rate(net, vat)
    if only is not None and all(rate in (None, only) for rate in printed):
        return [only] * len(kept)
    letters = _rates_of_letters(kept, vat, gross=gross) if vat is not None else {}
    return [rate if rate is not None else letters.get(d.letter) for rate, (d, _) in zip(printed, kept, strict=True)]


def only_rate(net: Decimal | None, vat: Decimal | None) -> Decimal | None:
    """Return the one rate that explains the VAT of a document, if there is one."""
    if net is None or vat is None or net <= 0:
        return None
    if vat == 0:
        return Decimal(0)
    fit = [rate for rate in EVERY_RATE if fits_rate(net, vat, frozenset({rate}))]
    return min(fit, key=lambda rate: abs(net * rate / 100 - vat)).normalize() if fit else None


def _rates_of_letters(kept: Sequence[tuple[Draft, int]], vat: Decimal, *, gross: bool) -> dict[str, Decimal]:
    """Find which rate each of two letters means, when only one pair of rates gives the VAT of the document."""
    sums: dict[str, Decimal] = {}
    for draft, sign in kept:
        sums[draft.letter] = sums.get(draft.letter, Decimal(0)) + draft.value * sign
    if len(sums) != 2 or "" in sums:
        return {}
    (a, x), (b, y) = sums.items()
    rates = [*EVERY_RATE, Decimal(0)]
    fit = [
        {a: p.normalize(), b: q.normalize()}
        for p in rates
        for q in rates
        if p != q and abs(tax(x, p, gross=gross) + tax(y, q, gross=gross) - vat) <= CENT
    ]
    return fit[0] if len(fit) == 1 else {}


def _rates_fit(
    kept: Sequence[tuple[Draft, int]], rates: Sequence[Decimal | None], vat: Decimal | None, *, gross: bool
) -> bool:
    if vat is None or any(rate is None for rate in rates):
        return True
    amounts = [(draft.value * sign, rate or Decimal(0)) for (draft, sign), rate in zip(kept, rates, strict=True)]
    return vat_fits(vat_of(amounts, gross=gross), vat, len(kept))


# -- lines ----------------------------------------------------------------------------------------------------------


def _items(
    kept: Sequence[tuple[Draft, int]],
    rates: Sequence[Decimal | None],
    net: Decimal | None,
    *,
    gross: bool,
    status: LineStatus,
) -> tuple[LineItem, ...]:
    nets = [net_of(draft.value * sign, rate, gross=gross) for (draft, sign), rate in zip(kept, rates, strict=True)]
    if gross and net is not None and status is LineStatus.ADD_UP and all(n is not None for n in nets):
        nets = even(nets, net)
    return tuple(
        _item(draft, sign, rate, value, gross=gross, status=status)
        for (draft, sign), rate, value in zip(kept, rates, nets, strict=True)
    )


def net_of(value: Decimal, rate: Decimal | None, *, gross: bool) -> Decimal | None:
    """Return an amount without VAT; None where it holds VAT of an unknown rate."""
    if not gross:
        return value
    return None if rate is None else (value * 100 / (100 + rate)).quantize(CENT, ROUND_HALF_UP)


def even(nets: list[Decimal | None], net: Decimal) -> list[Decimal | None]:
    """Put the cents that rounding lost into the largest line."""
    rest = net - sum((n for n in nets if n is not None), Decimal(0))
    if rest and abs(rest) <= CENT * len(nets):
        largest = max(range(len(nets)), key=lambda i: nets[i] or Decimal(0))
        nets[largest] = (nets[largest] or Decimal(0)) + rest
    return nets


def _item(
    draft: Draft, sign: int, rate: Decimal | None, net: Decimal | None, *, gross: bool, status: LineStatus
) -> LineItem:
    sheet = draft.row.sheet
    sure = min(t.confidence for c in draft.cells for t in c.tokens)
    off = draft.off
    return LineItem(
        description=draft.text,
        quantity=plain(draft.quantity.value) if draft.quantity else _whole_quantity(draft),
        unit=draft.unit,
        unit_price=plain(draft.each.value, max(2, draft.each.decimals)) if draft.each else None,
        discount=plain(abs(off.value)) if off and off.value and _is_percentage(draft, off) else None,
        vat_rate=format(rate, "f") if rate is not None else None,
        net_amount=format(net, ".2f") if net is not None else None,
        gross_amount=format(draft.value * sign, ".2f") if gross else None,
        confidence=round(_confidence(draft, status) * (sure if sheet.ocr else 1.0), 4),
        page=sheet.number,
        box=sheet.region(draft.tokens),
    )


def _is_percentage(draft: Draft, off: Cell) -> bool:
    """Say whether a discount is a percentage: by its sign, or because the amount then comes out (`Rab.%` over it)."""
    if off.percent or draft.quantity is None or draft.each is None:
        return off.percent
    full = draft.quantity.value * draft.each.value
    return abs(abs(full) * (1 - abs(off.value) / 100) - abs(draft.amount.value)) < 0.0101


def _whole_quantity(draft: Draft) -> str | None:
    """Return how many times a price is the amount, where it is so exactly: no quantity is printed, or it was lost.

    OCR makes an `L` of a lone 1.
    """
    each = Decimal(repr(draft.each.value)) if draft.each and not draft.off else Decimal(0)
    if draft.quantity is not None or each <= 0:
        return None
    count = (draft.value / each).quantize(Decimal(1))
    return str(count) if 0 < count < _MOST_PIECES and (count * each).quantize(CENT) == draft.value else None


_MOST_PIECES = 1_000


def plain(value: float, decimals: int = 0) -> str:
    """Return a number without an exponent, with at least so many decimals."""
    return plain_number(Decimal(repr(value)), decimals)


def plain_number(value: Decimal, decimals: int = 0) -> str:
    """Return a number without an exponent and without idle zeros, with at least so many decimals."""
    whole, _, tail = format(value, "f").partition(".")
    tail = tail.rstrip("0").ljust(decimals, "0")
    return f"{whole}.{tail}" if tail else whole


def _confidence(draft: Draft, status: LineStatus) -> float:
    """Fitted by eye on generated tables: what two proofs say is nearly sure, what none says is a guess."""
    if draft.derived:
        return 0.9 if status is LineStatus.ADD_UP else 0.4
    if status is LineStatus.ADD_UP:
        return 0.99 if draft.proved else 0.95
    if status is LineStatus.RATES_DIFFER:
        return 0.9 if draft.proved else 0.85
    return 0.8 if draft.proved else 0.5
