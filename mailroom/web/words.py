"""Words for a reader: texts, dates, amounts and ages in his language, number style and time zone."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from mailroom.domain.document import AMOUNT_FIELDS, DATE_FIELDS, DocumentType, Evidence, Field, FieldName
from mailroom.domain.value import Reason
from mailroom.languages import Language, format_amount, format_date, format_instant, reason_text, text, texts

SURE = 0.9
FAIRLY_SURE = 0.7


class Words:
    """The words of one page for one reader."""

    def __init__(self, language: Language, now: datetime, time_zone: str = "UTC") -> None:
        self.language = language
        self.now = now
        self.time_zone = time_zone

    def t(self, key: str, **values: object) -> str:
        """Return the text `key` in the reader's language."""
        return text(self.language, key, **values)

    def named(self, group: str, name: str) -> str:
        """Return the text `group.name`, or the bare name where no language knows it."""
        key = f"{group}.{name}"
        known = key in texts(self.language) or key in texts(Language.EN)
        return self.t(key) if known else name.replace("_", " ")

    def reason(self, reason: Reason) -> str:
        """Return a reason as a sentence, its facts in the reader's words; an unknown code as it is."""
        sentence = reason_text(self.language, reason.code, reason.facts)
        return reason.code.replace("_", " ") if sentence == f"reason.{reason.code}" else sentence

    def date(self, value: str | None) -> str:
        """Return a date in ISO form as people write it; what is no date stays as it is."""
        try:
            return format_date(date.fromisoformat(value or ""), self.language)
        except ValueError:
            return value or ""

    def instant(self, value: datetime) -> str:
        """Return an instant in the reader's time zone."""
        return format_instant(value, self.language, self.time_zone)

    def age(self, value: datetime) -> str:
        """Return how long ago an instant is, such as `3 days ago`."""
        from babel.dates import format_timedelta

        return str(format_timedelta(value - self.now, add_direction=True, locale=self.language.value))

    def amount(self, value: str | None, currency: str | None) -> str:
        """Return an amount in normal form as people write it, with its currency where that is known."""
        number = _decimal(value)
        if number is None:
            return value or ""
        return format_amount(number, currency, self.language) if currency else self.number(value)

    def input_value(self, name: FieldName, value: str | None) -> str:
        """Return a value as it stands in its input: dates ISO (the browser shows them its own way), amounts local."""
        if value is None:
            return ""
        return self.number(value) if name in AMOUNT_FIELDS else value

    def number(self, value: str | None) -> str:
        """Return an amount in normal form with the reader's decimal sign and no grouping, to be typed over."""
        from babel.numbers import format_decimal

        number = _decimal(value)
        if number is None:
            return value or ""
        return str(format_decimal(number, format="#0.00########", locale=self.language.value))

    def typed(self, value: str | None) -> str:
        """Return a number in normal form as `number` does, without decimals that it does not have."""
        from babel.numbers import format_decimal

        number = _decimal(value)
        if number is None:
            return value or ""
        return str(format_decimal(number, format="#0.##########", locale=self.language.value))

    def plain(self, value: str | None) -> str:
        """Return a number in normal form with the reader's decimal sign, as many decimals as it has."""
        from babel.numbers import format_decimal

        number = _decimal(value)
        if number is None:
            return value or ""
        return str(format_decimal(number, format="#,##0.##########", locale=self.language.value))

    def value(self, name: FieldName, value: str | None, currency: str | None = None) -> str:
        """Return a field's value as people write it."""
        if value is None:
            return ""
        if name in AMOUNT_FIELDS:
            return self.amount(value, currency)
        if name in DATE_FIELDS:
            return self.date(value)
        if name is FieldName.DOCUMENT_TYPE:
            return self.document_type(value)
        return value

    def document_type(self, value: str) -> str:
        """Return the name of a kind of document."""
        return self.t(f"web.type.{value}") if value in set(DocumentType) else value

    def belief(self, field: Field) -> str:
        """Return how sure a field is and where it comes from, in words."""
        sure = "sure" if field.confidence >= SURE else "fairly_sure" if field.confidence >= FAIRLY_SURE else "unsure"
        return self.t(
            "web.field.belief", sure=self.t(f"web.field.{sure}"), source=self.named("source", field.source.value)
        )

    def evidence(self, evidence: Evidence) -> str:
        """Return one piece of evidence in words: its place, the label beside it, the proof.

        Of an e-invoice's XML only the business term is said: the path to it means nothing to who books.
        """
        if evidence.path and evidence.page is None:
            return evidence.label or evidence.path
        said = []
        if evidence.page is not None:
            said.append(self.t("web.field.on_page", page=evidence.page))
        if evidence.label:
            said.append(self.t("web.field.beside", label=evidence.label))
        if evidence.proof:
            said.append(self.named("web.proof", evidence.proof))
        return " · ".join(said)

    def weekday(self, number: int) -> str:
        """Return the name of a weekday; 0 is Monday."""
        from babel import Locale

        return str(Locale.parse(self.language.value).days["stand-alone"]["wide"][number])

    def size(self, count: int) -> str:
        """Return a number of bytes in kilobytes or megabytes."""
        from babel.units import format_unit

        mega = count >= 1_000_000
        number = round(count / 1_000_000, 1) if mega else max(1, round(count / 1000))
        unit = "digital-megabyte" if mega else "digital-kilobyte"
        return str(format_unit(number, unit, "short", locale=self.language.value))


def _decimal(value: str | None) -> Decimal | None:
    try:
        return Decimal(value or "")
    except InvalidOperation:
        return None


def language_of(accept_language: str | None) -> Language:
    """Return the best of the five for an Accept-Language header (RFC 9110 section 12.5.4), else English."""
    best, weight = Language.EN, 0.0
    for entry in (accept_language or "")[:500].split(","):
        tag, _, quality = entry.partition(";")
        short = tag.strip().lower().split("-")[0]
        try:
            q = float(quality.partition("=")[2] or 1)
        except ValueError:
            continue
        if short in set(Language) and q > weight:
            best, weight = Language(short), q
    return best
