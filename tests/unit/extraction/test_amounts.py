"""What on a page is an amount of money, and what is a weight, a time of day or a remark."""

from __future__ import annotations

import pytest
from pages_extraction import METER, read, said, values


@pytest.mark.parametrize("measure", ["BANANEN 1,124 kg", "Strom 2.940 kWh", "Strecke 1.420 km", "WATER 1,500 m3"])
def test_a_weight_or_distance_is_no_amount(measure: str) -> None:
    found = values(
        read(f"        Winkel Jansen\n        {measure}\n        14-03-2026 17:42\n        bon 0118\n", ocr=True)
    )
    assert found["total_amount"] is None


@pytest.mark.parametrize(
    "time", ["Afhalen tot 00.30u", "Open tot 18.30 uur", "Geöffnet bis 18.30 Uhr", "total 18.30 h"]
)
def test_a_time_of_day_is_no_amount(time: str) -> None:
    found = values(
        read(METER.format(rows=f"Jas 2x    4,00\n        Tas    2,00\n        TOTAAL 6,00\n        {time}"), ocr=True)
    )
    assert found["total_amount"] == "6.00"


def test_brackets_after_a_rate_hold_what_it_is_reckoned_on() -> None:
    found = values(
        read(
            """
        Kapsalon Zonneberg
        Te betalen             € 143,46
        Bancontact             € 143,46
        Btw 21 % (118,56)       € 24,90
        14/11/2025  16:20
        Ticket 3310
        """,
            ocr=True,
        )
    )
    assert (found["net_amount"], found["vat_amount"]) == ("118.56", "24.90")


PARKED = """
        STAD ZONNEBERG
        kassaticket
        21/07/2025
        BETAALD      {paid}
        KAART xx7719
"""


@pytest.mark.parametrize(("seen", "amount"), [("5-50 EUR", "5.50"), ("5:95 EUR", "5.95"), ("5,50 EUR", "5.50")])
def test_the_stop_of_an_amount_that_looks_like_another_sign_on_a_picture(seen: str, amount: str) -> None:
    page = PARKED.format(paid=seen)
    assert values(read(page, ocr=True))["total_amount"] == amount


def test_a_time_of_day_that_was_paid_is_no_amount() -> None:
    assert values(read(PARKED.format(paid="20:35"), ocr=True))["total_amount"] is None


@pytest.mark.parametrize("line", ["Subtotal (incl. 6% VAT €1.01)     €17.84", "Totaal (incl. 6 % btw 1,01)     17,84"])
def test_an_amount_in_brackets_that_speak_of_the_vat_is_the_vat(line: str) -> None:
    found = values(
        read(
            f"""
        Vamos Mobility SRL
        Rue des Palais 44, 1030 Schaerbeek
        Receipt
        31/01/2026 20:41
        Trip fare                 €15.34
        Airport surcharge          €2.50
        {line}
        Mastercard                €17.84
        """
        )
    )
    assert (found["total_amount"], found["vat_amount"], found["net_amount"]) == ("17.84", "1.01", "16.83")


def test_a_sum_that_nothing_calls_one_is_known_by_its_column() -> None:
    found = values(
        read("""
  HONORARNOTE 12/2026
  Betriebsbegehung, 3 Stunden à 118,-        EUR    354,00
  Untersuchungen, 8 Personen à 46,50         EUR    372,00
  Honorar                                    EUR    726,00
""")
    )
    assert found["total_amount"] == "726.00"


@pytest.mark.parametrize("total", ["1 210 ,00 EUR", "€ 1 .210,00", "1' 210,00", "1. 210, 00"])
def test_a_space_beside_a_stop_is_no_end_of_an_amount(total: str) -> None:
    sums = f"Totaal excl. btw          1.000,00\nBtw 21 %          210,00\nTotaal          {total}"
    assert said("nl", sums=sums)["total_amount"] == "1210.00"


def test_an_amount_needs_no_decimals_before_a_currency_that_counts_in_whole_units() -> None:
    sums = "Nettó          100 000 Ft\nÁFA 27%          27 000 Ft\nFizetendő          127 000 Ft"
    found = said("en", sums=sums)
    amounts = tuple(found[name] for name in ("net_amount", "vat_amount", "total_amount", "currency"))
    assert amounts == ("100000.00", "27000.00", "127000.00", "HUF")
