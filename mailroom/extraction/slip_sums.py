"""What arithmetic says of a slip's sums where a picture shows the line of its total or of its VAT badly.

The table of rates at its foot, cash less change, and the one rate of a shop each tell what a misread figure was.
Nothing is decided here; `totals.py` asks, and a person looks at what is not printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

from mailroom.extraction.amounts import Amount, rate_beside
from mailroom.extraction.tax import fits_rate, rates_of

_OF_A_ROW = 3
_TOTALS = ("total", "payable", "sum")
_PAID = ("total", "payable", "sum", "subtotal", "card", "tendered", "prepaid")


@dataclass(frozen=True, slots=True)
class RateRow:
    """One row of the table."""

    net: Amount
    vat: Amount
    gross: Amount


def rows_of_rates(amounts: list[Amount]) -> list[RateRow]:
    """Return the rows of the table of rates, without the row of their sums; none where it may be no such table.

    A last row larger than the others together may be their sum, with a row between that was not read.
    """
    rows: list[RateRow] = []
    for _, group in groupby(amounts, key=lambda a: (a.at.page, a.at.segment.row)):
        row = _split(list(group))
        if row:
            rows.append(row)
        elif rows and len(rows) < _SEVERAL:
            rows = []
        elif rows:
            break
    if len(rows) < _SEVERAL or sum((r.gross.value for r in rows[:-1]), Decimal(0)) <= rows[-1].gross.value:
        return []
    return [] if any(_said_elsewhere(row.gross, amounts) for row in rows) else rows


_SEVERAL = 2


def _split(row: list[Amount]) -> RateRow | None:
    """Return the last three amounts of a row, if two of them are net and VAT of the third, which stands last."""
    if len(row) < _OF_A_ROW or any(a.line_item or a.negative for a in row):
        return None
    one, other, gross = row[-_OF_A_ROW:]
    net, vat = (one, other) if one.value >= other.value else (other, one)
    if not gross.value or net.value + vat.value != gross.value:
        return None
    return RateRow(net, vat, gross) if not vat.value or fits_rate(net.value, vat.value, rates_of("")) else None


def _said_elsewhere(gross: Amount, amounts: list[Amount]) -> bool:
    """Say whether an amount of the table is also called what was to be paid, or what was paid."""
    return any(
        a.value == gross.value and any(b.label.roles.intersection(_PAID) for b in a.at.beside if not b.above)
        for a in amounts
        if a is not gross
    )


def subtotals_by_cash(pool: list[Amount]) -> list[Amount]:
    """Return the subtotals that are cash less change, and less a tip: the total may be misread or missing."""
    given = [a.value for a in pool if a.role("tendered") >= 0.5][:_FEW_PAYMENTS]
    back = [a.value for a in pool if a.role("change") >= 0.5 and a.value > 0][:_FEW_PAYMENTS]
    tips = [Decimal(0), *(a.value for a in pool if a.role("tip") >= 0.5)][:_FEW_PAYMENTS]
    sums = {g - b - tip for g in given for b in back for tip in tips}
    called = {a.value for a in pool if a.role(*_TOTALS) >= 0.5}
    subtotals = [a for a in pool if a.role("subtotal") >= 0.5 and a.value in sums - called]
    return subtotals[:_FEW_PAYMENTS]


_FEW_PAYMENTS = 6


def is_misread(seen: Decimal, expected: Decimal) -> bool:
    """Say whether two amounts differ in one or two digits only, as OCR's misreadings do."""
    a, b = str(seen), str(expected)
    return len(a) == len(b) and 0 < sum(x != y for x, y in zip(a, b, strict=True)) <= 2


def is_rate(amount: Amount, total: Decimal, country: str) -> bool:
    """`DONT TVA 20,00`: the rate without its sign, where it is not the VAT that the total holds."""
    rates = rates_of(country)
    if amount.role("vat") < 0.6 or amount.value not in rates:
        return False
    return not fits_rate(total - amount.value, amount.value, rates)


def misread_vat(vat: Amount, total: Decimal, pool: list[Amount], country: str) -> Decimal | None:
    """Return the VAT of a total by the one rate of a slip, where the picture shows all its digits but one or two."""
    rate = rate_beside(vat)
    alone = all(a.value in {vat.value, Decimal(0)} for a in pool if a.role("vat") >= 0.6)
    if not rate or rate not in rates_of(country) or not alone or not vat.at.segment.sheet.ocr:
        return None
    due = (total * rate / (100 + rate)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return due if is_misread(vat.value, due) else None
