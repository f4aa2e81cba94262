"""EN 16931: what an invoice must say (BR-1 to BR-65 and the integrity constraints that only ask for presence)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from mailroom.einvoice.findings import Found, Rule, Severity
from mailroom.einvoice.model import Invoice, Syntax
from mailroom.einvoice.parts import AllowanceCharge, Line, Party

Get = Callable[[Any], Any]


def _absent(value: Any) -> bool:
    return value in (None, "", ())


def _on_invoice(term: str, get: Get, invoice: Invoice) -> Iterator[Found]:
    if _absent(get(invoice)):
        yield Found(term, {"term": term})


def _on_lines(term: str, get: Get, invoice: Invoice) -> Iterator[Found]:
    for number, line in enumerate(invoice.lines, 1):
        if _absent(get(line)):
            yield Found(f"BG-25[{number}]/{term}", {"term": term, "line": line.id or str(number)})


def _on_group(group: str, term: str, members: Get, get: Get, invoice: Invoice) -> Iterator[Found]:
    for number, member in enumerate(members(invoice), 1):
        if _absent(get(member)):
            yield Found(f"{group}[{number}]/{term}", {"term": term})


def _missing(rule: str, find: Callable[[Invoice], Iterator[Found]]) -> Rule:
    return Rule(rule, Severity.FATAL, "missing", find)


def allowances(invoice: Invoice) -> tuple[AllowanceCharge, ...]:
    """Return the allowances on document level (BG-20)."""
    return tuple(one for one in invoice.allowances if not one.charge)


def charges(invoice: Invoice) -> tuple[AllowanceCharge, ...]:
    """Return the charges on document level (BG-21)."""
    return tuple(one for one in invoice.allowances if one.charge)


def _foreign_vat(invoice: Invoice) -> bool:
    return bool(invoice.tax_currency) and invoice.tax_currency != invoice.currency


def _representative_country(invoice: Invoice) -> str:
    held = invoice.tax_representative
    return held.address.country if held and held.address else "n/a"


def _country(invoice: Invoice, party: Party) -> str:
    in_cii = invoice.source is not None and invoice.source.syntax is Syntax.CII
    # Where the whole address is missing, the rules for UBL are content with BR-08 and BR-10.
    return party.address.country if party.address else "" if in_cii else "n/a"


def _transfer(means: Any) -> bool:
    return means.code in {"30", "58"} and means.account is not None


_INVOICE: tuple[tuple[str, str, Get], ...] = (
    ("BR-01", "BT-24", lambda i: i.specification),
    ("BR-02", "BT-1", lambda i: i.number),
    ("BR-03", "BT-2", lambda i: i.issue_date),
    ("BR-04", "BT-3", lambda i: i.type_code),
    ("BR-05", "BT-5", lambda i: i.currency),
    ("BR-06", "BT-27", lambda i: i.seller.name),
    ("BR-07", "BT-44", lambda i: i.buyer.name),
    ("BR-08", "BG-5", lambda i: i.seller.address),
    ("BR-09", "BT-40", lambda i: _country(i, i.seller)),
    ("BR-10", "BG-8", lambda i: i.buyer.address),
    ("BR-11", "BT-55", lambda i: _country(i, i.buyer)),
    ("BR-12", "BT-106", lambda i: i.totals.line_net),
    ("BR-13", "BT-109", lambda i: i.totals.net),
    ("BR-14", "BT-112", lambda i: i.totals.gross),
    ("BR-15", "BT-115", lambda i: i.totals.payable),
    ("BR-16", "BG-25", lambda i: i.lines),
    ("BR-18", "BT-62", lambda i: i.tax_representative.name if i.tax_representative else "n/a"),
    ("BR-19", "BG-12", lambda i: i.tax_representative.address if i.tax_representative else "n/a"),
    ("BR-20", "BT-69", _representative_country),
    ("BR-56", "BT-63", lambda i: i.tax_representative.vat_id if i.tax_representative else "n/a"),
    ("BR-57", "BT-80", lambda i: i.delivery.address.country if i.delivery and i.delivery.address else "n/a"),
    ("BR-62", "BT-34", lambda i: i.seller.endpoint.scheme if i.seller.endpoint else "n/a"),
    ("BR-63", "BT-49", lambda i: i.buyer.endpoint.scheme if i.buyer.endpoint else "n/a"),
    ("BR-CO-18", "BG-23", lambda i: i.vat_breakdown),
    ("BR-CO-26", "BT-30", lambda i: i.seller.vat_id or i.seller.legal_id or i.seller.ids),
    ("BR-53", "BT-111", lambda i: i.totals.vat_accounting if _foreign_vat(i) else "n/a"),
)
_LINES: tuple[tuple[str, str, Get], ...] = (
    ("BR-21", "BT-126", lambda line: line.id),
    ("BR-22", "BT-129", lambda line: line.quantity),
    ("BR-23", "BT-130", lambda line: line.unit),
    ("BR-24", "BT-131", lambda line: line.net),
    ("BR-25", "BT-153", lambda line: line.item.name),
    ("BR-26", "BT-146", lambda line: line.price.net if line.price else None),
    ("BR-CO-04", "BT-151", lambda line: line.vat_category),
    ("BR-64", "BT-157-1", lambda line: line.item.standard_id.scheme if line.item.standard_id else "n/a"),
    ("BR-65", "BT-158-1", lambda line: all(one.scheme for one in line.item.classifications) or None),
    ("BR-54", "BT-160", lambda line: all(one.name and one.value for one in line.item.attributes) or None),
)
_GROUPS: tuple[tuple[str, str, str, Get, Get], ...] = (
    ("BR-31", "BG-20", "BT-92", allowances, lambda one: one.amount),
    ("BR-32", "BG-20", "BT-95", allowances, lambda one: one.vat_category),
    ("BR-33", "BG-20", "BT-97", allowances, lambda one: one.reason or one.reason_code),
    ("BR-CO-21", "BG-20", "BT-97", allowances, lambda one: one.reason or one.reason_code),
    ("BR-36", "BG-21", "BT-99", charges, lambda one: one.amount),
    ("BR-37", "BG-21", "BT-102", charges, lambda one: one.vat_category),
    ("BR-38", "BG-21", "BT-104", charges, lambda one: one.reason or one.reason_code),
    ("BR-CO-22", "BG-21", "BT-104", charges, lambda one: one.reason or one.reason_code),
    ("BR-45", "BG-23", "BT-116", lambda i: i.vat_breakdown, lambda one: one.taxable),
    ("BR-46", "BG-23", "BT-117", lambda i: i.vat_breakdown, lambda one: one.tax),
    ("BR-47", "BG-23", "BT-118", lambda i: i.vat_breakdown, lambda one: one.category),
    ("BR-48", "BG-23", "BT-119", lambda i: i.vat_breakdown, lambda one: "n/a" if one.category == "O" else one.rate),
    ("BR-49", "BG-16", "BT-81", lambda i: i.payment_means, lambda one: one.code),
    ("BR-50", "BG-16", "BT-84", lambda i: i.payment_means, lambda one: one.account.id if _transfer(one) else "n/a"),
    ("BR-52", "BG-24", "BT-122", lambda i: i.attachments, lambda one: one.reference),
    ("BR-55", "BG-3", "BT-25", lambda i: i.preceding, lambda one: one.number),
)


def _line_allowances(charge: bool, term: str, get: Get, invoice: Invoice) -> Iterator[Found]:
    for number, line in enumerate(invoice.lines, 1):
        for one in line.allowances:
            if one.charge == charge and _absent(get(one)):
                yield Found(f"BG-25[{number}]/{term}", {"term": term, "line": _name(line, number)})


def _name(line: Line, number: int) -> str:
    return line.id or str(number)


def _reason(one: AllowanceCharge) -> str:
    return one.reason or one.reason_code


def _amount(one: AllowanceCharge) -> Any:
    return one.amount


_ON_LINE_ALLOWANCES: tuple[tuple[str, bool, str, Get], ...] = (
    ("BR-41", False, "BT-136", _amount),
    ("BR-42", False, "BT-139", _reason),
    ("BR-CO-23", False, "BT-139", _reason),
    ("BR-43", True, "BT-141", _amount),
    ("BR-44", True, "BT-144", _reason),
    ("BR-CO-24", True, "BT-144", _reason),
)


def _account_for_transfer(invoice: Invoice) -> Iterator[Found]:
    for number, means in enumerate(invoice.payment_means, 1):
        if means.code in {"30", "58"} and not (means.account and means.account.id):
            yield Found(f"BG-16[{number}]/BT-84", {"term": "BT-84"})


def _payee(invoice: Invoice) -> Iterator[Found]:
    payee, seller = invoice.payee, invoice.seller
    if payee and (
        not payee.name
        or (payee.name == seller.trading_name)
        or {one.value for one in payee.ids} & {one.value for one in seller.ids}
    ):
        yield Found("BT-59", {"term": "BT-59"})


RULES: tuple[Rule, ...] = (
    *(_missing(rule, partial(_on_invoice, term, get)) for rule, term, get in _INVOICE),
    *(_missing(rule, partial(_on_lines, term, get)) for rule, term, get in _LINES),
    *(_missing(rule, partial(_on_group, group, term, of, get)) for rule, group, term, of, get in _GROUPS),
    *(_missing(rule, partial(_line_allowances, charge, term, get)) for rule, charge, term, get in _ON_LINE_ALLOWANCES),
    _missing("BR-61", _account_for_transfer),
    Rule("BR-17", Severity.FATAL, "payee_not_other", _payee),
)
