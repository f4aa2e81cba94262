"""What all sessions of one door share, and the step from a complete message to the spool."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mailroom.clock import Clock
from mailroom.config import SmtpSettings
from mailroom.domain.message import Door, Envelope
from mailroom.domain.value import new_id
from mailroom.gateways.addresses import AddressBook
from mailroom.gateways.admission import Recipient
from mailroom.gateways.strangers import Network, Peers
from mailroom.spool import Draft, Spool

CONNECTION_ENDED = "connection_ended"
RECIPIENT_REFUSED = "recipient_refused"
MAIL_REFUSED = "mail_refused"
MAIL_INTERRUPTED = "mail_interrupted"
MAIL_ACCEPTED = "mail_accepted"
SESSION_FAILED = "session_failed"


def _no_tls() -> ssl.SSLContext | None:
    return None


@dataclass
class Reception:
    """The door's settings, its spool, its address book and its peers."""

    door: Door
    settings: SmtpSettings
    spool: Spool
    addresses: AddressBook
    clock: Clock
    peers: Peers
    tls: Callable[[], ssl.SSLContext | None] = _no_tls
    balancers: tuple[Network, ...] = ()
    connections: int = 0
    stopping: bool = False


@dataclass
class Transaction:
    """One mail on its way: from MAIL to the reply after DATA.

    `accepted` has the address of each accepted RCPT in order, `recipients` each address once.
    """

    sender: str | None = None
    accepted: list[str] = field(default_factory=list)
    recipients: dict[str, Recipient] = field(default_factory=dict)


@dataclass(frozen=True)
class Client:
    """Who is at the other end."""

    peer: str
    helo: str


async def keep(
    reception: Reception, client: Client, sender: str, recipients: Sequence[Recipient], draft: Draft
) -> list[str]:
    """Put the message in the spool for each recipient and return the spool ids, after the sync.

    The bytes are kept as they came: a Received field of our own would make the same mail, sent again, another one. What
    it would say is in the envelope.

    Raises:
        SpoolUnavailable: nothing was promised.
    """
    now = reception.clock()
    envelopes = [_envelope(reception, client, sender, recipient, now) for recipient in recipients]
    promise = asyncio.wrap_future(reception.spool.accept_draft(envelopes, draft))
    # A client that leaves cancels the session, not the commit; it sends the mail again and gets the same ids.
    return await asyncio.shield(promise)


def _envelope(reception: Reception, client: Client, sender: str, recipient: Recipient, now: datetime) -> Envelope:
    return Envelope(
        id=new_id(),
        account_id=recipient.account_id,
        door=reception.door,
        sender=sender,
        recipient=recipient.address,
        received_at=now,
        peer=client.peer,
        helo=client.helo,
    )
