"""The table of UBL 2.1 (and 2.0 as it is really sent): where each business term stands in Invoice and CreditNote.

Source: EN 16931-3-2 and the syntax binding of Peppol BIS Billing 3. `ubl_specials` holds what no path describes.
"""

from __future__ import annotations

from functools import cache

from mailroom.einvoice import ubl_specials as special
from mailroom.einvoice.mapping import Group, Leaf, Special, Table
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
    Party,
    PaymentMeans,
    Period,
    PrecedingInvoice,
    Price,
    SupportingDocument,
    ThirdPartyPayment,
    Totals,
    VatBreakdown,
)


def _address(terms: str) -> Table:
    """Return the table of an address; terms: street, second and third line, city, postcode, region, country."""
    street, more, third, city, post, region, country = terms.split()
    return Table(
        Address,
        (
            Leaf(street, "street", "StreetName"),
            Leaf(more, "additional_street", "AdditionalStreetName"),
            Leaf("", "building", "BuildingNumber"),
            Leaf(third, "third_line", "AddressLine/Line"),
            Leaf(city, "city", "CityName"),
            Leaf(post, "postcode", "PostalZone"),
            Leaf(region, "subdivision", "CountrySubentity | CountrySubentityCode"),
            Leaf(country, "country", "Country/IdentificationCode", "capital"),
        ),
    )


def _contact(name: str, telephone: str, email: str) -> Table:
    return Table(
        Contact,
        (
            Leaf("", "department", "ID"),
            Leaf(name, "name", "Name"),
            Leaf(telephone, "telephone", "Telephone"),
            Leaf(email, "email", "ElectronicMail"),
        ),
    )


_VAT = "PartyTaxScheme[TaxScheme/ID=VAT]/CompanyID"
_OTHER_TAX = "PartyTaxScheme[TaxScheme/ID=TAX]/CompanyID | PartyTaxScheme[TaxScheme/ID!=VAT]/CompanyID"
_IDS = "PartyIdentification[ID/@schemeID!=SEPA]/ID"

SELLER = Table(
    Party,
    (
        Leaf("BT-34", "endpoint", "EndpointID", "identifier"),
        Leaf("BT-29", "ids", _IDS, "identifier", many=True),
        Leaf("BT-28", "trading_name", "PartyName/Name"),
        Group("address", "PostalAddress", _address("BT-35 BT-36 BT-162 BT-37 BT-38 BT-39 BT-40")),
        Leaf("BT-31", "vat_id", _VAT, "code"),
        Leaf("BT-32", "tax_id", _OTHER_TAX),
        Leaf("BT-27", "name", "PartyLegalEntity/RegistrationName"),
        Leaf("BT-30", "legal_id", "PartyLegalEntity/CompanyID", "identifier"),
        Leaf("BT-33", "legal_form", "PartyLegalEntity/CompanyLegalForm"),
        Group("contact", "Contact", _contact("BT-41", "BT-42", "BT-43")),
    ),
)
BUYER = Table(
    Party,
    (
        Leaf("BT-49", "endpoint", "EndpointID", "identifier"),
        Leaf("BT-46", "ids", _IDS, "identifier", many=True),
        Leaf("BT-45", "trading_name", "PartyName/Name"),
        Group("address", "PostalAddress", _address("BT-50 BT-51 BT-163 BT-52 BT-53 BT-54 BT-55")),
        Leaf("BT-48", "vat_id", _VAT, "code"),
        Leaf("", "tax_id", _OTHER_TAX),
        Leaf("BT-44", "name", "PartyLegalEntity/RegistrationName"),
        Leaf("BT-47", "legal_id", "PartyLegalEntity/CompanyID", "identifier"),
        Leaf("", "legal_form", "PartyLegalEntity/CompanyLegalForm"),
        Group("contact", "Contact", _contact("BT-56", "BT-57", "BT-58")),
    ),
)
PAYEE = Table(
    Party,
    (
        Leaf("BT-60", "ids", _IDS, "identifier", many=True),
        Leaf("BT-59", "name", "PartyName/Name | PartyLegalEntity/RegistrationName"),
        Leaf("BT-61", "legal_id", "PartyLegalEntity/CompanyID", "identifier"),
    ),
)
TAX_REPRESENTATIVE = Table(
    Party,
    (
        Leaf("BT-62", "name", "PartyName/Name | PartyLegalEntity/RegistrationName"),
        Group("address", "PostalAddress", _address("BT-64 BT-65 BT-164 BT-66 BT-67 BT-68 BT-69")),
        Leaf("BT-63", "vat_id", f"{_VAT} | PartyTaxScheme/CompanyID", "code"),
    ),
)
DELIVERY = Table(
    Delivery,
    (
        Leaf("BT-72", "day", "ActualDeliveryDate", "day"),
        Leaf("BT-71", "location_id", "DeliveryLocation/ID", "identifier"),
        Group(
            "address",
            "DeliveryLocation/Address | DeliveryAddress",
            _address("BT-75 BT-76 BT-165 BT-77 BT-78 BT-79 BT-80"),
        ),
        Leaf("BT-70", "name", "DeliveryParty/PartyName/Name"),
    ),
)


def _period(start: str, end: str) -> Table:
    return Table(Period, (Leaf(start, "start", "StartDate", "day"), Leaf(end, "end", "EndDate", "day")))


ACCOUNT = Table(
    Account,
    (
        Leaf("BT-84", "id", "ID"),
        Leaf("BT-85", "name", "Name"),
        Leaf("BT-86", "bank", "FinancialInstitutionBranch/ID | FinancialInstitutionBranch/FinancialInstitution/ID"),
    ),
)
CARD = Table(
    Card,
    (
        Leaf("BT-87", "number", "PrimaryAccountNumberID"),
        Leaf("", "network", "NetworkID"),
        Leaf("BT-88", "holder", "HolderName"),
    ),
)
PAYMENT_MEANS = Table(
    PaymentMeans,
    (
        Leaf("BT-81", "code", "PaymentMeansCode", "code"),
        Leaf("BT-82", "text", "PaymentMeansCode/@name"),
        Group("account", "PayeeFinancialAccount", ACCOUNT),
        Group("card", "CardAccount", CARD),
        Leaf("BT-89", "mandate", "PaymentMandate/ID"),
        Leaf("BT-91", "debited_account", "PaymentMandate/PayerFinancialAccount/ID"),
    ),
)
_CATEGORY = (
    Leaf("", "vat_category", "TaxCategory[TaxScheme/ID=VAT]/ID | TaxCategory/ID", "capital"),
    Leaf("", "vat_rate", "TaxCategory[TaxScheme/ID=VAT]/Percent | TaxCategory/Percent", "number"),
)
ALLOWANCE = Table(
    AllowanceCharge,
    (
        Leaf("", "charge", "ChargeIndicator", "truth"),
        Leaf("", "reason_code", "AllowanceChargeReasonCode", "code"),
        Leaf("", "reason", "AllowanceChargeReason"),
        Leaf("", "percent", "MultiplierFactorNumeric", "number"),
        Leaf("", "amount", "Amount", "amount"),
        Leaf("", "base", "BaseAmount", "amount"),
        *_CATEGORY,
    ),
)
TOTALS = Table(
    Totals,
    (
        Leaf("BT-106", "line_net", "LegalMonetaryTotal/LineExtensionAmount", "amount"),
        Leaf("BT-109", "net", "LegalMonetaryTotal/TaxExclusiveAmount", "amount"),
        Leaf("BT-112", "gross", "LegalMonetaryTotal/TaxInclusiveAmount", "amount"),
        Leaf("BT-107", "allowances", "LegalMonetaryTotal/AllowanceTotalAmount", "amount"),
        Leaf("BT-108", "charges", "LegalMonetaryTotal/ChargeTotalAmount", "amount"),
        Leaf("BT-113", "prepaid", "LegalMonetaryTotal/PrepaidAmount", "amount"),
        Leaf("BT-114", "rounding", "LegalMonetaryTotal/PayableRoundingAmount", "amount"),
        Leaf("BT-115", "payable", "LegalMonetaryTotal/PayableAmount", "amount"),
        special.VAT_TOTALS,
    ),
)
VAT_BREAKDOWN = Table(
    VatBreakdown,
    (
        Leaf("BT-116", "taxable", "TaxableAmount", "amount"),
        Leaf("BT-117", "tax", "TaxAmount", "amount"),
        Leaf("BT-118", "category", "TaxCategory[TaxScheme/ID=VAT]/ID | TaxCategory/ID", "capital"),
        Leaf("BT-119", "rate", "TaxCategory/Percent | Percent", "number"),
        Leaf("BT-121", "reason_code", "TaxCategory/TaxExemptionReasonCode", "code"),
        Leaf("BT-120", "reason", "TaxCategory/TaxExemptionReason"),
    ),
)
SUPPORTING = Table(
    SupportingDocument,
    (
        Leaf("BT-122", "reference", "ID", "identifier"),
        Leaf("BT-123", "description", "DocumentDescription | DocumentType"),
        Leaf("BT-125", "content", "Attachment/EmbeddedDocumentBinaryObject", "binary"),
        Leaf("BT-125-1", "media_type", "Attachment/EmbeddedDocumentBinaryObject/@mimeCode"),
        Leaf("BT-125-2", "filename", "Attachment/EmbeddedDocumentBinaryObject/@filename"),
        Leaf("BT-124", "uri", "Attachment/ExternalReference/URI"),
    ),
)
THIRD_PARTY = Table(
    ThirdPartyPayment,
    (
        Leaf("BT-DEX-001", "kind", "ID"),
        Leaf("BT-DEX-002", "amount", "PaidAmount", "amount"),
        Leaf("BT-DEX-003", "description", "InstructionID"),
    ),
)
PRECEDING = Table(PrecedingInvoice, (Leaf("BT-25", "number", "ID"), Leaf("BT-26", "issue_date", "IssueDate", "day")))
_DISCOUNT = "AllowanceCharge[ChargeIndicator=false]"
PRICE = Table(
    Price,
    (
        Leaf("BT-146", "net", "PriceAmount", "amount"),
        Leaf("BT-149", "base_quantity", "BaseQuantity", "number"),
        Leaf("BT-150", "base_unit", "BaseQuantity/@unitCode", "code"),
        Leaf("BT-147", "discount", f"{_DISCOUNT}/Amount", "amount"),
        Leaf("BT-148", "gross", f"{_DISCOUNT}/BaseAmount", "amount"),
    ),
)
ATTRIBUTE = Table(ItemAttribute, (Leaf("BT-160", "name", "Name"), Leaf("BT-161", "value", "Value")))
ITEM = Table(
    Item,
    (
        Leaf("BT-154", "description", "Description"),
        Leaf("BT-153", "name", "Name"),
        Leaf("BT-156", "buyer_id", "BuyersItemIdentification/ID"),
        Leaf("BT-155", "seller_id", "SellersItemIdentification/ID"),
        Leaf("BT-157", "standard_id", "StandardItemIdentification/ID", "identifier"),
        Leaf("BT-159", "origin", "OriginCountry/IdentificationCode", "code"),
        Leaf("BT-158", "classifications", "CommodityClassification/ItemClassificationCode", "listed", many=True),
        Group("attributes", "AdditionalItemProperty", ATTRIBUTE, many=True),
    ),
)


_LINE_VAT = "Item/ClassifiedTaxCategory[TaxScheme/ID=VAT]"


@cache
def _line(quantity: str, sublines: str) -> Table:
    return Table(
        Line,
        (
            Leaf("BT-126", "id", "ID"),
            Leaf("BT-127", "note", "Note"),
            Leaf("BT-129", "quantity", quantity, "number"),
            Leaf("BT-130", "unit", f"{quantity}/@unitCode", "code"),
            Leaf("BT-131", "net", "LineExtensionAmount", "amount"),
            Leaf("BT-133", "accounting_reference", "AccountingCost | AccountingCostCode"),
            Group("period", "InvoicePeriod", _period("BT-134", "BT-135")),
            Leaf("BT-132", "order_line", "OrderLineReference/LineID"),
            Leaf("BT-128", "object_id", "DocumentReference[DocumentTypeCode=130]/ID", "identifier"),
            Group("allowances", "AllowanceCharge", ALLOWANCE, many=True),
            Group("item", "Item", ITEM),
            Leaf("BT-151", "vat_category", f"{_LINE_VAT}/ID | Item/ClassifiedTaxCategory/ID", "capital"),
            Leaf("BT-152", "vat_rate", "Item/ClassifiedTaxCategory/Percent", "number"),
            Group("price", "Price", PRICE),
            Group("lines", sublines, lambda: _line(quantity, sublines), many=True),
        ),
    )


LINE = _line("InvoicedQuantity", "SubInvoiceLine")
CREDIT_LINE = _line("CreditedQuantity", "SubCreditNoteLine")

_BEGIN = (
    Leaf("BT-24", "specification", "CustomizationID"),
    Leaf("BT-23", "business_process", "ProfileID"),
    Leaf("BT-1", "number", "ID"),
    Leaf("BT-2", "issue_date", "IssueDate", "day"),
)
_MIDDLE = (
    special.NOTES,
    Leaf("BT-7", "tax_point_date", "TaxPointDate", "day"),
    Leaf("BT-5", "currency", "DocumentCurrencyCode", "capital"),
    Leaf("BT-6", "tax_currency", "TaxCurrencyCode", "capital"),
    Leaf("BT-19", "accounting_reference", "AccountingCost | AccountingCostCode"),
    Leaf("BT-10", "buyer_reference", "BuyerReference"),
    Group("period", "InvoicePeriod", _period("BT-73", "BT-74")),
    Leaf("BT-8", "tax_point_code", "InvoicePeriod/DescriptionCode", "code"),
    special.ORDERS,
    Group("preceding", "BillingReference/InvoiceDocumentReference", PRECEDING, many=True),
    Leaf("BT-16", "despatch_advice", "DespatchDocumentReference/ID"),
    Leaf("BT-15", "receiving_advice", "ReceiptDocumentReference/ID"),
    Leaf("BT-17", "tender", "OriginatorDocumentReference/ID"),
    Leaf("BT-12", "contract", "ContractDocumentReference/ID"),
    Leaf("BT-18", "invoiced_object", "AdditionalDocumentReference[DocumentTypeCode=130]/ID", "identifier"),
)
_CREDITOR = "PartyIdentification[ID/@schemeID=SEPA]/ID"
_SUPPORTING = "AdditionalDocumentReference[DocumentTypeCode!=130]"
_END = (
    Group("seller", "AccountingSupplierParty/Party", SELLER),
    Group("buyer", "AccountingCustomerParty/Party", BUYER),
    Group("payee", "PayeeParty", PAYEE),
    Group("tax_representative", "TaxRepresentativeParty", TAX_REPRESENTATIVE),
    Leaf("BT-90", "creditor_id", f"AccountingSupplierParty/Party/{_CREDITOR} | PayeeParty/{_CREDITOR}"),
    Group("delivery", "Delivery", DELIVERY),
    special.payments(PAYMENT_MEANS),
    Leaf("BT-20", "payment_terms", "PaymentTerms/Note"),
    Group("third_party", "PrepaidPayment", THIRD_PARTY, many=True),
    Group("allowances", "AllowanceCharge", ALLOWANCE, many=True),
    Group("totals", ".", TOTALS),
    special.breakdown(VAT_BREAKDOWN),
)


@cache
def table(*, credit_note: bool) -> Table:
    """Return the table of the root element."""
    if credit_note:
        own: tuple[Leaf | Group | Special, ...] = (
            Leaf("BT-3", "type_code", "CreditNoteTypeCode | InvoiceTypeCode", "code"),
            Leaf("BT-9", "due_date", "PaymentMeans/PaymentDueDate | DueDate", "day"),
            Leaf("BT-11", "project", "AdditionalDocumentReference[DocumentTypeCode=50]/ID"),
            Group("attachments", f"{_SUPPORTING}[DocumentTypeCode!=50]", SUPPORTING, many=True),
            Group("lines", "CreditNoteLine", CREDIT_LINE, many=True),
        )
    else:
        own = (
            Leaf("BT-3", "type_code", "InvoiceTypeCode | CreditNoteTypeCode", "code"),
            Leaf("BT-9", "due_date", "DueDate | PaymentMeans/PaymentDueDate", "day"),
            Leaf("BT-11", "project", "ProjectReference/ID"),
            Group("attachments", _SUPPORTING, SUPPORTING, many=True),
            Group("lines", "InvoiceLine", LINE, many=True),
        )
    return Table(Invoice, (*_BEGIN, *own[:2], *_MIDDLE, *own[2:4], *_END, own[4]))


STRUCTURAL = frozenset(
    {
        "Invoice/UBLVersionID",
        "CreditNote/UBLVersionID",
        "TaxScheme/ID",
        "PartyIdentification/ID/@schemeID",
        "AdditionalDocumentReference/DocumentTypeCode=130",
        "AdditionalDocumentReference/DocumentTypeCode=50",
        "DocumentReference/DocumentTypeCode=130",
        "AllowanceCharge/ChargeIndicator",
    }
)
"""Elements that hold no term of their own: the writer makes them anew out of what the model holds."""
