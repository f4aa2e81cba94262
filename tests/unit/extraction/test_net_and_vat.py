"""Net and VAT of a total: which amounts add up to it, and what stands apart from both."""

from __future__ import annotations

import pytest
from pages_extraction import METER, SELLER, read, said, saying, values

from mailroom.domain.document import FieldName


@pytest.mark.parametrize(
    ("sums", "expected"),
    [
        ("Omschrijving   Aantal   Netto   Btw   Bruto\nDiesel   1   900,00   189,00   1.089,00\nDoek   1   100,00   21,00   121,00\nTotaal EUR   1.000,00   210,00   1.210,00", ("1000.00", "210.00", "1210.00")),
        ("Totaal excl. / btw   1.000,00   210,00\nTotaal incl. btw EUR   1.210,00", ("1000.00", "210.00", "1210.00")),
        ("Btw-uitsplitsing      Materialen   300,00\n6% op 100,00 = 6,00\n21% op 200,00 = 42,00   Btw   48,00\nTOTAAL EUR   348,00", ("300.00", "48.00", "348.00")),
        ("Logies 2 nachten   218,00\nToeristenbelasting   8,00\nNetto 9%   200,00\nBtw 9%   18,00\nTotaal   226,00", ("208.00", "18.00", "226.00")),
        ("Totaal excl. btw   1.000,00\nBtw 21%   210,00\nLeeggoed   30,00\nTe betalen   1.240,00", ("1030.00", "210.00", "1240.00")),
        ("Luchthavenbelastingen   47,61\nVervoer   180,00\nBtw 0% (internationaal vervoer)   0,00\nTotaalbedrag   227,61", ("227.61", "0.00", "227.61")),
    ],
)  # fmt: skip
def test_net_and_vat_are_found_in_rows_of_sums_and_beside_untaxed_parts(sums: str, expected: tuple[str, ...]) -> None:
    found = said("nl", sums=sums.replace("   ", "          "))
    assert (found["net_amount"], found["vat_amount"], found["total_amount"]) == expected


@pytest.mark.parametrize(
    ("language", "sums"),
    [
        ("fr", "Total HTVA/Netto : 389,80\nTVA/MwSt 8% :  8,16\nTVA/MwSt 17% : 48,93\nTotal TVA/MwSt : 57,09\nTotal TTC/Brutto : 446,89"),
        ("nl", "Totaal excl./Total HTVA : 389,80\nBTW/TVA 8% :  8,16\nBTW/TVA 17% : 48,93\nBTW/TVA : 57,09\nTotaal/Total EUR : 446,89"),
    ],
)  # fmt: skip
def test_one_word_in_two_languages_is_the_label_that_both_are(language: str, sums: str) -> None:
    found = said(language, sums=sums)
    assert (found["net_amount"], found["vat_amount"], found["total_amount"]) == ("389.80", "57.09", "446.89")


@pytest.mark.parametrize(
    ("language", "sums"),
    [
        ("nl", "Excl. btw 1.622,00\nbtw 0% op 950,00   0,00\nbtw 6% op 192,00   11,52\nbtw 21% op 480,00   100,80\nBtw totaal 112,32\nIncl. btw 1.734,32\nWaarborg 250,00\nTe storten 1.984,32"),
        ("de", "Netto 1.622,00\nMwSt. 0% auf 950,00   0,00\nMwSt. 6% auf 192,00   11,52\nMwSt. 21% auf 480,00   100,80\nMwSt. gesamt 112,32\nGesamtbetrag 1.734,32"),
    ],
)  # fmt: skip
def test_what_bears_no_vat_is_no_vat(language: str, sums: str) -> None:
    found = said(language, sums=sums)
    assert (found["net_amount"], found["vat_amount"], found["total_amount"]) == ("1622.00", "112.32", "1734.32")


@pytest.mark.parametrize(
    ("taxed", "untaxed", "total"),
    [
        ("Totaal belast", "Kadaster inschrijving (onbelast)", "Totaal van deze declaratie"),
        ("Total HT", "Débours (non soumis à TVA)", "Total de la présente facture"),
        ("Nettobetrag", "Gerichtskosten (nicht steuerbar)", "Gesamtbetrag dieser Rechnung"),
        ("Net amount", "Court fees (outside the scope of VAT)", "Total of this invoice"),
    ],
)
def test_an_amount_without_vat_is_a_part_of_the_total_of_this_invoice(taxed: str, untaxed: str, total: str) -> None:
    found = values(
        read(f"""
  Honorar A                                    1.850,00
  Honorar B                                       96,50
  {taxed:<40}     1.946,50
  VAT 21 %                                       408,77
  {untaxed:<40}       144,50
  {total:<40}     2.499,77
""")
    )
    assert (found["vat_amount"], found["total_amount"]) == ("408.77", "2499.77")


def test_sums_of_net_and_vat_stand_in_one_row_though_a_levy_is_still_to_come() -> None:
    found = values(
        read("""
  Leistung                   Menge    Netto     MwSt     Betrag netto
  Doppelzimmer                   3    131,82     10%          395,45
  Halbpension                    3     26,36     10%           79,09
  Getränke                       1     33,00     20%           33,00
  Sauna                          2      5,00     20%           10,00
  Netto 10%                                                   474,54
  MwSt 10%                                                     47,45
  Netto 20%                                                    43,00
  MwSt 20%                                                      8,60
  Summe Netto / MwSt                           517,54          56,05
  Ortstaxe 3 x 3,30 (nicht steuerbar)                           9,90
  Gesamtbetrag EUR                                            583,49
""")
    )
    assert (found["vat_amount"], found["total_amount"]) == ("56.05", "583.49")


def test_vat_within_a_total_that_is_printed_twice_is_not_added_to_it() -> None:
    found = values(
        read(
            """
            Lunchcafe Zoet
            Vismarkt 18, 3511 KS Utrecht
            Broodje gezond       5,95
            Verse jus 25cl       4,25
            Cappuccino           3,60
            Muffin               3,20
            Subtotaal           17,00
            Totaal            € 17,00
            waarvan btw 9%       1,40
            12-11-2026  12:48
            bon 4471
""",
            ocr=True,
        )
    )
    assert found["total_amount"] == "17.00"


@pytest.mark.parametrize(
    "vat",
    ["incl. BTW 21%      1,67", "waarvan btw 21%     1,67", "dont TVA 21%        1,67", "inkl. 21% MwSt      1,67"],
)
def test_the_vat_within_what_was_paid_is_not_the_total(vat: str) -> None:
    found = values(read(METER.format(rows=f"TARIEF A      9,60\n        BETAALD EUR 9,60\n        {vat}"), ocr=True))
    assert found["total_amount"] == "9.60"
    assert found["vat_amount"] == "1.67"


def test_reverse_charge_means_vat_zero_and_net_is_the_total() -> None:
    drawing = "Invoice no. 12\n\nAmount due   500.00 EUR\n\nVAT reverse charge, article 196\n"
    found = values(read(drawing))
    assert (found["vat_amount"], found["total_amount"], found["net_amount"]) == ("0.00", "500.00", "500.00")


RETAINED = """
    Rechnungsbetrag netto           9.785,00 EUR
    ./. 5 % Sicherheitseinbehalt     -489,25 EUR
    Auszahlungsbetrag               9.295,75 EUR
    Steuerschuldnerschaft des Leistungsempfängers nach § 13b UStG.
"""


def test_what_is_retained_of_an_invoice_without_vat_is_a_part_of_its_total() -> None:
    found = saying("RECHNUNG 2025/061\nDatum: 1.9.2025", sums=RETAINED)
    assert (found["total_amount"], found["payable_amount"]) == ("9785.00", "9295.75")


def test_an_american_invoice_without_a_tax_has_none() -> None:
    head = "\n    Brightwater Advisory LLC\n    4410 Meridian Ave N\n    Seattle, WA 98103 US"
    found = saying("INVOICE 10387\nDATE 04/01/2026", head=head, sums="    BALANCE DUE   USD 4,259.00\n")
    assert (found["net_amount"], found["vat_amount"]) == ("4259.00", "0.00")


@pytest.mark.parametrize(
    "remark", ["inclusief € 21,00 btw", "incl. 21,00 € MwSt.", "dont 21,00 € TVA", "includes €21.00 VAT"]
)
def test_the_vat_is_found_in_a_remark_on_the_total(remark: str) -> None:
    found = saying("FACTUUR 2026-118\nDatum 03/04/2026", sums=f"    Totaal     € 121,00 ({remark})\n")
    assert (found["vat_amount"], found["total_amount"]) == ("21.00", "121.00")


def test_what_is_deducted_of_an_invoice_without_vat_is_a_part_of_its_total() -> None:
    sums = """
    Sub total                                         £3,000.00
    VAT - domestic reverse charge (20%)                   £0.00
    CIS deduction 20% of labour                        -£480.00
    Amount due                                        £2,520.00
    """
    found = saying("INVOICE No: 0118\nDATE: 03/04/26", sums=sums)
    assert (found["total_amount"], found["payable_amount"]) == ("3000.00", "2520.00")


def test_goods_and_freight_that_make_the_net_amount_are_not_net_and_vat_beside_those_that_a_rate_proves() -> None:
    sums = """Warenwert      Fracht      Nettobetrag      MwSt %      MwSt        Endbetrag
950,00         50,00       1.000,00         19,00       190,00      1.190,00"""
    found = said("de", sums=sums)
    assert tuple(found[name] for name in ("net_amount", "vat_amount", "total_amount")) == (
        "1000.00",
        "190.00",
        "1190.00",
    )


@pytest.mark.parametrize(("vat", "total", "is_sure"), [("21,00", "121,00", True), ("23,00", "150,00", False)])
def test_net_and_vat_that_are_not_the_total_together_are_doubtful(vat: str, total: str, is_sure: bool) -> None:
    sums = f"    Totaal excl. btw     100,00 EUR\n    Btw                   {vat} EUR\n    Te betalen           {total} EUR"
    fields = read(f"{SELLER}\n    !Factuur\n    Factuurnummer: 2026-118\n    Datum: 12.03.2026\n{sums}").fields
    net, tax = fields[FieldName.NET_AMOUNT], fields[FieldName.VAT_AMOUNT]
    assert (net.value, tax.value) == ("100.00", vat.replace(",", "."))
    assert (net.confidence >= 0.85) is (tax.confidence >= 0.85) is is_sure
