"""Pages that show several values of one kind: which of them is the document's."""

from __future__ import annotations

import pytest
from pages_extraction import OF_A_HUNDRED, SELLER, read, saying, values

from mailroom.domain.document import FieldName
from mailroom.extraction import THRESHOLDS

# -- numbers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "Delegat: Ionescu M., CI seria RX nr. 771203",
        "Delegat: Ion Pop   B.I./C.I. seria XB nr. 556677, auto B 118 ABC",
        "Act identitate: CI seria CJ nr 998877 eliberat SPCLEP Cluj",
        "Delegat Maria Pop, C.I.: seria TM, numărul 445566",
    ],
)
def test_the_number_of_an_identity_card_is_not_that_of_the_invoice(line: str) -> None:
    head = "\n    Furnizor: Dacia Consult SRL\n    CUI: RO 14399840\n    !FACTURA FISCALA"
    assert saying("Nr. DC-0482 din data 28.02.2026", head=head, foot=line)["invoice_number"] == "DC-0482"


def test_a_bare_nr_is_that_of_the_register_named_before_it() -> None:
    assert saying("FACTUUR\nDatum 03/04/2026", foot="KvK Amsterdam nr. 27188204")["invoice_number"] is None


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("FACTUUR\nReferentie: 2026-118\nDatum: 03/04/2026", "2026-118"),
        ("FACTURE ACQUITTÉE     Réf. DD-LU/2026/00441208\nFacturé le 22/01/2026", "DD-LU/2026/00441208"),
        ("RECHNUNG\nIhre Referenz: PO-99118\nUnsere Referenz: RG-26-118\nDatum: 03.04.2026", "RG-26-118"),
        ("INVOICE\nReference      INV-2026-118\nYour reference  PO-4711", "INV-2026-118"),
        ("FACTURA\nReferinta: AB 2026118\nData: 03.04.2026", "AB 2026118"),
        ("FACTUUR 2026-118\nReferentie: DOSS-4711\nDatum: 03/04/2026", "2026-118"),
        ("RECHNUNG\nIhre Referenz: PO-99118\nDatum: 03.04.2026", None),
    ],
)
def test_a_bare_reference_is_the_number_of_an_invoice_that_nothing_else_numbers(line: str, number: str | None) -> None:
    assert saying(line)["invoice_number"] == number


def test_the_number_of_a_bare_reference_is_never_sure() -> None:
    found = read(f"{SELLER}\n    FACTUUR\n    Referentie: 2026-118\n    Datum: 03/04/2026\n{OF_A_HUNDRED}")
    assert 0.5 < found.fields[FieldName.INVOICE_NUMBER].confidence < THRESHOLDS[FieldName.INVOICE_NUMBER]


# -- terms ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("foot", "due"),
    [
        ("Graag binnen de 8 dagen na factuurdatum op BE68 5390 0754 7034", "2026-04-11"),
        ("Binnen 14 dagen na factuurdatum", "2026-04-17"),
        ("A 30 jours date de facture", "2026-05-03"),
        ("30 zile de la data facturii", "2026-05-03"),
        ("Within 30 days of the invoice date", "2026-05-03"),
        ("Klachten binnen 8 dagen na factuurdatum per aangetekende brief.", None),
        ("Réclamations dans les 8 jours de la date de la facture.", None),
        ("Reklamationen innerhalb von 8 Tagen nach Rechnungsdatum.", None),
    ],
)
def test_a_term_from_the_invoice_date_needs_no_word_of_paying_beside_an_account_or_alone(
    foot: str, due: str | None
) -> None:
    assert saying("FACTUUR 2026-118\nDatum: 03/04/2026", foot=foot)["due_date"] == due


@pytest.mark.parametrize(
    "foot", ["Payment within 14 days.", "Zahlung innerhalb von 14 Tagen", "Plata in 14 zile", "Payment: 14 days"]
)
def test_what_is_to_be_paid_in_days_is_no_receipt(foot: str) -> None:
    assert saying("INVOICE 2026-118\nDate 03/04/2026", foot=foot)["document_type"] == "invoice"


# -- accounts -------------------------------------------------------------------------------------------------------

OWN, SOLD = "BE68539007547034", "BE53230359727853"


@pytest.mark.parametrize(
    ("foot", "account"),
    [
        ("Betaal bevrijdend op BE53 2303 5972 7853 van KBC Commercial Finance\nIBAN BE68 5390 0754 7034", SOLD),
        ("IBAN BE68 5390 0754 7034\nDeze vordering is gecedeerd aan Factor NV:\nBE53 2303 5972 7853", SOLD),
        ("Cette créance a été cédée à Factor SA.\nIBAN BE53 2303 5972 7853\nNotre IBAN : BE68 5390 0754 7034", SOLD),
        ("IBAN BE68 5390 0754 7034\nDie Forderung ist an die Factor AG abgetreten.\nIBAN BE53 2303 5972 7853", SOLD),
        ("This debt has been assigned to Factor Ltd, IBAN BE53 2303 5972 7853\nIBAN BE68 5390 0754 7034", SOLD),
        ("Creanta este cesionata catre Factor IFN SA\nCont BE53 2303 5972 7853\nIBAN BE68 5390 0754 7034", SOLD),
        ("USD   BE53 2303 5972 7853\nEUR   BE68 5390 0754 7034", OWN),
        ("USD account: BE53 2303 5972 7853   EUR account: BE68 5390 0754 7034", OWN),
        ("Te storten provisie op rekening BE53 2303 5972 7853: 14.882,40\nDeze factuur op BE68 5390 0754 7034", OWN),
        ("IBAN BE68 5390 0754 7034 BIC KREDBEBB\nIBAN BE53 2303 5972 7853 BIC GEBABEBB", OWN),
        ("Gelieve 121,00 EUR te storten op BE68 5390 0754 7034\nBE53 2303 5972 7853", OWN),
    ],
)  # fmt: skip
def test_of_several_accounts_the_one_of_this_debt_and_its_currency_is_taken(foot: str, account: str) -> None:
    assert saying("FACTUUR 2026-118\nDatum 03/04/2026", foot=foot)["iban"] == account


# -- VAT ids --------------------------------------------------------------------------------------------------------

SHOP = "\n    !Lindeboom"


@pytest.mark.parametrize(
    ("foot", "vat_id"),
    [
        ("Lindeboom - 8, allée Jean Jaurès, 31000 Toulouse - RCS Toulouse - TVA FR 58\n415639939", "FR58415639939"),
        ("Lindeboom - Meir 12 - 2000 Antwerpen - www.lindeboom.example - BTW BE 0403.170.\n701 - RPR", "BE0403170701"),
        ("TVA\nBE 0403\n170 701", "BE0403170701"),
        ("Lindeboom - 8, allée Jean Jaurès, 31000 Toulouse - RCS Toulouse - TVA FR 58\n415639938", None),
        ("LINDEBOOM - SIÈGE SOCIAL ET ATELIERS AU 12 DE LA PLACE DE\n750110000 PARIS", None),
    ],
)
def test_a_vat_id_that_goes_on_in_the_next_line_is_read_where_its_check_digits_hold(
    foot: str, vat_id: str | None
) -> None:
    assert saying("FACTUUR 2026-118\nDatum 03/04/2026", head=SHOP, foot=foot)["seller_vat_id"] == vat_id


# -- sums -----------------------------------------------------------------------------------------------------------


# -- parties --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "foot",
    [
        "Représentant fiscal : Fiscal Rep SA - TVA BE 0710.493.425\nLindeboom Inc - TVA BE 0403.170.701",
        "Lindeboom Inc, VAT BE 0403.170.701, represented by Fiscal Rep NV, VAT BE 0710.493.425",
        "Fiscaal vertegenwoordiger:\nFiscal Rep NV, BTW BE 0710.493.425\nOns btw-nummer: BE 0403.170.701",
        "Fiskalvertreter: Fiscal Rep GmbH, UID BE 0710.493.425\nUnsere UID: BE 0403.170.701",
    ],
)
def test_the_vat_id_of_a_fiscal_representative_is_not_the_sellers(foot: str) -> None:
    assert saying("INVOICE 2026-118\nDate 03/04/2026", head=SHOP, foot=foot)["seller_vat_id"] == "BE0403170701"


def test_a_letter_to_the_buyer_ends_where_its_text_begins() -> None:
    letter = """
        aan: Juridisch Bureau Tilquin srl, Rue Neuve 9, 1348 Louvain-la-Neuve
        Mechelen, 3/2/2026
        Factuur 5/26
        Voor de vertaling van het dossier reken ik u 853,07 euro aan, vermeerderd met 21% btw,
        zijnde 179,14 euro. Het totaal bedraagt dus 1.032,21 euro.
        Met vriendelijke groet
        Mieke Aerts
        btw BE 0403.170.701
    """
    assert values(read(letter))["seller_vat_id"] == "BE0403170701"


@pytest.mark.parametrize(
    ("sign", "name"),
    [
        ("P  ParkeerPunt", "ParkeerPunt"),
        ("GS Garage Smets", "Garage Smets"),
        ("KBC Verzekeringen", "KBC Verzekeringen"),
        ("A Aalst", "Aalst"),
    ],
)
def test_initials_in_a_box_before_a_name_are_no_part_of_it(sign: str, name: str) -> None:
    head = f"\n    !{sign}\n    Kerkstraat 12\n    9000 Gent\n    BTW BE 0403.170.701"
    assert saying("FACTUUR 2026-118\nDatum 03/04/2026", head=head)["seller_name"] == name


BUYER = """
    Houtbouw Claes NV
    Dorpsstraat 3
    3000 Leuven
    BTW: BE 0710.493.425
"""


@pytest.mark.parametrize(
    ("head", "foot"),
    [
        (BUYER, "Lindeboom - Meir 12 - BTW BE 0403.170.701 - IBAN BE68 5390 0754 7034"),
        (BUYER, "Lindeboom - Meir 12 - RPR Antwerpen - BE 0403.170.701"),
        (BUYER, "Lindeboom au capital de 15 000 €\nBE 0403.170.701"),
        (f"    Lindeboom\n    BTW BE 0403.170.701   KBC BE68 5390 0754 7034\n{BUYER}", ""),
        ("    Lindeboom\n    BTW BE 0403.170.701\n    BE68 5390 0754 7034\n" + BUYER, ""),
    ],
)
def test_the_vat_id_that_stands_with_an_account_or_a_register_is_the_sellers(head: str, foot: str) -> None:
    found = saying("FACTUUR 2026-118\nDatum 03/04/2026", head=f"\n{head}", foot=foot)
    assert found["seller_vat_id"] == "BE0403170701"


def test_two_blocks_side_by_side_are_told_apart_by_what_stands_in_each() -> None:
    head = """
    Lindeboom NV                         Houtbouw Claes NV
    Meir 12 - 2000 Antwerpen             Dorpsstraat 3
    RPR Antwerpen                        3000 Leuven
    BTW BE 0403.170.701
    KBC BE68 5390 0754 7034              BTW BE 0710.493.425
    """
    assert saying("FACTUUR 2026-118\nDatum 03/04/2026", head=head)["seller_vat_id"] == "BE0403170701"


@pytest.mark.parametrize(("seller", "buyer"), [("Furnizor", "Cumparator"), ("Leverancier", "Klant")])
def test_a_party_in_the_cell_right_of_its_label_has_what_is_under_that(seller: str, buyer: str) -> None:
    head = f"""
    {buyer + " :":<14}  Houtbouw Claes NV
                    Dorpsstraat 3, 3000 Leuven
                    BE 0710.493.425

    {seller + " :":<14}  Lindeboom NV
                    Meir 12, 2000 Antwerpen
                    BE 0403.170.701
    """
    assert saying("FACTUUR 2026-118\nDatum 03/04/2026", head=head)["seller_vat_id"] == "BE0403170701"


def test_the_owner_of_a_firm_is_not_its_name() -> None:
    head = "\n    Innenausbau Kowalczyk\n    Inhaber: Piotr Kowalczyk\n    Zechenstraße 88, 45888 Gelsenkirchen"
    assert saying("RECHNUNG 2026-118\nDatum 03.04.2026", head=head)["seller_name"] == "Innenausbau Kowalczyk"


# -- more of numbers, dates and sums --------------------------------------------------------------------------------


def test_a_number_with_the_form_of_a_day_is_a_number_where_a_label_calls_it_one() -> None:
    found = saying("RECHNUNG\nRechnung-Nr.:     20260318\nRechnungsdatum:   10.03.2026")
    assert (found["invoice_number"], found["issue_date"]) == ("20260318", "2026-03-10")


def test_two_numbers_with_a_stroke_between_are_not_one_where_each_stands_alone() -> None:
    lines = "VERZAMELFACTUUR   DATUM        DEBITEUR\nLF2601-30077      01-01-2026   118204"
    foot = "Graag betalen onder vermelding van debiteur- en factuurnummer: 118204 / LF2601-30077."
    assert saying(lines, foot=foot)["invoice_number"] == "LF2601-30077"


def test_the_day_of_an_invoice_that_a_sentence_names_is_not_that_of_the_credit_note() -> None:
    lines = "AVOIR AV000231\n29/12/2025"
    foot = "Cet avoir annule partiellement la facture FA001904 du 11/12/2025."
    assert saying(lines, foot=foot)["issue_date"] == "2025-12-29"


@pytest.mark.parametrize(
    ("lines", "foot", "due"),
    [
        ("Sion, le 23 février 2026 – Intervention du 12.02.2026 – échéance 30 jours net", "", "2026-03-25"),
        ("Datum: 02/04/2026", "Graag betaling binnen de 3\nweken op rekening BE68 5390 0754 7034", "2026-04-23"),
        ("Factuurdatum: 11/02/2026", "TE BETALEN\n311,59 EUR\nvóór 04/03/2026", "2026-03-04"),
        ("Factuurdatum: 11/02/2026", "Ons magazijn\nHal 3\nvóór 04/03/2026", None),
    ],
)  # fmt: skip
def test_a_due_date_is_found_in_a_box_over_two_lines_and_after_a_dash(lines: str, foot: str, due: str | None) -> None:
    assert saying(f"FACTURE 26-118\n{lines}", foot=foot)["due_date"] == due


def test_a_credit_note_is_not_due_when_its_money_comes_back() -> None:
    found = saying("CREDITNOTA CN-118\nDatum: 20/02/2026", foot="De terugbetaling volgt binnen 5 dagen na betaling.")
    assert found["due_date"] is None


@pytest.mark.parametrize(
    ("cif", "foot", "vat_id"),
    [
        ("C.I.F.: 14399840", "Neplătitor de TVA conform art. 310 din Codul fiscal.", None),
        ("C.I.F.: 14399840", "", "RO14399840"),
        ("C.I.F.: RO14399840", "Furnizor neplătitor de accize, neplatitor.", "RO14399840"),
    ],
)
def test_a_romanian_tax_number_of_who_pays_no_vat_is_no_vat_id(cif: str, foot: str, vat_id: str | None) -> None:
    head = f"\n    Furnizor: DUMITRU MIHAI P.F.A.\n    {cif}"
    assert saying("FACTURA 0031\nData: 24.11.2025", head=head, foot=foot)["seller_vat_id"] == vat_id


def test_the_vat_id_in_the_foot_with_telephone_and_web_is_the_sellers() -> None:
    foot = "Tel +32 10 22 33 44     info@lindeboom.example     BE 0403.170.701"
    head = f"\n    Lindeboom SRL\n    Rue du Moulin 12\n    1300 Wavre\n{BUYER}"
    assert saying("FACTURE 2026-118\nDate 03/04/2026", head=head, foot=foot)["seller_vat_id"] == "BE0403170701"


# -- what is called less plainly ------------------------------------------------------------------------------------


def test_an_invoice_number_goes_before_the_number_of_a_receipt() -> None:
    lines = "RECEIPT\nReceipt number   2411-0042\nInvoice number   NC-118220\nDate paid        March 3, 2026"
    found = saying(lines)
    assert (found["invoice_number"], found["issue_date"]) == ("NC-118220", "2026-03-03")


def test_the_number_of_a_credit_note_goes_before_that_of_its_invoice() -> None:
    lines = "CREDITNOTA\nFactuurnummer     VF2026/0877\nCreditnotanummer  CN2026/0061\nDatum  03/04/2026"
    assert saying(lines)["invoice_number"] == "CN2026/0061"


def test_a_payment_dates_no_paper_that_has_a_date_of_its_own() -> None:
    assert saying("RECEIPT 2411-0042\nDate paid   March 3, 2026\nDate   March 1, 2026")["issue_date"] == "2026-03-01"


@pytest.mark.parametrize(
    ("lines", "foot", "due"),
    [
        ("FACTURE 26/0442\ndu 18/02/2026", "Mode : LCR 45 jours fin de mois", "2026-04-30"),
        ("RECHNUNG 118\nDatum: 18.02.2026", "3 % Skonto zahlbar bis 28.02.2026\nZahlbar bis 20.03.2026", "2026-03-20"),
    ],
)  # fmt: skip
def test_the_day_to_pay_is_found_at_the_end_of_a_month_and_under_that_of_a_discount(
    lines: str, foot: str, due: str
) -> None:
    assert saying(lines, foot=foot)["due_date"] == due


def test_a_buyer_named_in_its_line_has_nothing_of_the_next_column() -> None:
    head = """
    Unit 4, Dock Road                                   Brightline Media Ltd
    To: Lindeboom NV                                    VAT GB 823 8476 09
    Meir 12, 2000 Antwerp
    """
    assert saying("INVOICE 118\nDate 03/04/2026", head=head)["seller_vat_id"] == "GB823847609"


def test_in_a_list_of_captions_with_number_and_date_the_vat_id_is_the_customers() -> None:
    head = """
    Transport Maes NV                                   Nummer      : 260118
    Kanaaldok 44                                        Datum       : 30/04/2026
    2030 Antwerpen                                      Vervaldatum : 30/05/2026
    BTW BE 0403.170.701                                 BTW nr.     : BE0710493425
    """
    assert saying("FACTUUR", head=head)["seller_vat_id"] == "BE0403170701"


def test_the_only_vat_id_is_not_the_sellers_where_it_stands_with_the_buyer() -> None:
    head = """
    Furnizor: DUMITRU MIHAI P.F.A.                      Client: ATELIERELE CIBINIUM SRL
    F08/441/2021                                        C.I.F.: RO34822405
    """
    assert saying("FACTURA 0031\nData: 24.11.2025", head=head)["seller_vat_id"] is None


def test_the_zone_of_the_buyer_ends_at_the_title() -> None:
    lines = "Frau\nRegula Frei\nSeeweg 2\n8600 Dübendorf\nRechnung 2026-0042\nUnsere MWST-Nr.: CHE-107.524.635 MWST"
    assert saying(lines, head="\n    Schreinerei Kunz GmbH")["seller_vat_id"] == "CHE107524635"


def test_the_day_under_the_number_under_the_title_is_that_of_the_invoice() -> None:
    lines = "FACTUUR / FACTURE\nNr. 26/W09/00118\nvan 06.03.2026   vervalt 05.04.2026"
    assert saying(lines)["issue_date"] == "2026-03-06"


def test_a_number_beside_the_caption_of_a_party_has_the_title_over_it() -> None:
    head = """
                                            FACTURA
    Emitent                                 FGO118 / 2026
    Pixel Art SRL                           Emisa: 03.04.2026
    """
    assert saying("CIF: RO14399840", head=head)["invoice_number"] == "FGO118 / 2026"
