"""An invoice as rows for a terminal or a page: term, its name in the reader's language, value."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import AllowanceCharge, Line, Party
from mailroom.languages import Language, format_amount, format_date, text

_LONGEST = Decimal("1e18")


class Row(NamedTuple):
    """One row. `term` is its number (`BT-1`), `label` its name in the reader's language."""

    term: str
    label: str
    value: str


def show_rows(invoice: Invoice, language: Language = Language.EN) -> list[Row]:
    """Return what a bookkeeper wants to see, without empty rows: header, parties, lines, VAT, totals, payment."""
    told = (_one(term, value, invoice.currency, language) for term, value in _values(invoice))
    return [row for row in told if row.value]


def _one(term: str, value: object, currency: str, language: Language) -> Row:
    label = text(language, f"einvoice.term.{term}")
    if isinstance(value, date):
        return Row(term, label, format_date(value, language))
    if isinstance(value, Decimal):
        # Beyond that, babel's rounding does not fit into 28 digits; such an amount is shown as it was written.
        long = abs(value) >= _LONGEST
        return Row(term, label, _plain(value) if long else format_amount(value, currency or "XXX", language))
    return Row(term, label, str(value or ""))


def _values(invoice: Invoice) -> Iterator[tuple[str, object]]:
    yield "BT-3", invoice.type_code
    yield "BT-1", invoice.number
    yield "BT-2", invoice.issue_date
    yield "BT-9", invoice.due_date
    yield "BT-5", invoice.currency
    yield "BT-10", invoice.buyer_reference
    yield "BT-13", invoice.purchase_order
    yield "BT-12", invoice.contract
    yield from (("BT-25", one.number) for one in invoice.preceding)
    yield from _party(invoice.seller, ("BT-27", "BT-31", "BT-30", "BT-34", "BG-5"))
    yield from _party(invoice.buyer, ("BT-44", "BT-48", "BT-47", "BT-49", "BG-8"))
    yield from (("BT-22", note.text) for note in invoice.notes)
    yield from (("BG-25", _line(line)) for line in invoice.lines)
    yield from (("BG-21" if one.charge else "BG-20", _allowance(one)) for one in invoice.allowances)
    for row in invoice.vat_breakdown:
        yield "BG-23", f"{row.category} {_plain(row.rate)} %: {_plain(row.taxable)} / {_plain(row.tax)}"
    totals = invoice.totals
    yield "BT-106", totals.line_net
    yield "BT-109", totals.net
    yield "BT-110", totals.vat
    yield "BT-112", totals.gross
    yield "BT-113", totals.prepaid
    yield "BT-114", totals.rounding
    yield "BT-115", totals.payable
    yield from (("BT-84", means.account.id) for means in invoice.payment_means if means.account)
    yield "BT-83", invoice.payment_reference
    yield "BT-20", invoice.payment_terms
    yield from (
        ("BT-122", one.filename or (one.reference.value if one.reference else "")) for one in invoice.attachments
    )
    yield "BT-24", invoice.specification


def _party(party: Party, terms: tuple[str, str, str, str, str]) -> Iterator[tuple[str, object]]:
    name, vat_id, legal, endpoint, address = terms
    yield name, party.name or party.trading_name
    yield vat_id, party.vat_id
    for term, one in ((legal, party.legal_id), (endpoint, party.endpoint)):
        yield term, f"{one.scheme}:{one.value}" if one and one.scheme else one.value if one else ""
    if party.address:
        held = party.address
        parts = (held.street, held.building, f"{held.postcode} {held.city}".strip(), held.country)
        yield address, ", ".join(part for part in parts if part)


def _line(line: Line) -> str:
    quantity = f"{_plain(line.quantity)} {line.unit}".strip()
    return (
        f"{line.id}. {line.item.name}: {quantity} = {_plain(line.net)} ({line.vat_category} {_plain(line.vat_rate)} %)"
    )


def _allowance(one: AllowanceCharge) -> str:
    return f"{one.reason or one.reason_code}: {_plain(one.amount)}"


def _plain(value: Decimal | None) -> str:
    return "-" if value is None else format(value, "f")
