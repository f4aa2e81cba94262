"""A line of an invoice as a page or an e-invoice says it, and whether the lines add up."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field as Constraint

from mailroom.domain.value import Value


class LineStatus(StrEnum):
    """What came of comparing the lines with the totals of their document."""

    NONE = "none"
    """No lines were found."""
    ADD_UP = "add_up"
    """Their net amounts are the net amount of the document, and where rates are known, its VAT."""
    DIFFER = "differ"
    """They do not add up: a line is missing, is too many, or was misread."""
    RATES_DIFFER = "rates_differ"
    """The amounts add up, but their VAT rates do not give the VAT of the document."""
    UNCHECKED = "unchecked"
    """There is no total to compare them with."""


class LineItem(Value):
    """One line; every value in normal form: a point before the decimals, no signs of thousands.

    `unit` is as printed, or the code of an e-invoice (UN/ECE Recommendation 20). `unit_price` is as printed: it
    includes VAT where `gross_amount`, the line's amount with VAT, is what the page shows. `discount` is a percentage.
    `box` are fractions of the page.
    """

    description: str = ""
    quantity: str | None = None
    unit: str = ""
    unit_price: str | None = None
    discount: str | None = None
    vat_rate: str | None = None
    net_amount: str | None = None
    gross_amount: str | None = None
    confidence: float = Constraint(default=0.0, ge=0.0, le=1.0)
    page: int | None = None
    box: tuple[float, float, float, float] | None = None


class Lines(Value):
    """The lines of a document and their status."""

    items: tuple[LineItem, ...] = ()
    status: LineStatus = LineStatus.NONE
