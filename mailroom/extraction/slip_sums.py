"""What arithmetic says of a slip's sums where a picture shows the line of its total or of its VAT badly.

The table of rates at its foot, cash less change, and the one rate of a shop each tell what a misread figure was.
Nothing is decided here; `totals.py` asks, and a person looks at what is not printed.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from mailroom.extraction.printed_amounts import Amount, rate_beside
from mailroom.extraction.rate_tables import RateRow, tables_of_rates
from mailroom.extraction.tax import fits_rate, rates_of

_TOTALS = ("total", "payable", "sum")
_PAID = ("total", "payable", "sum", "subtotal", "card", "tendered", "prepaid")


def rows_to_add_up(amounts: list[Amount]) -> list[RateRow]:
    """Return the rows of the table of rates where their sums are not printed; none where it may be no such table.

    A last row larger than the others together may be their sum, with a row between that was not read.
    """
    table = next(iter(tables_of_rates(amounts)), None)
    if table is None or table.sums or any(a.negative for a in table.amounts):
        return []
    rows = table.rows
    if table.gross - rows[-1].gross.value <= rows[-1].gross.value:
        return []
    return [] if any(_said_elsewhere(row.gross, amounts) for row in rows) else rows


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
