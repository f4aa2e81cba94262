"""What the amounts of one row, or of one column, say of each other by arithmetic.

One is the VAT of another by the row's rate, a row gives net, VAT and total, a column ends with its sum. Whole tables of
rates are read in `rate_tables.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from mailroom.extraction.printed_amounts import Amount, rate_beside, rates_in, rows_of
from mailroom.extraction.tax import EVERY_RATE, fits_rate
from mailroom.extraction.text import fold

SUMS = frozenset({"net", "vat", "total", "payable", "sum", "subtotal"})
"""The roles of what is a sum of the document, not of a line."""
INCLUDED = re.compile(r"\W*(?:incl|inkl|inbegrepen|dont|waarvan|davon|darin|enthalt|of which|din care)")
_CENT = Decimal("0.01")
_HIGHEST = Decimal("0.28")  # 27 % is the highest rate of VAT there is
_TOLD = Decimal("0.50")
"""VAT of less may come out by chance."""
_CALLED, _ADDED_UP = 0.5, 0.9
_OWN_LABEL = 0.6
_WITH_SUM = 2  # amounts of a column, at least, before the one that they add up to


def read_rate(here: list[Amount]) -> None:
    """`21 % | 500,20 | 105,04`, `6% op 653,30 = 39,20`: by the row's rate one amount is the VAT of the other."""
    if len(here) < 2 or any(a.line_item for a in here) or any(a.role("prepaid") >= _CALLED for a in here):
        return  # of goods, or of a tax that is withheld: `Ritenuta d'acconto 20% su 2.400,00   -480,00`
    rates = _printed_rates(here[0]) | {a.value.normalize() for a in here if a.value in EVERY_RATE}
    for rate in rates - {Decimal(0)}:
        for net, vat in pairwise(a for a in here if a.value != rate):
            due = (net.value * rate / 100).quantize(_CENT, ROUND_HALF_UP)
            if vat.value and abs(due - vat.value) <= _CENT and net.value > 1 and not net.role("total", "payable"):
                net.prove("net", 0.75)
                vat.prove("vat", 0.85)
                vat.rate = rate
            elif vat.value > _TOLD and not net.role("total", "payable") and _holds(net.value, rate, vat.value):
                vat.prove("vat", 0.85)  # of what is sold with VAT: `B  VAT 23%   20.10   3.76`
                vat.rate = rate


def read_included(found: list[Amount]) -> None:
    """`incl. BTW 21%   1,67` under 9,60: what looks like a total with VAT is the VAT that a larger amount holds."""
    for amount in found:
        if not INCLUDED.match(fold(amount.label)) or amount.line_item:
            continue
        rate = rate_beside(amount)
        if rate and any(_holds(other.value, rate, amount.value) for other in found if other.value > amount.value):
            amount.prove("vat", 0.85)


def _holds(total: Decimal, rate: Decimal, vat: Decimal) -> bool:
    return abs(total * rate / (100 + rate) - vat) <= _CENT


def read_sums(found: list[Amount]) -> None:
    """`Gesamtbetrag | 1.420,49 | 269,89 | 1.690,38`: a row of sums gives net, VAT and total, which add up.

    Where only two stand in it, their sum is the total elsewhere. Of several that add up those count that a rate proves.
    """
    totals = {a.value for a in found if a.role("total", "payable", "sum") >= 0.5}
    for row in rows_of(found):
        if len(row) < 2 or max((a.role(*SUMS) for a in row), default=0.0) < 0.5:
            continue
        rates = {a.rate for a in row}
        here = [a for a in row if a.value not in rates]  # `1.000,00 | 19,00 | 190,00 | 1.190,00`
        sums = [s for s in _sums_in(here) if s[2] or not _alone(s[0], s[1], totals, found)]
        proven = [s for s in sums if fits_rate(s[0].value, s[1].value, EVERY_RATE)]
        for net, vat, total in proven or sums:
            net.prove("net", 0.9)
            vat.prove("vat", 0.9)
            if total is not None:
                total.prove("total", 0.9)


def _sums_in(row: list[Amount]) -> Iterator[tuple[Amount, Amount, Amount | None]]:
    """Yield what may be net, VAT and total one after the other; the last two of a row may be net and VAT alone."""
    for at in range(len(row) - 1):
        net, vat, total = row[at], row[at + 1], row[at + 2] if at + 2 < len(row) else None
        if 0 < vat.value <= net.value * _HIGHEST and (total is None or total.value == net.value + vat.value):
            yield net, vat, total


def _alone(net: Amount, vat: Amount, totals: set[Decimal], found: list[Amount]) -> bool:
    """Say whether nothing bears out that two amounts are net and VAT."""
    return net.value + vat.value not in totals and not _sums_of_rates(found, net, vat)


def _sums_of_rates(found: list[Amount], net: Amount, vat: Amount) -> bool:
    """Say whether two amounts are the sums of the net amounts and of the VAT that the rows of several rates give."""
    rows = [a for a in found if a is not net and a is not vat and not a.line_item]
    nets = [a.value for a in rows if a.role("net", "subtotal") >= 0.6]
    vats = [a.value for a in rows if a.role("vat") >= 0.6]
    several = len(nets) > 1 and len(vats) > 1
    return several and sum(nets, Decimal(0)) == net.value and sum(vats, Decimal(0)) == vat.value


def read_columns(found: list[Amount]) -> None:
    """Find the sum of a column under one caption: three rows of `Prime totale`, and `Montant total à payer` below."""
    columns: dict[int, list[Amount]] = {}
    for amount in found:
        above = next((b for b in amount.at.beside if b.above), None) if amount.header else None
        if above and amount.value and amount.role("total", "payable", "sum") >= _CALLED:
            columns.setdefault(id(above.label), []).append(amount)
    for column in (c for c in columns.values() if len(c) > 1):
        whole = sum((a.signed for a in column), Decimal(0))
        last = found.index(column[-1])
        total = next((a for a in found[last + 1 :] if a.signed == whole and a.role("total", "payable", "sum")), None)
        if total is None and len(column) > _WITH_SUM and whole == 2 * column[-1].signed:
            total = column.pop()
        if total is not None:
            total.roles["total"] = max(total.role("total"), _ADDED_UP)
            for amount in column:
                amount.part = True


def mark_parts(found: list[Amount]) -> None:
    """Mark what stands in the row of one rate where another row is of another rate: it is a part of the sums."""
    rows = rows_of(found)
    rated = [(rates, row) for row in rows if len(row) > 1 and all(a.value for a in row) and (rates := _row_rates(row))]
    for rates, row in rated:
        others = any(other is not row and rates.isdisjoint(more) for more, other in rated)
        if others and any(a.rate for a in row) and not _called_total(row[0]):
            for amount in _of_rates(row):
                amount.part = True


def _of_rates(row: list[Amount]) -> list[Amount]:
    """Leave out the sum that stands beside a table of rates under its own label: `6 % 50,00 3,00   Total VAT 55,32`."""
    last = max(at for at, amount in enumerate(row) if amount.rate)
    for at in range(last + 1, len(row)):
        own = next((b.label for b in row[at].at.beside if not b.above and b.strength > _OWN_LABEL), None)
        if own and own.roles & SUMS and own.x0 > row[at - 1].at.x1:
            return row[:at]
    return row


def _called_total(amount: Amount) -> bool:
    return any(b.label.roles & {"total", "payable", "sum"} and not b.above for b in amount.at.beside)


def _row_rates(row: list[Amount]) -> set[Decimal]:
    if any(a.line_item for a in row):
        return set()
    return _printed_rates(row[0])


def _printed_rates(amount: Amount) -> set[Decimal]:
    """Return the percentages of the row of an amount."""
    return rates_in("  ".join(s.text for s in amount.at.segment.sheet.rows[amount.at.segment.row]))
