"""The table of Facturae 3.2.x (Spain). Source: facturae.gob.es, schema 3.2.2."""

from __future__ import annotations

from typing import Any

from mailroom.einvoice import mapping
from mailroom.einvoice.mapping import Context, Group, Leaf, Table
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.national import IBAN_ONLY, joined, many, reads, texts
from mailroom.einvoice.parts import (
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


def _spanish_vat_id(node: Node, context: Context) -> dict[str, Any]:
    found = texts(node, "TaxIdentification/TaxIdentificationNumber", context, "code")
    if not found:
        return {}
    return {"vat_id": found[0] if found[0][:2].isalpha() else f"ES{found[0]}"}


_ES_COUNTRIES = {"ESP": "ES", "FRA": "FR", "PRT": "PT", "DEU": "DE", "ITA": "IT", "BEL": "BE", "NLD": "NL", "AND": "AD"}


def _spanish_country(node: Node, context: Context) -> dict[str, Any]:
    found = texts(node, "CountryCode", context, "code")
    return {"country": _ES_COUNTRIES.get(found[0], found[0])} if found else {}


_ES_ADDRESS = Table(
    Address,
    (
        Leaf("", "street", "Address"),
        Leaf("", "postcode", "PostCode"),
        Leaf("", "city", "Town | PostCodeAndTown"),
        Leaf("", "subdivision", "Province"),
        reads(_spanish_country),
    ),
)
_ES_PARTY = Table(
    Party,
    (
        reads(_spanish_vat_id),
        joined(
            "name",
            "LegalEntity/CorporateName",
            *(f"Individual/{part}" for part in ("Name", "FirstSurname", "SecondSurname")),
        ),
        Leaf("", "trading_name", "LegalEntity/TradeName"),
        Group(
            "address",
            "LegalEntity/AddressInSpain | Individual/AddressInSpain"
            " | LegalEntity/OverseasAddress | Individual/OverseasAddress",
            _ES_ADDRESS,
        ),
    ),
)  # fmt: skip
_ES_LINE = Table(
    Line,
    (
        Leaf("BT-126", "id", "SequenceNumber"),
        Group("item", ".", Table(Item, (Leaf("BT-153", "name", "ItemDescription"),))),
        Leaf("BT-129", "quantity", "Quantity", "number"),
        Group("price", ".", Table(Price, (Leaf("BT-146", "net", "UnitPriceWithoutTax", "number"),))),
        Leaf("BT-131", "net", "GrossAmount | TotalCost", "number"),
        Leaf("BT-152", "vat_rate", "TaxesOutputs/Tax/TaxRate", "number"),
    ),
)
_ES_ROW = Table(
    VatBreakdown,
    (
        Leaf("BT-116", "taxable", "TaxableBase/TotalAmount", "number"),
        Leaf("BT-117", "tax", "TaxAmount/TotalAmount", "number"),
        Leaf("BT-119", "rate", "TaxRate", "number"),
    ),
)
_ES = "Invoices/Invoice"
_CORRECTIVE = frozenset({"OR", "CR"})


def _spanish_type(node: Node, context: Context) -> dict[str, Any]:
    kinds = texts(node, f"{_ES}/InvoiceHeader/InvoiceClass", context, "code")
    totals = mapping.find(node, mapping.paths(f"{_ES}/InvoiceTotals/InvoiceTotal")[0].steps)
    negative = bool(totals) and totals[0].text.startswith("-")
    credit = bool(kinds) and kinds[0] in _CORRECTIVE and negative
    return {"is_credit_note": credit, "type_code": "381" if credit else "380"}


def _spanish_number(node: Node, context: Context) -> dict[str, Any]:
    header = f"{_ES}/InvoiceHeader"
    parts = [t for name in ("InvoiceSeriesCode", "InvoiceNumber") for t in texts(node, f"{header}/{name}", context)[:1]]
    return {"number": "-".join(parts)} if parts else {}


FACTURAE = Table(
    Invoice,
    (
        reads(_spanish_type),
        reads(_spanish_number),
        Leaf("BT-2", "issue_date", f"{_ES}/InvoiceIssueData/IssueDate", "day"),
        Leaf("BT-5", "currency", f"{_ES}/InvoiceIssueData/InvoiceCurrencyCode", "code"),
        Leaf("BT-9", "due_date", f"{_ES}/PaymentDetails/Installment/InstallmentDueDate", "day"),
        Group("seller", "Parties/SellerParty", _ES_PARTY),
        Group("buyer", "Parties/BuyerParty", _ES_PARTY),
        many(
            "payment_means",
            f"{_ES}/PaymentDetails/Installment/AccountToBeCredited",
            Table(PaymentMeans, (Group("account", ".", IBAN_ONLY),)),
        ),
        many("vat_breakdown", f"{_ES}/TaxesOutputs/Tax", _ES_ROW),
        many("lines", f"{_ES}/Items/InvoiceLine", _ES_LINE),
        Group(
            "totals",
            f"{_ES}/InvoiceTotals",
            Table(
                Totals,
                (
                    Leaf("BT-106", "line_net", "TotalGrossAmount", "number"),
                    Leaf("BT-107", "allowances", "TotalGeneralDiscounts", "number"),
                    Leaf("BT-108", "charges", "TotalGeneralSurcharges", "number"),
                    Leaf("BT-109", "net", "TotalGrossAmountBeforeTaxes", "number"),
                    Leaf("BT-110", "vat", "TotalTaxOutputs", "number"),
                    Leaf("BT-112", "gross", "InvoiceTotal", "number"),
                    Leaf("BT-115", "payable", "TotalExecutableAmount | TotalOutstandingAmount", "number"),
                ),
            ),
        ),
    ),
)
