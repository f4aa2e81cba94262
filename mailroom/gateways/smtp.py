"""The SMTP door: mail straight from the Internet, or from a server in front.

When a client has read 250, its mail is in the spool and survives a power cut. It relays nothing and sends nothing.
"""

from __future__ import annotations

import socket

from mailroom.clock import Clock
from mailroom.config import SmtpSettings
from mailroom.domain.message import Door
from mailroom.errors import BadConfiguration
from mailroom.gateways.addresses import AddressBook
from mailroom.gateways.admission import FindRecipient, RecordRefusal
from mailroom.gateways.listener import Listener
from mailroom.gateways.reception import Reception
from mailroom.gateways.session import SmtpSession
from mailroom.gateways.strangers import Peers, networks
from mailroom.gateways.tls import Certificate
from mailroom.listening import bind
from mailroom.spool import Spool


class SmtpDoor:
    """Runs on the event loop on which `start` is awaited."""

    def __init__(
        self,
        settings: SmtpSettings,
        spool: Spool,
        find_recipient: FindRecipient,
        clock: Clock,
        *,
        sock: socket.socket | None = None,
        record: RecordRefusal | None = None,
    ) -> None:
        """Make ready; nothing is opened yet. `sock` is an inherited, bound socket; `record` writes refusals down.

        Raises:
            BadConfiguration: a setting cannot be used.
        """
        self._settings = settings
        self._spool = spool
        self._find_recipient = find_recipient
        self._now = clock
        self._sock = sock
        self._record = record
        try:
            self._peers = Peers(trusted=settings.trusted_peers, shut_out_seconds=settings.shut_out_seconds)
            self._balancers = networks(settings.proxy_from)
        except ValueError as error:
            raise BadConfiguration(f"smtp.trusted_peers, smtp.proxy_from: {error}") from error
        certificate = settings.tls_certificate
        self._certificate = Certificate(certificate, settings.tls_key) if certificate else None
        self._addresses: AddressBook | None = None
        self._listener: Listener | None = None

    async def start(self) -> tuple[str, int]:
        """Listen, and return host and port.

        Raises:
            BadConfiguration: the address cannot be had.
        """
        sock = self._sock or bind(self._settings.listen, reuse_port=self._settings.reuse_port)
        self._addresses = AddressBook(self._find_recipient, self._record, Door.SMTP)
        reception = Reception(Door.SMTP, self._settings, self._spool, self._addresses, self._now, self._peers)
        reception.balancers = self._balancers
        if self._certificate is not None:
            reception.tls = self._certificate
        self._listener = Listener(reception, SmtpSession)
        await self._listener.start(sock)
        host, port = sock.getsockname()[:2]
        return str(host), int(port)

    async def stop(self) -> None:
        """Accept nothing more, finish mail that is on its way, close. Harmless when it was never started."""
        if self._listener is not None:
            await self._listener.stop()
        if self._addresses is not None:
            self._addresses.close()
        self._listener = self._addresses = None
