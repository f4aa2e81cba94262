"""Currency (BT-5): the sign or code beside the total counts most, then how often each stands on the pages.

Half of all till slips show none. What a shop counts in is then told by its country, or by the language it speaks.
"""

from __future__ import annotations

import re

from mailroom.extraction.candidates import Candidate, Sight
from mailroom.extraction.country import told
from mailroom.extraction.language import language_of
from mailroom.extraction.layout import Segment
from mailroom.languages import Language

_SIGNS = {
    "€": "EUR", "EUR": "EUR", "EURO": "EUR", "EUROS": "EUR", "$": "USD", "US$": "USD", "USD": "USD", "£": "GBP",
    "GBP": "GBP", "CHF": "CHF", "SFR": "CHF", "RON": "RON", "LEI": "RON", "RM": "MYR", "MYR": "MYR", "PLN": "PLN",
    "ZŁ": "PLN", "SEK": "SEK", "DKK": "DKK", "NOK": "NOK", "CZK": "CZK", "KČ": "CZK", "HUF": "HUF", "FT": "HUF",
    "BGN": "BGN", "CAD": "CAD", "AUD": "AUD", "JPY": "JPY", "¥": "JPY", "CNY": "CNY", "INR": "INR", "₹": "INR",
    "RS": "INR", "TRY": "TRY", "UAH": "UAH", "SGD": "SGD", "S$": "SGD", "A$": "AUD", "C$": "CAD",
    "DH": "MAD", "DHS": "MAD", "MAD": "MAD",
}  # fmt: skip
_HOME = {
    "AT": "EUR", "BE": "EUR", "CY": "EUR", "DE": "EUR", "EE": "EUR", "EL": "EUR", "ES": "EUR", "FI": "EUR",
    "FR": "EUR", "HR": "EUR", "IE": "EUR", "IT": "EUR", "LT": "EUR", "LU": "EUR", "LV": "EUR", "MT": "EUR",
    "NL": "EUR", "PT": "EUR", "SI": "EUR", "SK": "EUR", "BG": "BGN", "CH": "CHF", "CZ": "CZK", "DK": "DKK",
    "GB": "GBP", "HU": "HUF", "MA": "MAD", "MY": "MYR", "NO": "NOK", "PL": "PLN", "RO": "RON", "SE": "SEK",
    "AU": "AUD", "CA": "CAD", "SG": "SGD", "US": "USD",
}  # fmt: skip
_SPOKEN = {Language.NL: "EUR", Language.DE: "EUR", Language.FR: "EUR", Language.RO: "RON"}
_ABROAD = frozenset({Language.FR})  # it is spoken by as many people outside the euro as inside
_MOSTLY = 0.6
_DOLLARS = frozenset({"AUD", "CAD", "MYR", "SGD", "USD"})
"""What a lone `$` may mean; in Malaysia it stands for the ringgit."""
_WORDS = frozenset({"RM", "RS", "FT", "TRY", "MAD", "DH", "DHS"})
"""Codes that are words or other signs too: they count beside a figure, or in brackets as in `Amount (RM)`."""
_FOUND = re.compile(
    r"(?<![A-Za-z])(US\$|[SAC]\$|€|\$(?!/)|£|¥|₹|EUROS?(?!\s?\d\d?(?![\d.,]))|EUR|USD|GBP|CHF|SFr|RON(?!\s?9\d(?![\d.,]))|lei|LEI|Lei|RM|MYR|PLN|zł|SEK|DKK|NOK|CZK|Kč|HUF|Ft|BGN|CAD|AUD|JPY|CNY"
    r"|INR|Rs|TRY|UAH|SGD|MAD|DHS?|Dhs?|Euro|euro)(?![A-Za-z])"
)


def code_of(sign: str) -> str | None:
    """Return the ISO 4217 code of a currency's sign or code, None when it is unknown."""
    return _SIGNS.get(sign.strip().upper().rstrip("."))


def currency_of(
    sight: Sight, totals: list[Candidate], country: str, *, shop: bool = False
) -> tuple[str | None, float, Candidate | None]:
    """Return the currency, its share of the evidence, and where it stands (None when only the country suggests it).

    A shop counts in the money of its country, where it shows its sign at all: `MOTORINA EURO 5` is no price.
    """
    points: dict[str, float] = {}
    places: dict[str, Candidate] = {}
    near = {id(s) for total in totals for s in total.segment.sheet.rows[total.segment.row]}
    named = {id(label.segment) for label in sight.every_label("currency")}
    for sheet in sight.sheets:
        for segment in sheet.segments:
            weight = 1.0 + 6.0 * (id(segment) in near) + 6.0 * (id(segment) in named)
            for code, candidate in _in_segment(segment):
                points[code] = points.get(code, 0.0) + weight
                if code not in places or id(segment) in near:
                    places[code] = candidate
    if not points:
        return (_HOME.get(country), 0.0, None)
    home = _HOME.get(country, "")
    if shop and home in points:
        points[home] += 8.0
    code, best = max(points.items(), key=lambda p: p[1])
    share = best / sum(points.values())
    own = {sign for total in totals if (sign := code_beside(total))} & set(places)
    if len(own) == 1:
        code = own.pop()
        share = max(_BY_OWN_SIGN, points[code] / sum(points.values()))
    place = places[code]
    if place.text == "$" and not country and (here := _HOME.get(told(sight), code)) in _DOLLARS:
        code = here
    return code, share, place


_BY_OWN_SIGN = 0.9
"""How much of the evidence the sign right at the total is, whatever else the pages count in."""


def code_beside(amount: Candidate) -> str | None:
    """Return the currency that stands right before or right after an amount, in its cell or in one of its own."""
    segment, end = amount.segment, amount.start + len(amount.text)
    row = segment.sheet.rows[segment.row]
    pieces = [amount.text.lstrip("(-–−+ "), segment.text[end : end + _REACH].lstrip()]
    if not segment.text[: amount.start].strip(" :") and segment.place:
        pieces.append(row[segment.place - 1].tokens[-1].text)
    if not segment.text[end:].strip() and segment.place + 1 < len(row):
        pieces.append(row[segment.place + 1].text)
    found = next((match for piece in pieces if (match := _FOUND.match(piece))), None)
    return code_of(found[1]) if found else None


_REACH = 6


def spoken_currency(sight: Sight, account: str) -> tuple[str | None, bool]:
    """Return the currency of a shop that shows no sign and no VAT id, and whether it is as sure as that of a country.

    `account` is the country of the account, who mostly buys at home.
    """
    there = told(sight)
    if there:
        return _HOME.get(there), True
    language, share = language_of(sight)
    code = _SPOKEN.get(language) if share >= _MOSTLY else None
    return code, language not in _ABROAD or _HOME.get(account) == code


def _in_segment(segment: Segment) -> list[tuple[str, Candidate]]:
    found = []
    for match in _FOUND.finditer(segment.text):
        code = _SIGNS.get(match[1].upper())
        beside = segment.text[max(0, match.start() - 4) : match.end() + 4]
        captioned = f"({match[1]})" in beside
        if code and (match[1].upper() not in _WORDS or captioned or any(c.isdigit() for c in beside)):
            first, last = segment.span(*match.span())
            found.append((code, Candidate(code, segment, first, last, match[1])))
    return found
