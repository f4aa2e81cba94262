"""When pages that were read by OCR are worth a second reading, and what of two readings to believe. Pure.

A second reading costs more than the first, so that it is asked for only where a field that people look for first was
not found, or not surely.
"""

from __future__ import annotations

from dataclasses import replace

from mailroom.domain.document import Field, FieldName, Fields
from mailroom.domain.reading import PageSource, Reading
from mailroom.extraction.extract import Extraction

_KEY_FIELDS = (FieldName.TOTAL_AMOUNT, FieldName.ISSUE_DATE, FieldName.SELLER_NAME)
_SURE = 0.8
_AMOUNTS = (
    FieldName.NET_AMOUNT,
    FieldName.VAT_AMOUNT,
    FieldName.TOTAL_AMOUNT,
    FieldName.PAYABLE_AMOUNT,
    FieldName.CURRENCY,
)
"""These prove each other: they are taken from one reading, together."""


def wants_second_opinion(reading: Reading, found: Extraction) -> bool:
    """Tell whether total, date or seller were not found, or not surely, on pages that were read by OCR."""
    if reading.structured or not any(page.source is PageSource.OCR for page in reading.pages):
        return False
    return any(_weight(found.fields[name]) < _SURE for name in _KEY_FIELDS)


def surer(first: Extraction, second: Extraction) -> Extraction:
    """Return of every field what the surer reading says; all amounts as the reading with the surer total has them."""
    fields: Fields = {name: max(first.fields[name], second.fields[name], key=_weight) for name in FieldName}
    of_amounts = max(first, second, key=lambda found: _weight(found.fields[FieldName.TOTAL_AMOUNT]))
    fields |= {name: of_amounts.fields[name] for name in _AMOUNTS}
    return replace(of_amounts, fields=fields)


def _weight(field: Field) -> float:
    return field.confidence if field.value is not None else 0.0
