"""What people taught of a seller's documents: where a field stands, how it looks, and what never changes.

A lesson never holds a value that changes from invoice to invoice: no number, no date, no amount, no account number.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from mailroom.domain.document import FieldName
from mailroom.domain.value import Value

LEARNABLE = (
    FieldName.DOCUMENT_TYPE,
    FieldName.INVOICE_NUMBER,
    FieldName.ISSUE_DATE,
    FieldName.DUE_DATE,
    FieldName.CURRENCY,
    FieldName.SELLER_NAME,
    FieldName.SELLER_VAT_ID,
    FieldName.IBAN,
    FieldName.PAYMENT_REFERENCE,
    FieldName.NET_AMOUNT,
    FieldName.VAT_AMOUNT,
    FieldName.TOTAL_AMOUNT,
    FieldName.PAYABLE_AMOUNT,
)
"""The buyer is the account itself: nothing is learned of it."""
CONSTANT = frozenset(
    {FieldName.DOCUMENT_TYPE, FieldName.CURRENCY, FieldName.SELLER_NAME, FieldName.SELLER_VAT_ID, FieldName.DUE_DATE}
)
"""Fields whose lesson may hold a value; that of the due date is the number of days after the invoice date."""


class Side(StrEnum):
    """Where the label stands, seen from the value."""

    LEFT = "left"
    ABOVE = "above"
    NONE = "none"


class Spot(Value):
    """A place where a value stood. `page` counts from 1, -1 is the last of several; x and y are parts of the page."""

    label: str = ""
    side: Side = Side.NONE
    page: int = 1
    x0: float = 0.0
    x1: float = 0.0
    y: float = 0.0


class Lesson(Value):
    """What is known of one field: places, newest first; forms (`INV-9999`, `dmy`); a value that never changes."""

    field: FieldName
    spots: tuple[Spot, ...] = ()
    shapes: tuple[str, ...] = ()
    value: str = ""


class Learned(Lesson):
    """A lesson as the store keeps it: of which seller, from which document, by whom, how many times."""

    id: str
    account_id: str
    seller_id: str
    document_id: str
    actor: str
    learned_at: datetime
    times: int = 1


Lessons = Mapping[FieldName, Lesson]
