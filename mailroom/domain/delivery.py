"""What leaves the house: to the vault, by mail."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from mailroom.domain.value import Value


class ChannelName(StrEnum):
    """The ways out."""

    VAULT = "vault"
    MAIL = "mail"


LOOP_HEADER = "X-Mailroom-Loop"
"""The field that every mail of ours carries: the import domain of the installation that sent it. A door knows it."""


class DeliveryState(StrEnum):
    """How far a delivery is."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Attachment(Value):
    """Bytes under a file name, with their media type."""

    filename: str
    media_type: str
    content: bytes


class OutgoingMail(Value):
    """A mail that is ready to go. `message_id` is fixed by what it is about, so that a second try is the same mail."""

    message_id: str
    recipient: str
    subject: str
    text: str
    html: str = ""
    language: str = "en"
    attachments: tuple[Attachment, ...] = ()
    unsubscribe: str = ""
    """Address of the page on which the reader ends it (List-Unsubscribe, RFC 2369); empty: none."""


class Delivery(Value):
    """One hand-over. `key` is unique: the same thing over the same channel is handed over once.

    `content` names the stored bytes of what goes out, where that is not the document itself (a rendered mail).
    """

    id: str
    key: str
    account_id: str
    document_id: str | None = None
    report_run_id: str | None = None
    content: str = ""
    channel: ChannelName
    target: str
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    detail: str = ""
    created_at: datetime
    next_attempt_at: datetime | None = None
    delivered_at: datetime | None = None
