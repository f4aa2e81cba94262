"""Single values out of the facts of a document, as the guards and conditions compare them.

Pure. A value that is missing or malformed comes back as nothing and never as an error.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from mailroom.domain.decision import Facts
from mailroom.domain.document import FieldName, bare_vat_id


def value(facts: Facts, name: FieldName) -> str:
    """Return a field's value, or an empty string when it is missing."""
    field = facts.fields.get(name)
    return (field.value or "") if field else ""


def amount(facts: Facts, name: FieldName) -> Decimal | None:
    """Return a field's value as an amount, or None when it is missing or no number."""
    try:
        found = Decimal(value(facts, name))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def day(facts: Facts, name: FieldName) -> date | None:
    """Return a field's value as a date, or None when it is missing or no date."""
    try:
        return date.fromisoformat(value(facts, name))
    except ValueError:
        return None


def plain_id(written: str) -> str:
    """Return an IBAN or a VAT id without spaces, points and case, so that two ways of writing it compare equal."""
    return re.sub(r"[^0-9A-Z]", "", written.upper())


def same_vat_id(one: str, other: str) -> bool:
    """Tell whether two VAT ids are the same, also when only one of them was written with its country."""
    first, second = _vat_key(one), _vat_key(other)
    if not first[1] or not second[1]:
        return False
    return first[1] == second[1] and (first[0] == second[0] or not first[0] or not second[0])


def _vat_key(written: str) -> tuple[str, str]:
    plain = bare_vat_id(plain_id(written))
    country, number = (plain[:2], plain[2:]) if plain[:2].isalpha() else ("", plain)
    # Belgian numbers had nine digits until 2005 and are still printed so, without the leading zero.
    if country in {"BE", ""} and len(number) == 9 and number.isdigit():
        number = number.zfill(10)
    return country, number
