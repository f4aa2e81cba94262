"""Values without a part that others have: an account without its country, a day whose strokes or words were misread."""

from __future__ import annotations

import pytest
from pages_extraction import read, said, values


@pytest.mark.parametrize(
    ("line", "iban"),
    [
        ("mBank S.A. 71 1140 3261 8528 4051 4620 5621", "PL71114032618528405146205621"),
        ("Nr konta: 71114032618528405146205621", "PL71114032618528405146205621"),
        ("Nr konta: PL 71 1140 3261 8528 4051 4620 5621", "PL71114032618528405146205621"),
        ("Nr konta: 72 1140 3261 8528 4051 4620 5621", None),  # check digits of the account do not hold
        ("Code: 23 1140 3262 8528 4051 4620 5621", None),  # nor does that of the bank
    ],
)
def test_an_account_printed_the_polish_way_is_found_without_its_country(line: str, iban: str | None) -> None:
    assert said("en", foot=line)["iban"] == iban


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Nr. A26-118    Datum 711012026", "2026-10-07"),
        ("Nr. A26-118    Datum 1711012026", "2026-10-17"),
        ("Nr. A26-118    Datum 111112026", None),  # 11/1/2026 or 1/11/2026
        ("Nr. A26-118    Klant 711012026", None),
    ],
)
def test_a_day_whose_strokes_were_read_as_ones_is_found_where_a_label_calls_it_one(line: str, day: str | None) -> None:
    drawing = f"  Autoplein Geel BV\n  Antwerpseweg 211\n  2440 Geel\n\n!  FACTUUR\n\n  {line}\n\n  Totaal   12.950,00"
    assert values(read(drawing, ocr=True))["issue_date"] == day


@pytest.mark.parametrize(("word", "ocr", "day"), [("v66r", True, "2026-03-31"), ("v66r", False, None)])
def test_letters_read_as_figures_still_lead_to_the_day_to_pay(word: str, ocr: bool, day: str | None) -> None:
    drawing = (
        "  Vrije Basisschool De Zonnebloem vzw\n  Kerkplein 6, 3520 Zonhoven\n\n  FACTUUR 2026-118\n"
        f"  Datum: 13-03-2026\n\n  Totaal   141,90\n\n  Graag betalen {word} 31 maart 2026 op BE31 7340 1374 9555"
    )
    assert values(read(drawing, ocr=ocr))["due_date"] == day
