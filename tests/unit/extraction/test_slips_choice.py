"""What a till slip says of itself, where the picture leaves other things to be taken for it."""

from __future__ import annotations

import pytest
from pages_extraction import METER, read, reading, values

from mailroom.domain.document import FieldName
from mailroom.domain.reading import Word
from mailroom.extraction import THRESHOLDS, Buyer, extract


@pytest.mark.parametrize("caption", ["Plecare", "Departure", "Abreise"])
def test_the_day_with_the_time_is_that_of_the_slip_whatever_it_is_called(caption: str) -> None:
    found = values(
        read(
            f"""
        Hotel Astoria Residence
        Str. Unirii 22 Timisoara
        Camera 204
        Sosire 03.02.2026
        {caption} 05.02.2026   08:10
        2 x cazare          360,00
        Taxa statiune         7,20
        Minibar              24,40
        Parcare              21,00
        TOTAL RON           412,60
        VISA                412,60
        Bon fiscal 0018
""",
            ocr=True,
        )
    )
    assert found["issue_date"] == "2026-02-05"


@pytest.mark.parametrize("street", ["Pl. Communale 7", "Av. Louise 12", "Bd. Carol 4", "Str. Decebal 22"])
def test_a_short_word_for_a_street_makes_no_shop(street: str) -> None:
    shop = "PHARMACIE DE LA POSTE"
    lines = (shop, f"{street} - 5500 Dinant", "09/02/2026 16:33", "TOTAL     31,12", "BANCONTACT  31,12", "ticket 18")
    page = "\n".join(f"        {line}" for line in lines)
    assert values(read(page, ocr=True))["seller_name"] == shop


UNSIGNED = """
        {shop}
        {line}
        14/03/2026  17:42
        {words}
        ART A                1,00
        ART B                2,00
        ART C                3,00
        ART D                4,00
        ART E                1,50
        ART F                1,50
        {total}             13,00
"""


@pytest.mark.parametrize(
    ("line", "words", "total", "currency"),
    [
        ("Tel 09 230 11 42", "Bedankt voor uw bezoek en tot ziens", "TOTAAL", "EUR"),
        ("Tel 040 230 11 42", "Vielen Dank für Ihren Einkauf und bis bald", "SUMME", "EUR"),
        ("Tel +41 44 230 11 42", "Vielen Dank für Ihren Einkauf und bis bald", "TOTAL", "CHF"),
        ("www.winkel.co.uk", "Thank you for your visit", "TOTAL", "GBP"),
        ("14 JALAN MERDEKA", "GST ID 000123456789", "TOTAL", "MYR"),
        ("S310118 SINGAPORE", "Thank you, come again", "TOTAL (S$)", "SGD"),
        ("S310118 SINGAPORE", "Thank you, come again", "TOTAL $", "SGD"),
        ("Avenue Hassan", "Merci de votre visite", "TOTAL DH 13.00", "MAD"),
    ],
)
def test_a_shop_without_a_sign_counts_in_what_its_country_or_its_language_tells(
    line: str, words: str, total: str, currency: str
) -> None:
    found = values(read(UNSIGNED.format(shop="Winkel Jansen", line=line, words=words, total=total), ocr=True))
    assert found["currency"] == currency


def test_french_alone_is_not_sure_of_the_euro_unless_the_account_counts_in_it() -> None:
    page = UNSIGNED.format(
        shop="Relais du Nord", line="Route de la gare", words="Merci de votre visite", total="TOTAL TTC"
    )
    abroad, at_home = read(page, ocr=True), read(page, ocr=True, buyer=Buyer(vat_id="BE0470073777"))
    assert abroad.fields[FieldName.CURRENCY].confidence < THRESHOLDS[FieldName.CURRENCY]
    assert at_home.fields[FieldName.CURRENCY].confidence >= THRESHOLDS[FieldName.CURRENCY]


def test_the_grade_of_petrol_is_no_currency() -> None:
    page = UNSIGNED.format(shop="STESEN MINYAK", line="81200 JOHOR BAHRU", words="PUMP 07  RON95", total="TOTAL RM")
    assert values(read(page, ocr=True))["currency"] == "MYR"


HEAD = """
{head}
        Hauptstr. 12
        12345 Bergstadt
        14.03.2026  17:42
        ART A                6,00
        ART B                7,00
        SUMME               13,00
        BAR                 20,00
        Rückgeld             7,00
"""


@pytest.mark.parametrize(
    ("first", "second", "shop"),
    [
        ("Löwen-Apotheke", "Dr. U. Seidel e.K.", "Löwen-Apotheke"),
        ("FRISCHMARKT HAGEDORN", "Inh. M. Hagedorn e.K.", "FRISCHMARKT HAGEDORN"),
        ("Mulligan's of Dingle", "Strand Street, Dingle, Co. Kerry", "Mulligan's of Dingle"),
        ("POPULAR BOOK", "CO. (M) SDN BHD", "POPULAR BOOK CO. (M) SDN BHD"),
        ("KAUFGUT", "Ines Pohlmann e.K.", "KAUFGUT"),
        ("BRICO-ATELIER", "Vendeur 118 YANN", "BRICO-ATELIER"),
        ("STAR MARKET", "Cashier [P.NISANTHI]", "STAR MARKET"),
        ("o 0 BUBBLES CARWASH o O", "Kassa 3", "BUBBLES CARWASH"),
    ],
)
def test_the_shop_is_not_called_after_who_runs_it_or_where_it_is(first: str, second: str, shop: str) -> None:
    found = values(read(HEAD.format(head=f"!       {first}\n        {second}"), ocr=True))
    assert found["seller_name"] == shop


def test_the_company_that_runs_the_shop_speaks_not_against_its_sign() -> None:
    sign, company = "        KLUSWERELD LOKEREN", "        Bouwhuis Retail NV"
    alone, both = (read(HEAD.format(head=head), ocr=True) for head in (sign, f"{sign}\n{company}"))
    name = FieldName.SELLER_NAME
    assert both.fields[name].value == "Bouwhuis Retail NV"
    assert both.fields[name].confidence >= alone.fields[name].confidence - 0.05


@pytest.mark.parametrize(
    "printed",
    ["27112026 14:02", "27 11 26 14:02", "2711.2026 14:02", "27NOV26 14:02", "VENDREDI 27 NOVEMBRE 2026 14H02"],
)
def test_the_day_of_a_till_is_read_whatever_became_of_its_stops(printed: str) -> None:
    found = values(read(METER.replace("06.02.2026 09:02", printed).format(rows="TOTAAL   6,00"), ocr=True))
    assert found["issue_date"] == "2026-11-27"


ASKEW = """
        Bakkerij Van Deegem
        Dorp 12 - 9850 Nevele
        07-06-2026 8:14 bon 118
        Pistolets rozijn   3,90
        Boterkoek twee     7,20
        Taart aardbei     24,50
        TOTAAL            35,60
        CASH              40,00
        TERUG              4,40
"""


@pytest.mark.parametrize("tilt", [-0.5, -0.2, 0.2, 0.5])
def test_a_paper_that_lies_askew_is_read_line_by_line(tilt: float) -> None:
    """Boxes stand upright round words that climb, so that they are higher than the words."""
    level = reading(ASKEW, ocr=True)
    page = level.pages[0]
    slope = tilt * page.width / page.height

    def turned(word: Word) -> Word:
        shift, more = slope * ((word.x0 + word.x1) / 2 - 0.5), abs(slope) * (word.x1 - word.x0) / 2
        return word._replace(y0=0.3 + word.y0 + shift - more, y1=0.3 + word.y1 + shift + more)

    askew = page.model_copy(update={"words": tuple(map(turned, page.words))})
    found = extract(level.model_copy(update={"pages": (askew,)}), Buyer())
    told = values(found)
    assert (told["total_amount"], told["issue_date"]) == ("35.60", "2026-06-07")
    assert told["seller_name"] == "Bakkerij Van Deegem"
    assert [line.gross_amount or line.net_amount for line in found.lines.items] == ["3.90", "7.20", "24.50"]


def test_what_a_fuel_is_called_is_no_currency() -> None:
    rows = "POMPA 05\n        MOTORINA EURO 5   318,46 A\n        TOTAL LEI  318,46\n        CARD   318,46"
    assert values(read(METER.format(rows=rows), ocr=True))["currency"] == "RON"


def test_a_ticket_was_bought_when_it_was_ordered() -> None:
    found = values(
        read(
            """
                      E-TICKET
        Rail Benelux
        Besteld op 27/11/2025 om 20:14
        Reisdatum  vrijdag 05/12/2025
        Biljet standaardtarief      39,20 EUR
        Totaal (btw incl.)          39,20 EUR
        Betaald met Bancontact
"""
        )
    )
    assert (found["document_type"], found["issue_date"]) == ("receipt", "2025-11-27")


def test_days_of_a_list_are_not_that_of_the_receipt() -> None:
    found = values(
        read(
            """
        Ricevuta pagamento online
        VIASOLE pedaggi                     30/08/2025 07:15

        Data          Autostrada    Importo EUR
        28/08/2025    Milano        24,90
        29/08/2025    Firenze        8,80
        29/08/2025    Pisa           3,90

        Totale pagato               37,60
"""
        )
    )
    assert found["issue_date"] == "2025-08-30"


def test_a_day_that_a_picture_gave_twice_is_doubted() -> None:
    once, twice = (
        read(METER.replace("06.02.2026 09:02", day).format(rows="TOTAAL   6,00"), ocr=True).fields[FieldName.ISSUE_DATE]
        for day in ("16.06.2025", "16.06. 6.06.2025")
    )
    assert once.confidence >= THRESHOLDS[FieldName.ISSUE_DATE] > twice.confidence


def test_a_town_after_its_house_number_is_no_rival_of_the_shop() -> None:
    name = FieldName.SELLER_NAME
    page = HEAD.replace("12345 Bergstadt", "Kassa 1").format(head="        Bakkerij Deeg")
    alone, town = (read(page.replace("Hauptstr. 12", street), ocr=True) for street in ("Dorp 12", "Dorp 12 - Nevele"))
    assert town.fields[name].value == "Bakkerij Deeg"
    assert town.fields[name].confidence >= alone.fields[name].confidence - 0.02


def test_a_card_without_a_price_is_no_receipt() -> None:
    lines = ("Jan Peeters", "Loodgieter", "Dorp 12", "3000 Leuven", "016 22 33 44", "jan@peeters.be", "www.peeters.be")
    card = "\n".join(f"        {line}" for line in lines)
    assert values(read(card, ocr=True))["document_type"] == "other"
