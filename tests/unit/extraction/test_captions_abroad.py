"""Numbers and days under the captions of a trade, or of a country whose language mailroom does not speak."""

from __future__ import annotations

import pytest
from pages_extraction import said


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        ("Series / No.    Date         Due date\nCCI / 26-3390   14.09.2026   29.10.2026", "CCI / 26-3390"),
        ("Serie/Nr.       Data         Scadența\nTRX / 1044      14.09.2026   29.10.2026", "TRX / 1044"),
        ("Kwijtingsnummer: 26.07.4471935", "26.07.4471935"),
        ("Rekeningnummer document: 2526-T2-0318", "2526-T2-0318"),
        ("Quittance n° 26/4471935", "26/4471935"),
        ("Factura num. A/26/931", "A/26/931"),
        ("Fakturanr: 118204", "118204"),
    ],
)
def test_a_number_is_found_under_the_caption_of_its_trade_or_country(lines: str, number: str) -> None:
    assert said("nl", number=lines, date="")["invoice_number"] == number


@pytest.mark.parametrize(
    "caption",
    [
        "Vto.:",
        "F. Vto.:",
        "Fecha vencimiento:",
        "Scad.:",
        "Da pagare entro il",
        "Data limite de pagamento:",
        "Pagável até",
        "Termin zapłaty:",
        "Förfallodat.",
        "Oss tillhanda senast",
        "Forfaldsdato:",
        "Sidste rettidige betalingsdag:",
        "Forfallsdato:",
        "Eräpäivä:",
        "Datum splatnosti:",
        "Fizetési határidő:",
    ],
)
def test_the_day_to_pay_is_found_in_the_languages_of_europe(caption: str) -> None:
    assert said("en", due=f"{caption} 16-05-2026")["due_date"] == "2026-05-16"
