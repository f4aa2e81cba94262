"""One invoice of EN 16931, whatever its syntax was: the value that readers make and writers take.

`Invoice` is the semantic model of EN 16931-1 with its business terms; `Source` beside it says what the reader saw:
the syntax, the place of each term, every leaf that no term holds, and every leaf that is not of its term's type.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from mailroom.domain.value import Value
from mailroom.einvoice.parts import (
    AllowanceCharge,
    Delivery,
    Identifier,
    Line,
    Note,
    Party,
    PaymentMeans,
    Period,
    PrecedingInvoice,
    SupportingDocument,
    ThirdPartyPayment,
    Totals,
    VatBreakdown,
)


class Syntax(StrEnum):
    """The syntaxes that are read. `cii` holds Factur-X, ZUGFeRD 1.0 to 2.x and XRechnung CII too."""

    UBL = "ubl"
    CII = "cii"
    FATTURAPA = "fatturapa"
    EBINTERFACE = "ebinterface"
    FACTURAE = "facturae"


class Leaf(Value):
    """A value of the document that the model does not hold. `problem` is a code when its form is the reason."""

    path: str
    value: str
    problem: str = ""


class Fault(Value):
    """A rule on the form of the file that is broken, and where: what the model itself cannot show."""

    rule: str
    place: str


class Source(Value):
    """What the reader saw. `places` maps a term to the path of its first value; `currencies` are other
    ones seen, `empty` the places of elements without content, `faults` what is wrong with the form,
    `bent` the leaves that were read although they are not written as the standard asks."""

    syntax: Syntax
    places: dict[str, str] = {}
    unmapped: tuple[Leaf, ...] = ()
    unmapped_count: int = 0
    leaves: int = 0
    currencies: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    bent: tuple[Leaf, ...] = ()


CREDIT_NOTE_CODES = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"})
"""Codes of UNTDID 1001 in BT-3 that EN 16931 counts as credit notes."""


class Invoice(Value):
    """An invoice or credit note.

    The terms in order: number BT-1, dates BT-2, BT-7 to BT-9, type BT-3, currencies BT-5, BT-6, references BT-10 to
    BT-19, payment terms BT-20, process BT-23, specification BT-24, payment reference BT-83, creditor id BT-90.
    `is_credit_note` follows the root element where the syntax has two, else the type code.
    """

    number: str = ""
    issue_date: date | None = None
    type_code: str = ""
    is_credit_note: bool = False
    currency: str = ""
    tax_currency: str = ""
    tax_point_date: date | None = None
    tax_point_code: str = ""
    due_date: date | None = None
    buyer_reference: str = ""
    project: str = ""
    contract: str = ""
    purchase_order: str = ""
    sales_order: str = ""
    receiving_advice: str = ""
    despatch_advice: str = ""
    tender: str = ""
    invoiced_object: Identifier | None = None
    accounting_reference: str = ""
    payment_terms: str = ""
    notes: tuple[Note, ...] = ()
    business_process: str = ""
    specification: str = ""
    preceding: tuple[PrecedingInvoice, ...] = ()
    seller: Party = Party()
    buyer: Party = Party()
    payee: Party | None = None
    tax_representative: Party | None = None
    delivery: Delivery | None = None
    period: Period | None = None
    payment_reference: str = ""
    payment_means: tuple[PaymentMeans, ...] = ()
    creditor_id: str = ""
    allowances: tuple[AllowanceCharge, ...] = ()
    totals: Totals = Totals()
    vat_breakdown: tuple[VatBreakdown, ...] = ()
    third_party: tuple[ThirdPartyPayment, ...] = ()
    attachments: tuple[SupportingDocument, ...] = ()
    lines: tuple[Line, ...] = ()
    source: Source | None = None

    def terms(self) -> Invoice:
        """Return the invoice without what is known of its source: two of these compare by their terms."""
        return self.model_copy(update={"source": None})
