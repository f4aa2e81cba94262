"""Whether two documents are one invoice, what they say differently, and which of them speaks for both.

Pure. Seller and number make the key; total and date decide where those are weak: suppliers begin to count anew every
year, and two shops have an invoice 12. A value that was read with doubt contradicts nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import NamedTuple

from mailroom.domain.document import (
    AMOUNT_FIELDS,
    SETTLED,
    Document,
    DocumentType,
    FieldName,
    Fields,
    FieldSource,
    bare_vat_id,
    number_key,
)
from mailroom.rules.names import same_name

_STRONG_NUMBER = 5
"""Digits and letters from which on a number alone is rarely another's."""
_ONE_SERIES = 200
"""Days within which a supplier does not begin to count anew."""
_SURE = 0.75
"""Confidence from which on a value may contradict another; below, one of the two was perhaps misread."""

BOOKED = frozenset({DocumentType.INVOICE, DocumentType.RECEIPT, DocumentType.CREDIT_NOTE})
WARNED = (FieldName.IBAN, FieldName.TOTAL_AMOUNT, FieldName.INVOICE_NUMBER, FieldName.ISSUE_DATE)
"""Fields that a second copy has no business to say differently, the gravest first."""


class Likeness(StrEnum):
    """What two documents are to each other."""

    SAME = "same"
    PERHAPS = "perhaps"
    OTHER = "other"


class Difference(NamedTuple):
    """A field that two renditions of one invoice say differently."""

    field: FieldName
    here: str
    there: str


class _Agreement(NamedTuple):
    """How two documents compare: true, false, or not to be said."""

    vat_id: bool | None
    iban: bool | None
    name: bool | None
    total: bool | None
    day: bool | None
    days: int

    @property
    def seller(self) -> bool | None:
        """Whether both are of one seller. A name alone may be misread; another VAT id is another seller, unless account
        and name say otherwise.
        """
        if self.vat_id or self.iban:
            return self.vat_id is not False or self.name is True
        if self.vat_id is False:
            return False
        return True if self.name else None


def likeness(one: Document, other: Document) -> Likeness:
    """Say whether two documents of one account are the same invoice. Symmetric."""
    if _kind(one) != _kind(other):
        return Likeness.OTHER
    agree = _compare(one.fields, other.fields)
    if agree.seller is False:
        return Likeness.OTHER
    mine, theirs = (number_key(each.value(FieldName.INVOICE_NUMBER)) for each in (one, other))
    if mine and theirs:
        return _by_number(agree, len(mine)) if mine == theirs else Likeness.OTHER
    return _without_number(agree)


def _by_number(agree: _Agreement, length: int) -> Likeness:
    strong = length >= _STRONG_NUMBER
    near = agree.days < _ONE_SERIES
    if agree.seller and agree.day:
        return Likeness.SAME  # the same number on the same day with another sum: that is what has to be shown
    if near and agree.seller and agree.total and (strong or agree.day is None):
        return Likeness.SAME
    if near and strong and (agree.vat_id or agree.iban):
        return Likeness.SAME
    if strong and agree.total and agree.day:
        return Likeness.SAME  # whatever was read as the seller's name
    doubtful = agree.seller or (strong and agree.total and agree.name is not False)
    return Likeness.PERHAPS if near and doubtful and (strong or agree.total) else Likeness.OTHER


def _without_number(agree: _Agreement) -> Likeness:
    return Likeness.PERHAPS if agree.seller and agree.total and agree.day else Likeness.OTHER


def reminds_of(reminder: Document, invoice: Document) -> bool:
    """Say whether a reminder is about this invoice: the same number, and nothing against the same seller."""
    number = number_key(reminder.value(FieldName.INVOICE_NUMBER))
    if not number or number != number_key(invoice.value(FieldName.INVOICE_NUMBER)):
        return False
    agree = _compare(reminder.fields, invoice.fields)
    return bool(agree.seller) or (agree.seller is None and len(number) >= _STRONG_NUMBER)


def differences(one: Fields, other: Fields, *, words: str = "", other_words: str = "") -> tuple[Difference, ...]:
    """Name what two renditions say differently, the gravest first.

    `words` are those of the pages, without spaces: an account that also stands on the other page is no difference.
    """
    return tuple(_differences(one, other, words, other_words))


def _differences(one: Fields, other: Fields, words: str, other_words: str) -> Iterator[Difference]:
    for name in WARNED:
        here, there = _sure_value(one, name), _sure_value(other, name)
        if not here or not there or _equal(name, here, there):
            continue
        if name is FieldName.IBAN and (_plain(here) in other_words or _plain(there) in words):
            continue  # sellers print all their accounts
        yield Difference(name, here, there)


def speaks_for_both(one: Document, other: Document) -> bool:
    """Say whether `one` leads: what somebody decided on or typed first, then XML before text before picture."""
    if _touched(one) != _touched(other):
        return _touched(one) > _touched(other)
    if rank(one.fields) != rank(other.fields):
        return rank(one.fields) > rank(other.fields)
    return (one.created_at, one.id) <= (other.created_at, other.id)


def rank(fields: Fields) -> int:
    """Return how near to the seller's own data the values are: 3 for XML, 2 for a text layer, 1 for a picture."""
    sources = {field.source for field in fields.values() if field.value is not None}
    return 3 if FieldSource.XML in sources else 2 if FieldSource.TEXT_LAYER in sources else 1


def _touched(document: Document) -> int:
    return 2 * (document.state in SETTLED) + document.completed_by_hand


def _kind(document: Document) -> str:
    kind = document.value(FieldName.DOCUMENT_TYPE)
    vague = {DocumentType.RECEIPT, DocumentType.OTHER, None}
    return DocumentType.INVOICE if kind in vague else str(kind)


def _compare(one: Fields, other: Fields) -> _Agreement:
    days = _days(_value(one, FieldName.ISSUE_DATE), _value(other, FieldName.ISSUE_DATE))
    return _Agreement(
        vat_id=_agree(FieldName.SELLER_VAT_ID, one, other),
        iban=_agree(FieldName.IBAN, one, other) or None,  # a seller may have two accounts, and a forger has another
        name=_same_seller_name(one, other),
        total=_agree(FieldName.TOTAL_AMOUNT, one, other),
        day=None if days is None else days == 0,
        days=days or 0,
    )


def _agree(name: FieldName, one: Fields, other: Fields) -> bool | None:
    here, there = _value(one, name), _value(other, name)
    return _equal(name, here, there) if here and there else None


def _same_seller_name(one: Fields, other: Fields) -> bool | None:
    here, there = _value(one, FieldName.SELLER_NAME), _value(other, FieldName.SELLER_NAME)
    return same_name(here, there) if here and there else None


def _days(here: str, there: str) -> int | None:
    try:
        return abs((date.fromisoformat(here) - date.fromisoformat(there)).days)
    except ValueError:
        return None


def _value(fields: Fields, name: FieldName) -> str:
    field = fields.get(name)
    return (field.value or "") if field else ""


def _sure_value(fields: Fields, name: FieldName) -> str:
    field = fields.get(name)
    return field.value or "" if field and field.confidence >= _SURE else ""


def _equal(name: FieldName, here: str, there: str) -> bool:
    if name in AMOUNT_FIELDS:
        return _amount(here) == _amount(there)
    if name is FieldName.INVOICE_NUMBER:
        return number_key(here) == number_key(there)
    return bare_vat_id(_plain(here)) == bare_vat_id(_plain(there))


def _amount(value: str) -> Decimal | str:
    try:
        return abs(Decimal(value))
    except InvalidOperation:
        return value


def _plain(value: str) -> str:
    return "".join(sign for sign in value.upper() if sign.isalnum())
