"""A message, its envelope, its parts and the verdict on each (RFC 5321, RFC 5322, RFC 5598)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from mailroom.domain.value import Reason, Value


class Door(StrEnum):
    """Where mail or a file comes in."""

    SMTP = "smtp"
    LMTP = "lmtp"
    IMAP = "imap"
    UPLOAD = "upload"
    API = "api"
    FOLDER = "folder"
    COMMAND = "command"


class Envelope(Value):
    """What the door knows of one message for one recipient.

    `sender` is the reverse-path, empty for the null sender. `uploaded_by` is the id of the user who was logged in at
    the door (upload, API); it is the only proof of origin that a door itself can give.
    """

    id: str
    account_id: str
    door: Door
    sender: str = ""
    recipient: str
    received_at: datetime
    peer: str = ""
    helo: str = ""
    uploaded_by: str | None = None


HANDED_IN = "upload@mailroom.invalid"
"""Stands in the From line of the mail that is made of a file which somebody handed in without saying who sent it."""


class SenderVerdict(StrEnum):
    """Whether the claimed sender is proved."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    FAILED = "failed"
    UNKNOWN = "unknown"


class SenderProof(Value):
    """The verdict on the sender, with its evidence in codes.

    `identity` is the e-mail address that is proved; with any other verdict, the one that is only claimed. `helo` is
    what the client called itself at the door: SPF asks for it when the envelope names no sender (RFC 7208 section 2.4).
    """

    verdict: SenderVerdict
    identity: str = ""
    evidence: str = ""
    helo: str = ""


class OriginalMail(Value):
    """The mail that was forwarded, as the head of a forward or of an attached mail says. Nothing of it is proved.

    It helps people and the matching of sellers; the forwarder is the one who is authenticated and answered.
    """

    sender_name: str = ""
    sender_address: str = ""
    sent_on: date | None = None
    subject: str = ""


class HeaderView(Value):
    """What people want to see of a message's header. Decoded, bounded in length, never trusted.

    `original` is the mail that this one forwards, where it forwards one.
    """

    message_id: str = ""
    subject: str = ""
    from_addresses: tuple[str, ...] = ()
    from_name: str = ""
    to_addresses: tuple[str, ...] = ()
    date: datetime | None = None
    original: OriginalMail | None = None


class MediaType(StrEnum):
    """What a part is, by its content."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    GIF = "image/gif"
    TIFF = "image/tiff"
    WEBP = "image/webp"
    HEIC = "image/heic"
    XML = "application/xml"
    TEXT = "text/plain"
    HTML = "text/html"
    MESSAGE = "message/rfc822"
    ZIP = "application/zip"
    OFFICE = "application/x-office"
    TNEF = "application/ms-tnef"
    CALENDAR = "text/calendar"
    VCARD = "text/vcard"
    SIGNATURE = "application/pkcs7-signature"
    EXECUTABLE = "application/x-executable"
    EMPTY = "application/x-empty"
    OTHER = "application/octet-stream"


ENDINGS = {
    MediaType.PDF: ".pdf",
    MediaType.JPEG: ".jpg",
    MediaType.PNG: ".png",
    MediaType.GIF: ".gif",
    MediaType.TIFF: ".tif",
    MediaType.WEBP: ".webp",
    MediaType.HEIC: ".heic",
    MediaType.XML: ".xml",
}
"""How a file of a type is named, when it is written out."""

READABLE = frozenset({MediaType.PDF, MediaType.JPEG, MediaType.PNG, MediaType.XML})
"""The types that become documents."""


class Part(Value):
    """One part of a message, as it was taken apart. Its bytes travel beside it.

    `path` is the section number of RFC 3501 (`1`, `2.1`), continued into containers. `filename` is a bare name: no
    folders, no control characters. `media_type` is by content; `declared_type` is what the mail said. `likeness` is
    what a small picture looks like (intake/likeness.py).
    """

    path: str
    filename: str = ""
    declared_type: str = ""
    media_type: MediaType
    size: int
    sha256: str
    content_id: str = ""
    inline: bool = False
    is_body: bool = False
    width: int = 0
    height: int = 0
    problem: str = ""
    likeness: str = ""


class Verdict(StrEnum):
    """What became of a part. Every part has exactly one."""

    DOCUMENT = "document"
    APPENDIX = "appendix"
    RENDITION = "rendition"
    CONTAINER = "container"
    IGNORED = "ignored"
    REFUSED = "refused"


class PartVerdict(Value):
    """The verdict on one part and why. `related_path` names the part that an appendix or rendition belongs to."""

    path: str
    verdict: Verdict
    reason: Reason
    related_path: str | None = None


class MessageState(StrEnum):
    """How far a message is."""

    STORED = "stored"
    SORTED = "sorted"
    NEEDS_ATTENTION = "needs_attention"


class Message(Value):
    """A message as the store knows it. `attempts` counts the times that taking it apart was begun."""

    id: str
    account_id: str
    door: Door
    recipient: str
    envelope_sender: str = ""
    peer: str = ""
    uploaded_by: str | None = None
    received_at: datetime
    sha256: str
    size: int
    state: MessageState = MessageState.STORED
    header: HeaderView = HeaderView()
    sender: SenderProof = SenderProof(verdict=SenderVerdict.UNKNOWN)
    reasons: tuple[Reason, ...] = ()
    attempts: int = 0


class LedgerEntry(Value):
    """One line of the ledger: a part, its verdict and the document that it became or belongs to.

    `message_id` is the header's Message-ID (RFC 5322 section 3.6.4), or our own id where the mail has none.
    """

    mail: str
    account: str
    message_id: str
    recipient: str
    received_at: datetime
    subject: str
    sender: str
    path: str
    filename: str
    media_type: MediaType
    size: int
    sha256: str
    verdict: Verdict
    reason: Reason
    document_id: str | None = None
    sender_verdict: SenderVerdict = SenderVerdict.UNKNOWN
    sender_evidence: str = ""
    original_sender: str = ""


_COPIES = frozenset({"same_bytes", "same_bytes_as_document"})
"""Reasons of lines whose bytes are a document already."""


def can_take_back(entry: LedgerEntry) -> bool:
    """Say whether a line of the ledger can become a document: left out, of a type that is read, and not a copy."""
    left_out = entry.verdict in {Verdict.IGNORED, Verdict.APPENDIX} and entry.reason.code not in _COPIES
    return left_out and entry.media_type in READABLE and entry.size > 0


def can_put_aside(entry: LedgerEntry) -> bool:
    """Say whether a line of the ledger can be said to be no document: a picture that was taken for one."""
    taken = entry.verdict is Verdict.DOCUMENT and entry.document_id is not None
    return taken and entry.media_type in {MediaType.JPEG, MediaType.PNG}
