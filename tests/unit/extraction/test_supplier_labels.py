"""Labels that invoicing programs and suppliers print, and what an ambiguous one must not be taken for."""

from __future__ import annotations

import pytest
from pages_extraction import kind_of, read, said, values


@pytest.mark.parametrize(
    ("language", "sums", "expected"),
    [
        ("nl", "Totaal incl. 21% btw   1.210,00 EUR", (None, None, "1210.00")),
        ("de", "Gesamtbetrag inkl. 19 % MwSt.   1.190,00 EUR", (None, None, "1190.00")),
        ("de", "Summe exkl. 19% MwSt.   1.000,00\nzzgl. 19 % MwSt.   190,00\nSumme   1.190,00 EUR", ("1000.00", "190.00", "1190.00")),
        ("de", "Netto   MwSt. 19 %   Brutto\n1.000,00   190,00   1.190,00", ("1000.00", "190.00", "1190.00")),
    ],
)  # fmt: skip
def test_a_rate_may_stand_inside_a_label(language: str, sums: str, expected: tuple[str | None, ...]) -> None:
    found = said(language, sums=sums.replace("   ", "            "))
    assert (found.get("net_amount"), found.get("vat_amount"), found["total_amount"]) == expected


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("nl", "Referentie factuur"), ("nl", "Kasticket nr."), ("nl", "Voorschotfactuur nr."), ("nl", "Ontvangstbewijs nr."),
        ("fr", "APPEL DE PRIME N°"), ("fr", "N° de coupon"), ("fr", "Numéro de votre facture"), ("fr", "Facture de solde n°"),
        ("de", "Stornorechnungs-Nr."), ("de", "Proforma-Rechnung Nr."), ("de", "Prämienrechnung Nr."), ("de", "Rechnungskorrektur Nr."),
        ("en", "Commercial Invoice No."), ("en", "Billing document"), ("en", "Order/Invoice No."), ("en", "Folio Number"),
        ("ro", "Nr. proformă"), ("ro", "Identificator factură"), ("ro", "Serie FACTURĂ NR."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("gap", [": ", "              "])
def test_a_title_with_a_word_for_a_number_is_the_label_of_the_number(language: str, label: str, gap: str) -> None:
    others = (
        "Transaction ID: 5512204\nSchaden-Nr.: 771188\nN° de sinistre: 330118\nNr. UIT: 8812044\nCertificaat nr.: 55120"
    )
    assert said(language, number=f"{others}\n{label}{gap}2026-0417")["invoice_number"] == "2026-0417"


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("de", "Schaden-Nr."), ("de", "Transaktions-Nr."), ("de", "EORI-Nr."), ("en", "Claim No."), ("en", "Cheque No."),
        ("en", "Supplier No."), ("fr", "Sinistre n°"), ("fr", "N° d'intervention"), ("nl", "Certificaat nr."), ("nl", "Rekening no."),
        ("ro", "Nr. UIT"), ("ro", "Proces verbal nr."), ("nl", "Relatie"), ("de", "Bestellreferenz"), ("en", "Payment ID"),
    ],
)  # fmt: skip
def test_the_number_of_something_else_is_not_the_invoices(language: str, label: str) -> None:
    assert said(language, number=f"{label}: 260417-118")["invoice_number"] is None


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Appel de prime", "invoice"), ("Proforma", "invoice"), ("Gastrechnung", "invoice"), ("Ontvangstbewijs", "receipt"),
        ("Barverkauf", "receipt"), ("Dovada de plata", "receipt"), ("Relance de paiement", "reminder"), ("2. Zahlungserinnerung", "reminder"),
        ("Ingebrekestelling en aanmaning", "reminder"), ("Second notice", "reminder"), ("Aufstellung offener Posten", "statement"),
        ("Overzicht facturen", "statement"), ("Factures ouvertes", "statement"), ("Situatie facturi neachitate", "statement"),
        ("Reserveringsbevestiging", "order"), ("Price quotation", "quote"), ("Ticket de pesée", "delivery_note"), ("Levernota", "delivery_note"),
    ],
)  # fmt: skip
def test_titles_tell_the_kind_of_a_document(title: str, kind: str) -> None:
    page = f"  Timmerwerken Ghys BV\n  Kerkstraat 12\n  9000 Gent\n\n!{title}\n\n  Ref: 2026-118\n  03/04/2026\n\n  Balie 2"
    assert kind_of(page) == kind


@pytest.mark.parametrize(
    ("buyer", "seller"),
    [
        ("Factureer aan", "Verkocht door"), ("Verzekeringnemer", "Verzekeraar"), ("Klant / Client", "Leverancier / Fournisseur"),
        ("Client facturé", "Vendu par"), ("Destinataire de la facture", "Émetteur de la facture"), ("Zahlungspflichtiger", "Leistender Unternehmer"),
        ("Rechnung geht an", "Verkauft von"), ("Zahlbar durch", "Konto / Zahlbar an"), ("Payable par", "Compte / Payable à"),
        ("Customer information", "Invoiced by"), ("Invoice recipient", "Merchant of record"), ("Titular contract", "Vândut de"),
        ("Denumire client", "Prestator servicii"), ("Facturat pentru", "Date furnizor"),
    ],
)  # fmt: skip
def test_captions_tell_seller_and_buyer_apart(buyer: str, seller: str) -> None:
    """The buyer stands first, and only the captions say which is which."""
    found = values(
        read(f"""
  Nr. 2026-118                      03/04/2026

  {buyer:<34}{seller}
  Pompenfabriek Nijhuis BV          Odlewnia Karkonosze BV
  Parallelweg 4                     Fabriekstraat 18
  7102 DE Winterswijk               3011 CC Rotterdam

  Total        121,00 EUR
""")
    )
    assert (found["seller_name"], found["buyer_name"]) == ("Odlewnia Karkonosze BV", "Pompenfabriek Nijhuis BV")


@pytest.mark.parametrize(
    ("caption", "name"),
    [("Werf", "Van Hool Parking NV"), ("Verbrauchsstelle", "Holzbau Kern GmbH"), ("Lieu d'intervention", "Garage Collin SA"),
     ("Property address", "Harbour View Ltd"), ("Loc de consum", "Nordic Park SRL")],
)  # fmt: skip
def test_who_stands_at_the_place_of_the_work_is_not_the_seller(caption: str, name: str) -> None:
    page = f"""
  {caption}
  {name:<34}Timmerwerken Ghys BV
  Havenlaan 3                       Kerkstraat 12
  8000 Brugge                       9000 Gent

!FACTUUR
  Nr: 2026-118                      03/04/2026
  Totaal       121,00 EUR
"""
    assert values(read(page))["seller_name"] == "Timmerwerken Ghys BV"


@pytest.mark.parametrize(
    ("sellers", "buyers"),
    [
        ("OB nr", "BTW-nr. koper"), ("N° TVA/BTW", "N° TVA acheteur"), ("TVA CEE", "Votre TVA intracom"), ("EG-Ident-Nr.", "Kunden-UID"),
        ("UID/MWST", "UID des Leistungsempfängers"), ("VAT/Tax ID", "Customer's VAT number"), ("VAT no.", "VAT ID of the customer"),
        ("Identificatorul TVA", "Identificatorul de TVA al cumpărătorului"), ("CIF", "Cod fiscal beneficiar"),
    ],
)  # fmt: skip
def test_the_buyers_vat_id_is_not_the_sellers(sellers: str, buyers: str) -> None:
    page = f"  {buyers}: DE136695976\n\n!FACTUUR\n  Nr: 2026-118\n  Totaal       121,00 EUR\n\n  {sellers}: BE 0403.170.701"
    found = values(read(page))
    assert (found["seller_vat_id"], found["buyer_vat_id"]) == ("BE0403170701", "DE136695976")


@pytest.mark.parametrize("printed", ["N° TVA : FR 32 123 456 789", "VAT: GB 707 6177 69", "TVA FR 32 123 456 789"])
def test_the_country_before_an_id_belongs_to_the_id(printed: str) -> None:
    found = values(read(f"!FACTURE\n  N° 2026-118\n  Total TTC      121,00 EUR\n\n  {printed}"))
    assert found["seller_vat_id"] in {"FR32123456789", "GB707617769"}


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("nl", "Datum / Date: 03/04/2026"), ("de", "Datum/Date        03.04.2026"), ("de", "Lieferdatum / Rechnungsdatum: 03.04.2026"),
        ("de", "Leistungs- und Rechnungsdatum: 03.04.2026"), ("nl", "Aanmaakdatum: 03/04/2026"), ("fr", "Date de création : 03/04/2026"),
        ("fr", "Votre facture du 3 avril 2026"), ("de", "Rechnungsstellungsdatum: 03.04.2026"), ("en", "Bill generation date: 3 April 2026"),
        ("en", "Date of supply / tax point: 3 April 2026"), ("ro", "Emitere: 03.04.2026"), ("ro", "Data emisiei: 03.04.2026"),
        ("en", "Transaction date: 3 April 2026"), ("nl", "Datum kasticket: 03/04/2026"), ("fr", "Date et heure : 03/04/2026 10:12"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "other", ["Leverdatum: 01/04/2026", "Date de réception : 02/04/2026", "Data înregistrării: 02.04.2026"]
)
def test_the_issue_date_is_found_beside_another_day(language: str, line: str, other: str) -> None:
    assert said(language, date=f"{other}\n  {line}")["issue_date"] == "2026-04-03"


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("nl", "Niet later dan"), ("nl", "Betaaltermijn"), ("nl", "Te betalen tot"), ("fr", "Dû le"), ("fr", "Date d'éch."),
        ("fr", "Délai de règlement"), ("fr", "Date prévue de prélèvement"), ("de", "Nettozahlungsziel"), ("de", "Verfalltag"),
        ("de", "Zahlung erwartet bis"), ("en", "Must be paid by"), ("en", "Balance due date"), ("en", "Pay until"),
        ("ro", "Data scad."), ("ro", "Se achită până la"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("gap", [": ", "             "])
def test_the_due_date_is_found_under_the_labels_of_programs(language: str, label: str, gap: str) -> None:
    found = said(language, due=f"{label}{gap}03/05/2026")
    assert (found["issue_date"], found["due_date"]) == ("2026-04-03", "2026-05-03")


@pytest.mark.parametrize("line", ["Datum van betaling: 03/05/2026", "Date du mandat : 03/05/2026", "Letzte Mahnung: 03.05.2026",
                                  "Next payment: 3 May 2026", "Data primirii: 03.05.2026"])  # fmt: skip
def test_a_day_of_something_else_is_not_the_due_date(line: str) -> None:
    assert said("en", due=line)["due_date"] is None


@pytest.mark.parametrize(
    ("language", "sums", "total", "payable"),
    [
        ("en", "Total (VAT excl.)   1,000.00\nTotal (VAT incl.)   1,210.00", "1210.00", "1210.00"),
        ("en", "Invoice total   1,210.00\nRetainer applied   500.00\nAmount remaining   710.00", "1210.00", "710.00"),
        ("de", "Rechnungsgesamtbetrag   1.190,00\nabzgl. geleisteter Zahlungen   500,00\nVerbleibender Restbetrag   690,00", "1190.00", "690.00"),
        ("de", "Gesamtbetrag   1.190,00\nVerrechnetes Guthaben   190,00\nZu überweisender Betrag   1.000,00", "1190.00", "1000.00"),
        ("fr", "Total TTC   1.210,00\nPrélèvements effectués   300,00\nMontant restant   910,00", "1210.00", "910.00"),
        ("nl", "Totaal incl. btw   1.210,00\nAangerekende tussentijdse facturen   1.000,00\nBij te betalen   210,00", "1210.00", "210.00"),
        ("ro", "Total cu TVA   1.210,00\nSuma încasată   210,00\nSuma neachitată   1.000,00", "1210.00", "1000.00"),
    ],
)  # fmt: skip
def test_what_was_paid_and_what_is_left_are_known_by_the_words_of_programs(
    language: str, sums: str, total: str, payable: str
) -> None:
    found = said(language, sums=sums.replace("   ", "            "))
    assert (found["total_amount"], found["payable_amount"]) == (total, payable)


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("en", "Untaxed Amount"), ("en", "Total before taxes"), ("en", "Price (VAT excl.)"), ("nl", "Totaal EUR excl. btw"),
        ("nl", "Totaal onderworpen"), ("fr", "Assiette TVA"), ("fr", "Total des lignes HT"), ("fr", "Total HT soumis à TVA"),
        ("de", "Total vor MWST"), ("de", "Zu versteuern"), ("de", "Auftragssumme ohne MwSt."), ("ro", "Total neimpozitat"),
        ("ro", "Valoarea totală a facturii fără TVA"),
    ],
)  # fmt: skip
def test_an_amount_without_vat_is_never_the_total(language: str, label: str) -> None:
    found = said(language, sums=f"{label}            1.000,00 EUR")
    assert found.get("total_amount") is None


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Delivery"),
        ("nl", "Vracht"),
        ("fr", "Participation frais de port"),
        ("de", "Mindermengenzuschlag"),
        ("ro", "Taxa curier"),
    ],
)
def test_what_is_carried_or_given_away_is_no_sum(language: str, line: str) -> None:
    found = said(language, sums=f"{line}            1.500,00 EUR")
    assert found.get("total_amount") is None


CONDITIONS = (
    "\nGoederen blijven eigendom van de verkoper tot de volledige prijs en alle kosten door de koper voldaan zijn."
)
"""Small print as wide as the paper: a narrow page is a till slip."""


@pytest.mark.parametrize(
    ("language", "sentence", "due"),
    [
        ("de", "Wir bitten um Begleichung der Rechnung innerhalb von 30 Tagen.", "2026-05-03"),
        ("de", "Zahlungsziel: 30 Tage nach Rechnungsstellung.", "2026-05-03"), ("de", "Zahlungsbedingungen: Sofort", "2026-04-03"),
        ("nl", "Graag ontvangen wij het bedrag vóór 3 mei 2026", "2026-05-03"), ("nl", "Vervalt bij ontvangst", "2026-04-03"),
        ("nl", "Betaling 30 dagen na einde maand", "2026-05-31"), ("fr", "Règlement : immédiat", "2026-04-03"),
        ("fr", "Règlement 30 jours fin mois", "2026-05-31"), ("fr", "Paiement dû à réception", "2026-04-03"),
        ("en", "Payment terms: Immediate", "2026-04-03"), ("en", "Terms: COD", "2026-04-03"),
        ("en", "Payment within 30 days from the date of issue", "2026-05-03"), ("ro", "Termen de plată: imediat", "2026-04-03"),
        ("ro", "Suma va fi debitată din contul dvs. în data de 03.05.2026", "2026-05-03"),
        ("ro", "Plata în maxim 30 zile de la emiterea facturii", "2026-05-03"),
    ],
)  # fmt: skip
def test_terms_of_payment_are_read_as_programs_print_them(language: str, sentence: str, due: str) -> None:
    assert said(language, foot=sentence + CONDITIONS)["due_date"] == due


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("nl", "Mededeling bij betaling"), ("nl", "Gestructureerde communicatie"), ("fr", "Référence à rappeler lors du paiement"),
        ("fr", "Motif de versement"), ("de", "QR-Referenz"), ("de", "Referenz/Verwendungszweck"), ("en", "Payment reference number"),
        ("en", "Please quote this reference"), ("ro", "Comunicarea plății"), ("ro", "Cod unic de plată"),
    ],
)  # fmt: skip
def test_the_payment_reference_is_found_and_is_not_the_number(language: str, label: str) -> None:
    found = said(language, number=" ", foot=f"{label}: 77012/4418" + CONDITIONS)
    assert (found["payment_reference"], found["invoice_number"]) == ("77012/4418", None)


@pytest.mark.parametrize(
    ("number", "date", "due"),
    [
        ("N. fattura: 2026/417", "Data di consegna: 01/03/2026\n  Data fattura: 03/04/2026", "Scadenza: 03/05/2026"),
        ("Nº factura: 2026/417", "Fecha de entrega: 01/03/2026\n  Fecha factura: 03/04/2026", "Vencimiento: 03/05/2026"),
        ("Número da fatura: 2026/417", "Data de entrega: 01/03/2026\n  Data de emissão: 03/04/2026", "Data de vencimento: 03/05/2026"),
        ("Nr faktury: 2026/417", "Data dostawy: 01.03.2026\n  Data faktury: 03.04.2026", "Termin zapłaty: 03.05.2026"),
        ("Číslo faktury: 2026/417", "DUZP: 01.03.2026\n  Datum vystavení: 03.04.2026", "Datum splatnosti: 03.05.2026"),
        ("Ordrenr: 77120\n  Fakturanr: 2026/417", "Leveringsdato: 01-03-2026\n  Fakturadato: 03-04-2026", "Forfaldsdato: 03-05-2026"),
        ("Fakturanr: 2026/417", "Leveransdatum: 2026-03-01\n  Fakturadatum: 2026-04-03", "Betalas senast: 2026-05-03"),
    ],
)  # fmt: skip
def test_a_foreign_invoice_gives_its_number_and_its_days(number: str, date: str, due: str) -> None:
    found = said("en", number=number, date=date, due=due)
    assert (found["invoice_number"], found["issue_date"], found["due_date"]) == ("2026/417", "2026-04-03", "2026-05-03")


@pytest.mark.parametrize(
    "label", ["Netto a pagare", "Total con IVA", "Total a pagar", "K úhradě", "Beløb at betale", "Totalt inkl. moms"]
)
def test_the_total_of_a_foreign_invoice_is_neither_its_net_nor_its_vat(label: str) -> None:
    found = said("en", sums=f"{label}            1.210,00 EUR")
    assert (found["total_amount"], found["net_amount"], found["vat_amount"]) == ("1210.00", None, None)


@pytest.mark.parametrize(
    "label", ["Total sin IVA", "Total sem IVA", "Celkem bez DPH", "I alt ekskl. moms", "Summa exkl. moms"]
)
def test_the_net_amount_of_a_foreign_invoice_is_neither_its_vat_nor_its_total(label: str) -> None:
    found = said("en", sums=f"{label}            1.000,00 EUR")
    assert (found.get("vat_amount"), found.get("total_amount")) == (None, None)
