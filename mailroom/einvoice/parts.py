"""The groups of an EN 16931 invoice, each term by its number. `model.py` puts them together.

Nothing here is demanded: what an invoice leaves out is empty or None, so that every invoice that somebody sent can be
shown; `checks` says what is missing. Amounts and quantities are `Decimal` as written, dates are `date`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from mailroom.domain.value import Value


class Identifier(Value):
    """An identifier with the scheme it is taken from (`0208`, `EM`, ...) and the version of that scheme."""

    value: str
    scheme: str = ""
    version: str = ""


class Note(Value):
    """BG-1: a note on the whole invoice, with its subject code BT-21 and its text BT-22."""

    subject_code: str = ""
    text: str = ""


class PrecedingInvoice(Value):
    """BG-3: an earlier invoice that this one corrects, with number BT-25 and date BT-26."""

    number: str = ""
    issue_date: date | None = None


class Address(Value):
    """BG-5, BG-8, BG-12 or BG-15: a postal address. `building` is a house number that the syntax keeps apart."""

    street: str = ""
    additional_street: str = ""
    building: str = ""
    third_line: str = ""
    city: str = ""
    postcode: str = ""
    subdivision: str = ""
    country: str = ""


class Contact(Value):
    """BG-6 or BG-9: a person or a department, a telephone number, an e-mail address."""

    name: str = ""
    department: str = ""
    telephone: str = ""
    email: str = ""


class Party(Value):
    """BG-4 seller, BG-7 buyer, BG-10 payee or BG-11 tax representative of the seller.

    In the order of the seller's terms: name BT-27, trading name BT-28, identifiers BT-29, legal registration BT-30,
    VAT id BT-31, other tax registration BT-32, additional legal information BT-33, electronic address BT-34.
    """

    name: str = ""
    trading_name: str = ""
    ids: tuple[Identifier, ...] = ()
    legal_id: Identifier | None = None
    vat_id: str = ""
    tax_id: str = ""
    legal_form: str = ""
    endpoint: Identifier | None = None
    address: Address | None = None
    contact: Contact | None = None


class Period(Value):
    """BG-14 or BG-26: first and last day."""

    start: date | None = None
    end: date | None = None


class Delivery(Value):
    """BG-13: name BT-70, place BT-71, day BT-72 and address BG-15 of the delivery."""

    name: str = ""
    location_id: Identifier | None = None
    day: date | None = None
    address: Address | None = None


class Account(Value):
    """BG-17: account BT-84, its holder BT-85 and its bank BT-86."""

    id: str = ""
    name: str = ""
    bank: str = ""


class Card(Value):
    """BG-18: the last digits of a card BT-87 and its holder BT-88. `network` is beyond EN 16931."""

    number: str = ""
    network: str = ""
    holder: str = ""


class PaymentMeans(Value):
    """BG-16: one way to pay: code BT-81, text BT-82, account BG-17 or card BG-18 or direct debit BG-19.

    `mandate` is BT-89, `debited_account` BT-91. `reference` is a remittance information of this means alone, where it
    differs from the invoice's own BT-83.
    """

    code: str = ""
    text: str = ""
    reference: str = ""
    account: Account | None = None
    card: Card | None = None
    mandate: str = ""
    debited_account: str = ""


class AllowanceCharge(Value):
    """BG-20, BG-21, BG-27 or BG-28: an allowance, or with `charge` a charge. On a line it has no VAT category."""

    charge: bool = False
    amount: Decimal | None = None
    base: Decimal | None = None
    percent: Decimal | None = None
    vat_category: str = ""
    vat_rate: Decimal | None = None
    reason: str = ""
    reason_code: str = ""


class Totals(Value):
    """BG-22: BT-106 to BT-115 in this order. `vat_accounting` is BT-111, in the currency BT-6."""

    line_net: Decimal | None = None
    allowances: Decimal | None = None
    charges: Decimal | None = None
    net: Decimal | None = None
    vat: Decimal | None = None
    vat_accounting: Decimal | None = None
    gross: Decimal | None = None
    prepaid: Decimal | None = None
    rounding: Decimal | None = None
    payable: Decimal | None = None


class VatBreakdown(Value):
    """BG-23: taxable amount BT-116, VAT BT-117, category BT-118, rate BT-119, exemption reason BT-120 and its code."""

    taxable: Decimal | None = None
    tax: Decimal | None = None
    category: str = ""
    rate: Decimal | None = None
    reason: str = ""
    reason_code: str = ""


class ThirdPartyPayment(Value):
    """BG-DEX-09, an extension of XRechnung: an amount that is collected for somebody else and added to BT-115."""

    kind: str = ""
    amount: Decimal | None = None
    description: str = ""


class SupportingDocument(Value):
    """BG-24: reference BT-122, description BT-123, place BT-124 or the attached file BT-125 itself."""

    reference: Identifier | None = None
    description: str = ""
    uri: str = ""
    content: bytes | None = None
    media_type: str = ""
    filename: str = ""


class Price(Value):
    """BG-29: net price BT-146, discount BT-147, gross price BT-148, for how much of which unit BT-149, BT-150."""

    net: Decimal | None = None
    discount: Decimal | None = None
    gross: Decimal | None = None
    base_quantity: Decimal | None = None
    base_unit: str = ""


class ItemAttribute(Value):
    """BG-32: name BT-160 and value BT-161."""

    name: str = ""
    value: str = ""


class Item(Value):
    """BG-31: what was sold. BT-153 to BT-159 and the attributes BG-32."""

    name: str = ""
    description: str = ""
    seller_id: str = ""
    buyer_id: str = ""
    standard_id: Identifier | None = None
    classifications: tuple[Identifier, ...] = ()
    origin: str = ""
    attributes: tuple[ItemAttribute, ...] = ()


class Line(Value):
    """BG-25: one line. `lines` are lines under it (an extension of XRechnung); the amount here already holds them."""

    id: str = ""
    note: str = ""
    object_id: Identifier | None = None
    quantity: Decimal | None = None
    unit: str = ""
    net: Decimal | None = None
    order_line: str = ""
    accounting_reference: str = ""
    period: Period | None = None
    allowances: tuple[AllowanceCharge, ...] = ()
    price: Price | None = None
    vat_category: str = ""
    vat_rate: Decimal | None = None
    item: Item = Item()
    lines: tuple[Line, ...] = ()
