"""Make an e-invoice of the fields of a paper invoice.

Lines that the page shows are taken when they are exactly its totals; else one line sums up the whole. What Peppol
demands and neither the page nor the account says stays away; `gaps` names it, so that a person can be asked.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from mailroom.domain.document import DocumentType, FieldName, Fields
from mailroom.domain.line import Lines
from mailroom.domain.unit import unit_code
from mailroom.einvoice.checks import check
from mailroom.einvoice.checks.arithmetic import ZERO
from mailroom.einvoice.header import compact
from mailroom.einvoice.kinds import day, number
from mailroom.einvoice.line_items import proved_lines
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import (
    Account,
    Address,
    Item,
    Line,
    Party,
    PaymentMeans,
    Price,
    Totals,
    VatBreakdown,
)
from mailroom.einvoice.peppol import peppol_form
from mailroom.einvoice.rates import country_of, rate_of_totals
from mailroom.languages import text

if TYPE_CHECKING:
    from mailroom.domain.account import Account as OwnAccount

_NO_LINES = Lines()
_CASH_ROUNDING = Decimal("0.05")
_DEMANDED = frozenset({"missing", "buyer_reference"}) | {
    f"category_ids_{who}" for who in ("any", "vat", "both", "reverse")
}


def from_fields(fields: Fields, *, account: OwnAccount, lines: Lines = _NO_LINES) -> Invoice:
    """Return the invoice that the fields describe, in the model of EN 16931.

    `lines` are those of the page; they are taken when they are exactly the totals.

    The account is the buyer, unless the page names it as the seller. A credit note's amounts come out positive, as
    its own document says what they mean.
    """
    totals = _totals(fields)
    issued, currency = _day(fields, FieldName.ISSUE_DATE), _value(fields, FieldName.CURRENCY)
    seller, buyer = _parties(fields, account)
    row = _breakdown(totals, seller, buyer)
    credit_note = _value(fields, FieldName.DOCUMENT_TYPE) == DocumentType.CREDIT_NOTE
    due = _day(fields, FieldName.DUE_DATE)
    proved = proved_lines(lines, totals, row, [unit_code(item.unit) for item in lines.items])
    held, rows = proved or ((_line(totals, row, fields, account),), (row,))
    return Invoice(
        number=_value(fields, FieldName.INVOICE_NUMBER),
        issue_date=issued,
        type_code="381" if credit_note else "380",
        is_credit_note=credit_note,
        currency=currency,
        due_date=due,
        seller=seller,
        buyer=buyer,
        payment_reference=_value(fields, FieldName.PAYMENT_REFERENCE),
        payment_means=_means(fields),
        totals=totals,
        vat_breakdown=rows,
        lines=held,
    )


def gaps(invoice: Invoice) -> tuple[str, ...]:
    """Return the terms that Peppol demands and the invoice does not say, such as `BT-49`."""
    form = peppol_form(invoice)
    found = [finding for finding in check(form, as_peppol=True) if finding.sentence in _DEMANDED]
    missing = [finding.facts.get("term", finding.place) for finding in found if not finding.rule.startswith("M-")]
    if not (invoice.buyer_reference or invoice.purchase_order or invoice.sales_order):
        missing.append("BT-10")
    if form.payment_terms and not invoice.payment_terms:
        missing.append("BT-9")
    return tuple(dict.fromkeys(missing))


def _value(fields: Fields, name: FieldName) -> str:
    field = fields.get(name)
    return (field.value or "").strip() if field else ""


def _day(fields: Fields, name: FieldName) -> date | None:
    return day(_value(fields, name))


# -- amounts --------------------------------------------------------------------------------------------------------


def _totals(fields: Fields) -> Totals:
    """Return the totals; of net, VAT and total any two give the third, and no VAT stated means none."""
    net, vat, gross = (
        number(_value(fields, name)) for name in (FieldName.NET_AMOUNT, FieldName.VAT_AMOUNT, FieldName.TOTAL_AMOUNT)
    )
    payable = number(_value(fields, FieldName.PAYABLE_AMOUNT))
    net, vat, gross = _completed(net, vat, gross if gross is not None else payable)
    payable = gross if payable is None else payable
    if _value(fields, FieldName.DOCUMENT_TYPE) == DocumentType.CREDIT_NOTE and gross < 0:
        net, vat, gross, payable = -net, -vat, -gross, abs(payable)
    difference = payable - gross
    rounding = difference if difference and abs(difference) <= _CASH_ROUNDING else None
    prepaid = -difference if difference and rounding is None else None
    return Totals(line_net=net, net=net, vat=vat, gross=gross, prepaid=prepaid, rounding=rounding, payable=payable)


def _completed(net: Decimal | None, vat: Decimal | None, gross: Decimal | None) -> tuple[Decimal, Decimal, Decimal]:
    if gross is None:
        gross = (net or ZERO) + (vat or ZERO)
    if net is None:
        net = gross - (vat or ZERO)
    # The total is what is paid; where the three do not add up, VAT is what lies between.
    return net, gross - net, gross


def _breakdown(totals: Totals, seller: Party, buyer: Party) -> VatBreakdown:
    net, vat = totals.net or ZERO, totals.vat or ZERO
    if vat:
        rate = rate_of_totals(net, vat, country_of(seller))
        return VatBreakdown(taxable=net, tax=vat, category="S", rate=rate)
    abroad = seller.vat_id and buyer.vat_id and country_of(seller) != country_of(buyer)
    if abroad:
        return VatBreakdown(taxable=net, tax=vat, category="AE", rate=ZERO, reason_code="VATEX-EU-AE")
    if not seller.vat_id:
        return VatBreakdown(taxable=net, tax=vat, category="O", reason_code="VATEX-EU-O")
    return VatBreakdown(taxable=net, tax=vat, category="E", rate=ZERO, reason="Exempt")


def _line(totals: Totals, row: VatBreakdown, fields: Fields, account: OwnAccount) -> Line:
    net = totals.net or ZERO
    name = text(account.language, "einvoice.summary_line", number=_value(fields, FieldName.INVOICE_NUMBER) or "-")
    return Line(
        id="1",
        quantity=Decimal(-1 if net < 0 else 1),
        unit="C62",
        net=net,
        price=Price(net=abs(net)),
        vat_category=row.category,
        vat_rate=row.rate,
        item=Item(name=name),
    )


# -- parties and payment --------------------------------------------------------------------------------------------


def _parties(fields: Fields, account: OwnAccount) -> tuple[Party, Party]:
    seller = _party(_value(fields, FieldName.SELLER_NAME), _value(fields, FieldName.SELLER_VAT_ID))
    buyer = _party(_value(fields, FieldName.BUYER_NAME), _value(fields, FieldName.BUYER_VAT_ID))
    own_vat_id = compact(account.vat_id)
    own = _party(account.name, own_vat_id)
    if own_vat_id and seller.vat_id == own_vat_id:
        return own, buyer
    if not buyer.vat_id or buyer.vat_id == own_vat_id:
        buyer = _party(buyer.name or account.name, own_vat_id)
    iban = _value(fields, FieldName.IBAN)
    if seller.address is None and iban:
        seller = seller.model_copy(update={"address": Address(country=iban[:2])})
    return seller, buyer


def _party(name: str, vat_id: str) -> Party:
    party = Party(name=name, vat_id=compact(vat_id))
    country = country_of(party)
    return party.model_copy(update={"address": Address(country=country)}) if country else party


def _means(fields: Fields) -> tuple[PaymentMeans, ...]:
    iban = _value(fields, FieldName.IBAN)
    return (PaymentMeans(code="30", account=Account(id=iban)),) if iban else ()
