"""Wordings and layouts of five languages: each a small page of which one thing is said in another way."""

from __future__ import annotations

import pytest
from pages_extraction import HEADS, SUMS, read, said, values

from mailroom.domain.document import FieldName


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("nl", "Faktuur nr."), ("nl", "Ereloonnota nr."), ("nl", "Premienota"), ("nl", "Stuknummer"), ("nl", "Afrekening nr."),
        ("fr", "État de frais n°"), ("fr", "Notre facture"), ("fr", "Avis d'échéance n°"), ("fr", "Numéro"), ("fr", "Décompte n°"),
        ("de", "Honorarnote Nr."), ("de", "Re.-Nr."), ("de", "Rechnungs-Nr./Datum"), ("de", "Unsere Rechnung"),
        ("en", "Fee note no."), ("en", "Our invoice no"), ("en", "Bill reference"), ("en", "Invoice Nr."),
        ("ro", "Seria si numarul facturii"), ("ro", "Nr/serie"), ("ro", "Factura fiscala nr."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("value", ["2026-0417", "90 118 442", "2026 1104 88215"])
def test_a_number_is_found_whole_beside_its_label(language: str, label: str, value: str) -> None:
    assert said(language, number=f"{label}: {value}")["invoice_number"] == value


@pytest.mark.parametrize(
    ("lines", "value"),
    [
        ("Klantnr.      Factuurnr.      Datum           Vervaldag\n40118         VF26 00118      03/04/2026      03/05/2026", "VF26 00118"),
        ("Nr.               Datum\n260118            03/04/2026", "260118"),
        ("!FACTUUR NR. 26 000 118", "26 000 118"), ("Factuurnr: 2026 04 17 / 3", "2026 04 17 / 3"),
        ("Factuur : HP /2026/00371", "HP /2026/00371"), ("Factuurnr: UK-381 884-90417", "UK-381 884-90417"),
        ("Parcella n. 17/2026", "17/2026"),
    ],
)  # fmt: skip
def test_a_number_is_found_in_bars_and_titles(lines: str, value: str) -> None:
    assert said("nl", number=lines, date="")["invoice_number"] == value


def test_an_old_date_in_a_line_is_no_number() -> None:
    assert said("fr", number=" ", sums="Honoraires (A.R. 16.12.1950)   121,00 EUR")["invoice_number"] is None


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("de", "Rechnungsdatum: 03.IV.2026"), ("de", "Datum / Leistungsdatum: 3. April 2026"), ("fr", "Namur, le 3 avril 2026"),
        ("ro", "Data (ziua, luna, anul): 03.04.2026"), ("en", "Invoice Date (DD/MM/YYYY): 03/04/2026"), ("nl", "Uitgereikt op 03-04-2026"),
        ("fr", "Éditée le 03/04/2026"), ("en", "Date/Tax point: 3 Apr 2026"), ("nl", "Dagtekening 3 april 2026"),
    ],
)  # fmt: skip
def test_the_issue_date_is_found(language: str, line: str) -> None:
    assert said(language, date=line)["issue_date"] == "2026-04-03"


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("nl", "Vervalt"), ("nl", "Te betalen vóór"), ("nl", "Afschrijving omstreeks"), ("nl", "Ten laatste te betalen op"),
        ("nl", "Uiterste betalingsdatum"), ("nl", "Domiciliëring op"), ("fr", "À verser avant le"), ("fr", "Exigible le"),
        ("fr", "Délai de paiement"), ("fr", "Sera débité le"), ("fr", "Date d’échéance"), ("de", "Fälligkeit Lastschrift"),
        ("de", "Abbuchung am"), ("de", "Valuta"), ("de", "Zahlbar netto bis"), ("de", "Zahlungsziel"), ("en", "Collection date"),
        ("en", "Direct debit on"), ("en", "Final date for payment"), ("en", "Net due date"), ("ro", "De achitat până la data de"),
        ("ro", "Se va debita la"), ("ro", "Termen limită"), ("ro", "Scadența facturii"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("gap", [": ", "             "])
def test_the_due_date_is_found_beside_its_label(language: str, label: str, gap: str) -> None:
    found = said(language, due=f"{label}{gap}03/05/2026")
    assert (found["issue_date"], found["due_date"]) == ("2026-04-03", "2026-05-03")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("nl", "Contant bij levering of ten laatste 30 dagen na faktuurdatum: 03/05/26."),
        ("nl", "Contant 2 % tot 10/04/2026, netto voor 03/05/2026."), ("nl", "Betaling binnen de dertig dagen."),
        ("nl", "Het bedrag wordt op 03-05-2026 via domiciliëring geïnd."), ("nl", "Binnen 8 dagen 2 % korting, 30 dagen netto."),
        ("fr", "Nous vous saurions gré de bien vouloir verser cette somme endéans les trente jours, soit pour\nle 3 mai 2026, au compte de l'étude."),
        ("fr", "À payer dans les trente jours de la date de facture."), ("fr", "Votre compte sera débité le 03/05/2026."),
        ("de", "Zahlbar bis 10.04.2026 mit 2 % Skonto, bis 03.05.2026 ohne Abzug."), ("de", "Zahlbar binnen dreißig Tagen."),
        ("de", "Zahlungsbedingungen: innerhalb 8 Tagen (11.04.2026) mit 3 % Skonto = 1.173,70 EUR; innerhalb 14 Tagen\n(17.04.2026) mit 2 % Skonto = 1.185,80 EUR; spätestens 03.05.2026 ohne Abzug."),
        ("en", "We will collect 1,210.00 from your account on or after 3 May 2026."), ("en", "Net 30"),
        ("ro", "Va rugam efectuati plata pana cel tarziu la 03.05.2026."), ("ro", "Scadenta: 30 de zile de la data facturii"),
    ],
)  # fmt: skip
def test_the_due_date_is_found_in_a_sentence(language: str, sentence: str) -> None:
    found = said(language, foot=sentence)
    assert (found["issue_date"], found["due_date"]) == ("2026-04-03", "2026-05-03")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Payment received by Visa ending 2281 on 3 April 2026."), ("nl", "Betaling ontvangen via Bancontact op 3 april 2026."),
        ("fr", "Facture acquittée, payé par carte le 3 avril 2026."), ("de", "Betrag dankend erhalten am 3. April 2026, Zahlung per Karte."),
        ("en", "2 % discount if you pay by 10 April 2026."),
    ],
)  # fmt: skip
def test_what_was_paid_or_ends_a_discount_is_no_due_date(language: str, sentence: str) -> None:
    assert said(language, foot=sentence)["due_date"] is None


@pytest.mark.parametrize(
    ("head", "foot", "name"),
    [
        ("Glasatelier Lumen ASBL N° d'entreprise 0403.170.701", "", "Glasatelier Lumen ASBL"),
        ("!Halloy & Piret\n  société notariale SRL\n  Rue Haute 12\n  5000 Namur\n  TVA BE 0403.170.701", "", "Halloy & Piret société notariale SRL"),
        ("!QUADRA\n  Uw partner in hout", "Quadra Houthandel bv | Kerkstraat 12 | 9000 Gent | BE 0403.170.701", "Quadra Houthandel bv"),
        ("!Tauern Bürobedarf\n  Tauern Bürobedarf Handelsges.m.b.H.\n  Alpenstraße 99, 5020 Salzburg", "", "Tauern Bürobedarf Handelsges.m.b.H."),
    ],
)  # fmt: skip
def test_the_full_name_of_the_company_is_the_sellers(head: str, foot: str, name: str) -> None:
    page = (
        f"  {head}\n\n  FACTUUR\n  Factuurnummer: 12-26\n  Datum: 03/04/2026\n\n  Totaal       121,00 EUR\n\n  {foot}\n"
    )
    assert values(read(page))["seller_name"] == name


def test_a_caption_in_two_languages_names_nobody() -> None:
    page = """
  Faktura VAT / Invoice nr FV/112/02/2026
  Sprzedawca / Seller               Nabywca / Buyer
  Odlewnia Karkonosze Sp. z 0.0.    Pompenfabriek Nijhuis B.V.
  ul. Fabryczna 18, 58-500 Wroclaw  Parallelweg 4, 7102 DE Winterswijk
  NIP PL 514-943-99-35              VAT NL832003748B01
"""
    found = read(page, ocr=True).fields
    assert found[FieldName.SELLER_NAME].value == "Odlewnia Karkonosze Sp. z o.o."
    assert found[FieldName.BUYER_NAME].value == "Pompenfabriek Nijhuis B.V."


def test_a_date_of_the_invoice_that_is_cancelled_is_not_the_issue_date() -> None:
    page = """
!FACTURA STORNO

  Seria DAP Nr. 00773
  05.06.2026

  Storno partial factura DAP 00751 din 18.05.2026      -2.520,00
  TOTAL DE PLATA                                       -2.797,20 lei
"""
    assert values(read(page))["issue_date"] == "2026-06-05"


@pytest.mark.parametrize(
    "words",
    ["THANK YOU AND DO VISIT US AGAIN", "TQ FOR SHOPPING WITH US", "Bedankt en tot ziens", "Merci de votre visite",
     "Vielen Dank für Ihren Besuch", "Va multumim", "PCL XL error"],
)  # fmt: skip
def test_what_a_slip_wishes_its_reader_is_no_name(words: str) -> None:
    slip = f"\n!{words}\n\n  2 x 1,50  Brood   3,00\n  TOTAAL   3,00\n  12/03/2026 08:41\n"
    assert values(read(slip))["seller_name"] != words


def test_a_sign_over_two_lines_is_one_name() -> None:
    slip = "\n!AU VIEUX\n\n!TONNEAU\n\n  5 quai des Bateliers\n  67000 Strasbourg\n\n  NET A PAYER   82,60\n  20/03/2026 14:12\n"
    assert values(read(slip))["seller_name"] == "AU VIEUX TONNEAU"


def test_a_sales_tax_in_dollars_tells_that_the_month_comes_first() -> None:
    slip = (
        "\n  Rosie's Roadside Diner\n  Easton\n\n  08/02/2019\n  Subtotal   $39.03\n  Tax   $2.34\n  Total   $41.37\n"
    )
    assert values(read(slip))["issue_date"] == "2019-08-02"


@pytest.mark.parametrize(
    ("language", "foot"),
    [
        ("nl", "Klachten dienen binnen 8 dagen gemeld te worden met vermelding van het factuurnummer.\nOpen 8u30-16u30."),
        ("fr", "Toute réclamation doit nous parvenir dans les 8 jours avec le numéro de la facture.\nOuvert de 13h30 à 17h."),
    ],
)  # fmt: skip
def test_a_time_of_day_under_small_print_is_no_invoice_number(language: str, foot: str) -> None:
    title = HEADS[language][2].capitalize()
    assert said(language, number=f"{title}: V26-0214", foot=foot)["invoice_number"] == "V26-0214"
    assert said(language, number="Tel. 02 218 00 10", foot=foot)["invoice_number"] is None


@pytest.mark.parametrize(("language", "line"), [("de", "Rechnung Nr. 61'204"), ("fr", "Facture n° 61'204")])
def test_a_number_is_found_that_is_grouped_as_the_swiss_do(language: str, line: str) -> None:
    other = {"de": "Stamm-Nr. 449.118.207", "fr": "Réf. véhicule 449.118.207"}[language]
    assert said(language, number=f"{line}\n{other}")["invoice_number"] == "61'204"


@pytest.mark.parametrize(
    ("language", "foot"),
    [
        ("nl", "Betalen kan op onze rekening, de betaling is verschuldigd bij levering.\nWij zijn gesloten in juli. Bestellingen graag vóór 10/07/2026."),
        ("de", "Zahlbar auf unser Konto, die Zahlung ist vereinbart, wir danken Ihnen.\nBitte beachten Sie die Fristen. Freistellungsbescheinigung gültig bis 30.06.2026."),
    ],
)  # fmt: skip
def test_the_sentence_after_one_about_paying_gives_no_due_date(language: str, foot: str) -> None:
    assert said(language, foot=foot)["due_date"] is None


@pytest.mark.parametrize(
    ("language", "line"),
    [("nl", "Betaalbaar/payable 05/05/2026"), ("nl", "Verv./Éch. 05/05/2026"), ("fr", "Éch./Verv. 05/05/2026"), ("fr", "Échéance/Vervaldag 05/05/2026")],
)  # fmt: skip
def test_a_due_date_is_found_beside_a_label_in_two_languages(language: str, line: str) -> None:
    assert said(language, due=line)["due_date"] == "2026-05-05"


@pytest.mark.parametrize(
    ("language", "title", "line"),
    [
        ("nl", "CREDITNOTA", "Ref. factuur/facture : VF25/11820 - 19/12/2025"),
        ("fr", "NOTE DE CRÉDIT", "Réf. facture/factuur : VF25/11820 - 19/12/2025"),
    ],
)  # fmt: skip
def test_the_invoice_that_a_credit_note_refers_to_gives_neither_number_nor_date(
    language: str, title: str, line: str
) -> None:
    found = said(
        language,
        number=f"!{title}\nNr. : CN26/00037\n{line}",
        date="Datum : 11/02/2026" if language == "nl" else "Date : 11/02/2026",
    )
    assert (found["invoice_number"], found["issue_date"]) == ("CN26/00037", "2026-02-11")


def test_a_bar_of_captions_in_two_languages_names_number_and_date() -> None:
    found = said("nl", number="NR/NO       DATUM/DATE    KLANT/CLIENT\nF608114     03/02/2026    0041877", date="")
    assert (found["invoice_number"], found["issue_date"]) == ("F608114", "2026-02-03")


def test_a_tax_bill_is_numbered_in_its_line() -> None:
    line = "Datum verzending: 17 november 2025. Aanslagbiljet nr. RB-2025-000451"
    assert said("nl", number=line, date="")["invoice_number"] == "RB-2025-000451"


@pytest.mark.parametrize(
    ("language", "foot"),
    [
        ("nl", "Betalen kan binnen 2 weken op onze rekening."), ("fr", "À régler dans les 2 semaines."),
        ("de", "Zahlbar innerhalb von 2 Wochen."), ("en", "Please pay within 2 weeks."), ("ro", "Plata în 2 săptămâni."),
    ],
)  # fmt: skip
def test_a_term_may_be_in_weeks(language: str, foot: str) -> None:
    assert said(language, foot=foot)["due_date"] == "2026-04-17"


@pytest.mark.parametrize(
    ("lines", "value"),
    [
        ("Rekeningnr.: 261188\nDatum rekening: 31-1-2026", "261188"),
        ("!Schoolrekening 2e trimester 2025-2026\nRekening nr. 25262-0418 – Zelzate, 27 maart 2026", "25262-0418"),
        ("Rekeningnr.: 261188\nFactuurdatum: 31-1-2026", None),
    ],
)  # fmt: skip
def test_the_number_of_a_rekening_is_that_of_the_bill_only_where_it_is_called_so(lines: str, value: str | None) -> None:
    page = f"  Dierenartsen De Stroom\n  Hardenbergerweg 12\n  7736 PA Beerze\n\n{lines}\n\n  {SUMS['nl'][2]}"
    assert values(read(page))["invoice_number"] == value


@pytest.mark.parametrize(
    ("language", "title", "other"),
    [("nl", "FACTUUR", "Offerte: OF-25-511 dd 02.11.25"), ("fr", "FACTURE", "Devis: OF-25-511 du 02.11.25")],
)
def test_a_day_alone_under_the_number_is_that_of_the_invoice(language: str, title: str, other: str) -> None:
    lines = f"{title} VK1/2026/0093\n07.02.26\n{other}"
    assert said(language, number=lines, date="")["issue_date"] == "2026-02-07"


@pytest.mark.parametrize("name", ["BRANDSTOFFEN MERTENS - DE WIT NV", "Menuiserie Collin - Du Parc SRL"])
def test_two_names_and_a_legal_form_are_one_name(name: str) -> None:
    page = f"{name}\nSteenweg op Mol 118\n2360 Oud-Turnhout\n\n  Factuurnummer: 2026-0417\n  {SUMS['nl'][2]}"
    assert values(read(page))["seller_name"] == name
