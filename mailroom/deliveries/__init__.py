"""Deliveries: what leaves the house, over which channel, and how often it is tried.

A crash in the middle of a hand-over leads to a second try; every channel makes that harmless (same file name and bytes,
same Message-ID). Nothing here reads or writes the database.
"""

from mailroom.deliveries.letter import document_mail
from mailroom.deliveries.mail import MailChannel, message_of
from mailroom.deliveries.names import file_name, safe_name
from mailroom.deliveries.outbox import plan_for_document, retry_after
from mailroom.deliveries.protocol import Channel, Parcel
from mailroom.deliveries.vault import Ledger, Vault

__all__ = [
    "Channel",
    "Ledger",
    "MailChannel",
    "Parcel",
    "Vault",
    "document_mail",
    "file_name",
    "message_of",
    "plan_for_document",
    "retry_after",
    "safe_name",
]
