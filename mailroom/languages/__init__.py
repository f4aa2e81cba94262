"""The five languages: texts for people, and what a reader must know of each.

A folder a language: `reading.toml` (OCR code, labels, month names, number style) and one file of texts for each group
(`web.toml`, `reports.toml`, `reasons.toml`, ...). A key that is missing in one language fails a test, and at run time
falls back to English rather than to an empty page. Nothing here is glued together in code: a sentence is one text.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
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
    known = texts(language)
    wanted = f"{key}.{_plural(language, values['n'])}" if "n" in values and key not in known else key
    sentence = known.get(wanted) or known.get(f"{key}.other") or texts(Language.EN).get(wanted)
    if sentence is None:
        sentence = texts(Language.EN).get(f"{key}.other", key)
    return sentence.format_map(_Values(values))


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


def format_date(value: date, language: Language) -> str:
    """Return a date as people of the language write it, such as `21 nov 2026`."""
    from babel.dates import format_date as babel_format

    return str(babel_format(value, format="medium", locale=language.value))


def format_instant(value: datetime, language: Language, time_zone: str) -> str:
    """Return an instant in a time zone, as people of the language write it."""
    from babel.dates import format_datetime

    return str(format_datetime(value, format="short", tzinfo=ZoneInfo(time_zone), locale=language.value))


def format_amount(value: Decimal, currency: str, language: Language) -> str:
    """Return an amount with its currency, as people of the language write it."""
    from babel.numbers import format_currency

    return str(format_currency(value, currency, locale=language.value))
