"""EN 16931 and Peppol: every code must be of its list (BR-CL, PEPPOL-EN16931-CL)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

from mailroom.einvoice.checks.presence import allowances, charges
from mailroom.einvoice.codes import codes
from mailroom.einvoice.findings import Found, Rule, Severity
from mailroom.einvoice.model import Invoice, Syntax
from mailroom.einvoice.parts import Address, AllowanceCharge, Identifier, Party


class _Used(NamedTuple):
    term: str
    code: str


Uses = Callable[[Invoice], Iterable[_Used]]


def _type(invoice: Invoice) -> Iterator[Found]:
    allowed = codes("credit_note_type" if invoice.is_credit_note else "invoice_type")
    if invoice.type_code and invoice.type_code not in allowed:
        yield Found("BT-3", {"term": "BT-3", "said": invoice.type_code})


def _in_list(name: str, uses: Uses, invoice: Invoice) -> Iterator[Found]:
    allowed = codes(name)
    for used in uses(invoice):
        if used.code and used.code not in allowed:
            yield Found(used.term, {"term": used.term, "said": used.code[:40]})


def _parties(invoice: Invoice) -> list[tuple[Party, str, str]]:
    """Return each party with the terms of its identifiers and of its legal registration."""
    parties = [(invoice.seller, "BT-29", "BT-30"), (invoice.buyer, "BT-46", "BT-47")]
    return parties + ([(invoice.payee, "BT-60", "BT-61")] if invoice.payee else [])


def _party_schemes(invoice: Invoice) -> Iterator[_Used]:
    for party, term, _ in _parties(invoice):
        yield from (_Used(term, one.scheme) for one in party.ids)


def _legal_schemes(invoice: Invoice) -> Iterator[_Used]:
    for party, _, term in _parties(invoice):
        if party.legal_id:
            yield _Used(term, party.legal_id.scheme)


def _schemes(term: str, *held: Identifier | None) -> list[_Used]:
    return [_Used(term, one.scheme) for one in held if one]


def _countries(invoice: Invoice) -> Iterator[_Used]:
    def of(term: str, address: Address | None) -> Iterator[_Used]:
        if address:
            yield _Used(term, address.country)

    yield from of("BT-40", invoice.seller.address)
    yield from of("BT-55", invoice.buyer.address)
    yield from of("BT-69", invoice.tax_representative.address if invoice.tax_representative else None)
    yield from of("BT-80", invoice.delivery.address if invoice.delivery else None)


def _reasons(on_line: bool, charge: bool, invoice: Invoice) -> Iterator[_Used]:
    members: Iterable[AllowanceCharge] = charges(invoice) if charge else allowances(invoice)
    if on_line:
        members = (one for line in invoice.lines for one in line.allowances if one.charge == charge)
    term = {(False, False): "BT-98", (False, True): "BT-105", (True, False): "BT-140", (True, True): "BT-145"}
    yield from (_Used(term[on_line, charge], one.reason_code) for one in members)


def _all_reasons(charge: bool, invoice: Invoice) -> Iterator[_Used]:
    yield from _reasons(False, charge, invoice)
    yield from _reasons(True, charge, invoice)


def _categories(invoice: Invoice) -> Iterator[_Used]:
    yield from (_Used("BT-118", one.category) for one in invoice.vat_breakdown)
    yield from (_Used("BT-102" if one.charge else "BT-95", one.vat_category) for one in invoice.allowances)


def _units(invoice: Invoice) -> Iterator[_Used]:
    for line in invoice.lines:
        yield _Used("BT-130", line.unit)
        yield _Used("BT-150", line.price.base_unit if line.price else "")


def _exemptions(invoice: Invoice) -> list[_Used]:
    return [_Used("BT-121", one.reason_code.upper()) for one in invoice.vat_breakdown]


def _objects(invoice: Invoice) -> list[_Used]:
    return [
        *_schemes("BT-18", invoice.invoiced_object),
        *(_Used("BT-128", line.object_id.scheme) for line in invoice.lines if line.object_id),
    ]


def _media(invoice: Invoice) -> list[_Used]:
    return [_Used("BT-125", one.media_type) for one in invoice.attachments if one.content is not None]


def _currencies(invoice: Invoice) -> list[_Used]:
    """Return the currencies of the amounts. Of a UBL file `form` says it, which saw every amount."""
    if invoice.source and invoice.source.syntax is Syntax.UBL:
        return []
    others = [_Used("BT-5", code) for code in (invoice.source.currencies if invoice.source else ())]
    foreign = [_Used("BT-6", invoice.tax_currency)] if invoice.totals.vat_accounting is not None else []
    # Of an invoice without a currency the amounts would be written without one, too.
    return [_Used("BT-5", invoice.currency or "-"), *foreign, *others]


_FATAL: tuple[tuple[str, str, Uses], ...] = (
    ("BR-CL-03", "currency", _currencies),
    ("BR-CL-04", "currency", lambda i: [_Used("BT-5", i.currency)]),
    ("BR-CL-05", "currency", lambda i: [_Used("BT-6", i.tax_currency)]),
    ("BR-CL-06", "tax_point", lambda i: [_Used("BT-8", i.tax_point_code)]),
    ("BR-CL-07", "object_scheme", _objects),
    ("BR-CL-08", "note_subject", lambda i: [_Used("BT-21", note.subject_code) for note in i.notes]),
    ("BR-CL-10", "party_scheme", _party_schemes),
    ("BR-CL-11", "registration_scheme", _legal_schemes),
    (
        "BR-CL-13",
        "classification",
        lambda i: [_Used("BT-158", c.scheme) for x in i.lines for c in x.item.classifications],
    ),
    ("BR-CL-14", "country", _countries),
    ("BR-CL-15", "country", lambda i: [_Used("BT-159", line.item.origin) for line in i.lines]),
    ("BR-CL-16", "payment_means", lambda i: [_Used("BT-81", one.code) for one in i.payment_means]),
    ("BR-CL-17", "vat_category", _categories),
    ("BR-CL-18", "vat_category", lambda i: [_Used("BT-151", line.vat_category) for line in i.lines]),
    ("BR-CL-19", "allowance_reason", partial(_all_reasons, False)),
    ("BR-CL-20", "charge_reason", partial(_all_reasons, True)),
    ("BR-CL-21", "item_scheme", lambda i: [s for line in i.lines for s in _schemes("BT-157", line.item.standard_id)]),
    ("BR-CL-22", "exemption", _exemptions),
    ("BR-CL-23", "unit", _units),
    ("BR-CL-24", "media_type", _media),
    (
        "BR-CL-25",
        "endpoint_scheme",
        lambda i: _schemes("BT-34", i.seller.endpoint) + _schemes("BT-49", i.buyer.endpoint),
    ),
    ("BR-CL-26", "item_scheme", lambda i: _schemes("BT-71", i.delivery.location_id if i.delivery else None)),
)
RULES: tuple[Rule, ...] = (
    Rule("BR-CL-01", Severity.FATAL, "code_unknown", _type),
    *(Rule(rule, Severity.FATAL, "code_unknown", partial(_in_list, name, uses)) for rule, name, uses in _FATAL),
)
PEPPOL_RULES: tuple[Rule, ...] = tuple(
    Rule(f"PEPPOL-EN16931-CL{number}", Severity.FATAL, "code_unknown", partial(_in_list, name, uses))
    for number, name, uses in (
        ("001", "media_type", _media),
        ("002", "allowance_reason", partial(_all_reasons, False)),
        ("003", "charge_reason", partial(_all_reasons, True)),
        ("006", "tax_point", _FATAL[3][2]),
        ("007", "currency", _FATAL[1][2]),
        ("008", "endpoint_scheme", _FATAL[20][2]),
    )
)
