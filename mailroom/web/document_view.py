"""A document as a page shows it: its fields in order with their words, its evidence boxes, what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mailroom.domain.document import (
    AMOUNT_FIELDS,
    DATE_FIELDS,
    OPEN,
    Alternatives,
    Document,
    DocumentState,
    DocumentType,
    Field,
    FieldName,
)
from mailroom.web.doubt import Help, help_with, shown_otherwise
from mailroom.web.rights import Right, Rights
from mailroom.web.words import FAIRLY_SURE, Words

# As a person looks for them on paper, not as a machine stores them.
ORDER: tuple[FieldName, ...] = (
    FieldName.SELLER_NAME,
    FieldName.INVOICE_NUMBER,
    FieldName.ISSUE_DATE,
    FieldName.DUE_DATE,
    FieldName.TOTAL_AMOUNT,
    FieldName.NET_AMOUNT,
    FieldName.VAT_AMOUNT,
    FieldName.PAYABLE_AMOUNT,
    FieldName.CURRENCY,
    FieldName.SELLER_VAT_ID,
    FieldName.IBAN,
    FieldName.PAYMENT_REFERENCE,
    FieldName.DOCUMENT_TYPE,
    FieldName.BUYER_NAME,
    FieldName.BUYER_VAT_ID,
)

# The desk has the last word (`mailroom/steps/desk.py`); these say which buttons a page shows.
EDITABLE = OPEN | {DocumentState.UNREADABLE, DocumentState.NEEDS_ATTENTION}
ACCEPTABLE = frozenset({DocumentState.TO_ACCEPT, DocumentState.HELD})
REFUSABLE = EDITABLE | {DocumentState.DUPLICATE}
READS_PICTURES = frozenset({"tesserocr", "pytesseract", "rapidocr"})
# A locked file waits for its password (`mailroom/steps/unlocked.py`); a task is dealt with elsewhere and then refused.
LOCKED = frozenset({"password_missing", "password_wrong", "password_protected"})
TASKS = frozenset({"certificate_missing", "encrypted_message", "invoice_behind_link", "forwarding_confirmation"})
RETRYABLE = frozenset({DocumentState.UNREADABLE, DocumentState.NEEDS_ATTENTION})


@dataclass(frozen=True)
class Box:
    """A rectangle on a page picture, in thousandths of the page."""

    page: int
    x: float
    y: float
    width: float
    height: float
    text: str


@dataclass(frozen=True)
class FieldView:
    """One field as the page shows it."""

    name: FieldName
    label: str
    kind: str
    shown: str
    typed: str
    missing: bool
    unsure: bool
    belief: str
    evidence: tuple[tuple[str, str], ...]
    """Each piece in words, and its path in the XML where it has one."""
    boxes: tuple[Box, ...]
    error: str = ""
    help: Help = field(default_factory=Help)

    @property
    def empty(self) -> bool:
        """Whether there is no value."""
        return not self.shown


@dataclass(frozen=True)
class Acts:
    """What this person can do with this document now."""

    fill_in: bool
    correct_lines: bool
    accept: bool
    refuse: bool
    undo: bool
    retry: bool
    unlock: bool
    is_task: bool


def acts(document: Document, rights: Rights, words: Words) -> Acts:
    """Return what can be done: the state allows it, and the role does."""
    decide, state = Right.DECIDE in rights, document.state
    codes = {reason.code for reason in document.reasons} if state in RETRYABLE else set()
    return Acts(
        fill_in=Right.FILL_IN in rights and state in EDITABLE,
        correct_lines=Right.FILL_IN in rights and state in EDITABLE and not document.is_einvoice and not codes & TASKS,
        accept=decide and state in EDITABLE,  # what is missing can be typed and accepted with one press
        refuse=decide and state in REFUSABLE,
        undo=decide and _undoable(document, words),
        retry=Right.FILL_IN in rights and state in RETRYABLE and not codes & (LOCKED | TASKS),
        unlock=Right.FILL_IN in rights and bool(codes & LOCKED),
        is_task=bool(codes & TASKS),
    )


def is_searchable(document: Document) -> bool:
    """Whether words were read from its pictures, so that a copy of it can be searched where it cannot."""
    return document.reading is not None and not READS_PICTURES.isdisjoint(document.engine.split("+"))


def _undoable(document: Document, words: Words) -> bool:
    if document.state is DocumentState.ACCEPTED:
        return document.archive_at is not None and words.now < document.archive_at
    return document.state is DocumentState.REFUSED


def field_views(
    document: Document,
    missing: tuple[FieldName, ...],
    words: Words,
    typed: Mapping[FieldName, str],
    *,
    wrong: str = "",
    alternatives: Alternatives | None = None,
) -> list[FieldView]:
    """Return the fields, the missing ones first, the empty ones last.

    `alternatives` are what else the pages say; they are shown beside what is missing or unsure.
    `typed` is what a person typed and what could not be kept; `wrong` names the field that was not understood.
    """
    views = [
        _field_view(document, name, words, missing=name in missing, typed=typed.get(name), wrong=wrong)
        for name in ORDER
    ]
    found, otherwise = alternatives or {}, shown_otherwise(document)
    views = [replace(view, unsure=view.unsure or view.name in otherwise) for view in views]
    views = [
        replace(
            view,
            help=help_with(document, view.name, found.get(view.name, ()), words, shown=otherwise.get(view.name, "")),
        )
        if view.missing or view.unsure
        else view
        for view in views
    ]
    return sorted(views, key=lambda view: (not (view.missing or view.error), view.empty))


def _field_view(
    document: Document, name: FieldName, words: Words, *, missing: bool, typed: str | None, wrong: str
) -> FieldView:
    field = document.fields.get(name)
    value = field.value if field else None
    has = field is not None and value is not None
    return FieldView(
        name=name,
        label=words.named("field", name.value),
        kind=_kind(name),
        shown=words.value(name, value, document.value(FieldName.CURRENCY)),
        typed=typed if typed is not None else words.input_value(name, value),
        missing=missing,
        unsure=has and field is not None and field.confidence < FAIRLY_SURE,
        belief=words.belief(field) if has and field else "",
        evidence=tuple((said, e.path) for e in field.evidence if (said := words.evidence(e))) if has and field else (),
        boxes=_boxes(field) if has and field else (),
        error=words.t(f"web.field.wrong_{_kind(name)}") if wrong == name.value else "",
    )


def _kind(name: FieldName) -> str:
    if name in AMOUNT_FIELDS:
        return "amount"
    if name in DATE_FIELDS:
        return "date"
    return {FieldName.DOCUMENT_TYPE: "type", FieldName.CURRENCY: "currency"}.get(name, "text")


def _boxes(field: Field) -> tuple[Box, ...]:
    return tuple(
        Box(
            page=evidence.page,
            x=round(evidence.region[0] * 1000, 1),
            y=round(evidence.region[1] * 1000, 1),
            width=round((evidence.region[2] - evidence.region[0]) * 1000, 1),
            height=round((evidence.region[3] - evidence.region[1]) * 1000, 1),
            text=evidence.text,
        )
        for evidence in field.evidence
        if evidence.page is not None and evidence.region is not None
    )


def changes(
    document: Document, missing: tuple[FieldName, ...], typed: Mapping[FieldName, str], words: Words
) -> dict[FieldName, str]:
    """Return what a person changed, and what he confirmed: an unsure field that he was asked to look at and left."""
    return {
        name: value
        for name, value in typed.items()
        if value != words.input_value(name, document.value(name)) or (value and name in missing)
    }


def document_types(words: Words) -> list[tuple[str, str]]:
    """Return the kinds of document with their names, for the choice in the form."""
    return [(kind.value, words.document_type(kind.value)) for kind in DocumentType]
