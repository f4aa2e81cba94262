"""Labels that invoicing programs and suppliers print, and what an ambiguous one must not be taken for."""

from __future__ import annotations

import pytest
from pages_extraction import said


@pytest.mark.parametrize(
    ("language", "sums", "expected"),
    [
        ("nl", "Totaal incl. 21% btw   1.210,00 EUR", (None, None, "1210.00")),
        ("de", "Gesamtbetrag inkl. 19 % MwSt.   1.190,00 EUR", (None, None, "1190.00")),
        ("de", "Summe exkl. 19% MwSt.   1.000,00\nzzgl. 19 % MwSt.   190,00\nSumme   1.190,00 EUR", ("1000.00", "190.00", "1190.00")),
        ("de", "Netto   MwSt. 19 %   Brutto\n1.000,00   190,00   1.190,00", ("1000.00", "190.00", "1190.00")),
    ],
)  # fmt: skip
def test_a_rate_may_stand_inside_a_label(language: str, sums: str, expected: tuple[str | None, ...]) -> None:
    found = said(language, sums=sums.replace("   ", "            "))
    assert (found.get("net_amount"), found.get("vat_amount"), found["total_amount"]) == expected
