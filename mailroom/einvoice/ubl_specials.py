"""The terms of UBL that no path describes: notes with codes, order numbers, payments, VAT totals.

Source: EN 16931-3-2; Peppol BIS Billing 3 for the order number that UBL demands.
"""

from __future__ import annotations

import re
from typing import Any

from mailroom.einvoice import mapping
from mailroom.einvoice.mapping import Context, Special, Step, Table
from mailroom.einvoice.parts import Note, PaymentMeans, Totals
from mailroom.einvoice.tree import Node

_SUBJECT = re.compile(r"#([A-Z]{3})#(.*)", re.DOTALL)
_NO_ORDER = "NA"
"""What Peppol puts into the order number that UBL demands beside a sales order number."""


def _step(name: str) -> Step:
    return Step(name, ())


def _child(node: Node, name: str) -> Node:
    return mapping.add(node, _step(name))


def _first(node: Node, *names: str) -> Node | None:
    found = mapping.find(node, [_step(name) for name in names])
    return found[0] if found else None


def _leaf(node: Node, term: str, context: Context, *names: str, kind: str = "text") -> Any:
    place = _first(node, *names)
    value = mapping.take(place, "", kind, context) if place else None
    if place and value is not None:
        context.places.setdefault(term, place)
    return value


# -- BG-1 -----------------------------------------------------------------------------------------------------------


def _read_notes(node: Node, context: Context) -> dict[str, Any]:
    notes = []
    for place in node.all("Note"):
        text = mapping.take(place, "", "text", context)
        if text:
            context.places.setdefault("BT-22", place)
            coded = _SUBJECT.fullmatch(text)
            notes.append(Note(subject_code=coded[1], text=coded[2].strip()) if coded else Note(text=text))
    return {"notes": tuple(notes)} if notes else {}


def _write_notes(node: Node, invoice: Any, _context: Context) -> None:
    for note in invoice.notes:
        _child(node, "Note").text = f"#{note.subject_code}#{note.text}" if note.subject_code else note.text


NOTES = Special(_read_notes, _write_notes)


# -- BT-13, BT-14 ---------------------------------------------------------------------------------------------------


def _read_orders(node: Node, context: Context) -> dict[str, Any]:
    purchase = _leaf(node, "BT-13", context, "OrderReference", "ID") or ""
    sales = _leaf(node, "BT-14", context, "OrderReference", "SalesOrderID") or ""
    found = {"purchase_order": "" if sales and purchase == _NO_ORDER else purchase, "sales_order": sales}
    return {name: value for name, value in found.items() if value}


def _write_orders(node: Node, invoice: Any, _context: Context) -> None:
    if invoice.purchase_order or invoice.sales_order:
        place = _child(node, "OrderReference")
        _child(place, "ID").text = invoice.purchase_order or _NO_ORDER
        if invoice.sales_order:
            _child(place, "SalesOrderID").text = invoice.sales_order


ORDERS = Special(_read_orders, _write_orders)


# -- BG-16 ----------------------------------------------------------------------------------------------------------


def payments(table: Table) -> Special:
    """Return the rows of the payment means, each of which repeats the remittance information BT-83."""

    def read(node: Node, context: Context) -> dict[str, Any]:
        reference, means = "", []
        for place in node.all("PaymentMeans"):
            own = _leaf(place, "BT-83", context, "PaymentID") or ""
            reference = reference or own
            found = mapping.read(place, table, context) or (PaymentMeans() if own else None)
            if found:
                different = own if own != reference else ""
                means.append(found.model_copy(update={"reference": different}) if different else found)
        values = {"payment_reference": reference, "payment_means": tuple(means)}
        return {name: value for name, value in values.items() if value}

    def write(node: Node, invoice: Any, context: Context) -> None:
        # A credit note has its due date in the first means; the row of BT-9 has made it already.
        made = node.all("PaymentMeans")
        means = invoice.payment_means or ((PaymentMeans(),) if invoice.payment_reference else ())
        for number, one in enumerate(means):
            place = made[number] if number < len(made) else _child(node, "PaymentMeans")
            mapping.write(place, table, one, context)
            reference = one.reference or invoice.payment_reference
            if reference:
                _child(place, "PaymentID").text = reference

    return Special(read, write)


# -- BG-22, BG-23 ---------------------------------------------------------------------------------------------------


def _is_foreign(total: Node, context: Context) -> bool:
    amount = _first(total, "TaxAmount")
    currency = amount.attributes.get("currencyID", "").strip() if amount else ""
    return bool(currency and context.tax_currency) and currency == context.tax_currency != context.currency


def _read_vat_totals(node: Node, context: Context) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for total in node.all("TaxTotal"):
        foreign = _is_foreign(total, context)
        name, term = ("vat_accounting", "BT-111") if foreign else ("vat", "BT-110")
        if name in values:
            continue
        before = set(context.currencies)
        value = _leaf(total, term, context, "TaxAmount", kind="amount")
        if foreign:
            context.currencies = before
        if value is not None:
            values[name] = value
    return values


def _write_vat_totals(node: Node, totals: Totals, context: Context) -> None:
    if totals.vat is not None:
        mapping.put(_child(_child(node, "TaxTotal"), "TaxAmount"), "", "amount", totals.vat, context)
    if totals.vat_accounting is not None:
        place = _child(_child(node, "TaxTotal"), "TaxAmount")
        mapping.put(place, "", "amount", totals.vat_accounting, context)
        place.attributes["currencyID"] = context.tax_currency or context.currency


VAT_TOTALS = Special(_read_vat_totals, _write_vat_totals)


def breakdown(table: Table) -> Special:
    """Return the rows of the VAT breakdown, which stands under the total in the invoice's own currency."""

    def read(node: Node, context: Context) -> dict[str, Any]:
        found = [
            mapping.read(place, table, context)
            for total in node.all("TaxTotal")
            if not _is_foreign(total, context)
            for place in total.all("TaxSubtotal")
        ]
        kept = tuple(one for one in found if one is not None)
        return {"vat_breakdown": kept} if kept else {}

    def write(node: Node, invoice: Any, context: Context) -> None:
        if invoice.vat_breakdown:
            first = _first(node, "TaxTotal")
            total = first if first and invoice.totals.vat is not None else _child(node, "TaxTotal")
            for one in invoice.vat_breakdown:
                mapping.write(_child(total, "TaxSubtotal"), table, one, context)

    return Special(read, write)
