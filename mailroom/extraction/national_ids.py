"""VAT ids printed as a country's own tax number, without the prefix that EN 16931 and VIES put before them.

The word beside a number tells its country (`NIP`, `CVR-nr.`, `Adószám`), or its form does, or the language of the word
and the country that the page tells of. Nothing is proved here: `identifiers.py` believes what the check digits of the
country bear out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailroom.extraction.candidates import Candidate, Sight
from mailroom.extraction.country import told
from mailroom.extraction.text import blur, compact, fold
from mailroom.languages import Language, reading_data

ID_ROLES = ("vat_id", "enterprise_number", "buyer_vat_id")

_WORDS: dict[str, tuple[str, ...]] = {
    "nif": ("ES", "PT"), "cif": ("ES", "RO"), "nipc": ("PT",), "contribuinte": ("PT",), "nip": ("PL",),
    "piva": ("IT",), "partitaiva": ("IT",), "dic": ("CZ",), "adoszam": ("HU",), "ytunnus": ("FI",), "alv": ("FI",),
    "cvr": ("DK",), "senr": ("DK",), "moms": ("DK", "SE"), "oib": ("HR",), "afm": ("EL",),
}  # fmt: skip
"""Words of which one in the label tells the countries whose number it may be."""
_REGISTERS = frozenset({"cvr", "ytunnus", "oib"})
"""Words for the number of any company: a VAT id only where the page speaks of VAT."""
_BODY = {
    "ES": r"[A-Z]\d{7}[0-9A-Z]|\d{8}[A-Z]", "PT": r"\d{9}", "PL": r"\d{10}", "IT": r"\d{11}", "CZ": r"\d{8,10}",
    "HU": r"\d{8}", "FI": r"\d{8}", "DK": r"\d{8}", "SE": r"\d{12}", "HR": r"\d{11}", "EL": r"\d{9}",
    "RO": r"\d{4,10}", "IE": r"\d{7}[A-W][A-I]?", "NO": r"\d{9}MVA", "GB": r"\d{9}|\d{12}", "AT": r"U\d{8}",
    "DE": r"\d{9}", "LU": r"\d{8}", "BE": r"[01]\d{9}", "NL": r"\d{9}B\d{2}", "FR": r"[0-9A-HJ-NP-Z]{2}\d{9}",
}  # fmt: skip
_HUNGARIAN = re.compile(r"(\d{8})[1-5]\d{2}")
"""`12892312-2-41`: what follows the first eight digits says how the company is taxed, and where."""


def possible_ids(digits: str, candidate: Candidate, sight: Sight, *, labelled: bool) -> Iterator[str]:
    """Yield what a number without a prefix may be as a VAT id, the likeliest country first."""
    beside = candidate.best(ID_ROLES) if labelled else None
    words = compact(beside.label.text) if beside else ""
    if any(word in words for word in _REGISTERS) and not sight.every_label("vat"):
        return
    yield from _by_word(digits, words)
    yield from _by_form(digits, labelled=labelled)
    if beside:
        yield from _by_language(digits, {str(code) for code in beside.label.languages})
        yield from _of(told(sight), digits)


def _by_word(digits: str, words: str) -> Iterator[str]:
    for word, countries in _WORDS.items():
        if word in words:
            for country in countries:
                yield from _of(country, digits)


def _of(country: str, digits: str) -> Iterator[str]:
    body = _HUNGARIAN.sub(r"\1", digits) if country == "HU" else digits
    if country in _BODY and re.fullmatch(_BODY[country], body):
        yield f"{country}{body}"


def _by_form(digits: str, *, labelled: bool) -> Iterator[str]:
    """Forms that no other country has; those of any ten or eleven digits only beside a label."""
    for country in ("BE", "NL", "NO", *(("AT", "ES", "IE", "IT") if labelled else ())):
        yield from _of(country, digits)


def _by_language(digits: str, languages: set[str]) -> Iterator[str]:
    for country, language in (("RO", "ro"), ("DE", "de"), ("LU", "fr")):
        if language in languages:
            yield from _of(country, digits)
    if languages == {"en"}:
        yield from _of("GB", digits)


def registered(vat_ids: list[Candidate], sight: Sight) -> list[Candidate]:
    """Leave out numbers of Romania and Belgium that are no VAT ids where the page says that the seller pays no VAT.

    They stand there without the country; in Belgium also not beside a word for the VAT.
    """
    bare = [c for c in vat_ids if c.value[:2] in _NOT_REGISTERED and not _shows_vat(c)]
    if not bare:
        return vat_ids
    text = " ".join(segment.text for sheet in sight.sheets for segment in sheet.segments)
    unregistered = {country for country in {c.value[:2] for c in bare} if _says_unregistered(text, country)}
    return [c for c in vat_ids if c not in bare or c.value[:2] not in unregistered]


_NOT_REGISTERED = {"RO": (Language.RO,), "BE": (Language.NL, Language.FR)}
_ART_44 = r"\bart(?:\.|ikel|icle)? ?44\b"
_EXEMPT = re.compile(rf"(?:btw|tva)\W.{{0,60}}{_ART_44}|{_ART_44}.{{0,60}}(?:btw|tva)\b")
"""By the Belgian VAT code what associations, schools and healers do is exempt; who does only that has no VAT id."""
_VAT_WORDS = ("btw", "tva", "vat", "mwst", "ust")


def _shows_vat(vat_id: Candidate) -> bool:
    country, beside = vat_id.value[:2], vat_id.best((*ID_ROLES, "vat"))
    if vat_id.text.upper().startswith(country):
        return True
    return country == "BE" and beside is not None and any(w in compact(beside.label.text) for w in _VAT_WORDS)


def _says_unregistered(text: str, country: str) -> bool:
    if country == "BE" and _EXEMPT.search(fold(text)):
        return True
    phrases = (p for language in _NOT_REGISTERED[country] for p in reading_data(language)["phrases"]["not_registered"])
    return any(blur(p) in blur(text) for p in phrases)
