"""Peppol form of the lines: what each must have, prices that come to the amount, identifiers of known schemes."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import NamedTuple

from mailroom.einvoice import digits
from mailroom.einvoice.checks.arithmetic import ZERO, rounded, total
from mailroom.einvoice.checks.peppol import off_line, off_price
from mailroom.einvoice.codes import codes
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import Identifier, Item, ItemAttribute, Line, Period, Price, VatBreakdown
from mailroom.einvoice.peppol_amounts import allowance, category_of, cents, rate_of

_PIECE = "C62"
"""UNECE recommendation 20: one (unit)."""
_FINE = Context(prec=28)


def lines(invoice: Invoice) -> Invoice:
    """Return the invoice with its lines in Peppol form; lines under a line are in its amount already."""
    rows = _Rows.of(invoice.vat_breakdown)
    held = (_line(line, number, invoice.period, rows) for number, line in enumerate(invoice.lines, 1))
    return invoice.model_copy(update={"lines": tuple(held)})


class _Rows(NamedTuple):
    """The VAT breakdown, by category and by rate; `only` where there is but one row."""

    only: VatBreakdown | None
    rates: dict[str, Decimal | None]
    categories: dict[Decimal | None, str]

    @classmethod
    def of(cls, rows: tuple[VatBreakdown, ...]) -> _Rows:
        first = tuple(reversed(rows))  # the first of several wins
        return cls(
            rows[0] if len(rows) == 1 else None,
            {row.category: row.rate for row in first},
            {row.rate: row.category for row in first},
        )


def _line(line: Line, number: int, whole: Period | None, rows: _Rows) -> Line:
    net = line.net if line.net is not None else (total(one.net for one in line.lines) if line.lines else None)
    category, rate = _category(line, rows)
    unit = line.unit if line.unit in codes("unit") else _PIECE
    quantity = line.quantity if line.quantity is not None else Decimal(1)
    found = line.model_copy(
        update={
            "id": line.id or str(number),
            "net": cents(net),
            "quantity": quantity,
            "unit": unit,
            "vat_category": category,
            "vat_rate": rate,
            "allowances": tuple(allowance(one) for one in line.allowances),
            "object_id": _object(line.object_id),
            "period": _period(line.period, whole),
            "item": _item(line),
            "lines": (),
        }
    )
    return _priced(found)


def _category(line: Line, rows: _Rows) -> tuple[str, Decimal | None]:
    category, rate = line.vat_category, line.vat_rate
    if not category and rows.only:
        return rows.only.category, rate_of(rows.only.category, rows.only.rate)
    if not category and rate is not None:
        category = rows.categories.get(rate, "")
    if category and rate is None and category != "O":
        rate = rows.rates.get(category)
    category = category_of(category, rate)
    return category, rate_of(category, rate)


def _object(held: Identifier | None) -> Identifier | None:
    if held and held.scheme and held.scheme not in codes("object_scheme"):
        return Identifier(value=held.value)
    return held


def _period(period: Period | None, whole: Period | None) -> Period | None:
    """BR-30, R110, R111: in order, and inside the period of the invoice."""
    if period is None:
        return None
    start, end = period.start, period.end
    if start and end and end < start:
        return None
    if whole and whole.start and start and start < whole.start:
        start = None
    if whole and whole.end and end and end > whole.end:
        end = None
    return Period(start=start, end=end) if start or end else None


# -- prices ---------------------------------------------------------------------------------------------------------


def _priced(line: Line) -> Line:
    """BR-26 to BR-28, R046, R120, R121, R130: a price that is not negative and comes to the amount of the line."""
    price = line.price or Price()
    base = price.base_quantity if price.base_quantity is not None and price.base_quantity > 0 else None
    unit = price.base_unit if base is not None and price.base_unit == line.unit else ""
    price = price.model_copy(update={"base_quantity": base, "base_unit": unit})
    line = line.model_copy(update={"price": price, "net": line.net if line.net is not None else _net(line, price)})
    if price.net is None:
        line = _recomputed(line)
    elif price.net < 0 and line.quantity is not None:
        turned = _gross(price.model_copy(update={"net": -price.net, "gross": None, "discount": None}))
        line = line.model_copy(update={"quantity": -line.quantity, "price": turned})
    if off_line(line):
        line = _recomputed(line)
    return line.model_copy(update={"price": _gross(line.price or Price())})


def _net(line: Line, price: Price) -> Decimal:
    if price.net is None:
        return ZERO
    worth = (line.quantity or ZERO) * price.net / (price.base_quantity or 1)
    more = total(one.amount for one in line.allowances if one.charge)
    return rounded(worth + more - total(one.amount for one in line.allowances if not one.charge))


def _recomputed(line: Line) -> Line:
    """Return the line with the price that its amount implies. The amount counts: it is what is paid."""
    more = total(one.amount for one in line.allowances if one.charge)
    worth = (line.net or ZERO) - more + total(one.amount for one in line.allowances if not one.charge)
    quantity = line.quantity or Decimal(1)
    if worth * quantity < 0:
        quantity = -quantity
    price = _FINE.divide(worth, quantity).normalize(_FINE)
    if abs(price * quantity - worth) >= Decimal("0.01"):
        quantity, price = Decimal(1).copy_sign(worth), abs(worth)
    return line.model_copy(update={"quantity": quantity, "price": Price(net=price)})


def _gross(price: Price) -> Price:
    """Return the price with gross price and discount only where both are there and agree with the net price."""
    gross, discount, net = price.gross, price.discount, price.net
    if gross is not None and discount is None and net is not None and gross >= net:
        discount = gross - net
    if gross is None or discount is None or gross < 0:
        gross = discount = None
    found = price.model_copy(update={"gross": gross, "discount": discount})
    return found.model_copy(update={"gross": None, "discount": None}) if _wrong(found) else found


def _wrong(price: Price) -> bool:
    return off_price(Line(price=price))


# -- what was sold --------------------------------------------------------------------------------------------------


def _item(line: Line) -> Item:
    item = line.item
    name = item.name or item.description.partition("\n")[0][:100] or line.note[:100] or item.seller_id or "-"
    standard, attributes = item.standard_id, item.attributes
    if standard and standard.scheme not in codes("item_scheme"):
        if len(standard.value) in {8, 12, 13, 14} and digits.gln(standard.value):
            standard = Identifier(value=standard.value, scheme="0160")  # a GTIN
        else:
            attributes = (*attributes, ItemAttribute(name="ID", value=standard.value))
            standard = None
    known = codes("classification")
    return item.model_copy(
        update={
            "name": name,
            "standard_id": standard,
            "classifications": tuple(one for one in item.classifications if one.scheme in known),
            "attributes": tuple(one for one in attributes if one.name and one.value),
            "origin": item.origin if item.origin in codes("country") else "",
        }
    )
