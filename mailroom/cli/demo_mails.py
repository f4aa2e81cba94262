"""The five mails of the demo. Everybody in them is invented; the check digits are right. Always the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

from mailroom.cli.drawing import Sheet, as_logo, as_pdf, as_photo, as_scan

DEMO_COMPANY = "Bakkerij De Korenbloem BV"
DEMO_VAT_ID = "BE0662918487"
BUYER = (DEMO_COMPANY, "Stationsstraat 12", "9000 Gent", "BTW BE 0662.918.487")


@dataclass(frozen=True)
class Paper:
    """The words of an invoice on paper."""

    title: str
    seller: Sequence[str]
    facts: Sequence[tuple[str, str]]
    headings: tuple[str, str, str]
    lines: Sequence[tuple[str, str, str]]
    totals: Sequence[tuple[str, str]]
    foot: str
    accent: tuple[int, int, int]


def demo_mails(recipient: str) -> Iterator[tuple[str, bytes]]:
    """Yield (what it is, raw message) for each of the five mails."""
    makers: tuple[Callable[[str], tuple[str, EmailMessage]], ...] = (
        _dutch_pdf,
        _french_photo,
        _german_scan,
        _peppol_xml,
        _pdf_with_logo,
    )
    for maker in makers:
        what, message = maker(recipient)
        yield what, message.as_bytes(policy=SMTP)


def _mail(recipient: str, sender: str, subject: str, day: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = subject
    message["Date"] = day
    key = "".join(character for character in subject.lower() if character.isalnum())
    message["Message-ID"] = f"<demo.{key}@example.com>"
    message.set_content(text)
    return message


def _attach(message: EmailMessage, content: bytes, media_type: str, filename: str) -> None:
    main, _, sub = media_type.partition("/")
    message.add_attachment(content, maintype=main, subtype=sub, filename=filename)
    # The library draws a random boundary; a fixed one keeps the bytes, and so the message, the same at every run.
    message.set_boundary("=_demo_mailroom")


def _dutch_pdf(recipient: str) -> tuple[str, EmailMessage]:
    paper = Paper(
        title="FACTUUR",
        seller=(
            "Drukkerij De Vos BV",
            "Nijverheidslaan 7",
            "8500 Kortrijk",
            "BTW BE 0731.526.488",
            "IBAN BE73 7350 1234 5660",
        ),
        facts=(
            ("Factuurnummer", "2026-118"),
            ("Factuurdatum", "12/11/2026"),
            ("Vervaldatum", "12/12/2026"),
            ("Mededeling", "+++120/2600/11835+++"),
        ),
        headings=("Omschrijving", "Aantal", "Bedrag"),
        lines=(("Broodzakken bedrukt, 2 kleuren", "5.000", "420,00"), ("Etiketten 60 x 40 mm", "2.000", "130,00")),
        totals=(("Totaal excl. btw", "550,00 EUR"), ("Btw 21 %", "115,50 EUR"), ("Te betalen", "665,50 EUR")),
        foot="Gelieve te betalen voor de vervaldatum met vermelding van de gestructureerde mededeling.",
        accent=(176, 58, 46),
    )
    message = _mail(
        recipient,
        "Drukkerij De Vos <facturen@drukkerij-devos.example>",
        "Factuur 2026-118",
        "Thu, 12 Nov 2026 09:14:00 +0100",
        "Beste,\n\nIn bijlage onze factuur.\n\nDrukkerij De Vos\n",
    )
    _attach(message, as_pdf(_sheet(paper)), "application/pdf", "Factuur_2026-118.pdf")
    return "a digital PDF in Dutch", message


def _french_photo(recipient: str) -> tuple[str, EmailMessage]:
    sheet = Sheet(width=250, height=430)
    rows = (
        ("QUINCAILLERIE DU MARCHE", 12, True),
        ("Rue Saint-Michel 4 - 4000 Liege", 9, False),
        ("TVA BE 0488.193.773", 9, False),
        ("", 6, False),
        ("Ticket n. 004518", 10, False),
        ("14/11/2026        10:42", 10, False),
        ("", 6, False),
    )
    y = 34.0
    for words, size, bold in rows:
        sheet.text(22, y, words, size=size, bold=bold)
        y += size + 7
    for words, amount in (("Ampoules LED 4x", "18,60"), ("Ruban adhesif", "5,95"), ("Cadenas 40 mm", "11,75")):
        sheet.text(22, y, words, size=10)
        sheet.right(226, y, amount, size=10)
        y += 17
    sheet.box(22, y - 8, 206, 0.8, (60, 60, 60))
    y += 12
    for words, amount, bold in (
        ("TOTAL TTC EUR", "36,30", True),
        ("Total HTVA", "30,00", False),
        ("TVA 21,00 %", "6,30", False),
        ("Bancontact", "36,30", False),
    ):
        sheet.text(22, y, words, size=12 if bold else 10, bold=bold)
        sheet.right(226, y, amount, size=12 if bold else 10, bold=bold)
        y += 19
    sheet.text(58, y + 18, "MERCI DE VOTRE VISITE", size=9)
    message = _mail(
        recipient,
        "Els Peeters <els@korenbloem.example>",
        "Ticket quincaillerie",
        "Sat, 14 Nov 2026 11:02:00 +0100",
        "Ticket van vanmorgen\n\nVerzonden vanaf mijn telefoon\n",
    )
    _attach(message, as_photo(sheet), "image/jpeg", "IMG_20261114_104530.jpg")
    return "a phone photo of a French receipt", message


def _german_scan(recipient: str) -> tuple[str, EmailMessage]:
    paper = Paper(
        title="RECHNUNG",
        seller=(
            "Ofenbau Hartmann GmbH",
            "Industriestraße 41",
            "52070 Aachen",
            "USt-IdNr. DE281746538",
            "IBAN DE02 3704 0044 0532 0131 11",
        ),
        facts=(("Rechnungsnummer", "RE-4471"), ("Rechnungsdatum", "09.11.2026"), ("Fällig am", "09.12.2026")),
        headings=("Bezeichnung", "Menge", "Betrag"),
        lines=(("Wartung Etagenofen", "1", "380,00"), ("Dichtungssatz", "2", "74,00")),
        totals=(("Nettobetrag", "454,00 EUR"), ("MwSt. 0 %", "0,00 EUR"), ("Gesamtbetrag", "454,00 EUR")),
        foot="Steuerfreie innergemeinschaftliche Leistung. Steuerschuldnerschaft des Leistungsempfängers.",
        accent=(70, 70, 70),
    )
    message = _mail(
        recipient,
        "Scanner <scanner@korenbloem.example>",
        "Scan 0093",
        "Mon, 16 Nov 2026 16:30:00 +0100",
        "Gescand document.\n",
    )
    _attach(message, as_scan(_sheet(paper)), "application/pdf", "scan0093.pdf")
    return "a scanned German PDF", message


def _pdf_with_logo(recipient: str) -> tuple[str, EmailMessage]:
    paper = Paper(
        title="INVOICE",
        seller=(
            "Polder Flour Mills B.V.",
            "Havenkade 3",
            "4301 ZG Zierikzee",
            "VAT NL812345605B01",
            "IBAN NL37 ABNA 0417 1643 99",
        ),
        facts=(("Invoice number", "PF-20931"), ("Invoice date", "17 November 2026"), ("Due date", "1 December 2026")),
        headings=("Description", "Qty", "Amount"),
        lines=(("Wheat flour T65, 25 kg", "40", "920.00"), ("Rye flour, 25 kg", "10", "260.00")),
        totals=(
            ("Subtotal", "EUR 1,180.00"),
            ("VAT 0% (intra-Community supply)", "EUR 0.00"),
            ("Total due", "EUR 1,180.00"),
        ),
        foot="Reverse charge: VAT to be accounted for by the recipient.",
        accent=(32, 96, 160),
    )
    message = _mail(
        recipient,
        "Polder Flour Mills <sales@polderflour.example>",
        "Your invoice PF-20931",
        "Tue, 17 Nov 2026 08:00:00 +0100",
        "Dear customer,\n\nplease find our invoice attached.\n",
    )
    message.add_alternative(
        '<p>Dear customer,</p><p>please find our invoice attached.</p><img src="cid:logo@polderflour" width="180">',
        subtype="html",
    )
    page = next(part for part in message.iter_parts() if part.get_content_type() == "text/html")
    page.add_related(
        as_logo("Polder Flour"), "image", "png", cid="<logo@polderflour>", filename="image001.png", disposition="inline"
    )
    page.set_boundary("=_demo_related")
    message.set_boundary("=_demo_alternative")
    _attach(message, as_pdf(_sheet(paper)), "application/pdf", "PF-20931.pdf")
    return "a PDF and a signature logo", message


def _peppol_xml(recipient: str) -> tuple[str, EmailMessage]:
    message = _mail(
        recipient,
        "Leiestreek Hosting <billing@leiehosting.example>",
        "E-factuur LH-2026-0773",
        "Wed, 18 Nov 2026 07:05:00 +0100",
        "In bijlage uw e-factuur (UBL).\n",
    )
    _attach(message, UBL.encode(), "application/xml", "LH-2026-0773.xml")
    return "a Peppol UBL invoice", message


def _sheet(paper: Paper) -> Sheet:
    sheet = Sheet()
    sheet.box(0, 0, sheet.width, 10, paper.accent)
    sheet.text(50, 66, paper.seller[0], size=18, bold=True, colour=paper.accent)
    for number, words in enumerate(paper.seller[1:]):
        sheet.text(50, 86 + 14 * number, words, size=9.5)
    sheet.text(380, 66, paper.title, size=22, bold=True)
    for number, (label, value) in enumerate(paper.facts):
        sheet.text(330, 92 + 15 * number, label, size=9.5, bold=True)
        sheet.text(430, 92 + 15 * number, value, size=9.5)
    for number, words in enumerate(BUYER):
        sheet.text(330, 190 + 14 * number, words, size=10, bold=number == 0)
    y = 300.0
    sheet.box(50, y - 14, 495, 20, (236, 238, 241))
    for x, words in zip((56, 400, 480), paper.headings, strict=True):
        sheet.text(x, y, words, size=9.5, bold=True)
    for name, count, amount in paper.lines:
        y += 22
        sheet.text(56, y, name)
        sheet.text(405, y, count)
        sheet.right(538, y, amount)
    y += 26
    sheet.box(300, y - 8, 245, 0.8, (120, 120, 120))
    for number, (label, amount) in enumerate(paper.totals):
        last = number == len(paper.totals) - 1
        y += 20
        sheet.text(306, y, label, size=11 if last else 10, bold=last)
        sheet.right(538, y, amount, size=11 if last else 10, bold=last)
    sheet.text(50, 790, paper.foot, size=8.5, colour=(90, 90, 90))
    return sheet


UBL = """<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
 <cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0</cbc:CustomizationID>
 <cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>
 <cbc:ID>LH-2026-0773</cbc:ID>
 <cbc:IssueDate>2026-11-18</cbc:IssueDate>
 <cbc:DueDate>2026-12-18</cbc:DueDate>
 <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
 <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
 <cbc:BuyerReference>KORENBLOEM</cbc:BuyerReference>
 <cac:AccountingSupplierParty><cac:Party>
  <cbc:EndpointID schemeID="0208">0488193773</cbc:EndpointID>
  <cac:PartyName><cbc:Name>Leiestreek Hosting BV</cbc:Name></cac:PartyName>
  <cac:PostalAddress><cbc:StreetName>Kaai 21</cbc:StreetName><cbc:CityName>Deinze</cbc:CityName>
   <cbc:PostalZone>9800</cbc:PostalZone><cac:Country><cbc:IdentificationCode>BE</cbc:IdentificationCode></cac:Country>
  </cac:PostalAddress>
  <cac:PartyTaxScheme><cbc:CompanyID>BE0488193773</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
  </cac:PartyTaxScheme>
  <cac:PartyLegalEntity><cbc:RegistrationName>Leiestreek Hosting BV</cbc:RegistrationName>
   <cbc:CompanyID schemeID="0208">0488193773</cbc:CompanyID></cac:PartyLegalEntity>
 </cac:Party></cac:AccountingSupplierParty>
 <cac:AccountingCustomerParty><cac:Party>
  <cbc:EndpointID schemeID="0208">0662918487</cbc:EndpointID>
  <cac:PostalAddress><cbc:StreetName>Stationsstraat 12</cbc:StreetName><cbc:CityName>Gent</cbc:CityName>
   <cbc:PostalZone>9000</cbc:PostalZone><cac:Country><cbc:IdentificationCode>BE</cbc:IdentificationCode></cac:Country>
  </cac:PostalAddress>
  <cac:PartyTaxScheme><cbc:CompanyID>BE0662918487</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
  </cac:PartyTaxScheme>
  <cac:PartyLegalEntity><cbc:RegistrationName>Bakkerij De Korenbloem BV</cbc:RegistrationName></cac:PartyLegalEntity>
 </cac:Party></cac:AccountingCustomerParty>
 <cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode><cbc:PaymentID>+++202/6007/73162+++</cbc:PaymentID>
  <cac:PayeeFinancialAccount><cbc:ID>BE38001334455672</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans>
 <cac:TaxTotal><cbc:TaxAmount currencyID="EUR">12.60</cbc:TaxAmount>
  <cac:TaxSubtotal><cbc:TaxableAmount currencyID="EUR">60.00</cbc:TaxableAmount>
   <cbc:TaxAmount currencyID="EUR">12.60</cbc:TaxAmount>
   <cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>21</cbc:Percent>
    <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>
 <cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="EUR">60.00</cbc:LineExtensionAmount>
  <cbc:TaxExclusiveAmount currencyID="EUR">60.00</cbc:TaxExclusiveAmount>
  <cbc:TaxInclusiveAmount currencyID="EUR">72.60</cbc:TaxInclusiveAmount>
  <cbc:PayableAmount currencyID="EUR">72.60</cbc:PayableAmount></cac:LegalMonetaryTotal>
 <cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:InvoicedQuantity unitCode="MON">3</cbc:InvoicedQuantity>
  <cbc:LineExtensionAmount currencyID="EUR">60.00</cbc:LineExtensionAmount>
  <cac:Item><cbc:Name>Webhosting, november 2026 - januari 2027</cbc:Name>
   <cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>21</cbc:Percent>
    <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory></cac:Item>
  <cac:Price><cbc:PriceAmount currencyID="EUR">20.00</cbc:PriceAmount></cac:Price></cac:InvoiceLine>
</Invoice>
"""
