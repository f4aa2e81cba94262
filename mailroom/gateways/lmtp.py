"""The LMTP door (RFC 2033): mail that the company's own mail server has taken and hands on.

After DATA each accepted recipient gets a reply of its own, also when the data could not be taken: one reply for all, as
aiosmtpd gives, leaves the server waiting for the others until it gives up and sends the mail again and again.
"""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mailroom.clock import Clock
from mailroom.config import LmtpSettings, SmtpSettings
from mailroom.domain.message import Door
from mailroom.errors import BadConfiguration
from mailroom.gateways.addresses import AddressBook
from mailroom.gateways.admission import FindRecipient, RecordRefusal
from mailroom.gateways.listener import Listener
from mailroom.gateways.reception import Reception
from mailroom.gateways.session import SMTP_COMMANDS, SmtpSession
from mailroom.gateways.strangers import Peers
from mailroom.listening import bind
from mailroom.spool import Spool

_UNIX = "unix:"
_EVERYBODY = ("0.0.0.0/0", "::/0")
"""All clients of this door are servers of our own: they pass on the mistakes of many strangers."""


class LmtpSession(SmtpSession):
    """The dialogue of SMTP with another greeting and more replies."""

    protocol = "LMTP"

    def commands(self) -> Mapping[bytes, Callable[[Any, str], Awaitable[None]]]:
        """Return what is understood, by verb."""
        return _LMTP_COMMANDS

    def _say_after_data(self, said: Sequence[str]) -> None:
        """Answer once for each accepted RCPT, in their order."""
        reply_to = dict(zip(self._mail.recipients, said, strict=True))
        for address in self._mail.accepted:
            self._say(reply_to[address])


_LMTP_COMMANDS = {verb: command for verb, command in SMTP_COMMANDS.items() if verb not in {b"EHLO", b"HELO"}}
_LMTP_COMMANDS[b"LHLO"] = SmtpSession.on_ehlo


class LmtpDoor:
    """Runs on the event loop on which `start` is awaited; the limits are those of the SMTP door."""

    def __init__(  # noqa: PLR0913 each is a thing of its own, and the last three are named
        self,
        settings: LmtpSettings,
        limits: SmtpSettings,
        spool: Spool,
        find_recipient: FindRecipient,
        *,
        clock: Clock,
        sock: socket.socket | None = None,
        record: RecordRefusal | None = None,
    ) -> None:
        """Make ready; nothing is opened yet. `sock` is an inherited, bound socket, TCP or Unix."""
        self._settings = settings
        self._limits = limits
        self._spool = spool
        self._find_recipient = find_recipient
        self._now = clock
        self._sock = sock
        self._record = record
        self._made: Path | None = None
        self._addresses: AddressBook | None = None
        self._listener: Listener | None = None

    async def start(self) -> str:
        """Listen, and return where: HOST:PORT or unix:/path.

        Raises:
            BadConfiguration: the address cannot be had.
        """
        sock = self._sock or self._bind()
        self._addresses = AddressBook(self._find_recipient, self._record, Door.LMTP)
        peers = Peers(trusted=_EVERYBODY, shut_out_seconds=0)
        reception = Reception(Door.LMTP, self._limits, self._spool, self._addresses, self._now, peers)
        self._listener = Listener(reception, LmtpSession)
        await self._listener.start(sock)
        if sock.family == socket.AF_UNIX:
            return f"{_UNIX}{sock.getsockname()}"
        host, port = sock.getsockname()[:2]
        return f"{host}:{port}"

    async def stop(self) -> None:
        """Accept nothing more, finish mail that is on its way, close. Harmless when it was never started."""
        if self._listener is not None:
            await self._listener.stop()
        if self._addresses is not None:
            self._addresses.close()
        if self._made is not None:
            self._made.unlink(missing_ok=True)
        self._listener = self._addresses = self._made = None

    def _bind(self) -> socket.socket:
        if not self._settings.listen.startswith(_UNIX):
            return bind(self._settings.listen, reuse_port=self._limits.reuse_port, section="lmtp")
        path = Path(self._settings.listen.removeprefix(_UNIX))
        sock = _bind_unix(path, int(self._settings.socket_mode, 8))
        self._made = path  # not before: where another daemon listens, `stop` would take its socket away
        return sock


def _bind_unix(path: Path, mode: int) -> socket.socket:
    """Bind a Unix socket; one that a dead process left behind is replaced."""
    sock = socket.socket(socket.AF_UNIX)
    try:
        if path.is_socket() and not _is_alive(path):
            path.unlink()
        sock.bind(str(path))
        path.chmod(mode)
    except OSError as error:
        sock.close()
        raise BadConfiguration(f"lmtp.listen: {path}: cannot listen there ({error.strerror or error})") from error
    return sock


def _is_alive(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True
