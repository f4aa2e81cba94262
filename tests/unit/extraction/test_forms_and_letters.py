"""What letters and line printers write: dates and numbers within text, sums without a label, amounts without VAT."""

from __future__ import annotations

import pytest
from pages_extraction import read, values

from mailroom.domain.document import FieldName, bare_vat_id
from mailroom.extraction import payment_terms
from mailroom.extraction.names import _mended_form
from mailroom.extraction.normalise import normalise
from mailroom.extraction.text import fold
from mailroom.languages import Language
from mailroom.rules.facts import same_vat_id


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("Please remit to Lintel Ltd, sort code 20-44-51, account 70318842, by 16 March\n2026.", "2026-03-16"),
        ("Ich ersuche um Überweisung auf mein Konto bis 20. Februar\n2026 bei der Ersten Bank.", "2026-02-20"),
        ("Gelieve het bedrag te betalen op onze rekening voor 10 mei\n2026, met vermelding.", "2026-05-10"),
        ("Nous vous prions de régler ce montant sur notre compte avant le 12 avril\n2026 au plus tard.", "2026-04-12"),
    ],
)  # fmt: skip
def test_a_date_goes_on_in_the_next_line_of_a_text(text: str, due: str) -> None:
    body = text.replace("\n", "\n  ")
    found = values(read(f"  Invoice No. 2026-118      Invoice date: 14/02/2026\n\n\n  {body}"))
    assert found["due_date"] == due


@pytest.mark.parametrize(
    ("title", "text", "due"),
    [
        ("Rechnung 2026-07   Leipzig, den 11.02.2026", "Bitte überweisen Sie bis zum 25.02. an uns.", "2026-02-25"),
        ("Rechnung 2026-07   Leipzig, den 11.12.2026", "Zahlbar bis 10. Januar ohne Abzug.", "2027-01-10"),
        ("Factuur 2026-07   Datum: 11/02/2026", "Gelieve te betalen voor 25 februari op onze rekening.", "2026-02-25"),
        ("Facture n° 2026-07   Date : 11/02/2026", "À régler avant le 25 février par virement.", "2026-02-25"),
        ("Factura nr. 2026-07   Data: 11.02.2026", "Termen de plată: până la 25 februarie", "2026-02-25"),
    ],
)  # fmt: skip
def test_a_due_date_without_its_year_is_the_first_such_day_after_the_issue(title: str, text: str, due: str) -> None:
    assert values(read(f"  {title}\n\n\n\n  {text}"))["due_date"] == due


def test_an_amount_is_no_day_without_its_year() -> None:
    found = values(
        read("  Rechnung 2026-07    Datum: 11.02.2026\n\n\n  Bitte zahlen Sie bis zu 12.50 EUR an der Kasse.")
    )
    assert found["due_date"] is None


def test_the_days_when_an_office_is_closed_are_no_due_date() -> None:
    found = values(
        read(
            "  Invoice No. 118      Invoice date: 14/02/2026\n\n\n"
            "  Our offices are closed from 3 August 2026 until 10 August 2026. Payment terms on our site."
        )
    )
    assert found["due_date"] is None


@pytest.mark.parametrize(
    "head",
    [
        "  Facture N. 2/26-0118            Rue du Moulin 6\n  du 04/02/2026                   5080 Rhisnes",
        "  FACTUUR    : 2601 00 4471       HOOGSTRAAT 12\n  VAN        : 04/02/2026         3840 BORGLOON",
        "  Rechnung Nr. 2601/4471          Seestr. 12\n  vom 04.02.2026                  20457 Hamburg",
        "  Garage Namur\n  5000 Namur\n\n  Namur,      04/02/2026\n\n  Dossier: akte d.d. 02/02/2026 voor Jan\n",
    ],
)
def test_the_day_under_the_number_or_after_the_place_is_the_issue_date(head: str) -> None:
    assert values(read(head))["issue_date"] == "2026-02-04"


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("FACTURE N. 2/26-0118", "2/26-0118"),
        ("Rechnung R-2026-0041 / Kalibrierung laut Bestellung", "R-2026-0041"),
        ("Rechnung R-2026-0041 / 2", "R-2026-0041 / 2"),
        ("Invoice:     CB 118.204", "CB 118.204"),
        ("Titre de recettes n° 2026-T-118 - bordereau 14", "2026-T-118"),
        ("Schoolrekening 3de trimester\n  Rekening nr.    SR3-2526-20447", "SR3-2526-20447"),
    ],
)
def test_a_number_is_neither_its_label_nor_what_follows(line: str, number: str) -> None:
    assert values(read(f"  {line}\n  Datum  03/04/2026"))["invoice_number"] == number


@pytest.mark.parametrize("ordinal", ["3de", "2e", "1er", "4th", "2nd", "1ste"])
def test_an_ordinal_is_no_number(ordinal: str) -> None:
    assert values(read(f"  Factuur {ordinal} kwartaal\n  Datum  03/04/2026"))["invoice_number"] is None


@pytest.mark.parametrize("word", ["", " MWST", " TVA", " IVA"])
def test_a_swiss_vat_id_is_the_same_in_every_language(word: str) -> None:
    found = values(read(f"  Muster AG\n  6010 Kriens\n  CHE-107.787.577{word}\n\n  Rechnung 12345"))
    assert found["seller_vat_id"] == "CHE107787577"
    assert normalise(FieldName.SELLER_VAT_ID, f"CHE-107.787.577{word}", Language.DE) == "CHE107787577"


def test_only_a_swiss_vat_id_has_a_word_for_the_tax_behind_it() -> None:
    assert bare_vat_id("CHE107787577MWST") == "CHE107787577"
    assert [bare_vat_id(v) for v in ("NO974760673MVA", "BE0403170701", "")] == ["NO974760673MVA", "BE0403170701", ""]


@pytest.mark.parametrize(
    "sentence",
    [
        "Kantoor Wijnands B.V. is ingeschreven in het handelsregister onder nummer 17188204",
        "Kantoor Wijnands B.V. is registered with the Chamber of Commerce under 17188204",
        "Kantoor Wijnands B.V., est inscrite au registre sous 17188204",
        "Kantoor Wijnands B.V. ist im Handelsregister eingetragen unter 17188204",
    ],
)
def test_a_name_ends_where_a_sentence_about_it_begins(sentence: str) -> None:
    found = values(read(f"  Factuur 2026-118    Datum 03/04/2026\n\n\n\n\n\n\n  {sentence} - btw NL643222376B02"))
    assert found["seller_name"] == "Kantoor Wijnands B.V."


def test_what_announces_a_register_number_names_nobody() -> None:
    foot = "Company Reg. 448817 VAT Reg. IE6329432Q Directors: M. Clear"
    page = f"  Clearbrook Hygiene Ltd\n  Raheen Park, Limerick\n\n  Invoice: 118204\n\n\n\n\n  {foot}"
    assert values(read(page))["seller_name"] == "Clearbrook Hygiene Ltd"


def test_every_term_of_payment_has_a_word_by_which_it_is_found() -> None:
    for phrase in payment_terms._phrases("due_days"):
        assert list(payment_terms._terms_in(fold(phrase.replace("{n}", "30")))), phrase


LETTERS = {
    "en": (
        """
  Penrose & Hale Solicitors LLP
  4 Cathedral Close, Exeter EX1 1EZ

  3 March 2026

  Our invoice 2026/0447

  For our work on the purchase of 12 Mill Lane our fees amount to £1,250.00. VAT at 20% adds £250.00,
  so that the total of this invoice is £1,500.00. Please settle this invoice by 2 April 2026.
""",
        ("2026/0447", "2026-03-03", "2026-04-02", "1250.00", "250.00", "1500.00"),
    ),
    "fr": (
        """
  Cabinet Delmotte SRL
  Rue du Moulin 8, 5000 Namur

  Namur, le 3 mars 2026
  Note d'honoraires n° 26/118

  Pour nos prestations de février 2026, nos honoraires s'élèvent à 1.000,00 € hors TVA, soit 1.210,00 € TVA de
  21 % comprise (210,00 €). Nous vous prions de verser la somme de 1.210,00 € sur notre compte
  au plus tard le 2 avril 2026.
""",
        ("26/118", "2026-03-03", "2026-04-02", "1000.00", "210.00", "1210.00"),
    ),
    "nl": (
        """
  Architectenbureau De Wit
  Markt 3, 9000 Gent

  Gent, 3 maart 2026
  Betreft: ereloonnota 2026-14, schetsontwerp

  Hierbij breng ik u voor het schetsontwerp een bedrag van EUR 2.000,00 in rekening, vermeerderd met 21 % btw
  (EUR 420,00), in totaal EUR 2.420,00. Gelieve dit bedrag voor 2 april 2026 over te maken op onze rekening.
""",
        ("2026-14", "2026-03-03", "2026-04-02", "2000.00", "420.00", "2420.00"),
    ),
    "de": (
        """
  Sachverständigenbüro Brandl
  Lindenweg 4, 4020 Linz

  Linz, am 3. März 2026
  Honorarnote Nr. 14/2026

  Für das Gutachten vom 12.02.2026 verrechne ich 800,00 Euro zuzüglich 20 % Umsatzsteuer von 160,00 Euro,
  gesamt 960,00 Euro. Ich bitte um Überweisung bis 2. April 2026 auf mein Konto.
""",
        ("14/2026", "2026-03-03", "2026-04-02", "800.00", "160.00", "960.00"),
    ),
}


@pytest.mark.parametrize("language", LETTERS)
def test_a_letter_says_everything_in_its_sentences(language: str) -> None:
    page, said = LETTERS[language]
    names = ("invoice_number", "issue_date", "due_date", "net_amount", "vat_amount", "total_amount")
    found = values(read(page))
    assert tuple(found[name] for name in names) == said


@pytest.mark.parametrize("caption", ["Date d'envoi", "Datum verzending", "Versanddatum", "Posting day"])
def test_a_caption_of_a_figure_names_nobody(caption: str) -> None:
    head = "  VILLE DE THUIN\n  Grand-Rue 36, 6530 Thuin\n\n  Exercice 2026\n"
    page = f"{head}  {caption} : 3 mars 2026\n\n  Total   95,00 EUR"
    assert values(read(page))["seller_name"] == "VILLE DE THUIN"


def test_ids_kept_before_with_the_word_for_the_tax_are_the_same_seller() -> None:
    assert same_vat_id("CHE-107.787.577 MWST", "CHE107787577")
    assert same_vat_id("CHE107787577TVA", "CHE107787577IVA")
    assert not same_vat_id("CHE107787577", "CHE116281710")


@pytest.mark.parametrize(
    ("read_as", "name"),
    [
        ("Taylor Énergie 5ARL", "Taylor Énergie SARL"),
        ("Taylor Énergie S.à r.1.", "Taylor Énergie S.à r.l."),  # one form in five spellings
        ("Hurt Sp. z 0.0.", "Hurt Sp. z o.o."),
        ("SUNRISE SDN. BHO.", "SUNRISE SDN. BHD."),
    ],
)
def test_a_misread_legal_form_is_mended_as_it_was_printed(read_as: str, name: str) -> None:
    assert _mended_form(read_as) == name
