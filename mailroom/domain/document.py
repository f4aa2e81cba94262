"""A document, its states, its fields and the evidence for each."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum

from pydantic import Field as Constraint

from mailroom.domain.message import MediaType
from mailroom.domain.value import Reason, Value


class FieldName(StrEnum):
    """The fields of every document; the names are the same in JSON, in the database and on the pages."""

    DOCUMENT_TYPE = "document_type"
    INVOICE_NUMBER = "invoice_number"
    ISSUE_DATE = "issue_date"
    DUE_DATE = "due_date"
    CURRENCY = "currency"
    SELLER_NAME = "seller_name"
    SELLER_VAT_ID = "seller_vat_id"
    IBAN = "iban"
    PAYMENT_REFERENCE = "payment_reference"
    BUYER_NAME = "buyer_name"
    BUYER_VAT_ID = "buyer_vat_id"
    NET_AMOUNT = "net_amount"
    VAT_AMOUNT = "vat_amount"
    TOTAL_AMOUNT = "total_amount"
    PAYABLE_AMOUNT = "payable_amount"


AMOUNT_FIELDS = frozenset(
    {FieldName.NET_AMOUNT, FieldName.VAT_AMOUNT, FieldName.TOTAL_AMOUNT, FieldName.PAYABLE_AMOUNT}
)
DATE_FIELDS = frozenset({FieldName.ISSUE_DATE, FieldName.DUE_DATE})
_SWISS = re.compile(r"(CHE\d{9})(?:HR)?(?:MWST|TVA|IVA|VAT)?$")


def bare_vat_id(vat_id: str) -> str:
    """Return a compact VAT id without the word for the tax that Switzerland prints behind it.

    One company writes `CHE-123.456.789 MWST`, `TVA` or `IVA` as the language of its invoice wants: it stays one seller.
    """
    swiss = _SWISS.match(vat_id)
    return swiss[1] if swiss else vat_id


class DocumentType(StrEnum):
    """What kind of document it is; the value of the field `document_type`."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    RECEIPT = "receipt"
    REMINDER = "reminder"
    STATEMENT = "statement"
    ORDER = "order"
    QUOTE = "quote"
    DELIVERY_NOTE = "delivery_note"
    CONTRACT = "contract"
    OTHER = "other"


class FieldSource(StrEnum):
    """Where a field's value comes from."""

    XML = "xml"
    TEXT_LAYER = "text_layer"
    OCR = "ocr"
    BARCODE = "barcode"
    PERSON = "person"
    SELLER = "seller"
    DERIVED = "derived"


Region = tuple[float, float, float, float]
"""x0, y0, x1, y1 as fractions of the page, origin top left."""


class Evidence(Value):
    """Why a value is believed: the words, their place, the label beside them, and a proof where there is one.

    `path` is the place in the XML of an e-invoice. `proof` is a code such as `check_digits` or `net_plus_vat`.
    """

    text: str = ""
    page: int | None = None
    region: Region | None = None
    label: str = ""
    path: str = ""
    proof: str = ""


class Field(Value):
    """A field's value in normal form with its confidence, source and evidence.

    Normal form: dates ISO 8601, amounts with a point and two or more decimals (`-123.45`), ids without spaces,
    currency ISO 4217, `None` when the field was looked for and not found.
    """

    value: str | None
    confidence: float = Constraint(default=0.0, ge=0.0, le=1.0)
    source: FieldSource
    evidence: tuple[Evidence, ...] = ()


Fields = dict[FieldName, Field]


class Alternative(Value):
    """A value that a field might have, the likeliest first; `proportion` is its page's height to its width."""

    value: str
    evidence: Evidence
    proportion: float = Constraint(default=1.4, gt=0.0)


Alternatives = dict[FieldName, tuple[Alternative, ...]]


class DocumentState(StrEnum):
    """Where a document is on its way. See docs/glossary.md."""

    READING = "reading"
    INCOMPLETE = "incomplete"
    TO_ACCEPT = "to_accept"
    HELD = "held"
    ACCEPTED = "accepted"
    ARCHIVED = "archived"
    REFUSED = "refused"
    DUPLICATE = "duplicate"
    SET_ASIDE = "set_aside"
    UNREADABLE = "unreadable"
    NEEDS_ATTENTION = "needs_attention"


WAITING_FOR_PERSON = frozenset(
    {DocumentState.INCOMPLETE, DocumentState.TO_ACCEPT, DocumentState.HELD, DocumentState.UNREADABLE}
)
"""What the digest and the inbox of an account ask a person to deal with."""


BESIDE = frozenset({DocumentState.DUPLICATE, DocumentState.SET_ASIDE})
"""What goes along with another document: it is shown there, and in no list of its own."""

OPEN = frozenset({DocumentState.INCOMPLETE, DocumentState.TO_ACCEPT, DocumentState.HELD})
"""What was read and still waits for a person."""

SETTLED = frozenset({DocumentState.ACCEPTED, DocumentState.ARCHIVED, DocumentState.REFUSED})
"""What somebody or a rule has decided on: it is never rearranged."""


PHOTOS = frozenset({MediaType.JPEG, MediaType.PNG, MediaType.HEIC, MediaType.WEBP})
"""What may be a page of another document: nobody photographs a whole file at once."""

MOST_PHOTOS = 12
"""Photos that are put together as one document."""


class Bond(StrEnum):
    """What a document is to the one that it belongs to.

    `rendition`: the same invoice once more; `differs`: the same with other values, so that a person has to look;
    `reminder`: a reminder of it; `appendix`: goes along with it; `page`: a photo that is a page of it. `divided` stands
    on a document that was taken apart: it belongs to none, its pieces are `made_from` it.
    """

    RENDITION = "rendition"
    DIFFERS = "differs"
    REMINDER = "reminder"
    APPENDIX = "appendix"
    PAGE = "page"
    DIVIDED = "divided"


class AccountingStatus(StrEnum):
    """What the accountant did with it."""

    NOT_SENT = "not_sent"
    SENT = "sent"
    PROCESSED = "processed"
    RETURNED = "returned"


class PaymentStatus(StrEnum):
    """Whether it is paid."""

    UNKNOWN = "unknown"
    UNPAID = "unpaid"
    PAID = "paid"


class DocumentHead(Value):
    """What a list says of a document, whether all of it was read or only this."""

    id: str
    account_id: str
    filename: str = ""
    state: DocumentState = DocumentState.READING
    reasons: tuple[Reason, ...] = ()
    created_at: datetime

    def value(self, name: FieldName) -> str | None:
        """Return a field's value, or None when it is missing."""
        raise NotImplementedError


LISTED_FIELDS = (
    FieldName.SELLER_NAME,
    FieldName.INVOICE_NUMBER,
    FieldName.ISSUE_DATE,
    FieldName.DUE_DATE,
    FieldName.CURRENCY,
    FieldName.TOTAL_AMOUNT,
    FieldName.PAYABLE_AMOUNT,
)
"""The fields that lists show."""


class ListedDocument(DocumentHead):
    """A line of a list: the head of a document and the values of `LISTED_FIELDS`, in their order, without evidence."""

    values: tuple[str | None, ...] = Constraint(min_length=len(LISTED_FIELDS), max_length=len(LISTED_FIELDS))

    def value(self, name: FieldName) -> str | None:
        """Return a listed field's value, or None when it is missing. Another field is a mistake: ValueError."""
        return self.values[LISTED_FIELDS.index(name)]


class Document(DocumentHead):
    """A document as the store knows it.

    `sha256` names the original bytes; `previews` the page pictures (one sha256 a page); `reading` the stored reading;
    `ubl` the UBL that was made of it or that it is.
    `version` counts changes, so that two people do not overwrite each other. `attempts` counts the times that work
    on it was begun and not ended. `completed_by_hand` never goes back to false: such a document is accepted by hand.
    `belongs_to` is the document that it goes along with, `bond` how. `made_from` is the document of which it is a
    piece (`first_page` to `last_page`) or, joined out of several pictures, the first of them.
    """

    message_id: str
    part_path: str
    sha256: str
    media_type: MediaType
    size: int = 0
    fields: Fields = {}
    page_count: int = 0
    previews: tuple[str, ...] = ()
    reading: str | None = None
    ubl: str | None = None
    engine: str = ""
    problems: tuple[Reason, ...] = ()
    seller_id: str | None = None
    completed_by_hand: bool = False
    accounting_status: AccountingStatus = AccountingStatus.NOT_SENT
    accounting_reason: str = ""
    payment_status: PaymentStatus = PaymentStatus.UNKNOWN
    attempts: int = 0
    updated_at: datetime
    decided_by: str | None = None
    archive_at: datetime | None = None
    version: int = 1
    belongs_to: str | None = None
    bond: Bond | None = None
    made_from: str | None = None
    first_page: int | None = None
    last_page: int | None = None

    def value(self, name: FieldName) -> str | None:
        """Return a field's value, or None when it is missing."""
        field = self.fields.get(name)
        return field.value if field else None

    @property
    def may_be_page(self) -> bool:
        """Whether it is a photo that waits, and that nobody filled in: it can still become a page of an invoice.

        One that was read before its neighbours may have been taken for an appendix meanwhile.
        """
        if self.media_type not in PHOTOS or self.completed_by_hand:
            return False
        appendix = self.bond is Bond.APPENDIX and self.state is DocumentState.SET_ASIDE
        return appendix or (self.state in OPEN | {DocumentState.READING} and self.belongs_to is None)

    @property
    def is_einvoice(self) -> bool:
        """Whether it, or an XML inside it, is an e-invoice: fields and lines are what that says."""
        return "xml" in self.engine.split("+")


_ALIKE = str.maketrans("OIL", "011")


def number_key(number: str | None) -> str:
    """Return an invoice number as it is compared, or nothing where it has no digit.

    Capitals and digits only, without leading zeros; letters that OCR takes for digits are those digits, so that
    `INV-2026/O077` and `inv 2026 0077` are one. `77` and `2026-77` are not.
    """
    signs = "".join(sign for sign in (number or "").upper() if sign.isalnum())
    return signs.translate(_ALIKE).lstrip("0") if any(sign.isdigit() for sign in signs) else ""


def sum_key(document: Document) -> str:
    """Return day and sum of a document as one word, by which a slip without a number is found again; or nothing."""
    day, total = document.value(FieldName.ISSUE_DATE), document.value(FieldName.TOTAL_AMOUNT)
    return f"{day} {total.lstrip('-')}" if day and total else ""
