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
    """The lines of a document and their status. `by_hand`: a person typed them, and no reading takes their place."""

    items: tuple[LineItem, ...] = ()
    status: LineStatus = LineStatus.NONE
    by_hand: bool = False

    @property
    def gross(self) -> bool:
        """Whether the page shows the amounts with VAT."""
        return bool(self.items) and all(item.gross_amount is not None for item in self.items)


class TypedLine(Value):
    """A line as a person typed it, in the way of his language. `place`: which of the lines that were there it was.

    An `amount` that is left empty is quantity × price; `vat_rate` and `discount` are percentages.
    """

    description: str = ""
    quantity: str = ""
    unit: str = ""
    unit_price: str = ""
    discount: str = ""
    vat_rate: str = ""
    amount: str = ""
    place: int | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing was typed."""
        texts = (self.description, self.quantity, self.unit, self.unit_price, self.discount, self.vat_rate, self.amount)
        return not any(text.strip() for text in texts)


class TypedLines(Value):
    """The lines as a person typed them, from the first. `gross`: his prices and amounts include VAT."""

    rows: tuple[TypedLine, ...] = ()
    gross: bool = False
