"""The lines of an e-invoice in the form of every document's lines, and the lines of a page as those of an invoice."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from mailroom.domain.line import LineItem, Lines, LineStatus
from mailroom.einvoice.checks.arithmetic import ZERO
from mailroom.einvoice.kinds import number
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import Item, Line, Price, Totals, VatBreakdown

_CENT = Decimal("0.01")
_MOST = 2_000
_PRICE_SLACK = Decimal("0.02")
"""How far quantity × price may be from the amount (Peppol BIS Billing 3, rule R120)."""


def line_items(invoice: Invoice) -> Lines:
    """Return what an e-invoice says of its lines, compared with BT-106."""
    items = tuple(_item(line) for line in invoice.lines[:_MOST])
    if not items:
        return Lines()
    expected = invoice.totals.line_net if invoice.totals.line_net is not None else invoice.totals.net
    if expected is None:
        return Lines(items=items, status=LineStatus.UNCHECKED)
    value = sum((line.net or ZERO for line in invoice.lines), ZERO)
    fits = abs(value - expected) <= _CENT
    return Lines(items=items, status=LineStatus.ADD_UP if fits else LineStatus.DIFFER)


def _item(line: Line) -> LineItem:
    words = dict.fromkeys(text.strip() for text in (line.item.name, line.item.description, line.note) if text.strip())
    price = line.price.net if line.price else None
    base = line.price.base_quantity if line.price else None
    if price is not None and base and base != 1:
        price = price / base
    return LineItem(
        description=" ".join(" – ".join(words).split())[:300],
        quantity=_plain(line.quantity),
        unit=line.unit,
        unit_price=_plain(price, 2),
        vat_rate=_plain(line.vat_rate),
        net_amount=_plain(line.net, 2),
        confidence=1.0,
    )


def _plain(value: Decimal | None, decimals: int = 0) -> str | None:
    if value is None:
        return None
    whole, _, tail = format(value, "f").partition(".")
    tail = tail[:10].rstrip("0").ljust(decimals, "0")
    return f"{whole}.{tail}" if tail else whole


def proved_lines(
    found: Lines, totals: Totals, row: VatBreakdown, codes: Sequence[str]
) -> tuple[tuple[Line, ...], tuple[VatBreakdown, ...]] | None:
    """Return the lines of a page as lines of an invoice, and its VAT by rate.

    None unless they are exactly the totals: every line has an amount and a rate, they sum to the net amount, and the
    VAT of each rate, rounded, sums to the VAT. `codes` are the units' codes, one a line.
    """
    if found.status is not LineStatus.ADD_UP or totals.net is None or totals.vat is None:
        return None
    nets = [number(item.net_amount or "") for item in found.items]
    rates = [number(item.vat_rate or "") for item in found.items]
    if any(value is None for value in (*nets, *rates)):
        return None
    amounts = [value if value is not None else ZERO for value in nets]
    sign = -1 if sum(amounts, ZERO) == -totals.net and totals.net else 1  # a credit note, printed with minus signs
    amounts = [value * sign for value in amounts]
    if sum(amounts, ZERO) != totals.net:
        return None
    rows = _rows(amounts, [rate if rate is not None else ZERO for rate in rates], row, totals.vat)
    if rows is None:
        return None
    by_rate = {one.rate or ZERO: one for one in rows}
    lines = tuple(
        _line(place, item, amount, by_rate[rate or ZERO], code)
        for place, (item, amount, rate, code) in enumerate(zip(found.items, amounts, rates, codes, strict=True), 1)
    )
    return lines, rows


def _rows(
    amounts: Sequence[Decimal], rates: Sequence[Decimal], row: VatBreakdown, vat: Decimal
) -> tuple[VatBreakdown, ...] | None:
    sums: dict[Decimal, Decimal] = {}
    for amount, rate in zip(amounts, rates, strict=True):
        sums[rate] = sums.get(rate, ZERO) + amount
    if len(sums) == 1:
        return (row,) if next(iter(sums)) == (row.rate or ZERO) else None
    if row.category != "S":  # no VAT is charged at all, but a line says a rate
        return None
    rows = tuple(
        VatBreakdown(
            taxable=taxable,
            tax=(taxable * rate / 100).quantize(_CENT, ROUND_HALF_UP),
            category="S" if rate else "Z",
            rate=rate,
        )
        for rate, taxable in sorted(sums.items(), reverse=True)
    )
    return rows if sum((one.tax or ZERO for one in rows), ZERO) == vat else None


def _line(place: int, item: LineItem, net: Decimal, row: VatBreakdown, code: str) -> Line:
    many, each = number(item.quantity or ""), number(item.unit_price or "")
    told = many is not None and each is not None and item.gross_amount is None and item.discount is None
    if told and many and each is not None and each >= 0 and abs(abs(many * each) - abs(net)) <= _PRICE_SLACK:
        quantity, price = (-abs(many) if net < 0 else abs(many)), each
    else:  # with a discount, or VAT in the price: what one costs is not said as Peppol wants it
        quantity, price, code = Decimal(-1 if net < 0 else 1), abs(net), "C62"
    return Line(
        id=str(place),
        quantity=quantity,
        unit=code,
        net=net,
        price=Price(net=price),
        vat_category=row.category,
        vat_rate=row.rate,
        item=Item(name=item.description or "-"),
    )
