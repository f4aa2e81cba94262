"""Peppol form of allowances, VAT breakdown and totals: two decimals, categories of EN 16931, reasons where demanded.

Amounts that the document states are never replaced by computed ones unless they are missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from mailroom.einvoice.checks.arithmetic import ZERO, rounded, total
from mailroom.einvoice.checks.peppol import both_german, off_percentage
from mailroom.einvoice.codes import codes
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import AllowanceCharge, Totals, VatBreakdown

_REASONS = {"AE": "VATEX-EU-AE", "K": "VATEX-EU-IC", "G": "VATEX-EU-G", "O": "VATEX-EU-O"}
"""Exemption code that each category implies."""
EXEMPT_TEXT = "Exempt"
_UNRATED = frozenset({"Z", "E", "AE", "K", "G"})
_NO_REASON = frozenset({"S", "Z", "L", "M", "B"})


def category_of(category: str, rate: Decimal | None) -> str:
    """Return a category of EN 16931; older lists know `AA` (reduced) and `H` (higher), which are S with their rate."""
    if category in codes("vat_category"):
        return "Z" if category == "S" and rate is not None and rate == 0 else category
    return "S" if rate else "E"


def rate_of(category: str, rate: Decimal | None) -> Decimal | None:
    """Return the rate that goes with the category: none for O, zero where nothing is due."""
    if category == "O":
        return None
    return ZERO if category in _UNRATED and not rate else rate


def cents(value: Decimal | None) -> Decimal | None:
    """Return an amount with at most two decimals."""
    if value is None:
        return None
    exponent = value.as_tuple().exponent
    return rounded(value) if isinstance(exponent, int) and exponent < -2 else value


# -- allowances and charges -----------------------------------------------------------------------------------------


def allowance(one: AllowanceCharge) -> AllowanceCharge:
    """Return an allowance or charge with a reason, and with base and percentage only where they belong together."""
    amount, base = cents(one.amount), cents(one.base)
    percent = one.percent
    if percent is None or base is None or off_percentage(one.model_copy(update={"amount": amount, "base": base})):
        percent = base = None  # R040 to R042
    allowed = codes("charge_reason" if one.charge else "allowance_reason")
    code = one.reason_code if one.reason_code in allowed else ""
    if not code and not one.reason:
        code = "ABK" if one.charge else "95"  # UNTDID 7161: miscellaneous; UNTDID 5189: discount
    return one.model_copy(update={"amount": amount or ZERO, "base": base, "percent": percent, "reason_code": code})


def document_allowances(invoice: Invoice) -> Invoice:
    """Return the invoice with its document level allowances and charges in Peppol form."""
    rows = invoice.vat_breakdown
    only = rows[0] if len(rows) == 1 else None

    def one(held: AllowanceCharge) -> AllowanceCharge:
        category, rate = held.vat_category, held.vat_rate
        if not category and only:
            category, rate = only.category, only.rate
        category = category_of(category, rate)
        found = allowance(held)
        return found.model_copy(update={"vat_category": category, "vat_rate": rate_of(category, rate)})

    return invoice.model_copy(update={"allowances": tuple(one(held) for held in invoice.allowances)})


# -- VAT breakdown --------------------------------------------------------------------------------------------------


def breakdown(invoice: Invoice) -> Invoice:
    """Return the invoice with one row for each category and rate, made of its lines where it has none."""
    rows = [_row(row) for row in invoice.vat_breakdown] or _from_lines(invoice)
    merged: dict[tuple[str, Decimal | None], VatBreakdown] = {}
    for row in rows:
        key = (row.category, row.rate)
        merged[key] = _joined(merged[key], row) if key in merged else row
    german = both_german(invoice)  # DE-R-014: between Germans every row has a rate, also one outside VAT
    kept = (row.model_copy(update={"rate": ZERO}) if german and row.rate is None else row for row in merged.values())
    return invoice.model_copy(update={"vat_breakdown": tuple(kept)})


def _row(row: VatBreakdown) -> VatBreakdown:
    category = category_of(row.category, row.rate)
    code = row.reason_code if row.reason_code.upper() in codes("exemption") else ""
    reason = row.reason
    if category in _NO_REASON:
        code = reason = ""
    elif not code and not reason:
        code = _REASONS.get(category, "")
        reason = "" if code else EXEMPT_TEXT
    return row.model_copy(
        update={
            "taxable": cents(row.taxable),
            "tax": cents(row.tax),
            "category": category,
            "rate": rate_of(category, row.rate),
            "reason": reason,
            "reason_code": code,
        }
    )


def _joined(one: VatBreakdown, other: VatBreakdown) -> VatBreakdown:
    return one.model_copy(
        update={
            "taxable": total((one.taxable, other.taxable)),
            "tax": total((one.tax, other.tax)),
            "reason": one.reason or other.reason,
            "reason_code": one.reason_code or other.reason_code,
        }
    )


def _from_lines(invoice: Invoice) -> list[VatBreakdown]:
    sums: dict[tuple[str, Decimal | None], Decimal] = {}
    for line in invoice.lines:
        category = category_of(line.vat_category or "S", line.vat_rate)
        key = (category, rate_of(category, line.vat_rate))
        sums[key] = total((sums.get(key), line.net))
    for one in invoice.allowances:
        key = (category_of(one.vat_category or "S", one.vat_rate), one.vat_rate)
        amount = one.amount or ZERO
        sums[key] = total((sums.get(key), amount if one.charge else -amount))
    return [
        _row(VatBreakdown(category=category, rate=rate, taxable=rounded(s), tax=rounded(s * (rate or ZERO) / 100)))
        for (category, rate), s in sums.items()
    ]


# -- totals ---------------------------------------------------------------------------------------------------------


def amounts(invoice: Invoice) -> Invoice:
    """Return the invoice with every total, two decimals each; what is stated stays, what is missing is added up."""
    held, rows = invoice.totals, invoice.vat_breakdown
    less = _sum(one.amount for one in invoice.allowances if not one.charge)
    more = _sum(one.amount for one in invoice.allowances if one.charge)
    line_net = _stated(held.line_net, rounded(total(line.net for line in invoice.lines)))
    net = _stated(held.net, total((line_net, more, _minus(less))))
    vat = _stated(held.vat, rounded(total(row.tax for row in rows)))
    gross = _stated(held.gross, total((net, vat)))
    prepaid, rounding = _prepaid(invoice), cents(held.rounding)
    payable = _stated(held.payable, total((gross, _minus(prepaid), rounding)))
    totals = Totals(
        line_net=line_net, allowances=less if less is not None else _zero(held.allowances),
        charges=more if more is not None else _zero(held.charges), net=net, vat=vat,
        vat_accounting=cents(held.vat_accounting), gross=gross, prepaid=prepaid, rounding=rounding, payable=payable,
    )  # fmt: skip
    return invoice.model_copy(update={"totals": totals, "third_party": ()})


def _prepaid(invoice: Invoice) -> Decimal | None:
    """Return BT-113. What is collected for a third party is a negative one: Peppol has no other place for it."""
    if not invoice.third_party:
        return cents(invoice.totals.prepaid)
    return rounded(total((invoice.totals.prepaid, *(_minus(one.amount) for one in invoice.third_party))))


def _stated(value: Decimal | None, otherwise: Decimal) -> Decimal:
    return otherwise if value is None else cents(value) or ZERO


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    held = list(values)
    return rounded(total(held)) if held else None


def _zero(stated: Decimal | None) -> Decimal | None:
    return ZERO if stated is not None else None


def _minus(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.copy_negate()
