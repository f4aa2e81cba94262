"""What a till slip says of itself, where the picture leaves other things to be taken for it."""

from __future__ import annotations

import pytest
from pages_extraction import read, reading, values

from mailroom.domain.document import FieldName
from mailroom.domain.reading import Word
from mailroom.extraction import THRESHOLDS, Buyer, extract

SLIP = """
        {shop}
        {street}
        Tel 0123 456 78
        ART A                6,00
        ART B                7,00
        ART C               11,00
        ART D               12,00
        {total}             253,30
        {cash}              300,00
        {change}             46,70
        {rates}
        A= 7,0%   189,38   13,26   202,64
        07.02.2026  11:04
        Bon 4471
"""


@pytest.mark.parametrize(
    "said",
    [
        ("Frischemarkt Oellers KG", "Aachener Str. 210", "SUMME EUR", "Geg. BAR", "Rückgeld BAR", "Steuer %  Netto"),
        ("SUPERMARCHE DE LA GARE", "Av. Foch 2", "TOTAL EUR", "ESPECES", "RENDU ESPECES", "TVA %     HT   TTC"),
        ("BUURTMARKT DE LINDE", "Pl. Sint-Jan 4", "TOTAAL EUR", "CONTANT", "WISSELGELD CONTANT", "Btw %  Excl  Incl"),
        ("BUURTMARKT DE LINDE", "Pl. Sint-Jan 4", "TOTAAL EUR", "KONTANT", "TERUG", "Btw %  Excl  Incl"),
    ],
)
def test_cash_less_change_is_the_total_where_one_rate_of_two_was_read(said: tuple[str, ...]) -> None:
    shop, street, total, cash, change, rates = said
    page = SLIP.format(shop=shop, street=street, total=total, cash=cash, change=change, rates=rates)
    found = values(read(page, ocr=True))
    assert found["total_amount"] == "253.30"
    assert found["seller_name"] == shop
    assert found["issue_date"] == "2026-02-07"


@pytest.mark.parametrize("measure", ["BANANEN 1,124 kg", "Strom 2.940 kWh", "Strecke 1.420 km", "WATER 1,500 m3"])
def test_a_weight_or_distance_is_no_amount(measure: str) -> None:
    found = values(
        read(f"        Winkel Jansen\n        {measure}\n        14-03-2026 17:42\n        bon 0118\n", ocr=True)
    )
    assert found["total_amount"] is None


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


METER = """
        PARKING STADSHAL
        Beheer: Mobipark NV
        06.02.2026 09:02
        {rows}
"""


@pytest.mark.parametrize(
    "vat",
    ["incl. BTW 21%      1,67", "waarvan btw 21%     1,67", "dont TVA 21%        1,67", "inkl. 21% MwSt      1,67"],
)
def test_the_vat_within_what_was_paid_is_not_the_total(vat: str) -> None:
    found = values(read(METER.format(rows=f"TARIEF A      9,60\n        BETAALD EUR 9,60\n        {vat}"), ocr=True))
    assert found["total_amount"] == "9.60"
    assert found["vat_amount"] == "1.67"


@pytest.mark.parametrize(
    "time", ["Afhalen tot 00.30u", "Open tot 18.30 uur", "Geöffnet bis 18.30 Uhr", "total 18.30 h"]
)
def test_a_time_of_day_is_no_amount(time: str) -> None:
    found = values(
        read(METER.format(rows=f"Jas 2x    4,00\n        Tas    2,00\n        TOTAAL 6,00\n        {time}"), ocr=True)
    )
    assert found["total_amount"] == "6.00"


@pytest.mark.parametrize(
    "paid", ["BETAALD  4.20 EUR", "BANCONTACT   4.20", "CARTE BANCAIRE  4.20", "Kartenzahlung   4.20"]
)
def test_what_was_paid_is_the_total_where_nothing_is_called_so(paid: str) -> None:
    found = values(
        read(METER.format(rows=f"Zone ORANJE B\n        Automaat\n        EINDE 11:12\n        {paid}"), ocr=True)
    )
    assert found["total_amount"] == "4.20"
    assert found["document_type"] == "receipt"


SUMS = """
        HOMEFIX DIY CENTRE
        25-02-18 15:40
        NIPPON PAINT 5L       68.00
        ROLLER                 8.90
        BRUSH                  {brush}
        TOTAL                 {total}
        {paid}
"""


def test_what_a_card_paid_and_what_the_lines_come_to_prove_the_total() -> None:
    sure = {}
    for name, brush, paid in (
        ("none", "4.90", "Thank you"), ("lines", "4.50", "Thank you"), ("card", "4.90", "VISA  81.40"),
    ):  # fmt: skip
        found = read(SUMS.format(brush=brush, total="81.40", paid=paid), ocr=True).fields[FieldName.TOTAL_AMOUNT]
        assert found.value == "81.40"
        sure[name] = (found.confidence, found.evidence[0].proof)
    assert sure["lines"][1] == "sum_of_lines"
    assert sure["card"][1] == "card_amount"
    assert sure["none"][0] < min(sure["lines"][0], sure["card"][0])


@pytest.mark.parametrize(
    ("paid", "doubted"),
    [
        ("VISA  87.40", True),
        ("VISA  81.40", False),
        ("VISA  81.45", False),  # rounded
        ("CASH  100.00", False),  # change is not always printed
        ("VISA  50.00\n        CASH  31.40", False),
        ("TIP   6.00\n        VISA  87.40", False),
    ],
)
def test_a_total_that_the_card_did_not_pay_is_doubted(paid: str, doubted: bool) -> None:
    page = SUMS.format(brush="4.90", total="81.40", paid=paid)
    found = read(page, ocr=True).fields[FieldName.TOTAL_AMOUNT]
    assert (found.confidence < THRESHOLDS[FieldName.TOTAL_AMOUNT]) is doubted


@pytest.mark.parametrize(
    "printed",
    ["27112026 14:02", "27 11 26 14:02", "2711.2026 14:02", "27NOV26 14:02", "VENDREDI 27 NOVEMBRE 2026 14H02"],
)
def test_the_day_of_a_till_is_read_whatever_became_of_its_stops(printed: str) -> None:
    found = values(read(METER.replace("06.02.2026 09:02", printed).format(rows="TOTAAL   6,00"), ocr=True))
    assert found["issue_date"] == "2026-11-27"


@pytest.mark.parametrize(
    ("total", "paid", "change"),
    [
        ("TOTALE COMPLESSIVO", "CONTANTI", "RESTO"),
        ("TOTAL A PAGAR", "EFECTIVO", "CAMBIO"),
        ("SUMA PLN", "GOTÓWKA", "RESZTA"),
        ("CELKEM KČ", "HOTOVOST", "VRÁCENO"),
        ("ÖSSZESEN", "KÉSZPÉNZ", "VISSZAJÁRÓ"),
        ("ATT BETALA", "KONTANTER", "VÄXEL"),
        ("VALOR TOTAL", "DINHEIRO", "TROCO"),
    ],
)
def test_slips_of_neighbours_say_their_total_too(total: str, paid: str, change: str) -> None:
    rows = f"ART A   12,00\n        {total}   20,00\n        {paid}   50,00\n        {change}   30,00"
    found = read(METER.format(rows=rows), ocr=True).fields[FieldName.TOTAL_AMOUNT]
    assert (found.value, found.evidence[0].proof) == ("20.00", "cash_less_change")


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


def test_a_swiss_table_of_rates_proves_the_sum_of_its_totals() -> None:
    found = read(
        """
        ALPINA MARKT
        7320 Sargans
        CHE-189.809.966 MWST
        Datum 01.08.25  Zeit 09:12
        Rivella rot       5.50 1
        Butterzopf       15.70 1
        Abfallsack       20.50 2
        Total CHF        41.70
        Total EUR (Kurs 0.9120)   45.72
        Bar EUR          50.00
        Rückgeld CHF      3.90
        MWST %   Total    MWST   Netto
        1  2.6   21.20    0.54   20.66
        2  8.1   20.50    1.54   18.96
        Saldo: 2'217
""",
        ocr=True,
    )
    told = values(found)
    assert (told["total_amount"], told["net_amount"], told["vat_amount"]) == ("41.70", "39.62", "2.08")
    assert found.fields[FieldName.TOTAL_AMOUNT].confidence > THRESHOLDS[FieldName.TOTAL_AMOUNT]


def test_vat_of_what_was_sold_with_it_is_read_in_its_row() -> None:
    sold = "FARL  18.46 A\n        FOIL  20.10 B\n        TOTAL  €38.56"
    rows = f"{sold}\n        A VAT 0.00%  18.46  0.00\n        B VAT 23.00%  20.10  3.76"
    assert values(read(METER.format(rows=rows), ocr=True))["vat_amount"] == "3.76"


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
