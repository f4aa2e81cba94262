"""Tax numbers as a country prints them, without the prefix that makes them VAT ids."""

from __future__ import annotations

import pytest
from pages_extraction import read, saying, values

SHOP = """
    !Taller Meridiano
    {line}

    INVOICE
    Invoice number: 2026417
    Invoice date: 3 April 2026

    Net                   100,00 EUR
    {vat}
    Total to pay          {total} EUR
"""


def vat_id(line: str, vat: str = "VAT 20%                20,00 EUR", total: str = "120,00") -> str | None:
    return values(read(SHOP.format(line=line, vat=vat, total=total)))["seller_vat_id"]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("CIF: A-13585625", "ESA13585625"), ("C.I.F. A13.585.625", "ESA13585625"), ("NIF 54362315-K", "ES54362315K"),
        ("N.I.F.: 54.362.315-K", "ES54362315K"), ("NIF: X-2482300-W", "ESX2482300W"),
        ("NIF: 501 964 843", "PT501964843"),
        ("NIPC 501964843", "PT501964843"), ("Contribuinte n.º 501964843", "PT501964843"),
        ("NIP: 856-734-62-15", "PL8567346215"), ("NIP 8567346215", "PL8567346215"),
        ("NIP: PL 856-734-62-15", "PL8567346215"),
        ("P.IVA: 00743110157", "IT00743110157"), ("Adószám: 12892312-2-41", "HU12892312"),
        ("DIČ: 25123891", "CZ25123891"),
        ("CVR-nr. 13585628", "DK13585628"), ("SE-nr.: 13 58 56 28", "DK13585628"),
        ("Y-tunnus: 2077474-0", "FI20774740"),
        ("OIB: 33392005961", "HR33392005961"), ("AFM 094259216", "EL094259216"),
        ("Org.nr: 988 077 917 MVA", "NO988077917MVA"), ("VAT Reg. No. 6433435F", "IE6433435F"),
        ("VAT No. 980 7806 84", "GB980780684"), ("RPR Gent 0403.170.701", "BE0403170701"),
    ],
)  # fmt: skip
def test_a_tax_number_gets_the_prefix_of_the_country_whose_word_or_form_it_has(line: str, value: str) -> None:
    assert vat_id(line) == value


@pytest.mark.parametrize(
    "line",
    [
        "NIP 8567346216",  # its check digit is wrong
        "CVR-nr. 13585629",
        "KRS 8567346215",  # nothing calls it a tax number
        "Org.nr 988 077 917",  # without MVA it is not registered for VAT
        "Steuernummer 136 695 976",
    ],
)
def test_a_number_that_is_no_tax_number_or_fails_its_check_digits_is_no_vat_id(line: str) -> None:
    assert vat_id(line) is None


def test_the_number_of_any_company_is_no_vat_id_where_the_page_does_not_speak_of_vat() -> None:
    assert vat_id("CVR-nr. 13585628", vat="", total="100,00") is None


@pytest.mark.parametrize(
    ("line", "foot", "value"),
    [
        ("Ondernemingsnummer 0812.587.905", "Niet btw-plichtig.", None),
        ("Ondernemingsnr. 0812.587.905", "Vrijgesteld van btw volgens art. 44 W.BTW", None),
        ("N° d'entreprise 0812.587.905", "Opération exemptée de TVA – article 44, § 2, 4° du Code de la TVA.", None),
        ("BTW 0812.587.905", "Vrijgesteld van btw volgens art. 44 W.BTW", "BE0812587905"),
        ("BTW BE 0812.587.905", "Niet btw-plichtig.", "BE0812587905"),
        ("Ondernemingsnummer 0812.587.905", "Vrijgesteld van btw volgens art. 39bis W.BTW", "BE0812587905"),
        ("Ondernemingsnummer 0812.587.905", "Zie art. 44 van de huurvoorwaarden.", "BE0812587905"),
    ],
)
def test_the_number_of_a_belgian_association_that_pays_no_vat_is_no_vat_id(
    line: str, foot: str, value: str | None
) -> None:
    head = f"\n    !Tuinclub De Vlinder vzw\n    Kerkstraat 12\n    9000 Gent\n    {line}\n"
    sums = "\n    Te betalen     100,00 EUR\n"
    found = saying("FACTUUR 2026/041\nDatum: 03/04/2026", head=head, sums=sums, foot=foot)
    assert found["seller_vat_id"] == value


@pytest.mark.parametrize(
    ("between", "value"),
    [("Storgata 12, 0155 Oslo", "NO988077917MVA"), ("Invoice 2026417 to customer 4711", "BE0203201340")],
)
def test_of_two_ids_the_one_right_under_the_letterhead_is_the_sellers(between: str, value: str) -> None:
    page = f"""
    !Hansen Elektro AS
    {between}
    Org.nr: 988 077 917 MVA


                                                     Bakkerij Peeters BV
                                                     Dorpstraat 7
                                                     2000 Antwerpen
                                                     BTW BE 0203.201.340

    Date: 3 April 2026

    Net                   100,00 EUR
    VAT 25%                25,00 EUR
    Total to pay          125,00 EUR
    """
    assert values(read(page))["seller_vat_id"] == value
