"""Older and odder files are read like the rest: UBL 2.0, ZUGFeRD 1.0, other prefixes, XRechnung's lines in lines."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

import pytest
from invoices_einvoice import make_invoice

from mailroom.domain.document import FieldName
from mailroom.einvoice import check, header_fields, peppol_form, read_invoice, to_ubl, write_cii, write_ubl
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import Contact, Identifier, Line, Note, Party, PaymentMeans, ThirdPartyPayment

ZUGFERD_1 = """<rsm:CrossIndustryDocument xmlns:rsm="urn:ferd:CrossIndustryDocument:invoice:1p0"
  xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:12"
  xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:15">
 <rsm:SpecifiedExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter>
  <ram:ID>urn:ferd:CrossIndustryDocument:invoice:1p0:basic</ram:ID>
 </ram:GuidelineSpecifiedDocumentContextParameter></rsm:SpecifiedExchangedDocumentContext>
 <rsm:HeaderExchangedDocument><ram:ID>R 7</ram:ID><ram:TypeCode>380</ram:TypeCode>
  <ram:IssueDateTime><udt:DateTimeString format="102">20240131</udt:DateTimeString></ram:IssueDateTime>
 </rsm:HeaderExchangedDocument>
 <rsm:SpecifiedSupplyChainTradeTransaction>
  <ram:ApplicableSupplyChainTradeAgreement>
   <ram:SellerTradeParty><ram:Name>Hof GmbH</ram:Name>
    <ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">DE 136 695 976</ram:ID></ram:SpecifiedTaxRegistration>
   </ram:SellerTradeParty>
   <ram:BuyerOrderReferencedDocument><ram:ID>B-9</ram:ID></ram:BuyerOrderReferencedDocument>
  </ram:ApplicableSupplyChainTradeAgreement>
  <ram:ApplicableSupplyChainTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
   <ram:ApplicableTradeTax><ram:CalculatedAmount currencyID="EUR">19.00</ram:CalculatedAmount>
    <ram:TypeCode>VAT</ram:TypeCode><ram:BasisAmount currencyID="EUR">100.00</ram:BasisAmount>
    <ram:CategoryCode>S</ram:CategoryCode><ram:ApplicablePercent>19.00</ram:ApplicablePercent></ram:ApplicableTradeTax>
   <ram:SpecifiedTradeSettlementMonetarySummation><ram:TaxBasisTotalAmount>100.00</ram:TaxBasisTotalAmount>
    <ram:TaxTotalAmount currencyID="EUR">19.00</ram:TaxTotalAmount><ram:GrandTotalAmount>119.00</ram:GrandTotalAmount>
   </ram:SpecifiedTradeSettlementMonetarySummation>
  </ram:ApplicableSupplyChainTradeSettlement>
  <ram:IncludedSupplyChainTradeLineItem><ram:SpecifiedSupplyChainTradeSettlement>
   <ram:SpecifiedTradeSettlementMonetarySummation><ram:LineTotalAmount>100.00</ram:LineTotalAmount>
   </ram:SpecifiedTradeSettlementMonetarySummation></ram:SpecifiedSupplyChainTradeSettlement>
   <ram:SpecifiedTradeProduct><ram:Name>Pflug</ram:Name></ram:SpecifiedTradeProduct>
  </ram:IncludedSupplyChainTradeLineItem>
 </rsm:SpecifiedSupplyChainTradeTransaction></rsm:CrossIndustryDocument>"""

OLD_UBL = """<a:Invoice xmlns:a="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
  xmlns:b="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
  xmlns:c="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2">
 <b:UBLVersionID>2.0</b:UBLVersionID><b:ID>  77
 </b:ID><b:IssueDate>2024-02-01Z</b:IssueDate><!-- paid in May --><b:DocumentCurrencyCode>EUR</b:DocumentCurrencyCode>
 <c:AccountingSupplierParty><c:Party>
  <b:EndpointID schemeID="BE:CBE">0428.759.497</b:EndpointID>
  <c:PartyName><b:Name>Bakkerij  De Zon</b:Name></c:PartyName>
  <c:PostalAddress><b:StreetName>Kerkstraat</b:StreetName><b:BuildingNumber>3</b:BuildingNumber></c:PostalAddress>
  <c:PartyLegalEntity><b:CompanyID schemeID="BE:CBE">0428.759.497</b:CompanyID></c:PartyLegalEntity>
 </c:Party></c:AccountingSupplierParty>
 <c:PaymentMeans><b:PaymentMeansCode listID="UNCL4461">31</b:PaymentMeansCode>
  <b:PaymentDueDate>2024-03-01</b:PaymentDueDate>
  <b:PaymentID>090933755493</b:PaymentID><c:PayeeFinancialAccount><b:ID schemeID="IBAN">BE68 5390 0754 7034</b:ID>
  </c:PayeeFinancialAccount></c:PaymentMeans>
 <c:LegalMonetaryTotal><b:PayableAmount currencyID="EUR">12.5</b:PayableAmount></c:LegalMonetaryTotal></a:Invoice>"""


def said(content: str) -> dict[FieldName, str]:
    return {name: field.value for name, field in header_fields(read_invoice(content.encode())).items()}


def test_zugferd_1_is_read_like_its_successors() -> None:
    invoice = read_invoice(ZUGFERD_1.encode())
    assert (invoice.number, invoice.issue_date, invoice.purchase_order) == ("R 7", date(2024, 1, 31), "B-9")
    assert invoice.vat_breakdown[0].rate == 19
    assert invoice.lines[0].net == 100
    assert invoice.source is not None
    assert invoice.source.unmapped == ()
    assert said(ZUGFERD_1)[FieldName.SELLER_VAT_ID] == "DE136695976"
    written = read_invoice(to_ubl(invoice))
    assert {f.rule for f in check(written) if f.severity == "fatal"} <= {"PEPPOL-EN16931-R010", "BR-07", "BR-10"}


def test_ubl_2_0_as_it_is_really_sent_gives_the_same_fields() -> None:
    assert said(OLD_UBL) == {
        FieldName.DOCUMENT_TYPE: "invoice",
        FieldName.INVOICE_NUMBER: "77",
        FieldName.ISSUE_DATE: "2024-02-01",
        FieldName.DUE_DATE: "2024-03-01",
        FieldName.CURRENCY: "EUR",
        FieldName.SELLER_NAME: "Bakkerij De Zon",
        FieldName.SELLER_VAT_ID: "BE0428759497",
        FieldName.IBAN: "BE68539007547034",
        FieldName.PAYMENT_REFERENCE: "+++090/9337/55493+++",
        FieldName.PAYABLE_AMOUNT: "12.50",
    }


def test_old_names_of_schemes_become_the_codes_of_today() -> None:
    seller = peppol_form(read_invoice(OLD_UBL.encode())).seller
    assert seller.endpoint == seller.legal_id == Identifier(value="0428759497", scheme="0208")
    assert seller.address is not None
    assert seller.address.street == "Kerkstraat 3"


def test_what_has_no_term_is_listed_with_its_place() -> None:
    source = read_invoice(OLD_UBL.encode()).source
    assert source is not None
    assert {leaf.path.rpartition("/")[2] for leaf in source.unmapped} == {"@listID", "@schemeID"}
    assert header_fields(read_invoice(OLD_UBL.encode()))[FieldName.IBAN].path == (
        "/Invoice/cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID"
    )


def test_several_notes_become_one_for_peppol_and_stay_several_between_germans() -> None:
    invoice = make_invoice(Random(3)).model_copy(update={"notes": (Note(subject_code="AAI", text="a"), Note(text="b"))})
    assert peppol_form(invoice).notes == (Note(subject_code="AAI", text="a\nb"),)
    here = {
        name: getattr(invoice, name).model_copy(
            update={"address": getattr(invoice, name).address.model_copy(update={"country": "DE"})}
        )
        for name in ("seller", "buyer")
    }
    assert len(peppol_form(invoice.model_copy(update=here)).notes) == 2


def test_lines_in_lines_are_kept_by_ubl_and_counted_once_for_peppol() -> None:
    parent = Line(id="1", net=Decimal(10), lines=(Line(id="1.1", net=Decimal(4)), Line(id="1.2", net=Decimal(6))))
    invoice = Invoice(number="1", currency="EUR", lines=(parent,))
    assert read_invoice(write_ubl(invoice)).terms() == invoice
    assert [line.net for line in peppol_form(invoice).lines] == [Decimal(10)]


def test_what_is_collected_for_another_is_still_to_be_paid() -> None:
    made = make_invoice(Random(5))
    extra = ThirdPartyPayment(kind="Parken", amount=Decimal(5), description="Garage")
    payable = (made.totals.payable or Decimal(0)) + 5
    invoice = made.model_copy(
        update={"third_party": (extra,), "totals": made.totals.model_copy(update={"payable": payable})}
    )
    assert read_invoice(write_ubl(invoice)).terms() == invoice
    form = peppol_form(invoice)
    assert form.totals.payable == payable
    assert [f for f in check(form, as_peppol=True) if f.severity == "fatal"] == []


@pytest.mark.parametrize("reference", ["+++090/9337/55493+++", "RF18539007547034", "Factuur 7"])
def test_a_payment_reference_survives_without_any_way_to_pay(reference: str) -> None:
    invoice = make_invoice(Random(4)).model_copy(update={"payment_means": (), "payment_reference": reference})
    written = read_invoice(to_ubl(invoice))
    assert written.payment_reference == reference
    assert written.payment_means == (PaymentMeans(code="1"),)


def test_person_and_department_are_one_contact_point() -> None:
    seller = Party(name="A", contact=Contact(name="Tim", department="Sales"))
    content = write_cii(Invoice(seller=seller))
    assert read_invoice(content).seller == seller
    contact = peppol_form(read_invoice(content)).seller.contact
    assert contact is not None
    assert contact.name == "Tim, Sales"


def test_a_negative_price_becomes_a_negative_quantity() -> None:
    made = next(i for i in map(make_invoice, map(Random, range(50))) if not i.lines[0].allowances)
    line = made.lines[0]
    assert line.price is not None
    assert line.price.net is not None
    assert line.quantity is not None
    turned = line.model_copy(
        update={
            "quantity": -line.quantity,
            "price": line.price.model_copy(update={"net": -line.price.net, "gross": None, "discount": None}),
        }
    )
    form = peppol_form(made.model_copy(update={"lines": (turned, *made.lines[1:])}))
    assert (form.lines[0].quantity, form.lines[0].net) == (line.quantity, line.net)
    assert [f for f in check(form, as_peppol=True) if f.severity == "fatal"] == []
