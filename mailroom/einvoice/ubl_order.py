"""The order in which UBL 2.1 wants the children of each element that we write.

Source: UBL-CommonAggregateComponents-2.1.xsd and the schemas of Invoice and CreditNote; only the names of our table.
"""

from __future__ import annotations

_ORDER: dict[str, str] = {
    "DocumentReference": "ID DocumentTypeCode",
    "PrepaidPayment": "ID PaidAmount InstructionID",
    "Invoice": (
        "UBLVersionID CustomizationID ProfileID ID IssueDate DueDate InvoiceTypeCode Note TaxPointDate "
        "DocumentCurrencyCode TaxCurrencyCode AccountingCostCode AccountingCost BuyerReference InvoicePeriod "
        "OrderReference BillingReference DespatchDocumentReference ReceiptDocumentReference "
        "OriginatorDocumentReference ContractDocumentReference AdditionalDocumentReference ProjectReference "
        "AccountingSupplierParty AccountingCustomerParty PayeeParty TaxRepresentativeParty Delivery "
        "PaymentMeans PaymentTerms PrepaidPayment AllowanceCharge TaxTotal LegalMonetaryTotal InvoiceLine"
    ),
    "CreditNote": (
        "UBLVersionID CustomizationID ProfileID ID IssueDate TaxPointDate CreditNoteTypeCode Note "
        "DocumentCurrencyCode TaxCurrencyCode AccountingCostCode AccountingCost BuyerReference InvoicePeriod "
        "OrderReference BillingReference DespatchDocumentReference ReceiptDocumentReference "
        "ContractDocumentReference AdditionalDocumentReference OriginatorDocumentReference "
        "AccountingSupplierParty AccountingCustomerParty PayeeParty TaxRepresentativeParty Delivery "
        "PaymentMeans PaymentTerms AllowanceCharge TaxTotal LegalMonetaryTotal CreditNoteLine"
    ),
    "AdditionalDocumentReference": "ID IssueDate DocumentTypeCode DocumentType DocumentDescription Attachment",
    "AdditionalItemProperty": "ID Name Value",
    "Address": (
        "ID StreetName AdditionalStreetName BuildingNumber CityName PostalZone CountrySubentity "
        "CountrySubentityCode AddressLine Country"
    ),
    "AllowanceCharge": (
        "ID ChargeIndicator AllowanceChargeReasonCode AllowanceChargeReason MultiplierFactorNumeric Amount "
        "BaseAmount AccountingCostCode AccountingCost TaxCategory TaxTotal PaymentMeans"
    ),
    "Attachment": "EmbeddedDocumentBinaryObject ExternalReference",
    "BillingReference": "InvoiceDocumentReference AdditionalDocumentReference",
    "CardAccount": "PrimaryAccountNumberID NetworkID HolderName",
    "ClassifiedTaxCategory": "ID Name Percent TaxExemptionReasonCode TaxExemptionReason TaxScheme",
    "Contact": "ID Name Telephone ElectronicMail Note",
    "ContractDocumentReference": "ID IssueDate DocumentTypeCode DocumentType DocumentDescription Attachment",
    "CreditNoteLine": (
        "ID Note CreditedQuantity LineExtensionAmount TaxPointDate AccountingCostCode AccountingCost "
        "InvoicePeriod OrderLineReference BillingReference DocumentReference Delivery PaymentTerms TaxTotal "
        "AllowanceCharge Item Price SubCreditNoteLine"
    ),
    "Delivery": "ID ActualDeliveryDate DeliveryAddress DeliveryLocation DeliveryParty",
    "DeliveryLocation": "ID Description CountrySubentity CountrySubentityCode Name Address",
    "DespatchDocumentReference": "ID IssueDate DocumentTypeCode DocumentType DocumentDescription Attachment",
    "FinancialInstitutionBranch": "ID Name FinancialInstitution Address",
    "InvoiceDocumentReference": "ID IssueDate DocumentTypeCode DocumentType DocumentDescription Attachment",
    "InvoiceLine": (
        "ID Note InvoicedQuantity LineExtensionAmount TaxPointDate AccountingCostCode AccountingCost "
        "InvoicePeriod OrderLineReference BillingReference DocumentReference Delivery PaymentTerms "
        "AllowanceCharge TaxTotal Item Price SubInvoiceLine"
    ),
    "InvoicePeriod": "StartDate EndDate DescriptionCode Description",
    "Item": (
        "Description Name BuyersItemIdentification SellersItemIdentification StandardItemIdentification "
        "OriginCountry CommodityClassification ClassifiedTaxCategory AdditionalItemProperty"
    ),
    "LegalMonetaryTotal": (
        "LineExtensionAmount TaxExclusiveAmount TaxInclusiveAmount AllowanceTotalAmount ChargeTotalAmount "
        "PrepaidAmount PayableRoundingAmount PayableAmount"
    ),
    "OrderLineReference": "LineID OrderReference",
    "OrderReference": "ID SalesOrderID IssueDate DocumentReference",
    "OriginatorDocumentReference": "ID IssueDate DocumentTypeCode DocumentType DocumentDescription Attachment",
    "Party": "EndpointID PartyIdentification PartyName PostalAddress PartyTaxScheme PartyLegalEntity Contact",
    "PartyLegalEntity": "RegistrationName CompanyID CompanyLegalForm",
    "PartyTaxScheme": "RegistrationName CompanyID TaxScheme",
    "PayeeFinancialAccount": "ID Name FinancialInstitutionBranch Country",
    "PayeeParty": "EndpointID PartyIdentification PartyName PostalAddress PartyTaxScheme PartyLegalEntity Contact",
    "PayerFinancialAccount": "ID Name FinancialInstitutionBranch Country",
    "PaymentMandate": "ID PayerFinancialAccount",
    "PaymentMeans": (
        "ID PaymentMeansCode PaymentDueDate PaymentID CardAccount PayerFinancialAccount PayeeFinancialAccount "
        "PaymentMandate"
    ),
    "PaymentTerms": "ID Note Amount PaymentDueDate",
    "PostalAddress": (
        "ID StreetName AdditionalStreetName BuildingNumber CityName PostalZone CountrySubentity "
        "CountrySubentityCode AddressLine Country"
    ),
    "Price": "PriceAmount BaseQuantity AllowanceCharge",
    "ProjectReference": "ID IssueDate",
    "ReceiptDocumentReference": "ID IssueDate DocumentTypeCode DocumentType DocumentDescription Attachment",
    "SubCreditNoteLine": (
        "ID Note CreditedQuantity LineExtensionAmount TaxPointDate AccountingCostCode AccountingCost "
        "InvoicePeriod OrderLineReference BillingReference DocumentReference Delivery PaymentTerms TaxTotal "
        "AllowanceCharge Item Price SubCreditNoteLine"
    ),
    "SubInvoiceLine": (
        "ID Note InvoicedQuantity LineExtensionAmount TaxPointDate AccountingCostCode AccountingCost "
        "InvoicePeriod OrderLineReference BillingReference DocumentReference Delivery PaymentTerms "
        "AllowanceCharge TaxTotal Item Price SubInvoiceLine"
    ),
    "TaxCategory": "ID Name Percent TaxExemptionReasonCode TaxExemptionReason TaxScheme",
    "TaxRepresentativeParty": (
        "EndpointID PartyIdentification PartyName PostalAddress PartyTaxScheme PartyLegalEntity Contact"
    ),
    "TaxSubtotal": "TaxableAmount TaxAmount Percent TaxCategory",
    "TaxTotal": "TaxAmount TaxSubtotal",
}

UBL_ORDER = {parent: tuple(names.split()) for parent, names in _ORDER.items()}
