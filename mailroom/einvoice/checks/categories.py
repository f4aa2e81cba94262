"""EN 16931: the rules of each VAT category, one description a category, the same functions for all.

Source: EN 16931-1 section 6.4.3 (BR-S, BR-Z, BR-E, BR-AE, BR-IC, BR-G, BR-O, BR-AF, BR-AG, BR-B).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from mailroom.einvoice.checks.arithmetic import near_rate, total
from mailroom.einvoice.checks.presence import allowances, charges
from mailroom.einvoice.findings import Found, Rule, Severity
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import VatBreakdown


class Category(NamedTuple):
    """A VAT category: code, name in the rule ids, whether it has rates, which ids it needs, whether it needs a reason.

    `identified`: `any` tax registration of the seller, `vat` id of the seller, `both` sides' VAT ids, `reverse` (any of
    the seller and VAT id or legal registration of the buyer), `none` at all.
    """

    code: str
    name: str
    rated: bool
    identified: str
    reasoned: bool


CATEGORIES = (
    Category("S", "S", rated=True, identified="any", reasoned=False),
    Category("Z", "Z", rated=False, identified="any", reasoned=False),
    Category("E", "E", rated=False, identified="any", reasoned=True),
    Category("AE", "AE", rated=False, identified="reverse", reasoned=True),
    Category("K", "IC", rated=False, identified="both", reasoned=True),
    Category("G", "G", rated=False, identified="vat", reasoned=True),
    Category("O", "O", rated=False, identified="none", reasoned=True),
    Category("L", "AF", rated=True, identified="any", reasoned=False),
    Category("M", "AG", rated=True, identified="any", reasoned=False),
)


class _Used(NamedTuple):
    place: str
    rate: Decimal | None
    amount: Decimal | None
    facts: dict[str, str]


def _on_lines(category: Category, invoice: Invoice) -> list[_Used]:
    return [
        _Used(f"BG-25[{number}]/BT-151", line.vat_rate, line.net, {"line": line.id or str(number)})
        for number, line in enumerate(invoice.lines, 1)
        if line.vat_category == category.code
    ]


def _on_document(charge: bool, category: Category, invoice: Invoice) -> list[_Used]:
    group, term = ("BG-21", "BT-102") if charge else ("BG-20", "BT-95")
    members = charges(invoice) if charge else allowances(invoice)
    return [
        _Used(f"{group}[{number}]/{term}", one.vat_rate, one.amount, {})
        for number, one in enumerate(members, 1)
        if one.vat_category == category.code
    ]


_PLACES: tuple[Callable[[Category, Invoice], list[_Used]], ...] = (
    _on_lines,
    partial(_on_document, False),
    partial(_on_document, True),
)


def _rows(category: Category, invoice: Invoice) -> list[tuple[str, VatBreakdown]]:
    rows = enumerate(invoice.vat_breakdown, 1)
    return [(f"BG-23[{number}]", one) for number, one in rows if one.category == category.code]


def _broken_down(category: Category, invoice: Invoice) -> Iterator[Found]:
    used = sum(len(place(category, invoice)) for place in _PLACES)
    rows = len(_rows(category, invoice))
    good = bool(used) == bool(rows) if category.rated else rows == 1 or not (used or rows)
    if not good:
        yield Found("BG-23", {"category": category.code})


def _identified(category: Category, invoice: Invoice) -> bool:
    seller, buyer, other = invoice.seller, invoice.buyer, invoice.tax_representative
    vat = bool(seller.vat_id or (other and other.vat_id))
    return {
        "any": vat or bool(seller.tax_id),
        "vat": vat,
        "both": vat and bool(buyer.vat_id),
        "reverse": (vat or bool(seller.tax_id)) and bool(buyer.vat_id or buyer.legal_id),
        "none": not vat and not buyer.vat_id,
    }[category.identified]


def _registered(category: Category, place: Callable[[Category, Invoice], list[_Used]], i: Invoice) -> Iterator[Found]:
    if place(category, i) and not _identified(category, i):
        yield Found("BT-31", {"category": category.code})


def _rate(category: Category, place: Callable[[Category, Invoice], list[_Used]], i: Invoice) -> Iterator[Found]:
    for used in place(category, i):
        rate = used.rate
        if category.code == "O":
            good = rate is None
        elif category.rated:
            good = rate is not None and (rate > 0 if category.code == "S" else rate >= 0)
        else:
            good = rate is not None and rate == 0
        if not good:
            said = "-" if rate is None else format(rate, "f")
            yield Found(used.place, {"category": category.code, "said": said, **used.facts})


def _sums(category: Category, invoice: Invoice) -> dict[Decimal | None, Decimal]:
    """Return what lines, charges and allowances come to, by rate where the category has rates."""
    sums: dict[Decimal | None, Decimal] = {}
    for place, sign in zip(_PLACES, (1, -1, 1), strict=True):
        for used in place(category, invoice):
            key = used.rate if category.rated else None
            sums[key] = total((sums.get(key), (used.amount or Decimal(0)) * sign))
    return sums


def _taxable(category: Category, invoice: Invoice) -> Iterator[Found]:
    rows = _rows(category, invoice)
    sums = _sums(category, invoice) if rows else {}
    for place, row in rows:
        if category.rated and row.rate is None:
            continue  # BR-48 says it
        key = row.rate if category.rated else None
        due = sums.get(key, Decimal(0))
        if row.taxable is None:
            good = False
        else:
            good = _near(row.taxable, due) and key in sums if category.rated else row.taxable == due
        if not good:
            facts = {"category": category.code, "said": _shown(row.taxable), "due": _shown(due)}
            yield Found(f"{place}/BT-116", facts)


def _near(taxable: Decimal, due: Decimal) -> bool:
    # In doubles, as the official rule does it: at a difference of exactly one, which side it falls on hangs on that.
    return Decimal(float(taxable) - 1) < due < Decimal(float(taxable) + 1)


def _shown(value: Decimal | None) -> str:
    return "-" if value is None else format(value, "f")


def _tax(category: Category, invoice: Invoice) -> Iterator[Found]:
    for place, row in _rows(category, invoice):
        if row.tax is None:
            good = False
        elif category.rated:
            good = row.taxable is not None and row.rate is not None and near_rate(row.taxable, row.tax, row.rate)
        else:
            good = row.tax == 0
        if not good:
            yield Found(f"{place}/BT-117", {"category": category.code, "said": _shown(row.tax)})


def _reason(category: Category, invoice: Invoice) -> Iterator[Found]:
    for place, row in _rows(category, invoice):
        if bool(row.reason or row.reason_code) != category.reasoned:
            yield Found(f"{place}/BT-120", {"category": category.code})


def _rules_of(category: Category) -> Iterator[Rule]:
    def rule(number: int, sentence: str, find: Callable[[Invoice], Iterator[Found]]) -> Rule:
        return Rule(f"BR-{category.name}-{number:02}", Severity.FATAL, sentence, find)

    yield rule(1, "category_breakdown", partial(_broken_down, category))
    for number, place in enumerate(_PLACES):
        yield rule(2 + number, f"category_ids_{category.identified}", partial(_registered, category, place))
        yield rule(5 + number, "category_rate", partial(_rate, category, place))
    yield rule(8, "category_taxable", partial(_taxable, category))
    yield rule(9, "category_tax", partial(_tax, category))
    yield rule(10, "category_reason" if category.reasoned else "category_no_reason", partial(_reason, category))


def _outside_scope_alone(others: Callable[[Invoice], list[str]], invoice: Invoice) -> Iterator[Found]:
    if any(row.category == "O" for row in invoice.vat_breakdown) and any(code != "O" for code in others(invoice)):
        yield Found("BG-23", {"category": "O"})


def _delivered(invoice: Invoice) -> Iterator[Found]:
    community = any(row.category == "K" for row in invoice.vat_breakdown)
    period = invoice.period or invoice.tax_point_code
    if community and not (invoice.delivery and invoice.delivery.day) and not period:
        yield Found("BT-72", {"term": "BT-72", "category": "K"})


def _delivered_to(invoice: Invoice) -> Iterator[Found]:
    community = any(row.category == "K" for row in invoice.vat_breakdown)
    address = invoice.delivery.address if invoice.delivery else None
    if community and not (address and len(address.country) > 1):
        yield Found("BT-80", {"term": "BT-80", "category": "K"})


def _codes(invoice: Invoice) -> set[str]:
    return {
        *(row.category for row in invoice.vat_breakdown),
        *(one.vat_category for one in invoice.allowances),
        *(line.vat_category for line in invoice.lines),
    }


def _split_payment_alone(invoice: Invoice) -> Iterator[Found]:
    if {"B", "S"} <= _codes(invoice):
        yield Found("BG-23", {"category": "B"})


def _split_payment_in_italy(invoice: Invoice) -> Iterator[Found]:
    parties = (invoice.seller, invoice.buyer, invoice.tax_representative)
    addresses = [p.address for p in parties if p and p.address]
    if invoice.delivery and invoice.delivery.address:
        addresses.append(invoice.delivery.address)
    countries = {one.country for one in addresses} | {line.item.origin for line in invoice.lines}
    if "B" in _codes(invoice) and countries - {"IT", ""}:
        yield Found("BG-23", {"category": "B"})


_ALONE: tuple[tuple[str, Callable[[Invoice], list[str]]], ...] = (
    ("BR-O-11", lambda i: [row.category for row in i.vat_breakdown]),
    ("BR-O-12", lambda i: [line.vat_category for line in i.lines if line.vat_category]),
    ("BR-O-13", lambda i: [one.vat_category for one in allowances(i) if one.vat_category]),
    ("BR-O-14", lambda i: [one.vat_category for one in charges(i) if one.vat_category]),
)
RULES: tuple[Rule, ...] = (
    *(rule for category in CATEGORIES for rule in _rules_of(category)),
    *(Rule(rule, Severity.FATAL, "category_alone", partial(_outside_scope_alone, get)) for rule, get in _ALONE),
    Rule("BR-IC-11", Severity.FATAL, "community_delivery", _delivered),
    Rule("BR-IC-12", Severity.FATAL, "community_delivery", _delivered_to),
    Rule("BR-B-01", Severity.FATAL, "split_payment", _split_payment_in_italy),
    Rule("BR-B-02", Severity.FATAL, "split_payment", _split_payment_alone),
)
