"""How a document writes its amounts, dates, accounts and ids: one style a document."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .facts import Facts
from .words import MONTHS

_SIGN = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF", "RON": "lei", "PLN": "zł"}


_SHORT_FRENCH = ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."]


@dataclass(slots=True)
class Style:
    """One document's way of writing."""

    thousands: str
    decimal: str
    currency: str
    place: str
    date: str
    language: str
    spaced_iban: bool
    spaced_vat: bool

    def plain(self, value: Decimal) -> str:
        """Write an amount without its currency."""
        return f"{value:,.2f}".replace(",", "\0").replace(".", self.decimal).replace("\0", self.thousands)

    def money(self, value: Decimal) -> str:
        """Write an amount the document's way."""
        sign, text = _SIGN[self.currency], self.plain(value)
        return {
            "none": text, "before": f"{sign}{text}" if len(sign) == 1 else f"{sign} {text}", "apart": f"{sign} {text}", "after": f"{text} {sign}",
            "code_before": f"{self.currency} {text}", "code_after": f"{text} {self.currency}",
        }[self.place]  # fmt: skip

    def loud(self, value: Decimal) -> str:
        """Write an amount with its currency, whatever the others have."""
        return self.money(value) if self.place != "none" else f"{self.plain(value)} {self.currency}"

    def day(self, day: date) -> str:
        """Write a date the document's way."""
        month = MONTHS[self.language][day.month - 1]
        short = month[:3] if self.language != "fr" else _SHORT_FRENCH[day.month - 1]
        short = "mrt" if short == "maa" else short
        return self.date.format(
            d=day,
            dd=day.day,
            mm=day.month,
            month=month,
            mon=short,
            Mon=short.capitalize(),
            yy=day.year % 100,
            yyyy=day.year,
        )

    def iban(self, iban: str) -> str:
        """Write an account in groups of four, or at one piece."""
        return " ".join(iban[i : i + 4] for i in range(0, len(iban), 4)) if self.spaced_iban else iban

    def vat_id(self, vat_id: str, country: str) -> str:
        """Write a VAT id as its country does."""
        if country == "CH":
            return f"CHE-{vat_id[3:6]}.{vat_id[6:9]}.{vat_id[9:12]} MWST"
        if not self.spaced_vat:
            return vat_id
        body = vat_id[2:]
        if country == "BE":
            return f"BE {body[:4]}.{body[4:7]}.{body[7:]}"
        return f"{vat_id[:2]} {body[:3]} {body[3:6]} {body[6:]}" if country in {"DE", "GB"} else f"{vat_id[:2]} {body}"


_DATES = {
    "en": ["{dd:02d}/{mm:02d}/{yyyy}", "{dd} {month} {yyyy}", "{dd} {mon} {yyyy}", "{month} {dd}, {yyyy}", "{yyyy}-{mm:02d}-{dd:02d}", "{dd:02d}-{mon}-{yyyy}", "{dd:02d}/{mm:02d}/{yy:02d}", "{dd:02d}.{mm:02d}.{yyyy}", "{dd}-{mon}-{yy:02d}"],
    "nl": ["{dd:02d}-{mm:02d}-{yyyy}", "{dd:02d}/{mm:02d}/{yyyy}", "{dd} {month} {yyyy}", "{dd}/{mm}/{yy:02d}", "{yyyy}-{mm:02d}-{dd:02d}", "{dd:02d}.{mm:02d}.{yyyy}", "{dd} {mon}. {yyyy}", "{dd}-{mm}-{yyyy}"],
    "fr": ["{dd:02d}/{mm:02d}/{yyyy}", "{dd} {month} {yyyy}", "{dd:02d}.{mm:02d}.{yyyy}", "{dd:02d}/{mm:02d}/{yy:02d}", "{dd:02d}-{mm:02d}-{yyyy}", "{dd} {mon} {yyyy}"],
    "de": ["{dd:02d}.{mm:02d}.{yyyy}", "{dd}. {month} {yyyy}", "{dd:02d}.{mm:02d}.{yy:02d}", "{yyyy}-{mm:02d}-{dd:02d}", "{dd}.{mm}.{yyyy}", "{dd:02d}. {Mon}. {yyyy}"],
    "ro": ["{dd:02d}.{mm:02d}.{yyyy}", "{dd:02d}/{mm:02d}/{yyyy}", "{dd} {month} {yyyy}", "{dd:02d}-{mm:02d}-{yyyy}", "{yyyy}-{mm:02d}-{dd:02d}"],
}  # fmt: skip


def style_of(made: Facts, rng: random.Random) -> Style:
    """Draw a way of writing that fits country and language."""
    country = made.seller.country
    thousands, decimal = {"GB": (",", "."), "IE": (",", "."), "US": (",", "."), "CH": ("'", ".")}.get(
        country, rng.choice([(".", ","), (" ", ","), ("", ",")])
    )
    if made.language == "en" and rng.random() < 0.5:
        thousands, decimal = ",", "."
    if country in {"NL", "BE", "DE", "AT", "RO"} and made.language != "en" and rng.random() < 0.6:
        thousands, decimal = ".", ","
    place = rng.choice(
        ["none", "before" if country in {"GB", "US", "IE"} else "apart", "after", "code_after", "code_before", "apart"]
    )
    if made.currency in {"RON", "PLN"}:
        place = rng.choice(["none", "after", "code_after"])
    if country in {"GB", "US"}:
        place = rng.choice(["before", "before", "none", "code_after"])
    form = "{mm:02d}/{dd:02d}/{yyyy}" if country == "US" and rng.random() < 0.5 else rng.choice(_DATES[made.language])
    if form == "{dd:02d}/{mm:02d}/{yyyy}" and country == "US":
        form = "{month} {dd}, {yyyy}"
    return Style(thousands, decimal, made.currency, place, form, made.language, rng.random() < 0.7, rng.random() < 0.4)
