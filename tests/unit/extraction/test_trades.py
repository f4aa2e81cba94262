"""Invoices of many trades, each laid out as its suppliers do: what a person sees on them at once must be found."""

from __future__ import annotations

import pytest
from pages_extraction import read, values

PAPERS = {
    "energie": (
        """
  Stroomland NV                                   Klantnummer      10 448 221
  Elektrostraat 1                                 Contractrekening 2200 1188 44
  1000 Brussel                                    Factuurnummer    700 448 118 203
                                                  Datum            3 april 2026
  Schrijnwerkerij De Backer BV                    Uiterste betaaldatum   18 april 2026
  Stationsstraat 41
  9800 Deinze

!Tussentijdse factuur

  Periode 01/03/2026 tot 31/03/2026
  EAN-code 541448820044118203
  Uw voorschot elektriciteit             120,00
  Uw voorschot aardgas                    80,00
  Totaal exclusief btw                   200,00
  Btw 6 %                                 12,00
  Totaal inclusief btw                   212,00

  Dit bedrag wordt op 18 april 2026 automatisch van uw rekening afgehouden.
  Stroomland NV - BTW BE 0403.170.701 - RPR Brussel - IBAN BE72 9737 3828 4616
""",
        {
            "invoice_number": "700 448 118 203",
            "issue_date": "2026-04-03",
            "due_date": "2026-04-18",
            "net_amount": "200.00",
            "vat_amount": "12.00",
            "total_amount": "212.00",
            "seller_name": "Stroomland NV",
        },
    ),
    "assurance": (
        """
  Alba Assurances SA                              Namur, le 3 avril 2026
  Place d'Armes 4
  5000 Namur                                      Votre courtier : Bureau Lenoir SRL
  Agréée sous le n° 0448

  Menuiserie Lambot SRL
  Rue Haute 12
  5000 Namur

!AVIS D'ÉCHÉANCE

  Police n° 44.118.203
  Avis n° 2026/118203
  Période du 01/05/2026 au 30/04/2027
  Prime nette                                    800,00
  Frais                                           40,00
  Taxe sur les assurances 9,25 %                  77,70
  Prime totale à payer                           917,70 EUR

  À payer avant le 1er mai 2026 sur le compte BE72 9737 3828 4616
  Communication +++924/0447/97020+++
""",
        {
            "invoice_number": "2026/118203",
            "issue_date": "2026-04-03",
            "due_date": "2026-05-01",
            "total_amount": "917.70",
            "seller_name": "Alba Assurances SA",
        },
    ),
    "garage": (
        """
!Garage Van Hool
  Van Hool & Zonen BVBA                     FACTUUR   2026/00412
  Baan 12                                   Datum     03-04-26
  2500 Lier                                 Klant     00412
  BE0403170701

  Nummerplaat: 1-ABC-234   Chassis: WVWZZZ1KZ6W448812   Km: 118.203
  Werkuren             2,50     65,00      162,50
  Olie 5W30            5,00     12,00       60,00
  Milieubijdrage                             2,50
  Subtotaal                                225,00
  BTW 21 %                                  47,25
  TOTAAL                                   272,25
  Betaald met Bancontact                   272,25
  Saldo                                      0,00
""",
        {
            "invoice_number": "2026/00412",
            "issue_date": "2026-04-03",
            "total_amount": "272.25",
            "vat_amount": "47.25",
            "net_amount": "225.00",
            "seller_name": "Van Hool & Zonen BVBA",
        },
    ),
    "courier": (
        """
  Blitzkurier GmbH · Hafenstr. 1 · 20457 Hamburg
                                                Rechnung
  Tischlerei Ahrens GmbH                        Rechnungs-Nr.     4 118 203
  Hauptstr. 12                                  Rechnungsdatum    31.03.2026
  20457 Hamburg                                 Kunden-Nr.        118203
                                                Fällig am         14.04.2026
  Sendungen März 2026
  Datum     Sendungsnr.     Gewicht     Zone     Betrag
  02.03.    00340434       2,1 kg       1        5,90
  09.03.    00340477       3,0 kg       1        6,90
  Treibstoffzuschlag 12,5 %                      1,60
  Summe netto                                   14,40
  Umsatzsteuer 19 %                              2,74
  Rechnungsbetrag                               17,14
  USt-IdNr. DE136695976   IBAN DE98 5001 0517 1784 8741 88
""",
        {
            "invoice_number": "4 118 203",
            "issue_date": "2026-03-31",
            "due_date": "2026-04-14",
            "net_amount": "14.40",
            "vat_amount": "2.74",
            "total_amount": "17.14",
            "seller_name": "Blitzkurier GmbH",
        },
    ),
    "school": (
        """
  Vrije Basisschool De Wegwijzer VZW
  Schoolstraat 4, 3000 Leuven
  Ondernemingsnummer 0403.170.701

!SCHOOLREKENING 2e trimester

  Leerling: Jan Peeters    Klas: 4B
  Rekening nr. 26-0412     Datum: 3 april 2026

  Warme maaltijden                          45,00
  Zwemmen                                   12,50
  Uitstap                                   18,00
  Te betalen                                75,50

  Gelieve te betalen vóór 17 april 2026 op rekening BE72 9737 3828 4616
""",
        {
            "issue_date": "2026-04-03",
            "due_date": "2026-04-17",
            "total_amount": "75.50",
            "seller_name": "Vrije Basisschool De Wegwijzer VZW",
        },
    ),
    "medical": (
        """
  Dr. med. Eva Lang
  Fachärztin für Orthopädie
  Hauptstr. 12, 80331 München
  Steuernummer 143/118/20345

  Herrn Max Muster
  Weg 3
  80331 München

  München, 03.04.2026
!Privatliquidation Nr. 2026-0412

  Patient: Max Muster, geb. 12.02.1980     Behandlung vom 18.03.2026
  Datum      Ziffer   Leistung            Faktor    Betrag
  18.03.26   1        Beratung            2,3       10,72
  18.03.26   5        Untersuchung        2,3       10,72
  Gesamtbetrag                                      21,44 EUR
  Umsatzsteuerfrei nach § 4 Nr. 14 UStG. Zahlbar bis 03.05.2026.
""",
        {
            "invoice_number": "2026-0412",
            "issue_date": "2026-04-03",
            "due_date": "2026-05-03",
            "total_amount": "21.44",
            "seller_name": "Dr. med. Eva Lang",
        },
    ),
    "situation": (
        """
  Toitures Mosan SRL                            FACTURE N° 26/0412
  Rue Haute 12                                  Date : 03/04/2026
  5000 Namur                                    Situation n° 3
  TVA BE 0403.170.701

  Montant du marché                          50.000,00
  Travaux exécutés à ce jour                 30.000,00
  Situations précédentes                     20.000,00
  Total HTVA                                 10.000,00
  TVA 6 %                                       600,00
  Total TVAC                                 10.600,00
  Retenue de garantie 5 %                      -530,00
  Net à payer                                10.070,00
  Échéance : 30 jours fin de mois
""",
        {
            "invoice_number": "26/0412",
            "issue_date": "2026-04-03",
            "net_amount": "10000.00",
            "vat_amount": "600.00",
            "total_amount": "10600.00",
            "payable_amount": "10070.00",
            "due_date": "2026-05-31",
            "seller_name": "Toitures Mosan SRL",
        },
    ),
    "us": (
        """
  Northgate Metrics, Inc.                            INVOICE
  548 Market St                                      Invoice #: NM-20412
  San Francisco, CA 94104                            Date: 04/03/2026
                                                     Terms: Net 30
  Bill To:                                           Due Date: 05/03/2026
  Harper Joinery Ltd
  12 Mill Lane

  Description               Qty      Rate        Amount
  Analytics plan              1   $500.00       $500.00
  Setup                       1   $100.00       $100.00
  Subtotal                                      $600.00
  Tax (0%)                                        $0.00
  Total                                         $600.00
  Balance Due                                   $600.00
""",
        {
            "invoice_number": "NM-20412",
            "issue_date": "2026-04-03",
            "due_date": "2026-05-03",
            "total_amount": "600.00",
            "currency": "USD",
            "seller_name": "Northgate Metrics, Inc.",
        },
    ),
    "qr ch fr": (
        """
  Fiduciaire du Lac Sàrl
  Rue du Lac 4
  1003 Lausanne
  CHE-116.281.710 TVA

  Lausanne, le 3 avril 2026
!Facture n° 26.0412

  Honoraires                                 1'000.00
  TVA 8.1 %                                     81.00
  Total CHF                                  1'081.00
  Payable à 30 jours net

  Récépissé            Section paiement      Compte / Payable à
  Monnaie  Montant     Monnaie  Montant      CH44 3199 9123 0008 8901 2
  CHF      1 081.00    CHF      1 081.00     Fiduciaire du Lac Sàrl
""",
        {
            "invoice_number": "26.0412",
            "issue_date": "2026-04-03",
            "total_amount": "1081.00",
            "vat_amount": "81.00",
            "net_amount": "1000.00",
            "currency": "CHF",
            "due_date": "2026-05-03",
        },
    ),
    "printer": (
        """
  CopyPro SA - Zoning Nord 4 - 6000 Charleroi - TVA BE 0403.170.701

  Facture F2600412                     Client 10412
  Date 31/03/2026                      Échéance 30/04/2026
  Machine: MFC-118  N° série: X118203  Compteur du 01/03/2026: 118203  au 31/03/2026: 120100

  Copies noir/blanc      1897    0,0080       15,18
  Forfait maintenance       1   25,0000       25,00
  Total HTVA 40,18    TVA 21 % 8,44    Total TVAC 48,62
""",
        {
            "invoice_number": "F2600412",
            "issue_date": "2026-03-31",
            "due_date": "2026-04-30",
            "net_amount": "40.18",
            "vat_amount": "8.44",
            "total_amount": "48.62",
        },
    ),
    "rail": (
        """
  Spoorweg NV                                Factuur
  Stationsplein 1, 1000 Brussel              26.118.203
  BTW BE 0403.170.701                        3 april 2026

  Klant: Timmerwerken Ghys BV                Bestelnummer WEB-118203
  Traject Brussel - Gent  reisdatum 12/04/2026    1    20,00
  Bedrag excl. btw 18,87      Btw 6% 1,13         Totaal 20,00
  Reeds betaald via Payconiq op 03/04/2026
""",
        {
            "invoice_number": "26.118.203",
            "issue_date": "2026-04-03",
            "total_amount": "20.00",
            "vat_amount": "1.13",
            "net_amount": "18.87",
            "due_date": None,
        },
    ),
    "hosting ro": (
        """
  Furnizor                                   Client
  GAZDUIRE WEB SRL                           Harper Joinery Ltd
  CUI: RO38328529                            Str. Mica 3
  Reg. com.: J12/118/2010                    Cluj
  Cont: RO26BRDE450SV06479550

  Factura fiscala
  Seria GW nr. 118203 din data de 03.04.2026
  Termen de plata: 18.04.2026

  Gazduire pro         1 buc    84,03    84,03    17,65
  Total fara TVA                         84,03
  TVA 21%                                17,65
  Total de plata                        101,68 RON
""",
        {
            "issue_date": "2026-04-03",
            "due_date": "2026-04-18",
            "total_amount": "101.68",
            "seller_name": "GAZDUIRE WEB SRL",
        },
    ),
    "saas": (
        """
!Invoice
  Invoice number  A1B2C3D4-0007
  Date of issue   April 3, 2026
  Date due        April 3, 2026

  Nimbus Software Limited                    Bill to
  10 Pearse Street                           Timmerwerken Ghys BV
  Dublin 2                                   Kerkstraat 12
  Ireland                                    9000 Gent
  billing@nimbus.example                     BE VAT BE0403170701
  IE VAT IE6388047V

  €121.00 due April 3, 2026

  Description             Qty   Unit price   Tax   Amount
  Team plan                 1      €100.00   21%   €100.00
  Subtotal                                         €100.00
  Total excluding tax                              €100.00
  VAT - Belgium (21% on €100.00)                    €21.00
  Total                                            €121.00
  Amount due                                       €121.00
""",
        {
            "invoice_number": "A1B2C3D4-0007",
            "issue_date": "2026-04-03",
            "total_amount": "121.00",
            "vat_amount": "21.00",
            "net_amount": "100.00",
            "seller_name": "Nimbus Software Limited",
            "seller_vat_id": "IE6388047V",
        },
    ),
    "franchise fr": (
        """
  Claire Dubois - Graphiste
  12 rue des Lilas, 59000 Lille
  SIRET 732 829 320 00074 - EI

  Facture n° 2026-04
  Lille, le 3 avril 2026

  Création logo                 450,00 €
  Total                         450,00 €
  TVA non applicable, art. 293 B du CGI
  Règlement à réception de facture
""",
        {"invoice_number": "2026-04", "issue_date": "2026-04-03", "total_amount": "450.00", "due_date": "2026-04-03"},
    ),
    "kleineond": (
        """
  Bakkerij Tine - Tine Claes
  Kerkstraat 12, 9000 Gent
  ON 0403.170.701

  REKENING 26/04        3/4/2026
  Taart                  45,00
  Koekjes                15,00
  TOTAAL                 60,00
  Bijzondere vrijstellingsregeling kleine ondernemingen
""",
        {"invoice_number": "26/04", "issue_date": "2026-04-03", "total_amount": "60.00"},
    ),
    "supplies gb": (
        """
  Harper Supplies Ltd                           TAX INVOICE
  Unit 4, Mill Lane, Leeds LS1 4DT
  VAT Reg No GB 707 6177 69   Company No 01182034

  Account      Invoice        Date/Tax Point      Your Order
  GHY001       SI-118203      03/04/26            PO 4412

  Goods Total     Carriage      Total Net      VAT        Invoice Total
  100.00          10.00         110.00         22.00      132.00
  Terms: 30 days end of month following date of invoice
""",
        {
            "invoice_number": "SI-118203",
            "issue_date": "2026-04-03",
            "net_amount": "110.00",
            "vat_amount": "22.00",
            "total_amount": "132.00",
        },
    ),
    "consigne": (
        """
  Brasserie du Nord SRL          N° TVA BE 0403.170.701
  Rue Haute 12, 5000 Namur

  FACTURE 26-00412   du 03.04.26   Client 118

  Code   Désignation       Qté    Prix     Montant
  1      Fût 30 L            4   90,00      360,00
  90     Consigne fût        4   30,00      120,00
  91     Retour fût         -3   30,00      -90,00
  Base 21 %  360,00   TVA 75,60    Consignes 30,00
  TOTAL À PAYER                             465,60
""",
        {"invoice_number": "26-00412", "issue_date": "2026-04-03", "total_amount": "465.60", "vat_amount": "75.60"},
    ),
    "aannemer met voorschot": (
        """
  Bouwbedrijf Claes BV                            Geel, 3 april 2026
  BTW BE 0403.170.701   IBAN BE72 9737 3828 4616

!EINDFACTUUR nr. 2026-0118

  Omschrijving                      Aantal     Prijs     Bedrag    BTW
  Chape, 12 m2                          12     75,00     900,00     6%
  Tuinmuur                               1    500,00     500,00    21%

  Tarief     Maatstaf       BTW           Totaal exclusief btw            1.400,00
  6 %          900,00     54,00           Totaal btw                        159,00
  21 %         500,00    105,00           Totaal werken inclusief btw     1.559,00
                                          Af: voorschotfactuur 2026-0091  – 500,00
                                          Nog te betalen                  1.059,00
""",
        {
            "invoice_number": "2026-0118",
            "net_amount": "1400.00",
            "vat_amount": "159.00",
            "total_amount": "1559.00",
            "payable_amount": "1059.00",
        },
    ),
    "eindafrekening": (
        """
  Stroomland NV - BTW BE 0403.170.701
  Factuurnummer 7301 448 216
  Datum 19 januari 2026

!Creditnota

  Verbruik                                        1.500,00
  Totaal verbruik excl. btw                       1.500,00
  Btw 6%                                             90,00
  Totaal verbruik incl. btw                       1.590,00
  Reeds aangerekende voorschotten (12 x 141,33) - 1.696,00
  Te crediteren excl. btw                         - 100,00
  Btw 6%                                            - 6,00
  Saldo in uw voordeel                            - 106,00
""",
        {"document_type": "credit_note", "net_amount": "-100.00", "vat_amount": "-6.00", "total_amount": "-106.00"},
    ),
    "forwarder": (
        """
  MAASLAND FORWARDING B.V.
  VAT-nr: NL123456782B12
  Invoice no. RTM/26/04412     Invoice date 09-Apr-2026
  Gross weight     8.412,000 kgs

  Charge description            Curr.    Amount      VAT     Amount EUR
  Ocean freight                 USD      2.000,00    0%        1.840,00
  Customs clearance             EUR         95,00    21%          95,00
  Rate of exchange: 1 EUR = 1,0870 USD
                                         VAT 0% base           1.840,00
                                         VAT 21% base             95,00
                                         VAT amount               19,95
                                         TOTAL DUE EUR         1.954,95
  VAT zero-rated: art. 9 par. 2b Dutch VAT Act
""",
        {"net_amount": "1935.00", "vat_amount": "19.95", "total_amount": "1954.95", "currency": "EUR"},
    ),
    "numbered like a day": (
        """
  Baptiste Ferrand EI
                                     FACTURE
                                     N° 2025-12-02
                                     Le 15 décembre 2025
  Radio Volcans (association loi 1901)
  Cours de guitare      6     35,00    210,00
                      Total : 210,00 €
  TVA non applicable, art. 293 B du CGI.
""",
        {"invoice_number": "2025-12-02", "issue_date": "2025-12-15", "total_amount": "210.00"},
    ),
    "marge": (
        """
  Autohaus Rieger GmbH & Co. KG   USt-IdNr. DE136695976
  Rechnungs-Nr.   GW-25-0441
  Rechnungsdatum  28.10.2025
  Gebrauchtfahrzeug gemäß Kaufvertrag     17.780,00 €
  Endpreis                                17.780,00 €
  abzgl. Anzahlung bar                    -1.000,00 €
  Restbetrag                              16.780,00 €
  Differenzbesteuerung gemäß § 25a UStG
""",
        {"net_amount": "17780.00", "vat_amount": "0.00", "total_amount": "17780.00", "payable_amount": "16780.00"},
    ),
    "twee weken": (
        """
  Yoga bij Noor
  factuurnummer 26001          datum 7 januari 2026
  Yogales medewerkers      4    72,50     290,00
  te betalen                              290,00
  Vrijgesteld van OB o.g.v. artikel 25 Wet OB.
  Wil je het bedrag binnen twee weken overmaken naar NL91 ABNA 0417 1643 00?
""",
        {"invoice_number": "26001", "issue_date": "2026-01-07", "due_date": "2026-01-21"},
    ),
}


@pytest.mark.parametrize("trade", PAPERS)
def test_the_fields_of_an_invoice_are_found(trade: str) -> None:
    drawing, expected = PAPERS[trade]
    found = values(read(drawing))
    assert {name: found[name] for name in expected} == expected
