"""VAT rates by country, for telling a real net + VAT = total from a chance sum.

Source: European Commission, "VAT rates applied in the Member States", with the rates of the last ten years, because
mailrooms read old invoices too; Switzerland, Norway, the United Kingdom from their tax offices.
"""

from __future__ import annotations

from decimal import Decimal

RATES: dict[str, tuple[str, ...]] = {
    "AT": ("20", "13", "10", "5"), "BE": ("21", "12", "6"), "BG": ("20", "9"), "CY": ("19", "9", "5", "3"),
    "CZ": ("21", "15", "12", "10"), "DE": ("19", "7", "16", "5"), "DK": ("25",),
    "EE": ("24", "22", "20", "13", "9", "5"), "ES": ("21", "10", "4", "5"), "FI": ("25.5", "24", "14", "10", "13.5"),
    "FR": ("20", "10", "5.5", "2.1", "8.5"), "EL": ("24", "13", "6"), "HR": ("25", "13", "5"),
    "HU": ("27", "18", "5"), "IE": ("23", "13.5", "9", "4.8", "21"), "IT": ("22", "10", "5", "4"),
    "LT": ("21", "9", "5", "12"), "LU": ("17", "16", "14", "13", "8", "7", "3"), "LV": ("21", "12", "5"),
    "MT": ("18", "12", "7", "5"), "NL": ("21", "9", "6"), "PL": ("23", "8", "5"), "PT": ("23", "13", "6"),
    "RO": ("21", "19", "11", "9", "5", "24"), "SE": ("25", "12", "6"), "SI": ("22", "9.5", "5"),
    "SK": ("23", "20", "19", "10", "5"), "CH": ("8.1", "7.7", "3.8", "3.7", "2.6", "2.5", "8"),
    "NO": ("25", "15", "12"), "GB": ("20", "5"),
}  # fmt: skip
EVERY_RATE: frozenset[Decimal] = frozenset(Decimal(rate) for rates in RATES.values() for rate in rates)


def rates_of(country: str) -> frozenset[Decimal]:
    """Return the rates of a country; those of all when it is unknown."""
    known = RATES.get(country)
    return frozenset(Decimal(rate) for rate in known) if known else EVERY_RATE


def fits_rate(net: Decimal, vat: Decimal, rates: frozenset[Decimal]) -> bool:
    """Say whether one rate applied to `net` gives `vat`, within the roundings of a few lines."""
    if net <= 0:
        return False
    slack = Decimal("0.03") + net * Decimal("0.00002")
    return any(abs(net * rate / 100 - vat) <= slack for rate in rates)
