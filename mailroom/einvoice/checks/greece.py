"""Peppol BIS Billing 3: what Greece asks of its suppliers (GR-R, GR-S): invoice number, MARK, tax numbers.

Source: OpenPeppol 3.0.21. A number is `TIN|DD/MM/YYYY|branch|document type|series|number`.
"""

from __future__ import annotations

import re

from mailroom.einvoice.checks.asked import Asked, Broken, by_address, by_vat_id, rules_of
from mailroom.einvoice.digits import greek
from mailroom.einvoice.findings import Severity
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import Party, SupportingDocument

_GREEK = frozenset({"GR", "EL"})
_TYPES = frozenset({"1.1", "1.6", "2.1", "2.4", "5.1", "5.2"})
_MARK, _URL = "##M.AR.K##", "##INVOICE|URL##"


def _seller(invoice: Invoice, both: bool) -> bool:
    greek_seller = by_vat_id(invoice, invoice.seller) in _GREEK
    return greek_seller and (not both or by_vat_id(invoice, invoice.buyer) in _GREEK)


def _segment(invoice: Invoice, number: int) -> str:
    segments = invoice.number.split("|")
    return segments[number - 1] if number <= len(segments) else ""


def _tin(invoice: Invoice) -> bool:
    tin, other = _segment(invoice, 1), invoice.tax_representative
    known = {invoice.seller.vat_id[2:11], other.vat_id[2:11] if other else ""}
    return not (len(tin) == 9 and greek(tin) and tin in known)


def _date(invoice: Invoice) -> bool:
    issued = invoice.issue_date
    return not (issued and _segment(invoice, 2).split("/")[:3] == issued.strftime("%d/%m/%Y").split("/"))


def _vat_id(party: Party) -> bool:
    return not (party.vat_id.startswith("EL") and greek(party.vat_id[2:]))


def _endpoint(party: Party) -> bool:
    return party.endpoint is not None and not (party.endpoint.scheme == "9933" and greek(party.endpoint.value))


def _described(invoice: Invoice, text: str) -> list[SupportingDocument]:
    return [one for one in invoice.attachments if one.description == text]


def _in_greece(invoice: Invoice) -> bool:
    return by_address(invoice.seller) == "GR"


def _bad_mark(invoice: Invoice) -> bool:
    marks = [one.reference.value for one in _described(invoice, _MARK) if one.reference]
    return _in_greece(invoice) and any(not re.match("[1-9]", mark) for mark in marks)


def _own_endpoint(invoice: Invoice) -> bool:
    seller = invoice.seller
    return (seller.vat_id[:2] or by_address(seller)).upper() in _GREEK and _endpoint(seller)


def _wrong(rule: str, term: str, broken: Broken, *, both: bool = False, severity: Severity = Severity.FATAL) -> Asked:
    return Asked(rule, term, broken, both=both, present=False, severity=severity)


GREECE = (
    _wrong("GR-R-001-1", "BT-1", lambda i: len(i.number.split("|")) != 6),
    _wrong("GR-R-001-2", "BT-1", _tin),
    _wrong("GR-R-001-3", "BT-1", _date),
    _wrong("GR-R-001-4", "BT-1", lambda i: not re.fullmatch("[0-9]+", _segment(i, 3).strip())),
    _wrong("GR-R-001-5", "BT-1", lambda i: _segment(i, 4) not in _TYPES),
    _wrong("GR-R-001-6", "BT-1", lambda i: not _segment(i, 5)),
    _wrong("GR-R-001-7", "BT-1", lambda i: not _segment(i, 6)),
    Asked("GR-R-002", "BT-28", lambda i: not i.seller.trading_name),
    _wrong("GR-S-011", "BT-31", lambda i: _vat_id(i.seller), severity=Severity.WARNING),
    _wrong("GR-R-003", "BT-31", lambda i: bool(i.seller.vat_id) and _vat_id(i.seller)),
    Asked("GR-R-004-1", "BT-122", lambda i: _in_greece(i) and len(_described(i, _MARK)) != 1),
    Asked("GR-S-008-1", "BT-124", lambda i: _in_greece(i) and len(_described(i, _URL)) != 1, severity=Severity.WARNING),
    _wrong("GR-R-008-2", "BT-124", lambda i: _in_greece(i) and len(_described(i, _URL)) > 1),
    _wrong("GR-R-004-2", "BT-122", _bad_mark),
    Asked("GR-R-008-3", "BT-124", lambda i: any(not one.uri for one in _described(i, _URL))),
    Asked("GR-R-005", "BT-45", lambda i: not i.buyer.trading_name),
    _wrong("GR-R-006", "BT-48", lambda i: _vat_id(i.buyer), both=True),
    _wrong("GR-R-010", "BT-49", lambda i: _endpoint(i.buyer), both=True),
)
RULES = (
    *rules_of("GR", GREECE, _seller),
    *rules_of("GR", (_wrong("GR-R-009", "BT-34", _own_endpoint),), lambda _invoice, _both: True),
)
