"""Values that are good enough to show, but not to pay from without a look."""

from __future__ import annotations

from mailroom.domain.decision import Facts
from mailroom.domain.document import FieldName
from mailroom.domain.value import Reason

SURE = 0.8
"""A probability. A person who accepts sees the page beside the value; an automatic acceptance sees nothing."""

WATCHED = (
    FieldName.DOCUMENT_TYPE,
    FieldName.INVOICE_NUMBER,
    FieldName.ISSUE_DATE,
    FieldName.SELLER_NAME,
    FieldName.SELLER_VAT_ID,
    FieldName.CURRENCY,
    FieldName.TOTAL_AMOUNT,
    FieldName.PAYABLE_AMOUNT,
    FieldName.IBAN,
    FieldName.PAYMENT_REFERENCE,
)


def low_confidence(facts: Facts, missing: tuple[FieldName, ...]) -> Reason | None:
    """Name the fields of which the reader is not sure."""
    names = [name for name in WATCHED if name not in missing and _unsure(facts, name)]
    if not names:
        return None
    return Reason(code="low_confidence", facts={"fields": ",".join(names), "n": str(len(names))})


def _unsure(facts: Facts, name: FieldName) -> bool:
    field = facts.fields.get(name)
    return field is not None and field.value is not None and field.confidence < SURE
