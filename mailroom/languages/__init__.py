"""The five languages: texts for people, and what a reader must know of each.

A folder a language: `reading.toml` (OCR code, labels, month names, number style) and one file of texts for each group
(`web.toml`, `reports.toml`, `reasons.toml`, ...). A key that is missing in one language fails a test, and at run time
falls back to English rather than to an empty page. Nothing here is glued together in code: a sentence is one text.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo


class Language(StrEnum):
    """The languages of pages, mails and readers (ISO 639-1)."""

    NL = "nl"
    FR = "fr"
    DE = "de"
    EN = "en"
    RO = "ro"


@cache
def texts(language: Language) -> Mapping[str, str]:
    """Return all texts of a language under dotted keys, such as `reason.password_protected` or `web.inbox.title`."""
    found: dict[str, str] = {}
    for entry in sorted(files(__package__).joinpath(language.value).iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml") and entry.name != "reading.toml":
            _flatten(tomllib.loads(entry.read_text("utf-8")), "", found)
    return found


def _flatten(table: Mapping[str, Any], prefix: str, into: dict[str, str]) -> None:
    for key, value in table.items():
        if isinstance(value, dict):
            _flatten(value, f"{prefix}{key}.", into)
        else:
            into[f"{prefix}{key}"] = str(value)


def text(language: Language, key: str, /, **values: object) -> str:
    """Return the sentence `key` with its placeholders filled.

    With `n` among the values, the plural form of the language is taken: `key.one`, `key.few`, `key.other` (CLDR).
    """
    return (_sentence(language, key, values) or _sentence(Language.EN, key, values) or key).format_map(_Values(values))


def reason_text(language: Language, code: str, facts: Mapping[str, object], /) -> str:
    """Return the sentence for a reason: `reason.<code>` with its facts as people of the language write them.

    Facts are codes and normal forms (`fields=iban,due_date`, `issue_date=2026-11-21`); which ones are put into words
    is a matter of their name: `field`, `fields`, `document_type`, `iban`, `known_ibans`, `*_date`, `*_amount`, `size`,
    `limit`, `bytes`, `terms` (of an e-invoice), `sentence` (of a finding on one, with its own facts beside it).
    """
    values = {name: _in_words(language, name, fact) for name, fact in facts.items()}
    if "sentence" in facts:
        values["sentence"] = finding_text(language, str(facts["sentence"]), facts)
    return text(language, f"reason.{code}", **values)


def finding_text(language: Language, sentence: str, facts: Mapping[str, object], /) -> str:
    """Return the sentence of a finding on an e-invoice; the fact `term` is a term's number, `line` that of a line."""
    values = dict(facts)
    values.pop("sentence", None)
    if "term" in values:
        values["term"] = term_name(language, str(values["term"]))
    said = text(language, f"einvoice.rule.{sentence}", **values)
    line = values.get("line")
    return text(language, "einvoice.on_line", line=line, sentence=said) if line else said


def term_name(language: Language, term: str) -> str:
    """Return what a business term of an e-invoice is called, such as `invoice number` for `BT-1`; else its number."""
    key = f"einvoice.term.{term}"
    found = text(language, key)
    return term if found == key else found


def word(language: Language, group: str, code: str) -> str:
    """Return the word for a code: `words.<group>.<code>`, such as a field's name or a state; else the code itself."""
    key = f"words.{group}.{code}"
    found = text(language, key)
    return code if found == key else found


def _in_words(language: Language, name: str, fact: object) -> object:
    written = str(fact)
    try:
        if name == "fields":
            return enumeration([word(language, "field", code) for code in written.split(",")], language)
        if name == "terms":
            return enumeration([term_name(language, term) for term in written.split(",")], language)
        if name == "known_ibans":
            return enumeration([grouped(iban) for iban in written.split(",")], language)
        return _one_in_words(language, name, written)
    except (ValueError, ArithmeticError):
        return written  # a fact that is not in normal form is shown as it is


def _one_in_words(language: Language, name: str, written: str) -> str:
    if name in {"field", "document_type"}:
        return word(language, name, written)
    if name == "iban":
        return grouped(written)
    if name.endswith("_date"):
        return format_date(date.fromisoformat(written), language)
    if name.endswith("_amount") or name in {"first", "second"}:  # two readings of one amount
        return format_number(Decimal(written), language)
    if name in {"size", "limit", "bytes"}:
        return format_number(Decimal(written), language, decimals=0)
    return written


def grouped(iban: str) -> str:
    """Return an IBAN in groups of four, as it is printed and compared by eye."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))


def _sentence(language: Language, key: str, values: Mapping[str, object]) -> str | None:
    known = texts(language)
    if key in known or "n" not in values:
        return known.get(key)
    return known.get(f"{key}.{_plural(language, values['n'])}") or known.get(f"{key}.other")


class _Values(dict[str, object]):
    """A placeholder without a value stays visible instead of breaking the page."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _plural(language: Language, n: object) -> str:
    from babel import Locale  # loaded on first use: it costs 20 ms that a door does not need

    return str(Locale.parse(language.value).plural_form(int(str(n))))


@cache
def reading_data(language: Language) -> Mapping[str, Any]:
    """Return what readers know of a language: OCR code, labels, month names, number style."""
    source = files(__package__).joinpath(language.value, "reading.toml")
    return tomllib.loads(source.read_text("utf-8"))


def _locale(language: Language) -> str:
    # Plain `en` is American in CLDR: 11/21/2026. Our English readers live in Europe.
    return "en_GB" if language is Language.EN else language.value


def format_date(value: date, language: Language) -> str:
    """Return a date as people of the language write it, such as `21 nov 2026`."""
    from babel.dates import format_date as babel_format

    return str(babel_format(value, format="medium", locale=_locale(language)))


def format_long_date(value: date, language: Language) -> str:
    """Return a date with its weekday, such as `zaterdag 21 november 2026`."""
    from babel.dates import format_date as babel_format

    return str(babel_format(value, format="full", locale=_locale(language)))


def format_instant(value: datetime, language: Language, time_zone: str) -> str:
    """Return an instant in a time zone, as people of the language write it."""
    from babel.dates import format_datetime

    return str(format_datetime(value, format="short", tzinfo=ZoneInfo(time_zone), locale=_locale(language)))


def format_amount(value: Decimal, currency: str, language: Language) -> str:
    """Return an amount with its currency, as people of the language write it."""
    from babel.numbers import format_currency

    return str(format_currency(value, currency, locale=_locale(language)))


def format_number(value: Decimal, language: Language, *, decimals: int = 2) -> str:
    """Return a number with the language's separators and at least `decimals` decimals."""
    from babel.numbers import format_decimal

    pattern = "#,##0." + "0" * decimals + "##" if decimals else "#,##0"
    return str(format_decimal(value, format=pattern, locale=_locale(language)))


def enumeration(items: Sequence[str], language: Language) -> str:
    """Return items as a list in words: `the IBAN, the date and the total`."""
    from babel.lists import format_list

    return str(format_list(list(items), locale=_locale(language)))
