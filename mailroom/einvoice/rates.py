"""The VAT rates of the countries that our accounts buy in, and which of them the totals of a page prove."""

from __future__ import annotations

from decimal import Decimal

from mailroom.einvoice.codes import codes
from mailroom.einvoice.parts import Party

_RATES: dict[str, str] = {
    "AT": "20 13 10", "BE": "21 12 6", "BG": "20 9", "CY": "19 9 5", "CZ": "21 12", "DE": "19 7 16 5", "DK": "25",
    "EE": "24 22 20 13 9", "ES": "21 10 4", "FI": "25.5 24 14 10", "FR": "20 10 5.5 2.1", "GB": "20 5", "GR": "24 13 6",
    "HR": "25 13 5", "HU": "27 18 5", "IE": "23 13.5 9 4.8", "IT": "22 10 5 4", "LT": "21 9 5", "LU": "17 16 14 13 8 3",
    "LV": "21 12 5", "MT": "18 7 5", "NL": "21 9", "NO": "25 15 12", "PL": "23 8 5", "PT": "23 13 6",
    "RO": "21 19 11 9 5", "SE": "25 12 6", "SI": "22 9.5 5", "SK": "23 20 19 10 5", "CH": "8.1 7.7 3.8 2.6",
}  # fmt: skip
"""Standard rate first; older ones follow, because old invoices are still sent."""
_ROUNDING = Decimal("0.05")
"""How far the VAT of a page may lie from rate times net: each line was rounded by itself."""


def country_of(party: Party) -> str:
    """Return the country (ISO 3166) of a party by its address, or by its VAT id, or an empty string."""
    if party.address and party.address.country:
        return party.address.country
    prefix = {"EL": "GR", "XI": "GB"}.get(party.vat_id[:2], party.vat_id[:2])
    return prefix if prefix in codes("country") else ""


def rate_of_totals(net: Decimal, vat: Decimal, country: str) -> Decimal:
    """Return the one rate that explains the totals, or, when several were mixed, the rate that they come to.

    A mixed rate is exact enough for the VAT to come out within a cent.
    """
    for known in _RATES.get(country, "").split():
        if abs(net * Decimal(known) / 100 - vat) <= _ROUNDING:
            return Decimal(known)
    if not net:
        return Decimal(0)
    exact = abs(vat / net * 100)
    for places in range(2, 9):
        rate = round(exact, places)
        if abs(abs(net) * rate / 100 - abs(vat)) <= Decimal("0.005"):
            return rate
    return round(exact, 8)
