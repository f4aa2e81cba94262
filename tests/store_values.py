"""Values to put into a store. Small, complete, each with an id of its own."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from mailroom.domain.account import Account, User
from mailroom.domain.document import Document, Evidence, Field, FieldName, FieldSource
from mailroom.domain.message import (
    Door,
    HeaderView,
    MediaType,
    Message,
    Part,
    PartVerdict,
    SenderProof,
    SenderVerdict,
    Verdict,
)
from mailroom.domain.value import Reason, new_id
from mailroom.store import Store

NOON = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)


def later(minutes: float) -> datetime:
    """Return an instant some minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def sha(text: str) -> str:
    """Return the SHA-256 of a text, to stand for bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def account(**more: Any) -> Account:
    """Return an account with every field set."""
    told: dict[str, Any] = {
        "id": new_id(),
        "name": "Bakkerij Zoë bv",
        "vat_id": "BE0123456749",
        "names": ("De Bakker",),
        "trusted_senders": ("boss@example.org",),
        "accountant_email": "books@example.org",
        "auto_accept": True,
        "blocked_senders": ("@spam.example",),
        "messages_per_day": 500,
        "created_at": NOON,
    }
    return Account(**told | more)


def user(**more: Any) -> User:
    """Return a person."""
    return User(**{"id": new_id(), "email": "Ann@Example.org", "name": "Ann", "created_at": NOON} | more)


def message(account_id: str, **more: Any) -> Message:
    """Return a message with every field set."""
    identity = new_id()
    told: dict[str, Any] = {
        "id": identity,
        "account_id": account_id,
        "door": Door.SMTP,
        "recipient": "zoe-abcdefghijklmnop@import.example",
        "envelope_sender": "bounce@mailer.example",
        "peer": "192.0.2.7",
        "received_at": NOON,
        "sha256": sha(identity),
        "size": 1234,
        "header": HeaderView(
            message_id="<order-77@shop.example>",
            subject="Facture Société Générale",
            from_addresses=("billing@shop.example",),
            from_name="The Shop",
            date=NOON,
        ),
        "sender": SenderProof(verdict=SenderVerdict.VERIFIED, identity="billing@shop.example", evidence="dkim"),
        "reasons": (Reason(code="late", facts={"by": "2"}),),
    }
    return Message(**told | more)


def document(of: Message, **more: Any) -> Document:
    """Return a document with fields and evidence."""
    identity = new_id()
    told: dict[str, Any] = {
        "id": identity,
        "account_id": of.account_id,
        "message_id": of.id,
        "part_path": "2",
        "sha256": sha(identity),
        "media_type": MediaType.PDF,
        "filename": "Invoice 77.pdf",
        "size": 4096,
        "reasons": (Reason(code="missing", facts={"field": "iban"}),),
        "fields": {
            FieldName.DOCUMENT_TYPE: Field(value="invoice", confidence=0.9, source=FieldSource.DERIVED),
            FieldName.INVOICE_NUMBER: Field(
                value="2026/0077",
                confidence=0.97,
                source=FieldSource.OCR,
                evidence=(Evidence(text="2026/0077", page=1, region=(0.1, 0.2, 0.3, 0.4), label="Factuurnummer"),),
            ),
            FieldName.SELLER_NAME: Field(value="Café Größe", confidence=0.8, source=FieldSource.TEXT_LAYER),
            FieldName.IBAN: Field(value=None, source=FieldSource.OCR),
        },
        "page_count": 1,
        "previews": (sha("preview"),),
        "problems": (Reason(code="skewed"),),
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Document(**told | more)


def part(path: str = "2", **more: Any) -> Part:
    """Return a part."""
    told = {"path": path, "filename": f"file {path}.pdf", "media_type": MediaType.PDF, "size": 7, "sha256": sha(path)}
    return Part(**told | more)


def verdict(path: str = "2", kind: Verdict = Verdict.DOCUMENT, **more: Any) -> PartVerdict:
    """Return a verdict."""
    return PartVerdict(**{"path": path, "verdict": kind, "reason": Reason(code="by_content")} | more)


def with_account(store: Store, **more: Any) -> Account:
    """Put an account into the store and return it."""
    made = account(**more)
    with store.unit() as unit:
        unit.accounts.add(made)
    return made


def with_message(store: Store, account_id: str, **more: Any) -> Message:
    """Put a message into the store and return it."""
    made = message(account_id, **more)
    with store.unit() as unit:
        assert unit.messages.add(made)
    return made


def with_document(store: Store, of: Message, **more: Any) -> Document:
    """Put a document into the store and return it."""
    made = document(of, **more)
    with store.unit() as unit:
        unit.documents.add(made)
    return made
