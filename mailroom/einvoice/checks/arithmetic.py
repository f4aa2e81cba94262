"""EN 16931 and Peppol: the sums (BR-CO-10 to BR-CO-17), the decimals (BR-DEC), prices, allowances and periods."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import ROUND_FLOOR, Context, Decimal
from functools import partial
from typing import Any

from mailroom.einvoice.checks.presence import allowances, charges
from mailroom.einvoice.findings import Found, Rule, Severity
from mailroom.einvoice.model import Invoice, Syntax
from mailroom.einvoice.parts import AllowanceCharge, Line, Totals, VatBreakdown

_CENT = Decimal("0.01")
_NO_TOTALS = Totals()
"""What stands for a missing BG-22; the VAT totals are a group of their own in UBL."""
_WIDE = Context(prec=80)
"""Thirty digits on each side of a point, and their products, stay exact."""
ZERO = Decimal(0)


def rounded(value: Decimal) -> Decimal:
    """Return the value with two decimals, halves upwards, as XPath's `round` does it."""
    return (_WIDE.add(value, Decimal("0.005"))).quantize(_CENT, rounding=ROUND_FLOOR, context=_WIDE)


def total(values: Iterable[Decimal | None]) -> Decimal:
    """Add what is there."""
    result = ZERO
    for value in values:
        if value is not None:
            result = _WIDE.add(result, value)
    return result


def _differs(term: str, said: Decimal | None, due: Decimal | None) -> Iterator[Found]:
    """Compare what is stated with what it must be. What is missing on either side is wrong too, as officially."""
    if said is None or due is None or said != due:
        yield Found(term, {"term": term, "said": _shown(said), "due": _shown(due)})


def _shown(value: Decimal | None) -> str:
    return "-" if value is None else format(value, "f")


def _stated(totals: Totals) -> bool:
    return totals.model_copy(update={"vat": None, "vat_accounting": None}) != _NO_TOTALS


def _line_net(invoice: Invoice) -> Iterator[Found]:
    if _stated(invoice.totals):
        yield from _differs("BT-106", invoice.totals.line_net, rounded(total(line.net for line in invoice.lines)))


def _sum_of(
    term: str, attr: str, group: Callable[[Invoice], tuple[AllowanceCharge, ...]], i: Invoice
) -> Iterator[Found]:
    said, members = getattr(i.totals, attr), group(i)
    if _stated(i.totals) and (said is not None or members):
        yield from _differs(term, said, rounded(total(one.amount for one in members)))


def _net(invoice: Invoice) -> Iterator[Found]:
    totals = invoice.totals
    due = rounded(total((totals.line_net, totals.charges, _minus(totals.allowances))))
    if _stated(totals):
        yield from _differs("BT-109", totals.net, None if totals.line_net is None else due)


def _minus(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.copy_negate()


def _silent_on_vat(invoice: Invoice) -> bool:
    """Say whether the total of the VAT may be left out, as CII allows it."""
    return invoice.totals.vat is None and invoice.source is not None and invoice.source.syntax is Syntax.CII


def _vat(invoice: Invoice) -> Iterator[Found]:
    faults = invoice.source.faults if invoice.source else ()
    several = any(fault.rule == "PEPPOL-EN16931-R053" for fault in faults)  # each has a sum of its own
    if invoice.vat_breakdown and not several and not _silent_on_vat(invoice):
        yield from _differs("BT-110", invoice.totals.vat, rounded(total(one.tax for one in invoice.vat_breakdown)))


def _gross(invoice: Invoice) -> Iterator[Found]:
    net, vat = invoice.totals.net, ZERO if _silent_on_vat(invoice) else invoice.totals.vat
    if invoice.currency:
        due = None if net is None or vat is None else rounded(total((net, vat)))
        yield from _differs("BT-112", invoice.totals.gross, due)


def _payable(invoice: Invoice) -> Iterator[Found]:
    totals = invoice.totals
    due = total((totals.gross, _minus(totals.prepaid), totals.rounding))
    if _stated(totals):
        stated = totals.prepaid is None and totals.rounding is None
        yield from _differs("BT-115", totals.payable, None if totals.gross is None else due if stated else rounded(due))


def _rated(taxable: Decimal, rate: Decimal) -> Decimal:
    return rounded(_WIDE.divide(_WIDE.multiply(abs(taxable), rate), Decimal(100)))


def near_rate(taxable: Decimal, tax: Decimal, rate: Decimal) -> bool:
    """Say whether the VAT is the rate of the amount, within one unit of the currency as the official rules allow."""
    return abs(abs(tax) - _rated(taxable, rate)) < 1


def _good_tax(one: VatBreakdown) -> bool:
    if one.tax is None:
        return False
    if one.rate is None or one.rate.to_integral_value() == 0:
        return one.tax.to_integral_value() == 0
    return one.taxable is not None and near_rate(one.taxable, one.tax, one.rate)


def _rate(invoice: Invoice) -> Iterator[Found]:
    for number, one in enumerate(invoice.vat_breakdown, 1):
        if not _good_tax(one):
            due = None if one.taxable is None else _rated(one.taxable, one.rate or ZERO)
            facts = {"term": "BT-117", "said": _shown(one.tax), "due": _shown(due)}
            yield Found(f"BG-23[{number}]/BT-117", facts)


# -- decimals -------------------------------------------------------------------------------------------------------

_TOTALS = (
    ("BR-DEC-09", "BT-106", "line_net"),
    ("BR-DEC-10", "BT-107", "allowances"),
    ("BR-DEC-11", "BT-108", "charges"),
    ("BR-DEC-12", "BT-109", "net"),
    ("BR-DEC-13", "BT-110", "vat"),
    ("BR-DEC-14", "BT-112", "gross"),
    ("BR-DEC-15", "BT-111", "vat_accounting"),
    ("BR-DEC-16", "BT-113", "prepaid"),
    ("BR-DEC-17", "BT-114", "rounding"),
    ("BR-DEC-18", "BT-115", "payable"),
)


def _long(value: Decimal | None) -> bool:
    return value is not None and isinstance(exponent := value.as_tuple().exponent, int) and exponent < -2


def _decimals(
    term: str, values: Callable[[Invoice], Iterable[tuple[str, Decimal | None]]], i: Invoice
) -> Iterator[Found]:
    for place, value in values(i):
        if _long(value):
            yield Found(place, {"term": term, "said": format(value or ZERO, "f")})


def _of_total(term: str, attr: str, invoice: Invoice) -> list[tuple[str, Decimal | None]]:
    if attr.startswith("vat") and invoice.source and invoice.source.syntax is Syntax.UBL:
        return []  # the official rules cannot fail there; UBL-DT-01 says it
    return [(term, getattr(invoice.totals, attr))]


def _of_members(
    term: str, attr: str, members: Callable[[Invoice], Iterable[Any]], i: Invoice
) -> list[tuple[str, Decimal | None]]:
    return [(term, getattr(one, attr)) for one in members(i)]


def _of_line_members(charge: bool, invoice: Invoice) -> list[AllowanceCharge]:
    return [one for line in invoice.lines for one in line.allowances if one.charge == charge]


_MEMBERS: tuple[tuple[str, str, str, Callable[[Invoice], Iterable[Any]]], ...] = (
    ("BR-DEC-01", "BT-92", "amount", allowances),
    ("BR-DEC-02", "BT-93", "base", allowances),
    ("BR-DEC-05", "BT-99", "amount", charges),
    ("BR-DEC-06", "BT-100", "base", charges),
    ("BR-DEC-19", "BT-116", "taxable", lambda i: i.vat_breakdown),
    ("BR-DEC-20", "BT-117", "tax", lambda i: i.vat_breakdown),
    ("BR-DEC-23", "BT-131", "net", lambda i: i.lines),
    ("BR-DEC-24", "BT-136", "amount", partial(_of_line_members, False)),
    ("BR-DEC-25", "BT-137", "base", partial(_of_line_members, False)),
    ("BR-DEC-27", "BT-141", "amount", partial(_of_line_members, True)),
    ("BR-DEC-28", "BT-142", "base", partial(_of_line_members, True)),
)


# -- prices and periods ---------------------------------------------------------------------------------------------


def _negative_price(term: str, attr: str, invoice: Invoice) -> Iterator[Found]:
    for number, line in enumerate(invoice.lines, 1):
        value = getattr(line.price, attr) if line.price else None
        if value is None and term == "BT-148":
            continue
        if value is None or value < 0:  # officially no net price at all is none that is zero or more
            facts = {"term": term, "said": _shown(value), "line": line.id or str(number)}
            yield Found(f"BG-25[{number}]/{term}", facts)


def _period(invoice: Invoice) -> Iterator[Found]:
    period = invoice.period
    if period and period.start and period.end and period.end < period.start:
        yield Found("BG-14", {"term": "BG-14"})


def _line_period(invoice: Invoice) -> Iterator[Found]:
    for number, line in enumerate(invoice.lines, 1):
        period = line.period
        if period and period.start and period.end and period.end < period.start:
            yield Found(f"BG-25[{number}]/BG-26", {"term": "BG-26", "line": line.id or str(number)})


def _tax_point(invoice: Invoice) -> Iterator[Found]:
    if invoice.tax_point_date and invoice.tax_point_code:
        yield Found("BT-7", {"term": "BT-7"})


def line_due(line: Line) -> Decimal:
    """Return what a line must come to: quantity times price, with its charges and allowances (not rounded)."""
    price = line.price.net if line.price and line.price.net is not None else ZERO
    base = line.price.base_quantity if line.price and line.price.base_quantity else Decimal(1)
    quantity = Decimal(1) if line.quantity is None else line.quantity
    more = rounded(total(one.amount for one in line.allowances if one.charge))
    less = rounded(total(one.amount for one in line.allowances if not one.charge))
    return total((_WIDE.multiply(quantity, _WIDE.divide(price, base)), more, -less))


def _rule(rule: str, sentence: str, find: Callable[[Invoice], Iterable[Found]]) -> Rule:
    return Rule(rule, Severity.FATAL, sentence, find)


RULES: tuple[Rule, ...] = (
    _rule("BR-CO-10", "sum_differs", _line_net),
    _rule("BR-CO-11", "sum_differs", partial(_sum_of, "BT-107", "allowances", allowances)),
    _rule("BR-CO-12", "sum_differs", partial(_sum_of, "BT-108", "charges", charges)),
    _rule("BR-CO-13", "sum_differs", _net),
    _rule("BR-CO-14", "sum_differs", _vat),
    _rule("BR-CO-15", "sum_differs", _gross),
    _rule("BR-CO-16", "sum_differs", _payable),
    _rule("BR-CO-17", "sum_differs", _rate),
    *(_rule(r, "too_many_decimals", partial(_decimals, t, partial(_of_total, t, attr))) for r, t, attr in _TOTALS),
    *(_rule(r, "too_many_decimals", partial(_decimals, t, partial(_of_members, t, a, m))) for r, t, a, m in _MEMBERS),
    _rule("BR-27", "negative_price", partial(_negative_price, "BT-146", "net")),
    _rule("BR-28", "negative_price", partial(_negative_price, "BT-148", "gross")),
    _rule("BR-29", "period_backwards", _period),
    _rule("BR-30", "period_backwards", _line_period),
    _rule("BR-CO-03", "tax_point_twice", _tax_point),
)
