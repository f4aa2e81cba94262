"""The table of UN/CEFACT Cross Industry Invoice D16B: Factur-X, ZUGFeRD 2.x, XRechnung CII.

ZUGFeRD 1.0 gets the names of D16B first.

Source: EN 16931-3-3. `cii_specials` holds what no path describes.
"""

from __future__ import annotations

from functools import cache

from mailroom.einvoice import cii_specials as special
from mailroom.einvoice.mapping import Group, Leaf, Table
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import (
    Account,
    Address,
    AllowanceCharge,
    Card,
    Contact,
    Delivery,
    Item,
    ItemAttribute,
    Line,
    Note,
    Party,
    PaymentMeans,
    Period,
    PrecedingInvoice,
    Price,
    SupportingDocument,
    Totals,
    VatBreakdown,
)
from mailroom.einvoice.tree import Node

_AGREEMENT = "SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement"
_DELIVERY = "SupplyChainTradeTransaction/ApplicableHeaderTradeDelivery"
_SETTLEMENT = "SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement"


def _address(terms: str) -> Table:
    """Return the table of an address; terms: street, second and third line, city, postcode, region, country."""
    street, more, third, city, post, region, country = terms.split()
    return Table(
        Address,
        (
            Leaf(street, "street", "LineOne | StreetName"),
            Leaf(more, "additional_street", "LineTwo"),
            Leaf("", "building", "BuildingNumber"),
            Leaf(third, "third_line", "LineThree"),
            Leaf(city, "city", "CityName"),
            Leaf(post, "postcode", "PostcodeCode"),
            Leaf(region, "subdivision", "CountrySubDivisionName | CountrySubDivisionID"),
            Leaf(country, "country", "CountryID", "code"),
        ),
    )


def _contact(name: str, telephone: str, email: str) -> Table:
    return Table(
        Contact,
        (
            Leaf(name, "name", "PersonName"),
            Leaf(name, "department", "DepartmentName"),
            Leaf(telephone, "telephone", "TelephoneUniversalCommunication/CompleteNumber"),
            Leaf(
                email, "email", "EmailURIUniversalCommunication/URIID | EmailURIUniversalCommunication/CompleteNumber"
            ),
        ),
    )


def _party(terms: str, address: Table, contact: Table) -> Table:
    """Return the table of a party; terms: name, trading name, ids, legal id, VAT id, tax id, legal form, endpoint."""
    name, trading, ids, legal, vat, tax, form, endpoint = terms.split()
    return Table(
        Party,
        (
            special.party_ids(ids),
            Leaf(name, "name", "Name"),
            Leaf(form, "legal_form", "Description"),
            Leaf(legal, "legal_id", "SpecifiedLegalOrganization/ID", "identifier"),
            Leaf(trading, "trading_name", "SpecifiedLegalOrganization/TradingBusinessName"),
            Group("contact", "DefinedTradeContact", contact),
            Group("address", "PostalTradeAddress", address),
            Leaf(endpoint, "endpoint", "URIUniversalCommunication/URIID", "identifier"),
            Leaf(vat, "vat_id", "SpecifiedTaxRegistration[ID/@schemeID=VA]/ID", "code"),
            Leaf(tax, "tax_id", "SpecifiedTaxRegistration[ID/@schemeID=FC]/ID"),
        ),
    )


SELLER = _party(
    "BT-27 BT-28 BT-29 BT-30 BT-31 BT-32 BT-33 BT-34",
    _address("BT-35 BT-36 BT-162 BT-37 BT-38 BT-39 BT-40"),
    _contact("BT-41", "BT-42", "BT-43"),
)
BUYER = _party(
    "BT-44 BT-45 BT-46 BT-47 BT-48 - - BT-49",
    _address("BT-50 BT-51 BT-163 BT-52 BT-53 BT-54 BT-55"),
    _contact("BT-56", "BT-57", "BT-58"),
)
PAYEE = _party("BT-59 - BT-60 BT-61 - - - -", _address("- - - - - - -"), _contact("", "", ""))
TAX_REPRESENTATIVE = _party(
    "BT-62 - - - BT-63 - - -",
    _address("BT-64 BT-65 BT-164 BT-66 BT-67 BT-68 BT-69"),
    _contact("", "", ""),
)


def _period(start: str, end: str) -> Table:
    return Table(
        Period,
        (
            Leaf(start, "start", "StartDateTime/DateTimeString", "short_day"),
            Leaf(end, "end", "EndDateTime/DateTimeString", "short_day"),
        ),
    )


DELIVERY = Table(
    Delivery,
    (
        Leaf("BT-70", "name", "ShipToTradeParty/Name"),
        special.LOCATION,
        Leaf("BT-72", "day", "ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString", "short_day"),
        Group(
            "address",
            "ShipToTradeParty/PostalTradeAddress",
            _address("BT-75 BT-76 BT-165 BT-77 BT-78 BT-79 BT-80"),
        ),
    ),
)
NOTE = Table(Note, (Leaf("BT-22", "text", "Content"), Leaf("BT-21", "subject_code", "SubjectCode", "code")))
ACCOUNT = Table(
    Account,
    (
        special.ACCOUNT_ID,
        Leaf("BT-85", "name", "PayeePartyCreditorFinancialAccount/AccountName"),
        Leaf("BT-86", "bank", "PayeeSpecifiedCreditorFinancialInstitution/BICID"),
    ),
)
CARD = Table(Card, (Leaf("BT-87", "number", "ID"), Leaf("BT-88", "holder", "CardholderName")))
PAYMENT_MEANS = Table(
    PaymentMeans,
    (
        Leaf("BT-81", "code", "TypeCode", "code"),
        Leaf("BT-82", "text", "Information"),
        Group("card", "ApplicableTradeSettlementFinancialCard", CARD),
        Leaf("BT-91", "debited_account", "PayerPartyDebtorFinancialAccount/IBANID"),
        Group("account", ".", ACCOUNT),
    ),
)
_ALLOWANCE = (
    Leaf("", "charge", "ChargeIndicator/Indicator", "truth"),
    Leaf("", "percent", "CalculationPercent", "number"),
    Leaf("", "base", "BasisAmount", "bare_amount"),
    Leaf("", "amount", "ActualAmount", "bare_amount"),
    Leaf("", "reason_code", "ReasonCode", "code"),
    Leaf("", "reason", "Reason"),
    Leaf("", "vat_category", "CategoryTradeTax[TypeCode=VAT]/CategoryCode | CategoryTradeTax/CategoryCode", "code"),
    Leaf("", "vat_rate", "CategoryTradeTax/RateApplicablePercent", "number"),
)
ALLOWANCE = Table(AllowanceCharge, _ALLOWANCE)
SERVICE_CHARGE = Table(
    AllowanceCharge,
    (
        Leaf("", "reason", "Description"),
        Leaf("", "amount", "AppliedAmount", "bare_amount"),
        Leaf("", "vat_category", "AppliedTradeTax/CategoryCode", "code"),
        Leaf("", "vat_rate", "AppliedTradeTax/RateApplicablePercent", "number"),
    ),
)
_SUM = "SpecifiedTradeSettlementHeaderMonetarySummation"
TOTALS = Table(
    Totals,
    (
        Leaf("BT-106", "line_net", f"{_SUM}/LineTotalAmount", "bare_amount"),
        Leaf("BT-108", "charges", f"{_SUM}/ChargeTotalAmount", "bare_amount"),
        Leaf("BT-107", "allowances", f"{_SUM}/AllowanceTotalAmount", "bare_amount"),
        Leaf("BT-109", "net", f"{_SUM}/TaxBasisTotalAmount", "bare_amount"),
        special.VAT_TOTALS,
        Leaf("BT-114", "rounding", f"{_SUM}/RoundingAmount", "bare_amount"),
        Leaf("BT-112", "gross", f"{_SUM}/GrandTotalAmount", "bare_amount"),
        Leaf("BT-113", "prepaid", f"{_SUM}/TotalPrepaidAmount", "bare_amount"),
        Leaf("BT-115", "payable", f"{_SUM}/DuePayableAmount", "bare_amount"),
    ),
)
VAT_BREAKDOWN = Table(
    VatBreakdown,
    (
        Leaf("BT-117", "tax", "CalculatedAmount", "bare_amount"),
        Leaf("BT-120", "reason", "ExemptionReason"),
        Leaf("BT-116", "taxable", "BasisAmount", "bare_amount"),
        Leaf("BT-118", "category", "CategoryCode", "code"),
        Leaf("BT-121", "reason_code", "ExemptionReasonCode", "code"),
        Leaf("BT-119", "rate", "RateApplicablePercent", "number"),
    ),
)
SUPPORTING = Table(
    SupportingDocument,
    (
        Leaf("BT-122", "reference", "IssuerAssignedID", "identifier"),
        Leaf("BT-124", "uri", "URIID"),
        Leaf("BT-123", "description", "Name"),
        Leaf("BT-125", "content", "AttachmentBinaryObject", "binary"),
        Leaf("BT-125-1", "media_type", "AttachmentBinaryObject/@mimeCode"),
        Leaf("BT-125-2", "filename", "AttachmentBinaryObject/@filename"),
    ),
)
PRECEDING = Table(
    PrecedingInvoice,
    (
        Leaf("BT-25", "number", "IssuerAssignedID"),
        Leaf(
            "BT-26", "issue_date", "FormattedIssueDateTime/DateTimeString | IssueDateTime/DateTimeString", "short_day"
        ),
    ),
)
_NET, _GROSS = "NetPriceProductTradePrice", "GrossPriceProductTradePrice"
_DISCOUNT = f"{_GROSS}/AppliedTradeAllowanceCharge[ChargeIndicator/Indicator=false]/ActualAmount"
PRICE = Table(
    Price,
    (
        Leaf("BT-148", "gross", f"{_GROSS}/ChargeAmount", "bare_amount"),
        Leaf("BT-147", "discount", f"{_DISCOUNT} | {_GROSS}/AppliedTradeAllowanceCharge/ActualAmount", "bare_amount"),
        Leaf("BT-146", "net", f"{_NET}/ChargeAmount", "bare_amount"),
        Leaf("BT-149", "base_quantity", f"{_NET}/BasisQuantity | {_GROSS}/BasisQuantity", "number"),
        Leaf("BT-150", "base_unit", f"{_NET}/BasisQuantity/@unitCode | {_GROSS}/BasisQuantity/@unitCode", "code"),
    ),
)
ATTRIBUTE = Table(ItemAttribute, (Leaf("BT-160", "name", "Description"), Leaf("BT-161", "value", "Value")))
ITEM = Table(
    Item,
    (
        Leaf("BT-157", "standard_id", "GlobalID", "identifier"),
        Leaf("BT-155", "seller_id", "SellerAssignedID"),
        Leaf("BT-156", "buyer_id", "BuyerAssignedID"),
        Leaf("BT-153", "name", "Name"),
        Leaf("BT-154", "description", "Description"),
        Group("attributes", "ApplicableProductCharacteristic", ATTRIBUTE, many=True),
        Leaf("BT-158", "classifications", "DesignatedProductClassification/ClassCode", "listed", many=True),
        Leaf("BT-159", "origin", "OriginTradeCountry/ID", "code"),
    ),
)
_LINE = "SpecifiedLineTradeSettlement"
_LINE_TAX = f"{_LINE}/ApplicableTradeTax"
LINE = Table(
    Line,
    (
        Leaf("BT-126", "id", "AssociatedDocumentLineDocument/LineID"),
        Leaf("BT-127", "note", "AssociatedDocumentLineDocument/IncludedNote/Content"),
        Group("item", "SpecifiedTradeProduct", ITEM),
        Leaf("BT-132", "order_line", "SpecifiedLineTradeAgreement/BuyerOrderReferencedDocument/LineID"),
        Group("price", "SpecifiedLineTradeAgreement", PRICE),
        Leaf("BT-129", "quantity", "SpecifiedLineTradeDelivery/BilledQuantity", "number"),
        Leaf("BT-130", "unit", "SpecifiedLineTradeDelivery/BilledQuantity/@unitCode", "code"),
        Leaf("BT-151", "vat_category", f"{_LINE_TAX}[TypeCode=VAT]/CategoryCode | {_LINE_TAX}/CategoryCode", "code"),
        Leaf("BT-152", "vat_rate", f"{_LINE_TAX}/RateApplicablePercent", "number"),
        Group("period", f"{_LINE}/BillingSpecifiedPeriod", _period("BT-134", "BT-135")),
        special.line_allowances(ALLOWANCE),
        Leaf("BT-131", "net", f"{_LINE}/SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount", "bare_amount"),
        special.LINE_OBJECT,
        Leaf("BT-133", "accounting_reference", f"{_LINE}/ReceivableSpecifiedTradeAccountingAccount/ID"),
    ),
)
_DOCUMENT = "AdditionalReferencedDocument"
_TERMS = f"{_SETTLEMENT}/SpecifiedTradePaymentTerms"


@cache
def table() -> Table:
    """Return the table of the root element."""
    context = "ExchangedDocumentContext"
    return Table(
        Invoice,
        (
            Leaf("BT-23", "business_process", f"{context}/BusinessProcessSpecifiedDocumentContextParameter/ID"),
            Leaf("BT-24", "specification", f"{context}/GuidelineSpecifiedDocumentContextParameter/ID"),
            Leaf("BT-1", "number", "ExchangedDocument/ID"),
            Leaf("BT-3", "type_code", "ExchangedDocument/TypeCode", "code"),
            Leaf("BT-2", "issue_date", "ExchangedDocument/IssueDateTime/DateTimeString", "short_day"),
            special.many("notes", "ExchangedDocument", "IncludedNote", NOTE),
            special.lines(LINE),
            Leaf("BT-10", "buyer_reference", f"{_AGREEMENT}/BuyerReference"),
            Group("seller", f"{_AGREEMENT}/SellerTradeParty", SELLER),
            Group("buyer", f"{_AGREEMENT}/BuyerTradeParty", BUYER),
            Group("tax_representative", f"{_AGREEMENT}/SellerTaxRepresentativeTradeParty", TAX_REPRESENTATIVE),
            Leaf("BT-14", "sales_order", f"{_AGREEMENT}/SellerOrderReferencedDocument/IssuerAssignedID"),
            Leaf("BT-13", "purchase_order", f"{_AGREEMENT}/BuyerOrderReferencedDocument/IssuerAssignedID"),
            Leaf("BT-12", "contract", f"{_AGREEMENT}/ContractReferencedDocument/IssuerAssignedID"),
            special.many("attachments", _AGREEMENT, f"{_DOCUMENT}[TypeCode=916]", SUPPORTING),
            Leaf("BT-17", "tender", f"{_AGREEMENT}/{_DOCUMENT}[TypeCode=50]/IssuerAssignedID"),
            special.INVOICED_OBJECT,
            Leaf("BT-11", "project", f"{_AGREEMENT}/SpecifiedProcuringProject/ID"),
            special.PROJECT_NAME,
            Group("delivery", _DELIVERY, DELIVERY),
            Leaf("BT-16", "despatch_advice", f"{_DELIVERY}/DespatchAdviceReferencedDocument/IssuerAssignedID"),
            Leaf("BT-15", "receiving_advice", f"{_DELIVERY}/ReceivingAdviceReferencedDocument/IssuerAssignedID"),
            Leaf("BT-90", "creditor_id", f"{_SETTLEMENT}/CreditorReferenceID"),
            Leaf("BT-83", "payment_reference", f"{_SETTLEMENT}/PaymentReference"),
            Leaf("BT-6", "tax_currency", f"{_SETTLEMENT}/TaxCurrencyCode", "code"),
            Leaf("BT-5", "currency", f"{_SETTLEMENT}/InvoiceCurrencyCode", "code"),
            Group("payee", f"{_SETTLEMENT}/PayeeTradeParty", PAYEE),
            special.payments(PAYMENT_MEANS),
            special.many("vat_breakdown", _SETTLEMENT, "ApplicableTradeTax", VAT_BREAKDOWN),
            special.TAX_POINT,
            Group("period", f"{_SETTLEMENT}/BillingSpecifiedPeriod", _period("BT-73", "BT-74")),
            special.allowances(ALLOWANCE, SERVICE_CHARGE),
            Leaf("BT-20", "payment_terms", f"{_TERMS}/Description"),
            Leaf("BT-9", "due_date", f"{_TERMS}/DueDateDateTime/DateTimeString", "short_day"),
            Group("totals", _SETTLEMENT, TOTALS),
            special.many("preceding", _SETTLEMENT, "InvoiceReferencedDocument", PRECEDING),
            Leaf("BT-19", "accounting_reference", f"{_SETTLEMENT}/ReceivableSpecifiedTradeAccountingAccount/ID"),
        ),
    )


STRUCTURAL = frozenset(
    {
        "ApplicableTradeTax/TypeCode=VAT",
        "CategoryTradeTax/TypeCode=VAT",
        "AppliedTradeTax/TypeCode=VAT",
        "ChargeIndicator/Indicator",
        "AdditionalReferencedDocument/TypeCode=916",
        "AdditionalReferencedDocument/TypeCode=130",
        "AdditionalReferencedDocument/TypeCode=50",
        "SpecifiedTaxRegistration/ID/@schemeID",
        "SpecifiedProcuringProject/Name",
    }
)
"""Elements that hold no term of their own: the writer makes them anew out of what the model holds."""


def currency(root: Node) -> str:
    """Return BT-5, which the amounts need while they are read."""
    return special.text_at(root, f"{_SETTLEMENT}/InvoiceCurrencyCode")


def tax_currency(root: Node) -> str:
    """Return BT-6."""
    return special.text_at(root, f"{_SETTLEMENT}/TaxCurrencyCode")


_RENAMED = {
    "CrossIndustryDocument": "CrossIndustryInvoice",
    "SpecifiedExchangedDocumentContext": "ExchangedDocumentContext",
    "HeaderExchangedDocument": "ExchangedDocument",
    "SpecifiedSupplyChainTradeTransaction": "SupplyChainTradeTransaction",
    "ApplicableSupplyChainTradeAgreement": "ApplicableHeaderTradeAgreement",
    "ApplicableSupplyChainTradeDelivery": "ApplicableHeaderTradeDelivery",
    "ApplicableSupplyChainTradeSettlement": "ApplicableHeaderTradeSettlement",
    "SpecifiedSupplyChainTradeAgreement": "SpecifiedLineTradeAgreement",
    "SpecifiedSupplyChainTradeDelivery": "SpecifiedLineTradeDelivery",
    "SpecifiedSupplyChainTradeSettlement": "SpecifiedLineTradeSettlement",
    "ApplicablePercent": "RateApplicablePercent",
}
_SUMMATION = "SpecifiedTradeSettlementMonetarySummation"


def modernise(root: Node) -> None:
    """Give the elements of ZUGFeRD 1.0 (2014) the names that D16B has for the same things."""
    if root.name != "CrossIndustryDocument":
        return
    for node in list(root.walk()):
        node.name = _RENAMED.get(node.name, node.name)
        if node.name == _SUMMATION and node.parent:
            in_line = node.parent.name == "SpecifiedLineTradeSettlement"
            node.name = f"SpecifiedTradeSettlement{'Line' if in_line else 'Header'}MonetarySummation"
        if node.name == "ID" and node.parent and node.parent.name.endswith("ReferencedDocument"):
            node.name = "IssuerAssignedID"
