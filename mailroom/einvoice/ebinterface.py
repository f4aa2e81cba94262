"""The table of ebInterface 4.x to 6.x (Austria). Source: AUSTRIAPRO, ebInterface schemas."""

from __future__ import annotations

from typing import Any

from mailroom.einvoice.mapping import Context, Group, Leaf, Table
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.national import many, reads
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
from mailroom.einvoice.tree import Node

_AT_ADDRESS = Table(
    Address,
    (
        Leaf("", "street", "Address/Street"),
        Leaf("", "city", "Address/Town"),
        Leaf("", "postcode", "Address/ZIP"),
        Leaf("", "country", "Address/Country/@CountryCode", "code"),
    ),
)
_AT_PARTY = Table(
    Party,
    (
        Leaf("", "name", "Address/Name"),
        Leaf("", "vat_id", "VATIdentificationNumber", "code"),
        Group("address", ".", _AT_ADDRESS),
    ),
)
_AT_LINE = Table(
    Line,
    (
        Leaf("BT-126", "id", "PositionNumber"),
        Group("item", ".", Table(Item, (Leaf("BT-153", "name", "Description"),))),
        Leaf("BT-129", "quantity", "Quantity", "number"),
        Leaf("BT-130", "unit", "Quantity/@Unit", "code"),
        Group("price", ".", Table(Price, (Leaf("BT-146", "net", "UnitPrice", "number"),))),
        Leaf("BT-131", "net", "LineItemAmount", "number"),
        Leaf("BT-152", "vat_rate", "TaxItem/TaxPercent | VATRate", "number"),
        Leaf("BT-151", "vat_category", "TaxItem/TaxPercent/@TaxCategoryCode", "code"),
    ),
)
_AT_ROW = Table(
    VatBreakdown,
    (
        Leaf("BT-116", "taxable", "TaxableAmount | TaxedAmount", "number"),
        Leaf("BT-117", "tax", "TaxAmount | Amount", "number"),
        Leaf("BT-119", "rate", "TaxPercent | VATRate", "number"),
        Leaf("BT-118", "category", "TaxPercent/@TaxCategoryCode", "code"),
        Leaf("BT-120", "reason", "Comment | TaxExemption"),
    ),
)
_AT_ACCOUNT = Table(
    Account,
    (
        Leaf("BT-84", "id", "IBAN", "code"),
        Leaf("BT-85", "name", "BankAccountOwner"),
        Leaf("BT-86", "bank", "BIC", "code"),
    ),
)
_AT_CREDIT = frozenset({"CreditMemo", "FinalSettlementCredit"})


def _austrian_type(node: Node, _context: Context) -> dict[str, Any]:
    credit = node.attributes.get("DocumentType", "") in _AT_CREDIT
    node.taken = (node.taken or set()) | {"DocumentType"}
    return {"is_credit_note": credit, "type_code": "381" if credit else "380"}


def _austrian_rows(node: Node, context: Context) -> dict[str, Any]:
    for path in ("Tax/TaxItem", "Tax/VAT/VATItem", "Tax/VAT/TaxItem"):
        rows = many("vat_breakdown", path, _AT_ROW).read(node, context)
        if rows["vat_breakdown"]:
            return rows
    return {}


_TRANSFER = "PaymentMethod/UniversalBankTransaction"
EBINTERFACE = Table(
    Invoice,
    (
        reads(_austrian_type),
        Leaf("BT-1", "number", "InvoiceNumber"),
        Leaf("BT-2", "issue_date", "InvoiceDate", "day"),
        Leaf("BT-5", "currency", "@InvoiceCurrency", "code"),
        Leaf("BT-9", "due_date", "PaymentConditions/DueDate", "day"),
        Leaf("BT-13", "purchase_order", "InvoiceRecipient/OrderReference/OrderID"),
        Group("seller", "Biller", _AT_PARTY),
        Group("buyer", "InvoiceRecipient", _AT_PARTY),
        Leaf("BT-83", "payment_reference", f"{_TRANSFER}/PaymentReference"),
        Group(
            "payment_means",
            f"{_TRANSFER}/BeneficiaryAccount",
            Table(PaymentMeans, (Group("account", ".", _AT_ACCOUNT),)),
            many=True,
        ),
        reads(_austrian_rows),
        many("lines", "Details/ItemList/ListLineItem", _AT_LINE),
        Group(
            "totals",
            ".",
            Table(
                Totals,
                (
                    Leaf("BT-112", "gross", "TotalGrossAmount", "number"),
                    Leaf("BT-113", "prepaid", "PrepaidAmount", "number"),
                    Leaf("BT-114", "rounding", "RoundingAmount", "number"),
                    Leaf("BT-115", "payable", "PayableAmount", "number"),
                ),
            ),
        ),
    ),
)
