"""VAT ids (BT-31, BT-48): found by the form of each country, proved by its check digits (python-stdnum).

Countries: the EU, Switzerland, Norway, the United Kingdom, and the EU's one-stop-shop numbers. A Belgian enterprise
number is a VAT id without its prefix. A German Steuernummer is not a VAT id and never becomes one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import import_module
from types import ModuleType

from stdnum.util import get_cc_module

from mailroom.domain.document import bare_vat_id
from mailroom.extraction.beside import pair
from mailroom.extraction.candidates import Candidate, Sight
from mailroom.extraction.layout import Segment, below
from mailroom.extraction.misread_ids import DIGITS, LOOK, ODD, SEPARATOR, in_belgian_form, put_right
from mailroom.extraction.national_ids import ID_ROLES, possible_ids

VAT_ROLES = ("vat_id", "enterprise_number", "vat", "buyer_vat_id", "vat_rate")

_BODIES: dict[str, tuple[str, ...]] = {
    "AT": ("U\\d{8}",), "BE": ("[01]\\d{9}", "\\d{9}"), "BG": ("\\d{9,10}",), "CY": ("\\d{8}[A-Z]",),
    "CZ": ("\\d{8,10}",), "DE": ("\\d{9}",), "DK": ("\\d{8}",), "EE": ("\\d{9}",), "EL": ("\\d{9}",),
    "GR": ("\\d{9}",), "ES": ("[A-Z0-9]\\d{7}[A-Z0-9]",), "FI": ("\\d{8}",), "FR": ("[A-Z0-9]{2}\\d{9}",),
    "HR": ("\\d{11}",), "HU": ("\\d{8}",), "IE": ("\\d[A-Z0-9+*]\\d{5}[A-Z]{1,2}",), "IT": ("\\d{11}",),
    "LT": ("\\d{12}", "\\d{9}"), "LU": ("\\d{8}",), "LV": ("\\d{11}",), "MT": ("\\d{8}",), "NL": ("\\d{9}B\\d{2}",),
    "PL": ("\\d{10}",), "PT": ("\\d{9}",), "RO": ("\\d{4,10}",), "SE": ("\\d{12}",), "SI": ("\\d{8}",),
    "SK": ("\\d{10}",), "CHE": ("\\d{9}(?:MWST|TVA|IVA)?",), "NO": ("\\d{9}MVA",),
    "GB": ("\\d{12}", "\\d{9}", "GD\\d{3}", "HA\\d{3}"), "EU": ("\\d{9}",), "XI": ("\\d{9}",),
}  # fmt: skip
_SEPARATOR = r"[ .\-/]{0,2}"
_MODULES = {"EL": "gr", "CHE": "ch", "XI": "gb"}
_BARE = re.compile(
    r"(?<![\w.])(?P<stem>[A-Z][ .\-]?\d(?:[ .\-/]{0,2}\d){6,7}|\d(?:[ .\-/]{0,2}[\dB]){5,13})"
    r"(?:[ .\-]?(?:MVA|[A-Z]{1,2}))?(?![\w]|[.,/]\d)"
)
_ODD = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[ .]?\d(?:[ .\-]?[0-9A-Z]){6,13}(?![A-Za-z0-9])")
_BEGUN = re.compile(
    rf"(?<![A-Za-z0-9])(?:{'|'.join(_BODIES)})(?:[ .\-/]{{0,2}}[A-Z]?\d(?:[ .\-/]?[\dA-Z])*)?[ .\-/]{{0,2}}$"
)
_BELGIAN = re.compile(r"(?<![\d.])[01]\d{3}[. ]\d{3}[. ]\d{3}(?![\d])")


def _spread(body: str, digit: str, separator: str) -> str:
    """Let separators stand between the signs of a form: `\\d{9}` also matches `123 456 789`."""
    parts = re.findall(r"\(\?:.*?\)\??|\[[^\]]*\](?:\{[\d,]+\})?|\\d(?:\{[\d,]+\})?|.", body)
    spread = []
    for part in parts:
        head, _, count = part.partition("{")
        sign = digit if head == r"\d" else head
        if count and not part.startswith("(?:"):
            low, _, high = count.rstrip("}").partition(",")
            least, most = int(low), int(high or low)
            spread.append(f"{sign}(?:{separator}{sign}){{{least - 1},{most - 1}}}")
        else:
            spread.append(sign)
    return separator.join(spread)


@cache
def _pattern(ocr: bool) -> re.Pattern[str]:
    digit, separator = (LOOK, SEPARATOR) if ocr else (r"\d", _SEPARATOR)
    forms = []
    for country, printed in _BODIES.items():
        bodies = printed
        if ocr and country == "NL":
            bodies = (r"\d{9}[B8E5S3]\d{2}",)  # OCR reads the B as an 8
        if ocr and country == "IE":
            bodies = (*printed, r"\d{7}[A-Z0-9]{1,2}")
        alternatives = "|".join(_spread(body, digit, separator).replace("[01]", digit) for body in bodies)
        letters = separator.join(country)
        letters = letters.replace("O", "[O0]") if ocr else letters  # `C.I.F. R039654540`
        forms.append(f"{letters}{separator}(?:{alternatives})")
    return re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(forms)})(?![A-Za-z0-9]| ?\d)")


@lru_cache(maxsize=64)
def _module(country: str) -> ModuleType | None:
    if country == "EU":
        return import_module("stdnum.eu.oss")
    found = get_cc_module(_MODULES.get(country, country.lower()), "vat")
    return found if isinstance(found, ModuleType) else None


@lru_cache(maxsize=4096)
def check_digits(vat_id: str) -> bool:
    """Say whether a VAT id with its prefix has the form and the check digits of its country."""
    country = country_of(vat_id)
    module = _module("CHE" if country == "CH" else country)
    if module is None:
        return False
    number = vat_id if country in {"CH", "EU", "NO"} else vat_id[2:]
    if country == "CH" and number.isalnum() and number[-1].isdigit():
        number += "MWST"
    return bool(module.is_valid(number.removeprefix("NO") if country == "NO" else number))


def country_of(vat_id: str) -> str:
    """Return the country of a VAT id, `CH` for `CHE...`."""
    return vat_id[:2]


def find_vat_ids(sight: Sight) -> list[Candidate]:
    """Return every VAT id on the pages with its labels; `proof` is `check_digits` where they hold."""
    found: list[Candidate] = []
    for sheet in sight.sheets:
        for segment in (s for s in sheet.segments if s.digits):
            prefixed = [pair(sight, c) for c in (*_prefixed(segment), *_running_on(segment))]
            found.extend(prefixed or [*_bare(sight, segment), *_odd(sight, segment)] or [*_misread(sight, segment)])
    return found


def _misread(sight: Sight, segment: Segment) -> Iterator[Candidate]:
    """Yield ids in the Belgian way of writing of which a picture shows a sign as another."""
    places = in_belgian_form(segment.text) if segment.sheet.ocr else ()
    for body, (start, end) in places:
        first, last = segment.span(start, end)
        candidate = pair(sight, Candidate("", segment, first, last, segment.text[start:end], start=start))
        value = put_right("BE", body, check_digits, sure=candidate.sure)
        if value and candidate.strength("iban", "tax_number", "other_number") <= _ELSE:
            candidate.value, candidate.proof = value, "check_digits"
            yield candidate


_ELSE = 0.6


def _running_on(segment: Segment) -> Iterator[Candidate]:
    """Yield an id that begins at the end of a line and goes on in the next: `TVA FR 58` / `415639939`."""
    head = _BEGUN.search(segment.text)
    under = below(segment) or _next_line(segment) if head else None
    if head is None or under is None or not under.digits or under.text[:1].isalpha():
        return
    text = f"{head[0]} {under.text}"
    match = _pattern(segment.sheet.ocr).match(text)
    if match is None or match.end() <= len(head[0]) + 1:
        return
    value = _normal(match[0], ocr=segment.sheet.ocr)
    if value and check_digits(bare_vat_id(value)):
        first, last = segment.span(*head.span())
        rest = _first_words(under, match.end() - len(head[0]) - 1)
        yield Candidate(
            bare_vat_id(value), segment, first, last, match[0], proof="check_digits", more=[rest], start=head.start()
        )


def _next_line(segment: Segment) -> Segment | None:
    """Return the line under a long one, which ends where nothing stands below: it goes on at the left."""
    rows = segment.sheet.rows
    following = rows[segment.row + 1][0] if segment.row + 1 < len(rows) else None
    near = following is not None and following.y0 - segment.y1 < segment.sheet.line
    return following if near and len(segment.tokens) > _LONG_LINE else None


def _first_words(segment: Segment, end: int) -> Segment:
    """Return the words of a line up to a place, as a line of their own."""
    return Segment(segment.tokens[: segment.span(0, end)[1]], segment.sheet, segment.row, segment.place)


_LONG_LINE = 6  # words


def _odd(sight: Sight, segment: Segment) -> Iterator[Candidate]:
    """What a label calls a VAT id though its form is wrong: shown with a low probability rather than hidden."""
    for match in _ODD.finditer(segment.text):
        first, last = segment.span(*match.span())
        value = re.sub(r"[ .\-]", "", match[0])
        candidate = pair(sight, Candidate(value, segment, first, last, match[0], start=match.start()))
        if (
            value[:2] in _BODIES
            and 7 <= sum(c.isdigit() for c in value) <= 13
            and candidate.strength(*VAT_ROLES[:2]) > 0.8
        ):
            yield candidate


def _prefixed(segment: Segment) -> Iterator[Candidate]:
    text = segment.text
    for match in _pattern(segment.sheet.ocr).finditer(text):
        first, last = segment.span(*match.span())
        sure = min(token.confidence for token in segment.tokens[first:last])
        value = _normal(match[0], ocr=segment.sheet.ocr, sure=sure)
        if value is None:
            continue
        value = bare_vat_id(value)
        proof = "check_digits" if check_digits(value) else ""
        yield Candidate(value, segment, first, last, match[0], proof=proof, start=match.start())


def _normal(printed: str, *, ocr: bool, sure: float = 1.0) -> str | None:
    """Return the id without separators, repaired where letters stand for digits and the check digits then hold."""
    plain = re.sub(r"[^0-9A-Za-z+*|]", "", printed)
    prefix = "CHE" if plain[:3] == "CHE" else plain[:2].replace("0", "O")
    misread = prefix[1] != plain[1]
    body = plain[len(prefix) :]
    if misread and not check_digits(prefix + body):
        return None  # `R012345` is more likely a number of something else
    upright = _belgian(prefix, body)
    if ocr and re.fullmatch(r"NL\d{9}B8\d", upright):
        return _repair(prefix, body)
    mended = put_right(prefix, upright[len(prefix) :], check_digits, sure=sure) if ocr and upright.isalnum() else None
    if mended or (ocr and ODD.search(printed)):
        return mended
    fits = upright.isalnum() and any(re.fullmatch(form, upright[len(prefix) :]) for form in _BODIES[prefix])
    if fits and (check_digits(upright) or upright[len(prefix) :].isdigit() or prefix in {"NL", "AT"}):
        return upright
    repaired = _repair(prefix, body)
    return repaired if repaired and check_digits(repaired) else None


def _belgian(prefix: str, body: str) -> str:
    return f"BE0{body}" if prefix == "BE" and len(body) == 9 else f"{'EL' if prefix == 'GR' else prefix}{body}"


def _repair(prefix: str, body: str) -> str | None:
    if prefix == "NL" and len(body) == 12:
        tail = re.sub("^8", "0", body[10:].translate(DIGITS))  # B08 and higher are rare, a slashed zero is not
        return f"NL{body[:9].translate(DIGITS)}B{tail}"
    if prefix == "AT":
        return f"ATU{body[1:].translate(DIGITS)}"
    if prefix in {"IE", "ES", "CY"}:
        return None
    return _belgian(prefix, body.translate(DIGITS))


def _bare(sight: Sight, segment: Segment) -> Iterator[Candidate]:
    """Ids without their prefix count beside a label, or where their form tells what they are; and with check digits."""
    for match in _BARE.finditer(segment.text):
        first, last = segment.span(*match.span())
        candidate = pair(sight, Candidate("", segment, first, last, match[0], start=match.start()))
        labelled = candidate.strength(*ID_ROLES) >= 0.6
        own_form = _BELGIAN.fullmatch(match[0]) or match[0].endswith("MVA")
        other = candidate.strength("iban", "tax_number", *(() if own_form else ("other_number",))) > 0.6
        if other or not (labelled or own_form):
            continue
        forms = dict.fromkeys(re.sub(r"[ .\-/]", "", text) for text in (match[0], match["stem"]))
        fits = (vat_id for form in forms for vat_id in possible_ids(form, candidate, sight, labelled=labelled))
        value = next(filter(check_digits, fits), None)
        if value:
            candidate.value, candidate.proof = value, "check_digits"
            yield candidate
