"""IBANs (BT-84), proved by mod 97 (ISO 13616).

Every country is taken (`check_country=False`: stdnum refuses banks that it does not list). Letters and digits that OCR
mixes up are exchanged only when the checksum then holds. An IBAN may run over two lines of its block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from stdnum import iban as stdnum_iban

from mailroom.extraction.beside import pair
from mailroom.extraction.candidates import Candidate, Sight
from mailroom.extraction.currency import code_of
from mailroom.extraction.layout import Segment, below
from mailroom.extraction.text import fold

IBAN_ROLES = ("iban", "bic", "account_holder")

# Length of the whole number by country (ISO 13616 registry, as of 2025) and how many letters follow the check digits.
_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "BA": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22,
    "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27,
    "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27,
    "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "RS": 22, "SE": 24,
    "SI": 19, "SK": 24, "SM": 27, "TR": 26, "UA": 29, "XK": 20,
}  # fmt: skip
_LETTERS = {"NL": 4, "GB": 4, "IE": 4, "RO": 4, "LV": 4, "BG": 4, "MT": 4, "GI": 4, "IT": 1, "SM": 1}
_MIXED = frozenset({"RO", "MT", "FR", "MC", "LU", "CH", "LI", "CY", "IT", "SM", "MD", "BG", "GI", "LV"})

_START = re.compile(r"(?<![A-Za-z0-9])([A-Z]{2})[ .]{0,2}([0-9OIlSB]{2})(?=[ .\-]{0,2}[A-Z0-9]|$)")
_DIGITS = str.maketrans("OoQDIlSBZG|", "00001158261")
_ALPHA = str.maketrans("01582|", "OISBZI")
_UNKNOWN = re.compile(r"([A-Z]{2}\d{2}[A-Z0-9]{6,30})")
_POLISH = re.compile(r"(?<![A-Za-z\d.,/-])(?<![A-Za-z\d] )\d{2}(?:[ -]?\d{4}){6}(?![ -]?\d)")
"""An account as Polish papers print it at home: without its country (NRB)."""
_WEIGHTS_OF_BANK = (3, 9, 7, 1, 3, 9, 7, 1)


@lru_cache(maxsize=2048)
def is_iban(value: str) -> bool:
    """Say whether a compact value has the form and the checksum of an IBAN."""
    known = _LENGTHS.get(value[:2])
    return (known is None or known == len(value)) and bool(stdnum_iban.is_valid(value, check_country=False))


def find_ibans(sight: Sight) -> list[Candidate]:
    """Return the IBANs on the pages with their labels; without a checksum only what a label calls an IBAN."""
    found: list[Candidate] = []
    for sheet in sight.sheets:
        for segment in (s for s in sheet.segments if s.digits):
            found.extend(pair(sight, c) for c in _in_segment(segment))
    return [c for c in found if c.proof or c.strength("iban") >= 0.7]


def holds_account(segment: Segment) -> bool:
    """Say whether an IBAN with its checksum stands in a line."""
    return segment.digits and any(c.proof for c in _in_segment(segment))


def _in_segment(segment: Segment) -> Iterator[Candidate]:
    for match in _START.finditer(segment.text):
        tail = segment.text[match.start() :]
        value = _proved(tail, match[1])
        more: list[Segment] = []
        if value is None:
            value, more = _running_on(segment, tail, match[1])
        if value:
            yield _candidate(segment, match.start(), value, more, proof="mod_97")
        else:
            plain = _UNKNOWN.match(re.sub(r"[ .\-]", "", re.split(r"\bBIC\b|\bSWIFT\b", tail)[0]))
            if plain and any(c.isdigit() for c in plain[1][4:]):
                yield _candidate(segment, match.start(), _cut(plain[1]), [], proof="")
    for match in _POLISH.finditer(segment.text):
        digits = re.sub(r"\D", "", match[0])
        if is_iban(f"PL{digits}") and _is_polish_bank(digits[2:10]):
            first, last = segment.span(*match.span())
            yield Candidate(f"PL{digits}", segment, first, last, match[0], proof="mod_97", start=match.start())


def _is_polish_bank(number: str) -> bool:
    """Say whether the check digit of a Polish bank's number holds, which tells an account from other long numbers."""
    return sum(int(d) * weight for d, weight in zip(number, _WEIGHTS_OF_BANK, strict=True)) % 10 == 0


def _cut(value: str) -> str:
    length = _LENGTHS.get(value[:2], 34)
    return value[:length]


def _candidate(segment: Segment, start: int, value: str, more: list[Segment], *, proof: str) -> Candidate:
    length, end = 0, start
    while end < len(segment.text) and length < len(value):
        length += segment.text[end].isalnum()
        end += 1
    first, last = segment.span(start, end)
    return Candidate(value, segment, first, last, segment.text[start:end], proof=proof, more=more, start=start)


def _proved(tail: str, country: str) -> str | None:
    """Return the IBAN that a text begins with, when its checksum holds as printed or after mending."""
    plain = re.sub(r"[^A-Za-z0-9|]", "", tail)
    lengths = (_LENGTHS[country],) if country in _LENGTHS else range(15, 35)
    for length in lengths:
        value = plain[:length]
        if len(value) == length:
            for attempt in (value, value.upper(), mended(value)):
                if is_iban(attempt):
                    return attempt
    return None


def mended(value: str) -> str:
    """Return the value with digits where its country has digits, and letters where it has letters."""
    country = value[:2].upper()
    letters = _LETTERS.get(country, 0)
    head = value[2:4].translate(_DIGITS)
    bank = value[4 : 4 + letters].translate(_ALPHA).upper()
    rest = value[4 + letters :]
    if country not in _MIXED or sum(c.isdigit() for c in rest) > 0.8 * len(rest):
        rest = rest.translate(_DIGITS)
    return f"{country}{head}{bank}{rest.upper()}"


def _running_on(segment: Segment, tail: str, country: str) -> tuple[str | None, list[Segment]]:
    """Follow an IBAN into the next two lines of its block."""
    more: list[Segment] = []
    text, at = tail, segment
    for _ in range(2):
        following = below(at)
        if following is None:
            break
        more.append(following)
        text += f" {following.text}"
        value = _proved(text, country)
        if value:
            return value, more
        at = following
    return None, []


@dataclass(frozen=True, slots=True)
class Around:
    """What is known when an account is chosen. `own` and `assigned` are folded texts: of the payer's account, and of
    a debt that was sold; `sums` are what this document asks for."""

    country: str = ""
    own: tuple[str, ...] = ()
    assigned: tuple[str, ...] = ()
    currency: str = ""
    sums: frozenset[str] = frozenset()


def score_ibans(ibans: list[Candidate], around: Around) -> list[Candidate]:
    """Return the candidates for the account to pay to, best first."""
    seen: dict[str, int] = {}
    for candidate in ibans:
        seen[candidate.value] = seen.get(candidate.value, 0) + 1
    several = len(seen) > 1
    for place, candidate in enumerate(ibans):
        candidate.score = (3.0 if candidate.proof else -1.0) + 1.5 * candidate.strength("iban")
        candidate.score += 0.6 * (candidate.value[:2] == around.country)
        candidate.score += 0.2 * min(seen[candidate.value], 3) - 0.25 * place
        candidate.score -= 2.5 * any(text in fold(candidate.segment.text) for text in around.own)
        candidate.score += _points_among(candidate, ibans, around) if several else 0.0
    return sorted(ibans, key=lambda c: -c.score)


def _points_among(candidate: Candidate, ibans: list[Candidate], around: Around) -> float:
    """Return what tells an account from the others of the page: whose debt, which currency, which amount."""
    points = 5.0 * _is_assigned(candidate, ibans, around)
    codes = _currencies(candidate, ibans)
    if around.currency and codes:
        points += 2.0 if around.currency in codes else -2.0
    amounts = {m.replace(" ", "") for m in _AMOUNT.findall(candidate.segment.text)}
    others = {m for m in amounts if re.sub(r"\D", "", m) not in around.sums}
    return points - 2.5 * bool(around.sums and amounts and amounts == others)


def _is_assigned(candidate: Candidate, ibans: list[Candidate], around: Around) -> bool:
    """Say whether it is the first account after words that a debt was sold: only to its buyer may be paid."""
    sheet, place = candidate.segment.sheet, (candidate.segment.row, candidate.x0)
    others = [c for c in ibans if c.segment.sheet is sheet and c.value != candidate.value]
    for index in range(candidate.segment.row, max(-1, candidate.segment.row - _LINES_ABOVE), -1):
        text = fold(" ".join(s.text for s in sheet.rows[index]))
        if any(words in text for words in around.assigned):
            return not any((index, 0.0) <= (c.segment.row, c.x0) < place for c in others)
    return False


_LINES_ABOVE = 4
_AMOUNT = re.compile(r"(?<![\d.,])\d{1,3}(?:[. ]?\d{3})*,\d\d(?!\d)|(?<![\d.,])\d{1,3}(?:,?\d{3})*\.\d\d(?!\d)")
_CODE = re.compile(r"(?<![A-Za-z0-9])(?:EUR|USD|GBP|CHF|RON|LEI|PLN|CZK|HUF|SEK|DKK|NOK|BGN|€|\$|£)(?![A-Za-z0-9])")


def _currencies(candidate: Candidate, ibans: list[Candidate]) -> set[str]:
    """Return the currencies that its own words name: those before it, up to the account before it, and right after."""
    segment, start = candidate.segment, candidate.start
    ends = [c.start + len(c.text) for c in ibans if c.segment is segment and c.start < start]
    before = segment.text[max(ends, default=0) : start]
    if not candidate.first and segment.place:
        before = segment.sheet.rows[segment.row][segment.place - 1].text
    after = segment.text[start + len(candidate.text) :][:_NEAR]
    codes = _CODE.findall(before) or _CODE.findall(after)
    return {found for sign in codes if (found := code_of(sign))}


_NEAR = 8  # letters: `BE68 5390 0754 7034 (EUR)`
