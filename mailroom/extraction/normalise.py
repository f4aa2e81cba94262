"""What a person types, in the way of their language, as a field's normal form."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation

from mailroom.domain.document import AMOUNT_FIELDS, DATE_FIELDS, DocumentType, FieldName, bare_vat_id
from mailroom.errors import InvalidValue
from mailroom.extraction.currency import code_of
from mailroom.extraction.dates import month_number
from mailroom.extraction.iban import is_iban, mended
from mailroom.extraction.identifiers import check_digits
from mailroom.extraction.payment_reference import belgian, belgian_form
from mailroom.languages import Language, reading_data

_DATE_PARTS = re.compile(r"^(\d{1,4})[\s./\-]+(\d{1,2}|[^\W\d]{3,12})\.?[\s./\-]+(\d{1,4})$")
_MONTH_FIRST = re.compile(r"^([^\W\d]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})$")
_PACKED = re.compile(r"^\d{8}$")
_LONGEST_NAME = 200
_LONGEST_NUMBER = 60


def normalise(name: FieldName, typed: str, language: Language) -> str:
    """Return the normal form of what a person typed into a field. Raises InvalidValue, naming the field."""
    text = " ".join(typed.replace("\u00a0", " ").replace("\u202f", " ").split())
    if not text:
        raise InvalidValue(field=name.value)
    if name in AMOUNT_FIELDS:
        value = amount_of(text, language)
    elif name in DATE_FIELDS:
        value = _date(text, language)
    else:
        value = _FORMS[name](text)
    if value is None:
        raise InvalidValue(field=name.value)
    return value


def amount_of(text: str, language: Language) -> str | None:
    """Read `1.234,56`, `1 234,56 €`, `(12.50)`, `12,5-`: where only one separator stands, the language decides."""
    plain = re.sub(r"(?i)EUR|USD|GBP|CHF|RON|LEI|[€$£\s'’+]", "", text)
    negative = plain.startswith(("-", "–", "−", "(")) or plain.endswith(("-", "–"))
    plain = plain.strip("-–−()")
    if not re.fullmatch(r"\d[\d.,]*", plain) or plain[-1] in ".,":
        return None
    whole, _, cents = (
        plain.rpartition(_decimal_sign(plain, language)) if _decimal_sign(plain, language) else (plain, "", "")
    )
    groups = re.split(r"[.,]", whole)
    if any(len(group) != 3 for group in groups[1:]) or not whole:
        return None
    try:
        value = Decimal(f"{''.join(groups)}.{cents or '0'}")
    except InvalidOperation:
        return None
    return format(-value if negative and value else value, "f" if len(cents) > 2 else ".2f")


def _decimal_sign(plain: str, language: Language) -> str:
    """Return the sign before the decimals: the last of two kinds; of one kind the one that cannot part thousands."""
    last = max(plain.rfind("."), plain.rfind(","))
    if last < 0:
        return ""
    sign, other = plain[last], "," if plain[last] == "." else "."
    if other in plain:
        return sign if plain.count(sign) == 1 else ""
    if plain.count(sign) > 1:
        return ""
    decimals = len(plain) - last - 1
    if decimals != 3:
        return sign
    return sign if reading_data(language)["decimal"] == sign else ""


def _date(text: str, language: Language) -> str | None:
    day_first = bool(reading_data(language)["day_first"])
    if _PACKED.match(text):
        year_first = _iso(text[:4], text[4:6], text[6:]) if text[:2] in {"19", "20"} else None
        return year_first or _iso(text[4:], text[2:4], text[:2])
    american = _MONTH_FIRST.match(text)
    if american:
        return _iso(american[3], american[1], american[2])
    match = _DATE_PARTS.match(re.sub(r"(?<=\d)(?:st|nd|rd|th|er)\b|\bde\b|,", " ", text).replace("  ", " "))
    if match is None:
        return None
    first, middle, last = match.groups()
    if len(first) == 4:
        return _iso(first, middle, last)
    if middle.isdigit() and int(middle) > 12 and int(first) <= 12:
        first, middle = middle, first
    return _iso(last, middle, first) if day_first else _iso(last, first, middle)


def _iso(year: str, month: str, day: str) -> str | None:
    number = int(month) if month.isdigit() else month_number(month)
    if number is None or len(year) not in {2, 4}:
        return None
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), number, int(day)).isoformat()
    except ValueError:
        return None


def _name(text: str) -> str | None:
    return text if len(text) <= _LONGEST_NAME and any(c.isalnum() for c in text) else None


def _number(text: str) -> str | None:
    return text if len(text) <= _LONGEST_NUMBER and any(c.isalnum() for c in text) else None


def _vat_id(text: str) -> str | None:
    plain = bare_vat_id(re.sub(r"[\s.\-/]", "", text).upper())
    plain = f"EL{plain[2:]}" if plain.startswith("GR") else plain
    plain = f"BE{plain:0>10}" if re.fullmatch(r"[01]?\d{9}", plain) and check_digits(f"BE{plain:0>10}") else plain
    plain = f"BE0{plain[2:]}" if re.fullmatch(r"BE\d{9}", plain) else plain
    return plain if re.fullmatch(r"[A-Z]{2,3}[0-9A-Z+*]{2,14}", plain) and check_digits(plain) else None


def _iban(text: str) -> str | None:
    plain = re.sub(r"[\s.\-]", "", text).upper().removeprefix("IBAN").lstrip(":")
    return next((value for value in (plain, mended(plain)) if is_iban(value)), None)


def _currency(text: str) -> str | None:
    code = code_of(text) or text.upper()
    return code if re.fullmatch(r"[A-Z]{3}", code) else None


def _payment_reference(text: str) -> str | None:
    digits = re.sub(r"[\s+*/.]", "", text)
    if re.fullmatch(r"\d{12}", digits) and (belgian(digits) or "/" in text):
        return belgian_form(digits) if belgian(digits) else None
    plain = text.replace(" ", "").upper()
    return plain if re.fullmatch(r"RF\d{2}[A-Z0-9]{1,21}", plain) else _number(text)


def _document_type(text: str) -> str | None:
    try:
        return DocumentType(text.lower()).value
    except ValueError:
        return None


_FORMS: dict[FieldName, Callable[[str], str | None]] = {
    FieldName.DOCUMENT_TYPE: _document_type,
    FieldName.INVOICE_NUMBER: _number,
    FieldName.CURRENCY: _currency,
    FieldName.SELLER_NAME: _name,
    FieldName.SELLER_VAT_ID: _vat_id,
    FieldName.IBAN: _iban,
    FieldName.PAYMENT_REFERENCE: _payment_reference,
    FieldName.BUYER_NAME: _name,
    FieldName.BUYER_VAT_ID: _vat_id,
}
