"""A small invoice in each of the five languages, each laid out in its own way."""

from __future__ import annotations

import pytest
from pages_extraction import read, values

from mailroom.domain.document import FieldName
from mailroom.extraction import Buyer, missing

DUTCH = """
  Houthandel De Spar BV
  Zagerijstraat 12
  9000 Gent
  BTW BE 0403.170.701

!FACTUUR

  Factuurnummer:   2026/0117               Klant
  Factuurdatum:    3 maart 2026            Bakkerij Kruimel NV
  Vervaldatum:     2 april 2026            Meelweg 3
                                           8000 Brugge
                                           BE0417.497.106

  Omschrijving                  Aantal       Prijs        Btw        Bedrag
  Planken eik                       10       12,50        21%        125,00
  Levering                           1       40,00        21%         40,00

                                   Totaal excl. btw                  165,00
                                   Btw 21%                            34,65
                                   Te betalen                        199,65

  IBAN BE68 5390 0754 7034    Mededeling: +++090/9337/55493+++
"""
FRENCH = """
                                                          Imprimerie du Lac SARL
                                                          4 rue des Pins
                                                          74000 Annecy
                                                          N° TVA FR40303265045

!FACTURE

  Facturé à                          Date de facture    Numéro de facture    Échéance
  Librairie Plume                    12/01/2026         F-2026-031           11/02/2026
  9 place du Marché
  69001 Lyon

  Désignation                  Quantité     P.U. HT     Montant HT
  Affiches A2                       200        1,50         300,00

                                        Total HT            300,00 €
                                        TVA 20 %             60,00 €
                                        Total TTC           360,00 €
                                        Acompte versé      -100,00 €
                                        Reste dû            260,00 €

  À virer sur le compte IBAN FR14 2004 1010 0505 0001 3M02 606
"""
GERMAN = """
  Korbflechterei Weide GmbH · Uferweg 3 · 50667 Köln

  Firma                                            Rechnungsnr.    RE-88123
  Blumen Tau                                       Kundennr.       40021
  Gartenstr. 9                                     Datum           05.02.2026
  10115 Berlin                                     Lieferdatum     01.02.2026

!Rechnung RE-88123

  Pos   Bezeichnung            Menge     Einzelpreis     Gesamt
  1     Korb groß                  4           50,00     200,00
  2     Buch über Körbe            1          100,00     100,00

                                       Nettobetrag       300,00
                                       zzgl. 19% MwSt.    38,00
                                       zzgl. 7% MwSt.      7,00
                                       Rechnungsbetrag   345,00

  Zahlbar bis 19.02.2026 ohne Abzug.



  Korbflechterei Weide GmbH     USt-IdNr. DE136695976      IBAN DE89 3704 0044 0532 0130 00
  Uferweg 3, 50667 Köln         Steuernummer 201/113/40209
"""
ENGLISH = """
  Invoice no.    INV-7741                          Harbour Software Ltd.
  Invoice date   July 4, 2026                      12 Quay Street
  Due date       August 3, 2026                    Dublin D02 X285
                                                   VAT no. IE6388047V
  Bill to
  Blue Kite B.V.
  Keizersgracht 8
  1015 CN Amsterdam
  VAT no. NL001234567B01

  Description             Qty      Unit price      Amount
  Licences                  5        1,200.00    6,000.00

                               Subtotal          6,000.00
                               VAT 0% reverse charge  0.00
                               Total due EUR     6,000.00
"""
ROMANIAN = """
  Furnizor                                  Client
  Morar Panificație SRL                     Cafenea Nord SRL
  Str. Morii nr. 5                          Bd. Unirii nr. 1
  400001 Cluj-Napoca                        010101 București
  C.U.I. RO18547290                         C.U.I. RO1590082

!FACTURA FISCALĂ

  Seria și nr.: MOP 00412     Data emiterii: 15.03.2026    Data scadenței: 14.04.2026

  Denumirea produselor      Cantitate     Preț unitar      Valoare
  Făină albă                      100            4,00       400,00

                                    Total fără TVA          400,00
                                    TVA 21%                  84,00
                                    Total de plată          484,00 lei

  IBAN RO49 AAAA 1B31 0075 9384 0000
"""
STORIES = [
    pytest.param(
        DUTCH,
        "nl",
        {
            "seller_name": "Houthandel De Spar BV", "seller_vat_id": "BE0403170701", "invoice_number": "2026/0117",
            "issue_date": "2026-03-03", "due_date": "2026-04-02", "net_amount": "165.00", "vat_amount": "34.65",
            "total_amount": "199.65", "payable_amount": "199.65", "iban": "BE68539007547034",
            "payment_reference": "+++090/9337/55493+++", "buyer_name": "Bakkerij Kruimel NV",
            "buyer_vat_id": "BE0417497106", "document_type": "invoice",
        },
        id="nl",
    ),
    pytest.param(
        FRENCH,
        "fr",
        {
            "seller_name": "Imprimerie du Lac SARL", "seller_vat_id": "FR40303265045", "invoice_number": "F-2026-031",
            "issue_date": "2026-01-12", "due_date": "2026-02-11", "net_amount": "300.00", "vat_amount": "60.00",
            "total_amount": "360.00", "payable_amount": "260.00", "currency": "EUR",
            "iban": "FR1420041010050500013M02606", "buyer_name": "Librairie Plume",
        },
        id="fr",
    ),
    pytest.param(
        GERMAN,
        "de",
        {
            "seller_name": "Korbflechterei Weide GmbH", "seller_vat_id": "DE136695976", "invoice_number": "RE-88123",
            "issue_date": "2026-02-05", "due_date": "2026-02-19", "net_amount": "300.00", "vat_amount": "45.00",
            "total_amount": "345.00", "iban": "DE89370400440532013000",
        },
        id="de",
    ),
    pytest.param(
        ENGLISH,
        "en",
        {
            "seller_name": "Harbour Software Ltd.", "seller_vat_id": "IE6388047V", "invoice_number": "INV-7741",
            "issue_date": "2026-07-04", "due_date": "2026-08-03", "net_amount": "6000.00", "vat_amount": "0.00",
            "total_amount": "6000.00", "currency": "EUR", "iban": None, "buyer_name": "Blue Kite B.V.",
        },
        id="en",
    ),
    pytest.param(
        ROMANIAN,
        "ro",
        {
            "seller_name": "Morar Panificație SRL", "seller_vat_id": "RO18547290", "invoice_number": "MOP 00412",
            "issue_date": "2026-03-15", "due_date": "2026-04-14", "net_amount": "400.00", "vat_amount": "84.00",
            "total_amount": "484.00", "currency": "RON", "iban": "RO49AAAA1B31007593840000",
            "buyer_name": "Cafenea Nord SRL", "buyer_vat_id": "RO1590082",
        },
        id="ro",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("drawing", "language", "expected"), STORIES)
def test_an_invoice_is_read_in_its_language(drawing: str, language: str, expected: dict[str, str | None]) -> None:
    found = read(drawing)
    assert found.language == language
    assert {name: values(found)[name] for name in expected} == expected


@pytest.mark.parametrize(("drawing", "language", "expected"), STORIES)
def test_a_slanted_photo_says_the_same_as_the_level_page(
    drawing: str, language: str, expected: dict[str, str | None]
) -> None:
    found = read(drawing, ocr=True, slant=0.04)
    assert found.language == language
    assert {name: values(found)[name] for name in expected} == expected


def test_every_field_is_in_the_result_and_every_value_shows_its_place() -> None:
    found = read(DUTCH)
    assert set(found.fields) == set(FieldName)
    for name, field in found.fields.items():
        if field.value is not None and field.evidence:
            assert field.evidence[0].page == 1, name
            assert field.evidence[0].region is not None, name
    assert found.fields[FieldName.INVOICE_NUMBER].evidence[0].label == "Factuurnummer"
    assert found.fields[FieldName.SELLER_VAT_ID].evidence[0].proof == "check_digits"
    assert found.fields[FieldName.TOTAL_AMOUNT].evidence[0].proof == "net_plus_vat"


def test_a_clear_invoice_misses_nothing() -> None:
    assert missing(read(DUTCH).fields) == ()


def test_the_account_itself_is_never_the_seller() -> None:
    found = values(read(DUTCH, buyer=Buyer(name="Houthandel De Spar", vat_id="BE0403170701")))
    assert found["seller_vat_id"] != "BE0403170701"
    assert found["seller_name"] != "Houthandel De Spar BV"


def test_a_blank_page_has_no_values_but_a_type() -> None:
    found = read("")
    assert {name for name, value in values(found).items() if value is not None} == {"document_type"}
    assert values(found)["document_type"] == "other"
