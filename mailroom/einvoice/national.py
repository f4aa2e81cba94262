"""What the readers of FatturaPA, ebInterface and Facturae share: rows that are only read, and the totals worked out.

They are read at header, parties, lines, VAT and totals. What such a format says beyond that is listed as unmapped;
the original is kept for ever. Where a format states no total, the sum of what it does state is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from mailroom.einvoice import mapping
from mailroom.einvoice.checks.arithmetic import ZERO, total
from mailroom.einvoice.mapping import Context, Leaf, Special, Table
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import (
    Account,
)
from mailroom.einvoice.tree import Node


def reads(read: Callable[[Node, Context], dict[str, Any]]) -> Special:
    """Return a row that is read by a function and never written."""
    return Special(read, lambda _node, _value, _context: None)


def texts(node: Node, path: str, context: Context, kind: str = "text") -> list[Any]:
    """Return all values at a path and mark them as taken."""
    found = mapping.find(node, mapping.paths(path)[0].steps)
    values = (mapping.take(place, "", kind, context) for place in found)
    return [value for value in values if value is not None]


def joined(attr: str, *paths: str, between: str = " ") -> Special:
    """Return a row whose value is in several elements."""

    def read(node: Node, context: Context) -> dict[str, Any]:
        parts = [str(value) for path in paths for value in texts(node, path, context)]
        return {attr: between.join(parts)} if parts else {}

    return reads(read)


def many(attr: str, path: str, table: Table) -> Special:
    """Return the rows of a repeated group."""

    def read(node: Node, context: Context) -> dict[str, Any]:
        places = mapping.find(node, mapping.paths(path)[0].steps)
        found = (mapping.read(place, table, context) for place in places)
        return {attr: tuple(one for one in found if one is not None)}

    return reads(read)


IBAN_ONLY = Table(Account, (Leaf("BT-84", "id", "IBAN", "code"), Leaf("BT-86", "bank", "BIC", "code")))


def completed(invoice: Invoice) -> Invoice:
    """Return the invoice with the totals that its own amounts give, and a VAT category wherever a rate stands alone."""
    rows = tuple(
        row.model_copy(update={"category": _category(row.category, row.rate)}) for row in invoice.vat_breakdown
    )
    lines = tuple(
        line.model_copy(update={"vat_category": _category(line.vat_category, line.vat_rate)}) for line in invoice.lines
    )
    means = tuple(one.model_copy(update={"code": one.code or "30"}) for one in invoice.payment_means)
    held = invoice.totals
    line_net = _first(held.line_net, total(line.net for line in lines))
    net = _first(held.net, total(row.taxable for row in rows))
    vat = _first(held.vat, total(row.tax for row in rows))
    gross = _first(held.gross, net + vat)
    due = gross - (held.prepaid or ZERO) + (held.rounding or ZERO)
    stated = {"line_net": line_net, "net": net, "vat": vat, "gross": gross, "payable": _first(held.payable, due)}
    totals = held.model_copy(update=stated)
    return invoice.model_copy(update={"vat_breakdown": rows, "lines": lines, "payment_means": means, "totals": totals})


def _category(category: str, rate: Decimal | None) -> str:
    return category or ("S" if rate else "E")


def _first(stated: Decimal | None, otherwise: Decimal) -> Decimal:
    return otherwise if stated is None else stated
