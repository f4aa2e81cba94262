"""Papers of other kinds and invoices with a twist: each a small page that says what must be seen on it."""

from __future__ import annotations

import pytest
from pages_extraction import kind_of, page, read, reading, values

from mailroom.domain.document import FieldName, FieldSource
from mailroom.domain.reading import StructuredValue, Word
from mailroom.extraction import Buyer, extract

TILL_SLIP = """
        BAKKERIJ MORGENROOD
        Dorpsstraat 4
        3500 Hasselt
        BE 0417.497.106

    2 x 1,50  Koffiekoek       3,00
    1 x 2,80  Brood            2,80
    -------------------------------
    TOTAAL                     5,80
    CONTANT                   10,00
    WISSELGELD                 4,20

    Btw 6%      5,47           0,33
    12/03/2026  08:41
    Bedankt en tot ziens
"""
CREDIT_NOTE = """
  Houthandel De Spar BV
  Zagerijstraat 12
  9000 Gent
  BTW BE 0403.170.701

!CREDITNOTA

  Nummer:              CN 2026/004
  Datum:               12/03/2026
  Factuur:             2026/0117

                       Totaal excl. btw     100,00
                       Btw 21%               21,00
                       Totaal               121,00 EUR
"""


def test_a_till_slip_gives_shop_date_and_total_not_what_was_paid() -> None:
    found = values(read(TILL_SLIP))
    assert found["document_type"] == "receipt"
    assert found["seller_name"] == "BAKKERIJ MORGENROOD"
    assert found["issue_date"] == "2026-03-12"
    assert found["total_amount"] == "5.80"
    assert found["seller_vat_id"] == "BE0417497106"


def test_a_credit_note_has_its_own_number_not_the_invoices() -> None:
    found = values(read(CREDIT_NOTE))
    assert found["document_type"] == "credit_note"
    assert found["invoice_number"] == "CN 2026/004"
    assert (found["net_amount"], found["vat_amount"], found["total_amount"]) == ("100.00", "21.00", "121.00")


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("AANMANING", "reminder"), ("Zahlungserinnerung", "reminder"), ("Mise en demeure", "reminder"),
        ("Statement of account", "statement"), ("Relevé de compte", "statement"), ("Bestelbon", "order"),
        ("Auftragsbestätigung", "order"), ("OFFERTE", "quote"), ("Devis", "quote"), ("Kostenvoranschlag", "quote"),
        ("Lieferschein", "delivery_note"), ("Aviz de însoțire a mărfii", "delivery_note"), ("Mietvertrag", "contract"),
        ("Notă de credit", "credit_note"), ("Gutschrift", "credit_note"), ("Avoir", "credit_note"),
        ("Tax Invoice", "invoice"), ("Factură fiscală", "invoice"),
    ],
)  # fmt: skip
def test_the_title_says_what_it_is(title: str, kind: str) -> None:
    drawing = f"""
  Some Company
  Long Road 1
  1000 Brussels

!{title}

  Dear reader, here is what you asked us for.
"""
    assert kind_of(drawing) == kind


def test_a_caption_of_an_order_does_not_make_an_invoice_an_order() -> None:
    drawing = """
!Rechnung

  Rechnungsnummer:   77
  Bestellung:        B-12
  Lieferschein:      L-9
  Gesamtbetrag       10,00 EUR
"""
    assert kind_of(drawing) == "invoice"


@pytest.mark.parametrize(
    ("printed", "language_line", "iso"),
    [
        ("03/04/26", "Factuur van de maand, gelieve te betalen", "2026-04-03"),
        ("3 avril 2026", "Facture, merci de votre confiance", "2026-04-03"),
        ("April 3, 2026", "Invoice, thank you for your order", "2026-04-03"),
        ("2026-04-03", "Invoice, thank you for your order", "2026-04-03"),
        ("3. April 2026", "Rechnung, wir danken für Ihren Auftrag", "2026-04-03"),
        ("3 aprilie 2026", "Factura, va multumim pentru plata", "2026-04-03"),
        ("04/13/2026", "Invoice, thank you for your order", "2026-04-13"),  # only one order makes a date of it
    ],
)
def test_dates_are_read_in_every_way_of_writing(printed: str, language_line: str, iso: str) -> None:
    assert values(read(f"{language_line}\n\nDate: {printed}\n"))["issue_date"] == iso


def test_another_date_on_the_page_shows_that_the_month_comes_first() -> None:
    found = values(read("Invoice date: 03/04/2026\n\nDue date: 03/31/2026\n"))
    assert (found["issue_date"], found["due_date"]) == ("2026-03-04", "2026-03-31")


def test_the_end_of_a_discount_is_not_the_due_date() -> None:
    drawing = "Rechnungsdatum: 01.03.2026\n\n2 % Skonto bei Zahlung bis 10.03.2026\n\nFällig am: 31.03.2026\n"
    assert values(read(drawing))["due_date"] == "2026-03-31"


def test_without_a_due_date_none_is_made_up() -> None:
    found = read("Factuurdatum: 01/03/2026\n\nRetour binnen 30 dagen\n2 % korting bij betaling binnen 8 dagen\n")
    assert found.fields[FieldName.DUE_DATE].value is None
    assert 0 < found.fields[FieldName.DUE_DATE].confidence <= 1


@pytest.mark.parametrize(
    ("words", "due"),
    [
        ("Te betalen binnen 30 dagen", "2026-03-31"),
        ("Terms: net 14 days", "2026-03-15"),
        ("Règlement à 30 jours fin de mois", "2026-03-31"),
        ("Zahlungsziel    10 Tage netto", "2026-03-11"),
        ("Termen de plată: 15 zile", "2026-03-16"),
        ("Payable on receipt", "2026-03-01"),
    ],
)
def test_a_term_in_days_gives_a_due_date_that_is_said_to_be_derived(words: str, due: str) -> None:
    field = read(f"Datum: 01.03.2026\n\n{words}\n").fields[FieldName.DUE_DATE]
    assert (field.value, field.source, field.evidence[0].proof) == (due, FieldSource.DERIVED, "term_of_payment")
    assert field.confidence < 0.9


@pytest.mark.parametrize(
    "sentence",
    [
        "Please transfer EUR 121.00 by 5 July 2026 to the account below.",
        "Wij verzoeken u € 121,00 vóór 05/07/2026 over te maken.",
        "La somme de 121,00 € sera prélevée sur votre compte le 05/07/2026.",
        "Der Betrag von 121,00 € wird am 05.07.2026 von Ihrem Konto abgebucht.",
        "Vă rugăm să achitați suma de 121,00 lei până la data de 05.07.2026.",
        "EUR 3017,74 due 5 July 2026",
    ],
)
def test_a_sentence_about_paying_says_the_due_date(sentence: str) -> None:
    found = read(f"Datum: 01.06.2026\n\n{sentence}\n")
    assert values(found)["due_date"] == "2026-07-05"


def test_captions_in_a_bar_belong_to_the_values_below_them_though_these_are_set_to_the_right() -> None:
    found = read(
        """
        Invoice #              Due date               A/C No.

                  R2023/39714            20 Nov 2023            103150
        """
    )
    assert values(found)["invoice_number"] == "R2023/39714"
    assert values(found)["due_date"] == "2023-11-20"


def test_words_along_the_edge_of_the_paper_are_read_from_the_foot_upwards() -> None:
    level = page("Facture n° 4711\nTotal TTC  12,99 €\nDate  2/11/2019\nTVA 2,17\nTotal HT 10,82")
    words = ["BOUYGUES", "TELECOM", "SA", "-", "Paris", "-", "TVA", "FR74397480930"]
    upright = tuple(Word(w, 0.02, 0.9 - 0.06 * i, 0.03, 0.95 - 0.06 * i, 1.0, 90 + i) for i, w in enumerate(words))
    whole = reading("x").model_copy(update={"pages": (level.model_copy(update={"words": level.words + upright}),)})
    assert values(extract(whole, Buyer()))["seller_vat_id"] == "FR74397480930"


def test_an_iban_runs_over_two_lines_of_a_narrow_column() -> None:
    drawing = "Bank: IBAN BE68\n5390 0754 7034\nBIC GKCCBEBB\n"
    assert values(read(drawing))["iban"] == "BE68539007547034"


def test_letters_that_ocr_puts_for_digits_are_mended_when_the_checksum_then_holds() -> None:
    assert values(read("IBAN BE68 539O O754 7O34\n", ocr=True))["iban"] == "BE68539007547034"
    assert values(read("BTW-nummer: BE O4O3.17O.7Ol\n", ocr=True))["seller_vat_id"] == "BE0403170701"


def test_an_account_that_fails_its_checksum_is_not_believed() -> None:
    field = read("IBAN BE68 5390 0754 7035\n", ocr=True).fields[FieldName.IBAN]
    assert field.value is None or field.confidence < 0.6


def test_the_buyers_vat_id_is_not_the_sellers_even_when_it_is_the_only_one() -> None:
    drawing = "Factuur 77\n\nKlant\nBlauwe Maan BV\nLangestraat 1\n2000 Antwerpen\nBE0417.497.106\n"
    assert values(read(drawing))["seller_vat_id"] is None
    known = Buyer(name="Blauwe Maan", vat_id="BE0417497106")
    found = values(read("Factuur 77\n\nBTW BE0417.497.106\n", buyer=known))
    assert (found["seller_vat_id"], found["buyer_vat_id"]) == (None, "BE0417497106")


def test_a_steuernummer_is_no_vat_id() -> None:
    assert values(read("Rechnung\n\nSteuernummer: 136 695 976\n"))["seller_vat_id"] is None


def test_what_the_xml_says_wins_with_certainty_and_pages_fill_the_rest() -> None:
    structured = {FieldName.INVOICE_NUMBER: StructuredValue(value="X-1", term="BT-1", path="/Invoice/ID")}
    found = extract(reading("Factuurnummer: 999\n\nFactuurdatum: 01/02/2026\n", structured=structured), Buyer())
    number = found.fields[FieldName.INVOICE_NUMBER]
    assert (number.value, number.confidence, number.source) == ("X-1", 1.0, FieldSource.XML)
    assert number.evidence[0].path == "/Invoice/ID"
    assert found.fields[FieldName.ISSUE_DATE].value == "2026-02-01"


def test_an_epc_code_tells_account_amount_and_reference() -> None:
    code = "BCD\n002\n1\nSCT\n\nHouthandel De Spar BV\nBE68539007547034\nEUR199.65\n\n\n090933755493"
    found = extract(reading("Factuur 77\n", barcodes=(("QRCode", code),)), Buyer())
    got = values(found)
    assert (got["iban"], got["payable_amount"], got["currency"]) == ("BE68539007547034", "199.65", "EUR")
    assert got["payment_reference"] == "+++090/9337/55493+++"
    assert found.fields[FieldName.IBAN].source is FieldSource.BARCODE


def test_a_swiss_payment_code_tells_account_and_amount() -> None:
    lines = [""] * 32
    lines[:7] = ["SPC", "0200", "1", "CH9300762011623852957", "S", "Käserei Alp AG", "Bergweg 1"]
    lines[18:20] = ["88.10", "CHF"]
    found = values(extract(reading("Rechnung 5\n", barcodes=(("QRCode", "\n".join(lines)),)), Buyer()))
    assert (found["iban"], found["payable_amount"], found["currency"]) == ("CH9300762011623852957", "88.10", "CHF")


def test_an_unknown_barcode_says_nothing() -> None:
    assert values(extract(reading("Factuur 77\n", barcodes=(("EAN13", "5410000000000"),)), Buyer()))["iban"] is None


@pytest.mark.parametrize("ocr", [False, True])
def test_a_name_of_two_lines_is_whole_however_close_the_boxes_are_to_its_letters(ocr: bool) -> None:
    drawn = reading(
        """
        Rechnung Nr. 2018-44 vom 06.12.2018

        Verkäufer
                       MVZ Beispielhafter
            Name:      Gesundheitsverein Neustadt e.V.
            Anschrift: Musterstr. 12
                       12345 Neustadt

        Käufer
            Name:      Max Muster

        Gesamtbetrag                                   119,00 EUR
        """,
        ocr=ocr,
    )
    if ocr:  # two thirds of the height that a text layer says
        words = tuple(word._replace(y1=word.y0 + 0.6 * (word.y1 - word.y0)) for word in drawn.pages[0].words)
        drawn = drawn.model_copy(update={"pages": (drawn.pages[0].model_copy(update={"words": words}),)})
    name = extract(drawn, Buyer()).fields[FieldName.SELLER_NAME].value
    assert name == "MVZ Beispielhafter Gesundheitsverein Neustadt e.V."
