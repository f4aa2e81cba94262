"""Peppol BIS Billing 3: what Sweden, Norway, Denmark and Iceland ask of their suppliers. Source: OpenPeppol 3.0.21."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import partial

from mailroom.einvoice import digits
from mailroom.einvoice.checks.asked import Asked, Broken, account, address, any_means, by_vat_id, legal, rules_of
from mailroom.einvoice.findings import Severity
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import AllowanceCharge, Line, PaymentMeans

# -- Sweden ---------------------------------------------------------------------------------------------------------

_RATES = frozenset({6, 12, 25})
_TAX_CARD = "GODKÄND FÖR F-SKATT"


def _swedish(invoice: Invoice) -> bool:
    return invoice.seller.vat_id.startswith("SE")


def _standard_rates(invoice: Invoice) -> Iterator[object]:
    yield from (row.rate for row in invoice.vat_breakdown if row.category == "S")
    yield from (line.vat_rate for line in invoice.lines if line.vat_category == "S")
    yield from (one.vat_rate for one in invoice.allowances if one.vat_category == "S")


def _giro(kind: str, form: str, means: PaymentMeans) -> bool:
    held = means.account
    of_kind = means.code == "30" and held is not None and held.bank == kind and bool(held.id)
    return bool(of_kind and held and not re.fullmatch(form, held.id))


def _warned(rule: str, term: str, broken: Broken, *, both: bool = False) -> Asked:
    return Asked(rule, term, broken, both, present=False, severity=Severity.WARNING)


SWEDEN = (
    Asked("SE-R-001", "BT-31", lambda i: _swedish(i) and len(i.seller.vat_id) != 14, present=False),
    Asked(
        "SE-R-002",
        "BT-31",
        lambda i: _swedish(i) and not re.fullmatch("[0-9]+", i.seller.vat_id[2:14]),
        present=False,
    ),
    Asked("SE-R-003", "BT-30", lambda i: bool(legal(i.seller)) and not legal(i.seller).isdigit(), present=False),
    Asked("SE-R-004", "BT-30", lambda i: bool(legal(i.seller)) and len(legal(i.seller)) != 10, present=False),
    Asked(
        "SE-R-005",
        "BT-32",
        lambda i: bool(legal(i.seller) and i.seller.tax_id) and i.seller.tax_id.strip().upper() != _TAX_CARD,
        present=False,
    ),
    Asked(
        "SE-R-006", "BT-119", lambda i: _swedish(i) and any(r not in _RATES for r in _standard_rates(i)), present=False
    ),
    _warned("SE-R-007", "BT-84", partial(any_means, partial(_giro, "SE:PLUSGIRO", "[0-9.]+"))),
    _warned("SE-R-008", "BT-84", partial(any_means, partial(_giro, "SE:BANKGIRO", "[0-9.]+"))),
    _warned("SE-R-009", "BT-84", partial(any_means, partial(_giro, "SE:BANKGIRO", ".{7,8}"))),
    _warned("SE-R-010", "BT-84", partial(any_means, partial(_giro, "SE:PLUSGIRO", ".{2,8}"))),
    _warned("SE-R-011", "BT-81", partial(any_means, lambda one: one.code in {"50", "56"})),
    _warned("SE-R-012", "BT-81", partial(any_means, lambda one: one.code == "31"), both=True),
    Asked(
        "SE-R-013", "BT-30", lambda i: bool(legal(i.seller)) and not digits.luhn_digits(legal(i.seller)), present=False
    ),
)


# -- Norway ---------------------------------------------------------------------------------------------------------


def _norwegian_vat(invoice: Invoice) -> bool:
    held = invoice.seller.vat_id
    found = re.fullmatch(r"NO([0-9]{9})MVA", held)
    return held.startswith("NO") and not (found and digits.norwegian(found[1]))


NORWAY = (
    Asked("NO-R-001", "BT-31", _norwegian_vat, present=False),
    _warned("NO-R-002", "BT-32", lambda i: i.seller.tax_id != "Foretaksregisteret"),
)


# -- Denmark --------------------------------------------------------------------------------------------------------

_MEANS = frozenset({"1", "10", "31", "42", "48", "49", "50", "58", "59", "93", "97"})
_UNSPSC = frozenset({"19.05.01", "19.0501", "26.08.01", "26.0801"})


def _paid_wrong(rule: str, invoice: Invoice) -> bool:
    if invoice.is_credit_note:
        return False
    return any(_broken(rule, one, one.reference or invoice.payment_reference) for one in invoice.payment_means)


def _broken(rule: str, means: PaymentMeans, reference: str) -> bool:
    code, kind, held = means.code, reference[:3], account(means)
    if rule == "DK-R-006":
        return code in {"31", "42"} and not (held and means.account and means.account.bank)
    if rule == "DK-R-007":
        return code == "49" and not (means.mandate and means.debited_account)
    if rule == "DK-R-008":
        return code == "50" and not (kind in {"01#", "04#", "15#"} and re.fullmatch("[0-9]{7,8}", held))
    if rule == "DK-R-009":
        return code == "50" and kind in {"04#", "15#"} and len(reference) != 19
    if rule == "DK-R-010":
        return code == "93" and not (kind in {"71#", "73#", "75#"} and len(held) == 8)
    return code == "93" and kind in {"71#", "75#"} and len(reference) not in {18, 19}


def _old_classification(line: Line) -> bool:
    held = line.item.classifications
    return any(one.scheme == "TST" for one in held) and not any(one.version in _UNSPSC for one in held)


def _tax_reason(one: AllowanceCharge) -> bool:
    reason = one.reason
    category = re.fullmatch("[0-9]{4}", reason)
    marked = "#" in reason and not reason.startswith("#") and not reason.endswith("#")
    return one.reason_code == "ZZZ" and not (category or marked)


def _taxes(invoice: Invoice) -> bool:
    members = (*invoice.allowances, *(one for line in invoice.lines for one in line.allowances))
    return any(_tax_reason(one) for one in members)


DENMARK = (
    Asked("DK-R-002", "BT-30", lambda i: not legal(i.seller)),
    Asked(
        "DK-R-014",
        "BT-30",
        lambda i: i.seller.legal_id is not None and i.seller.legal_id.scheme != "0184",
        present=False,
    ),
    Asked("DK-R-016", "BT-115", lambda i: i.is_credit_note and (i.totals.payable or 0) < 0, both=True, present=False),
    Asked(
        "DK-R-013",
        "BT-29",
        lambda i: any(not one.scheme for party in (i.seller, i.buyer) for one in party.ids),
        both=True,
        present=False,
    ),
    Asked(
        "DK-R-005",
        "BT-81",
        lambda i: not i.is_credit_note and any(one.code not in _MEANS for one in i.payment_means),
        both=True,
        present=False,
    ),
    *(
        Asked(f"DK-R-{number:03}", "BG-16", partial(_paid_wrong, f"DK-R-{number:03}"), both=True, present=False)
        for number in range(6, 12)
    ),
    Asked("DK-R-003", "BT-158", lambda i: any(_old_classification(line) for line in i.lines), both=True, present=False),
    Asked("DK-R-004", "BT-97", _taxes, both=True, present=False),
    Asked(
        "DK-R-017",
        "BT-47",
        lambda i: i.buyer.legal_id is not None and i.buyer.legal_id.scheme != "0184",
        both=True,
        present=False,
    ),
)


# -- Iceland --------------------------------------------------------------------------------------------------------


def _account_of(code: str, invoice: Invoice) -> bool:
    held = [account(one) for one in invoice.payment_means if one.code == code]
    return bool(held) and not any(len(one) == 12 for one in held)


def _final_days(invoice: Invoice) -> list[str]:
    """Return what stands as the last day of payment (eindagi) among the supporting documents."""
    return [one.reference.value if one.reference else "" for one in invoice.attachments if one.description == "EINDAGI"]


def _is_day(text: str) -> bool:
    try:
        return bool(re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text)) and date.fromisoformat(text) is not None
    except ValueError:
        return False


def _due(invoice: Invoice) -> str:
    # A credit note of UBL has no element for it.
    return invoice.due_date.isoformat() if invoice.due_date and not invoice.is_credit_note else ""


def _due_after(invoice: Invoice) -> bool:
    days, due = _final_days(invoice), _due(invoice)
    return bool(days) and not (due and any(due <= day for day in days))


ICELAND = (
    _warned("IS-R-001", "BT-3", lambda i: i.type_code not in {"380", "381"}),
    Asked("IS-R-002", "BT-30", lambda i: not (i.seller.legal_id and i.seller.legal_id.scheme == "0196")),
    Asked("IS-R-003", "BG-5", lambda i: not (address(i.seller).street and address(i.seller).postcode)),
    Asked("IS-R-004", "BT-47", lambda i: not (i.buyer.legal_id and i.buyer.legal_id.scheme == "0196"), both=True),
    Asked("IS-R-005", "BG-8", lambda i: not (address(i.buyer).street and address(i.buyer).postcode), both=True),
    Asked("IS-R-006", "BT-84", partial(_account_of, "9"), present=False),
    Asked("IS-R-007", "BT-84", partial(_account_of, "42"), present=False),
    Asked("IS-R-008", "BT-122", lambda i: any(not _is_day(day) for day in _final_days(i)), present=False),
    Asked("IS-R-009", "BT-9", lambda i: bool(_final_days(i)) and not _due(i)),
    Asked("IS-R-010", "BT-9", _due_after, present=False),
)
RULES = (
    *rules_of("SE", SWEDEN),
    *rules_of("NO", NORWAY, lambda invoice, _both: by_vat_id(invoice, invoice.seller) == "NO"),
    *rules_of("DK", DENMARK),
    *rules_of("IS", ICELAND),
)
