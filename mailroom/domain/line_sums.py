"""What lines come to, and whether that is what their document says. Arithmetic only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from mailroom.domain.document import FieldName, Fields
from mailroom.domain.line import LineItem, Lines, LineStatus
from mailroom.domain.value import Value

CENT = Decimal("0.01")
ZERO = Decimal(0)
DEEPEST = 10
"""Decimals of a quantity or price that are kept."""


class Sums(Value):
    """Net amount, VAT and total: of lines (none where one of them does not say it), or of a document."""

    net: Decimal | None = None
    vat: Decimal | None = None
    total: Decimal | None = None


def sums_of(items: Sequence[LineItem]) -> Sums:
    """Return what the lines come to."""
    nets, grosses = [item.net_amount for item in items], [item.gross_amount for item in items]
    gross = bool(items) and None not in grosses
    amounts = grosses if gross else nets
    vat = None
    if None not in amounts and all(item.vat_rate is not None for item in items):
        vat = vat_of(
            ((Decimal(value or 0), Decimal(item.vat_rate or 0)) for value, item in zip(amounts, items, strict=True)),
            gross=gross,
        )
    return Sums(net=_sum(nets), vat=vat, total=_sum(grosses))


def said_of(fields: Fields) -> Sums:
    """Return what the document says."""
    net, vat, total = (
        _value(fields, name) for name in (FieldName.NET_AMOUNT, FieldName.VAT_AMOUNT, FieldName.TOTAL_AMOUNT)
    )
    return Sums(net=net, vat=vat, total=total)


def vat_of(lines: Iterable[tuple[Decimal, Decimal]], *, gross: bool) -> Decimal:
    """Return the VAT of (amount, rate), rounded once for each rate. `gross`: the amounts include it."""
    by_rate: dict[Decimal, Decimal] = {}
    for amount, rate in lines:
        by_rate[rate] = by_rate.get(rate, ZERO) + amount
    return sum((tax(amount, rate, gross=gross) for rate, amount in by_rate.items()), ZERO)


def tax(amount: Decimal, rate: Decimal, *, gross: bool) -> Decimal:
    """Return the VAT on an amount, or within it."""
    return (amount * rate / (100 + rate) if gross else amount * rate / 100).quantize(CENT, ROUND_HALF_UP)


def vat_fits(found: Decimal, said: Decimal, count: int) -> bool:
    """Say whether the VAT of so many lines is that of the document."""
    # The VAT of some is the sum of the lines' rounded VAT; a document discount of a few percent is another matter.
    return abs(abs(found) - abs(said)) <= CENT * (2 + count // 2) + abs(said) * Decimal("0.0005")


def slack(count: int) -> Decimal:
    """Lines are printed rounded, their sum often is not: a cent is always forgiven, more when there are many lines."""
    return CENT * min(1 + count // 10, 5)


def compared(lines: Lines, fields: Fields) -> Lines:
    """Return the lines with the status that follows from the amounts of the document as they are now."""
    return lines.model_copy(update={"status": _status(lines.items, fields)})


def _status(items: Sequence[LineItem], fields: Fields) -> LineStatus:
    if not items:
        return LineStatus.NONE
    mine, said = sums_of(items), said_of(fields)
    if said.net is None and said.total is None:
        return LineStatus.UNCHECKED
    # A document that shows but one amount, without VAT, says it as its total.
    pairs = [(mine.total, said.total), (mine.net, said.net), *([(mine.net, said.total)] if said.net is None else [])]
    fits = any(a is not None and b is not None and abs(abs(a) - abs(b)) <= slack(len(items)) for a, b in pairs)
    if not fits:
        return LineStatus.DIFFER
    if mine.vat is not None and said.vat is not None and not vat_fits(mine.vat, said.vat, len(items)):
        return LineStatus.RATES_DIFFER
    return LineStatus.ADD_UP


def _sum(values: Sequence[str | None]) -> Decimal | None:
    if not values or None in values:
        return None
    return sum((Decimal(value or 0) for value in values), ZERO)


def _value(fields: Fields, name: FieldName) -> Decimal | None:
    field = fields.get(name)
    return Decimal(field.value) if field and field.value is not None else None
