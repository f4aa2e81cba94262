"""Tables of VAT rates: rows in each of which net and VAT make a gross amount, with the row of their sums or without.

They are read here once, for who names the roles of the amounts on a page (`amounts.py`) and for who adds up a slip's
table where no total was read (`slip_sums.py`). Columns stand in any order, and nothing that a caption says is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise, permutations

from mailroom.extraction.printed_amounts import Amount, rows_of
from mailroom.extraction.tax import EVERY_RATE, fits_rate, rates_of

_OF_A_ROW = 3
_MOST_RATES = _MOST_IN_ROW = 6
_SEVERAL = 2


@dataclass(frozen=True, slots=True)
class RateRow:
    """One row of a table; `rate` is None where no rate makes one amount the VAT of the other."""

    net: Amount
    vat: Amount
    gross: Amount
    rate: Decimal | None

    @property
    def amounts(self) -> list[Amount]:
        return [self.net, self.vat, self.gross]


@dataclass(frozen=True, slots=True)
class RateTable:
    """The rows of several rates, and the row of their sums where it is printed."""

    rows: list[RateRow]
    sums: RateRow | None = None

    @property
    def amounts(self) -> list[Amount]:
        return [amount for row in self.rows for amount in row.amounts]

    @property
    def gross(self) -> Decimal:
        return sum((row.gross.signed for row in self.rows), Decimal(0))


def name_by_tables(found: list[Amount]) -> None:
    """Give net, VAT and total of every table of rates their roles: its sums, or its rows where their sum is printed."""
    tables = tables_of_rates(found)
    for table in tables:
        if _each_rate_once(table.rows) and (table.sums or any(a.signed == table.gross for a in found)):
            for row in table.rows:
                _settle({"net": row.net, "vat": row.vat}, row.amounts)
                row.gross.roles = {name: far for name, far in row.gross.roles.items() if name not in {"net", "vat"}}
                row.net.rate = row.vat.rate = row.rate
        if table.sums:
            _settle({"net": table.sums.net, "vat": table.sums.vat, "total": table.sums.gross}, table.amounts)
    downwards = {id(amount) for table in tables for amount in table.amounts}
    for nets, vats in pairwise(rows_of(found)):
        if downwards.isdisjoint(map(id, nets + vats)) and _is_across(nets, vats):
            _settle({"net": nets[-1], "vat": vats[-1]}, [*nets[:-1], *vats[:-1]])


def tables_of_rates(found: list[Amount]) -> list[RateTable]:
    """Return the tables of rates in reading order: with their sums, or with each rate in one row that is of no item."""
    tables: list[RateTable] = []
    for run in _runs(found):
        begin = 0
        for at, row in enumerate(run):
            over = _over_sums(run[:at], row)
            if over:
                tables.append(RateTable(over, row))
                begin = at + 1
        rest = run[begin:]
        if len(rest) >= _SEVERAL and _each_rate_once(rest):
            tables.append(RateTable(rest))
    return tables


def _runs(found: list[Amount]) -> Iterator[list[RateRow]]:
    """Yield rows that each may be of one rate, or of the sums, and follow each other without another amount between."""
    run: list[RateRow] = []
    for row in rows_of(found):
        read = _read_row(row)
        if run and (read is None or not _follows(run[-1].gross, read.gross)):
            yield run
            run = []
        if read:
            run.append(read)
    yield run


def _follows(one: Amount, other: Amount) -> bool:
    return one.at.page == other.at.page and other.at.segment.row - one.at.segment.row <= _MOST_RATES


def _read_row(row: list[Amount]) -> RateRow | None:
    """Return net, VAT and gross of a row: its last three amounts, or any three of them that a rate proves."""
    if len(row) < _OF_A_ROW:
        return None
    last = _divided(row[-_OF_A_ROW:])
    if len(row) > _MOST_IN_ROW or (last and last.rate is not None):
        return last
    proven = _divided(row)
    return proven if proven and proven.rate is not None else last


def _divided(amounts: list[Amount]) -> RateRow | None:
    """Return the three that add up, if any by a rate; of several such the gross is the one that stands last."""
    fit = None
    for gross, vat, net in permutations(amounts[::-1], _OF_A_ROW):
        if (
            net.value + vat.value != gross.value
            or vat.value >= net.value
            or len({a.negative for a in (net, gross)}) > 1
        ):
            continue
        rate = _rate_of(net.value, vat.value)
        if rate is not None:
            return RateRow(net, vat, gross, rate)
        fit = fit or RateRow(net, vat, gross, None)
    return fit


def _rate_of(net: Decimal, vat: Decimal) -> Decimal | None:
    """Return the rate that comes nearest, 0 where there is no VAT."""
    if not vat:
        return Decimal(0)
    rate = min(EVERY_RATE, key=lambda r: (abs(net * r / 100 - vat), r))
    return rate if fits_rate(net, vat, frozenset({rate})) else None


def _over_sums(rows: list[RateRow], sums: RateRow) -> list[RateRow]:
    """Return the rows right over one that add up to it in net, VAT and gross; none where there are none."""
    for begin in range(len(rows) - _SEVERAL, max(-1, len(rows) - _MOST_RATES - 1), -1):
        over = rows[begin:]
        if sums.vat.value and all(row.rate is not None for row in over) and _sum_up(over, sums):
            return over
    return []


def _sum_up(rows: list[RateRow], sums: RateRow) -> bool:
    added = (sum((a.signed for a in column), Decimal(0)) for column in zip(*(r.amounts for r in rows), strict=True))
    return all(value == a.signed for value, a in zip(added, sums.amounts, strict=True))


def _each_rate_once(rows: list[RateRow]) -> bool:
    rates = {row.rate for row in rows}
    return None not in rates and len(rates) == len(rows) and not any(a.line_item for r in rows for a in r.amounts)


def _is_across(nets: list[Amount], vats: list[Amount]) -> bool:
    """Say whether two rows are the net amounts and the VAT of several rates, each with its sum at the end."""
    if not 3 <= len(nets) == len(vats) <= _MOST_RATES or not all(map(_under_each_other, nets, vats)):
        return False
    adds_up = all(sum((a.signed for a in row[:-1]), Decimal(0)) == row[-1].signed for row in (nets, vats))
    if not adds_up or vats[-1].value <= 0 or not all(map(_taxed, nets[:-1], vats[:-1])):
        return False
    return len({round(v.value / n.value, 2) for n, v in zip(nets[:-1], vats[:-1], strict=True)}) == len(nets) - 1


def _under_each_other(one: Amount, other: Amount) -> bool:
    return one.at.page == other.at.page and abs(one.at.x1 - other.at.x1) < 2 * other.at.tokens[-1].letter


def _taxed(net: Amount, vat: Amount) -> bool:
    """Say whether one amount may be the VAT of another, by some rate or by none."""
    return net.value > vat.value and (not vat.value or fits_rate(net.value, vat.value, rates_of("")))


def _settle(sums: dict[str, Amount], parts: list[Amount]) -> None:
    for role, amount in sums.items():
        amount.roles = {}
        amount.prove(role, 0.9)
    for amount in parts:
        amount.part = True
