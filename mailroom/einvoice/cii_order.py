"""The order in which CII D16B wants the children of each element that we write.

Source: the schemas of Factur-X (EN 16931 profile); only the names of our table.
"""

from __future__ import annotations

_ORDER: dict[str, str] = {
    "AdditionalReferencedDocument": (
        "IssuerAssignedID URIID LineID TypeCode Name AttachmentBinaryObject ReferenceTypeCode FormattedIssueDateTime"
    ),
    "ApplicableHeaderTradeAgreement": (
        "BuyerReference SellerTradeParty BuyerTradeParty SellerTaxRepresentativeTradeParty "
        "SellerOrderReferencedDocument BuyerOrderReferencedDocument ContractReferencedDocument "
        "AdditionalReferencedDocument SpecifiedProcuringProject"
    ),
    "ApplicableHeaderTradeDelivery": (
        "ShipToTradeParty ActualDeliverySupplyChainEvent DespatchAdviceReferencedDocument "
        "ReceivingAdviceReferencedDocument"
    ),
    "ApplicableHeaderTradeSettlement": (
        "CreditorReferenceID PaymentReference TaxCurrencyCode InvoiceCurrencyCode PayeeTradeParty "
        "SpecifiedTradeSettlementPaymentMeans ApplicableTradeTax BillingSpecifiedPeriod "
        "SpecifiedTradeAllowanceCharge SpecifiedTradePaymentTerms "
        "SpecifiedTradeSettlementHeaderMonetarySummation InvoiceReferencedDocument "
        "ReceivableSpecifiedTradeAccountingAccount"
    ),
    "ApplicableProductCharacteristic": "Description Value",
    "ApplicableTradeSettlementFinancialCard": "ID CardholderName",
    "ApplicableTradeTax": (
        "CalculatedAmount TypeCode ExemptionReason BasisAmount CategoryCode ExemptionReasonCode TaxPointDate "
        "DueDateTypeCode RateApplicablePercent"
    ),
    "AppliedTradeAllowanceCharge": (
        "ChargeIndicator CalculationPercent BasisAmount ActualAmount ReasonCode Reason CategoryTradeTax"
    ),
    "AssociatedDocumentLineDocument": "LineID ParentLineID IncludedNote",
    "BillingSpecifiedPeriod": "StartDateTime EndDateTime",
    "BuyerOrderReferencedDocument": (
        "IssuerAssignedID URIID LineID TypeCode Name AttachmentBinaryObject ReferenceTypeCode FormattedIssueDateTime"
    ),
    "BuyerTradeParty": (
        "ID GlobalID Name Description SpecifiedLegalOrganization DefinedTradeContact PostalTradeAddress "
        "URIUniversalCommunication SpecifiedTaxRegistration"
    ),
    "CategoryTradeTax": (
        "CalculatedAmount TypeCode ExemptionReason BasisAmount CategoryCode ExemptionReasonCode TaxPointDate "
        "DueDateTypeCode RateApplicablePercent"
    ),
    "ContractReferencedDocument": (
        "IssuerAssignedID URIID LineID TypeCode Name AttachmentBinaryObject ReferenceTypeCode FormattedIssueDateTime"
    ),
    "CrossIndustryInvoice": "ExchangedDocumentContext ExchangedDocument SupplyChainTradeTransaction",
    "DefinedTradeContact": "PersonName DepartmentName TelephoneUniversalCommunication EmailURIUniversalCommunication",
    "DespatchAdviceReferencedDocument": (
        "IssuerAssignedID URIID LineID TypeCode Name AttachmentBinaryObject ReferenceTypeCode FormattedIssueDateTime"
    ),
    "EmailURIUniversalCommunication": "URIID CompleteNumber",
    "ExchangedDocument": "ID TypeCode IssueDateTime IncludedNote",
    "ExchangedDocumentContext": (
        "BusinessProcessSpecifiedDocumentContextParameter GuidelineSpecifiedDocumentContextParameter"
    ),
    "GrossPriceProductTradePrice": "ChargeAmount BasisQuantity AppliedTradeAllowanceCharge",
    "IncludedNote": "Content SubjectCode",
    "IncludedSupplyChainTradeLineItem": (
        "AssociatedDocumentLineDocument SpecifiedTradeProduct SpecifiedLineTradeAgreement "
        "SpecifiedLineTradeDelivery SpecifiedLineTradeSettlement"
    ),
    "InvoiceReferencedDocument": (
        "IssuerAssignedID URIID LineID TypeCode Name AttachmentBinaryObject ReferenceTypeCode FormattedIssueDateTime"
    ),
    "NetPriceProductTradePrice": "ChargeAmount BasisQuantity AppliedTradeAllowanceCharge",
    "PayeePartyCreditorFinancialAccount": "IBANID AccountName ProprietaryID",
    "PayeeTradeParty": (
        "ID GlobalID Name Description SpecifiedLegalOrganization DefinedTradeContact PostalTradeAddress "
        "URIUniversalCommunication SpecifiedTaxRegistration"
    ),
    "PostalTradeAddress": "PostcodeCode LineOne LineTwo LineThree CityName CountryID CountrySubDivisionName",
    "ReceivingAdviceReferencedDocument": (
        "IssuerAssignedID URIID LineID TypeCode Name AttachmentBinaryObject ReferenceTypeCode FormattedIssueDateTime"
    ),
    "SellerOrderReferencedDocument": (
        "IssuerAssignedID URIID LineID TypeCode Name AttachmentBinaryObject ReferenceTypeCode FormattedIssueDateTime"
    ),
    "SellerTaxRepresentativeTradeParty": (
        "ID GlobalID Name Description SpecifiedLegalOrganization DefinedTradeContact PostalTradeAddress "
        "URIUniversalCommunication SpecifiedTaxRegistration"
    ),
    "SellerTradeParty": (
        "ID GlobalID Name Description SpecifiedLegalOrganization DefinedTradeContact PostalTradeAddress "
        "URIUniversalCommunication SpecifiedTaxRegistration"
    ),
    "ShipToTradeParty": (
        "ID GlobalID Name Description SpecifiedLegalOrganization DefinedTradeContact PostalTradeAddress "
        "URIUniversalCommunication SpecifiedTaxRegistration"
    ),
    "SpecifiedLegalOrganization": "ID TradingBusinessName",
    "SpecifiedLineTradeAgreement": (
        "BuyerOrderReferencedDocument GrossPriceProductTradePrice NetPriceProductTradePrice"
    ),
    "SpecifiedLineTradeSettlement": (
        "ApplicableTradeTax BillingSpecifiedPeriod SpecifiedTradeAllowanceCharge "
        "SpecifiedTradeSettlementLineMonetarySummation AdditionalReferencedDocument "
        "ReceivableSpecifiedTradeAccountingAccount"
    ),
    "SpecifiedProcuringProject": "ID Name",
    "SpecifiedTradeAllowanceCharge": (
        "ChargeIndicator CalculationPercent BasisAmount ActualAmount ReasonCode Reason CategoryTradeTax"
    ),
    "SpecifiedTradePaymentTerms": "Description DueDateDateTime DirectDebitMandateID",
    "SpecifiedTradeProduct": (
        "GlobalID SellerAssignedID BuyerAssignedID Name Description ApplicableProductCharacteristic "
        "DesignatedProductClassification OriginTradeCountry"
    ),
    "SpecifiedTradeSettlementHeaderMonetarySummation": (
        "LineTotalAmount ChargeTotalAmount AllowanceTotalAmount TaxBasisTotalAmount TaxTotalAmount "
        "RoundingAmount GrandTotalAmount TotalPrepaidAmount DuePayableAmount"
    ),
    "SpecifiedTradeSettlementPaymentMeans": (
        "TypeCode Information ApplicableTradeSettlementFinancialCard PayerPartyDebtorFinancialAccount "
        "PayeePartyCreditorFinancialAccount PayeeSpecifiedCreditorFinancialInstitution"
    ),
    "SupplyChainTradeTransaction": (
        "IncludedSupplyChainTradeLineItem ApplicableHeaderTradeAgreement ApplicableHeaderTradeDelivery "
        "ApplicableHeaderTradeSettlement"
    ),
    "TelephoneUniversalCommunication": "URIID CompleteNumber",
    "URIUniversalCommunication": "URIID CompleteNumber",
}

CII_ORDER = {parent: tuple(names.split()) for parent, names in _ORDER.items()}
