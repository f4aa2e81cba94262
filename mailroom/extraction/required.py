"""Which fields a document of a type must have, and how sure each must be."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mailroom.domain.document import DocumentType, FieldName, Fields

_CORE = frozenset(
    {
        FieldName.DOCUMENT_TYPE,
        FieldName.SELLER_NAME,
        FieldName.INVOICE_NUMBER,
        FieldName.ISSUE_DATE,
        FieldName.CURRENCY,
        FieldName.TOTAL_AMOUNT,
    }
)
_SLIP = _CORE - {FieldName.INVOICE_NUMBER}
_PAPER = frozenset({FieldName.DOCUMENT_TYPE, FieldName.SELLER_NAME, FieldName.ISSUE_DATE})

REQUIRED: Mapping[DocumentType, frozenset[FieldName]] = MappingProxyType(
    {
        DocumentType.INVOICE: _CORE,
        DocumentType.CREDIT_NOTE: _CORE,
        DocumentType.RECEIPT: _SLIP,  # a till slip has no number that anyone asks for
        DocumentType.REMINDER: _PAPER | {FieldName.TOTAL_AMOUNT, FieldName.CURRENCY},
        DocumentType.STATEMENT: _PAPER,
        DocumentType.ORDER: _PAPER,
        DocumentType.QUOTE: _PAPER,
        DocumentType.DELIVERY_NOTE: _PAPER,
        DocumentType.CONTRACT: frozenset({FieldName.DOCUMENT_TYPE, FieldName.SELLER_NAME}),
        DocumentType.OTHER: frozenset({FieldName.DOCUMENT_TYPE}),
    }
)

THRESHOLDS: Mapping[FieldName, float] = MappingProxyType(
    {
        # Chosen so that of the values that pass without a person fewer than one in 200 is wrong: docs/reading.md.
        **dict.fromkeys(FieldName, 0.85),
        FieldName.SELLER_NAME: 0.92,  # half of all wrong values are names
        FieldName.DOCUMENT_TYPE: 0.0,  # always given; whoever sees the page sees what it is
    }
)


def missing(fields: Fields) -> tuple[FieldName, ...]:
    """Return the required fields that are absent or below their threshold, in the order of `FieldName`."""
    kind = fields.get(FieldName.DOCUMENT_TYPE)
    wanted = REQUIRED[_type_of(kind.value if kind else None)]
    return tuple(name for name in FieldName if name in wanted and not _present(fields, name))


def _type_of(value: str | None) -> DocumentType:
    try:
        return DocumentType(value or "invoice")
    except ValueError:
        return DocumentType.OTHER


def _present(fields: Fields, name: FieldName) -> bool:
    field = fields.get(name)
    return field is not None and field.value is not None and field.confidence >= THRESHOLDS[name]
