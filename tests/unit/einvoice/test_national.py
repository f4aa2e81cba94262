"""FatturaPA, ebInterface and Facturae give the fields, the VAT table and a UBL in order."""

# ruff: noqa: E501 - the samples read better with one element a line

from __future__ import annotations

from decimal import Decimal

import pytest

from mailroom.domain.document import FieldName
from mailroom.einvoice import Syntax, check, header_fields, read_invoice, recognise, to_ubl

FATTURAPA = """<p:FatturaElettronica versione="FPR12" xmlns:p="http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2">
 <FatturaElettronicaHeader>
  <CedentePrestatore><DatiAnagrafici><IdFiscaleIVA><IdPaese>IT</IdPaese><IdCodice>00743110157</IdCodice></IdFiscaleIVA>
   <Anagrafica><Denominazione>Forno SRL</Denominazione></Anagrafica></DatiAnagrafici>
   <Sede><Indirizzo>Via Roma</Indirizzo><NumeroCivico>1</NumeroCivico><CAP>20100</CAP><Comune>Milano</Comune>
    <Provincia>MI</Provincia><Nazione>IT</Nazione></Sede></CedentePrestatore>
  <CessionarioCommittente><DatiAnagrafici><IdFiscaleIVA><IdPaese>BE</IdPaese><IdCodice>0403170701</IdCodice></IdFiscaleIVA>
   <Anagrafica><Nome>Anna</Nome><Cognome>Peeters</Cognome></Anagrafica></DatiAnagrafici>
   <Sede><Indirizzo>Markt 2</Indirizzo><CAP>9000</CAP><Comune>Gent</Comune><Nazione>BE</Nazione></Sede>
  </CessionarioCommittente></FatturaElettronicaHeader>
 <FatturaElettronicaBody>
  <DatiGenerali><DatiGeneraliDocumento><TipoDocumento>{kind}</TipoDocumento><Divisa>EUR</Divisa><Data>2024-03-04</Data>
   <Numero>12/A</Numero><ImportoTotaleDocumento>132.00</ImportoTotaleDocumento></DatiGeneraliDocumento></DatiGenerali>
  <DatiBeniServizi><DettaglioLinee><NumeroLinea>1</NumeroLinea><Descrizione>Pane</Descrizione><Quantita>10.00</Quantita>
    <PrezzoUnitario>10.00</PrezzoUnitario><PrezzoTotale>100.00</PrezzoTotale><AliquotaIVA>22.00</AliquotaIVA></DettaglioLinee>
   <DettaglioLinee><NumeroLinea>2</NumeroLinea><Descrizione>Bollo</Descrizione><PrezzoUnitario>10.00</PrezzoUnitario>
    <PrezzoTotale>10.00</PrezzoTotale><AliquotaIVA>0.00</AliquotaIVA><Natura>N4</Natura></DettaglioLinee>
   <DatiRiepilogo><AliquotaIVA>22.00</AliquotaIVA><ImponibileImporto>100.00</ImponibileImporto><Imposta>22.00</Imposta></DatiRiepilogo>
   <DatiRiepilogo><AliquotaIVA>0.00</AliquotaIVA><Natura>N4</Natura><ImponibileImporto>10.00</ImponibileImporto>
    <Imposta>0.00</Imposta><RiferimentoNormativo>art. 10</RiferimentoNormativo></DatiRiepilogo></DatiBeniServizi>
  <DatiPagamento><DettaglioPagamento><DataScadenzaPagamento>2024-04-04</DataScadenzaPagamento>
   <ImportoPagamento>132.00</ImportoPagamento><IBAN>IT60X0542811101000000123456</IBAN></DettaglioPagamento></DatiPagamento>
 </FatturaElettronicaBody></p:FatturaElettronica>"""

EBINTERFACE = """<e:Invoice xmlns:e="http://www.ebinterface.at/schema/5p0/" e:InvoiceCurrency="EUR" e:DocumentType="{kind}">
 <e:InvoiceNumber>12/A</e:InvoiceNumber><e:InvoiceDate>2024-03-04</e:InvoiceDate>
 <e:Biller><e:VATIdentificationNumber>ATU13585627</e:VATIdentificationNumber><e:Address><e:Name>Forno SRL</e:Name>
  <e:Street>Ring 1</e:Street><e:Town>Wien</e:Town><e:ZIP>1010</e:ZIP><e:Country e:CountryCode="AT">Austria</e:Country></e:Address></e:Biller>
 <e:InvoiceRecipient><e:VATIdentificationNumber>BE0403170701</e:VATIdentificationNumber><e:Address><e:Name>Anna Peeters</e:Name>
  <e:Country e:CountryCode="BE">Belgien</e:Country></e:Address></e:InvoiceRecipient>
 <e:Details><e:ItemList><e:ListLineItem><e:Description>Brot</e:Description><e:Quantity e:Unit="C62">10</e:Quantity>
  <e:UnitPrice>11</e:UnitPrice><e:TaxItem><e:TaxableAmount>110</e:TaxableAmount><e:TaxPercent e:TaxCategoryCode="S">20</e:TaxPercent>
  </e:TaxItem><e:LineItemAmount>110.00</e:LineItemAmount></e:ListLineItem></e:ItemList></e:Details>
 <e:Tax><e:TaxItem><e:TaxableAmount>110.00</e:TaxableAmount><e:TaxPercent e:TaxCategoryCode="S">20</e:TaxPercent>
  <e:TaxAmount>22.00</e:TaxAmount></e:TaxItem></e:Tax>
 <e:TotalGrossAmount>132.00</e:TotalGrossAmount><e:PayableAmount>132.00</e:PayableAmount>
 <e:PaymentMethod><e:UniversalBankTransaction><e:BeneficiaryAccount><e:IBAN>IT60X0542811101000000123456</e:IBAN>
 </e:BeneficiaryAccount></e:UniversalBankTransaction></e:PaymentMethod>
 <e:PaymentConditions><e:DueDate>2024-04-04</e:DueDate></e:PaymentConditions></e:Invoice>"""

FACTURAE = """<f:Facturae xmlns:f="http://www.facturae.gob.es/formato/Versiones/Facturaev3_2_1.xml"><Parties>
 <SellerParty><TaxIdentification><TaxIdentificationNumber>A58818501</TaxIdentificationNumber></TaxIdentification><LegalEntity>
  <CorporateName>Forno SRL</CorporateName><AddressInSpain><Address>Calle 1</Address><PostCode>28000</PostCode>
  <Town>Madrid</Town><Province>Madrid</Province><CountryCode>ESP</CountryCode></AddressInSpain></LegalEntity></SellerParty>
 <BuyerParty><TaxIdentification><TaxIdentificationNumber>BE0403170701</TaxIdentificationNumber></TaxIdentification><Individual>
  <Name>Anna</Name><FirstSurname>Peeters</FirstSurname><OverseasAddress><Address>Markt 2</Address>
  <PostCodeAndTown>9000 Gent</PostCodeAndTown><CountryCode>BEL</CountryCode></OverseasAddress></Individual></BuyerParty></Parties>
 <Invoices><Invoice><InvoiceHeader><InvoiceNumber>A</InvoiceNumber><InvoiceSeriesCode>12</InvoiceSeriesCode>
  <InvoiceClass>OO</InvoiceClass></InvoiceHeader><InvoiceIssueData><IssueDate>2024-03-04</IssueDate>
  <InvoiceCurrencyCode>EUR</InvoiceCurrencyCode></InvoiceIssueData>
  <TaxesOutputs><Tax><TaxTypeCode>01</TaxTypeCode><TaxRate>20.00</TaxRate><TaxableBase><TotalAmount>110.00</TotalAmount></TaxableBase>
   <TaxAmount><TotalAmount>22.00</TotalAmount></TaxAmount></Tax></TaxesOutputs>
  <InvoiceTotals><TotalGrossAmount>110.00</TotalGrossAmount><TotalGrossAmountBeforeTaxes>110.00</TotalGrossAmountBeforeTaxes>
   <TotalTaxOutputs>22.00</TotalTaxOutputs><InvoiceTotal>132.00</InvoiceTotal><TotalExecutableAmount>132.00</TotalExecutableAmount>
  </InvoiceTotals><Items><InvoiceLine><ItemDescription>Pan</ItemDescription><Quantity>10</Quantity>
   <UnitPriceWithoutTax>11</UnitPriceWithoutTax><TotalCost>110.00</TotalCost><GrossAmount>110.00</GrossAmount>
   <TaxesOutputs><Tax><TaxRate>20.00</TaxRate></Tax></TaxesOutputs></InvoiceLine></Items>
  <PaymentDetails><Installment><InstallmentDueDate>2024-04-04</InstallmentDueDate><AccountToBeCredited>
   <IBAN>IT60X0542811101000000123456</IBAN></AccountToBeCredited></Installment></PaymentDetails></Invoice></Invoices></f:Facturae>"""

FORMATS = {
    Syntax.FATTURAPA: (FATTURAPA.replace("{kind}", "TD01"), "IT00743110157", "12/A"),
    Syntax.EBINTERFACE: (EBINTERFACE.replace("{kind}", "Invoice"), "ATU13585627", "12/A"),
    Syntax.FACTURAE: (FACTURAE, "ESA58818501", "12-A"),
}


@pytest.mark.parametrize("syntax", FORMATS)
def test_a_national_invoice_gives_all_fields(syntax: Syntax) -> None:
    content, vat_id, number = FORMATS[syntax]
    assert recognise(content.encode()) is syntax
    said = {name: field.value for name, field in header_fields(read_invoice(content.encode())).items()}
    assert said == {
        FieldName.DOCUMENT_TYPE: "invoice",
        FieldName.INVOICE_NUMBER: number,
        FieldName.ISSUE_DATE: "2024-03-04",
        FieldName.DUE_DATE: "2024-04-04",
        FieldName.CURRENCY: "EUR",
        FieldName.SELLER_NAME: "Forno SRL",
        FieldName.SELLER_VAT_ID: vat_id,
        FieldName.IBAN: "IT60X0542811101000000123456",
        FieldName.BUYER_NAME: "Anna Peeters",
        FieldName.BUYER_VAT_ID: "BE0403170701",
        FieldName.NET_AMOUNT: "110.00",
        FieldName.VAT_AMOUNT: "22.00",
        FieldName.TOTAL_AMOUNT: "132.00",
        FieldName.PAYABLE_AMOUNT: "132.00",
    }


@pytest.mark.parametrize("syntax", FORMATS)
def test_a_national_invoice_becomes_peppol_ubl_in_order(syntax: Syntax) -> None:
    written = read_invoice(to_ubl(read_invoice(FORMATS[syntax][0].encode())))
    assert [finding for finding in check(written) if finding.severity == "fatal"] == []


def test_an_italian_exemption_keeps_its_reason() -> None:
    rows = read_invoice(FORMATS[Syntax.FATTURAPA][0].encode()).vat_breakdown
    assert [(row.category, row.rate, row.reason) for row in rows] == [
        ("S", Decimal(22), ""),
        ("E", Decimal(0), "art. 10"),
    ]


@pytest.mark.parametrize("content", [FATTURAPA.replace("{kind}", "TD04"), EBINTERFACE.replace("{kind}", "CreditMemo")])
def test_a_national_credit_note_is_one(content: str) -> None:
    assert read_invoice(content.encode()).is_credit_note
