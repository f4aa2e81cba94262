"""The entrance of a process: its hold on the data folder, the spool, and the doors for mail, opened before all else.

Loading the rooms that work takes seconds, these doors a fraction of one: a mail server that finds us restarting has its
greeting back at once. Whose an address is can be asked only when the store is open; a RCPT before that waits a moment,
and is told to come again when it takes too long. What this file loads is loaded before the first greeting: little.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as StillWaiting
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mailroom.clock import Clock, utc_now
from mailroom.config import Settings
from mailroom.errors import BadConfiguration, StorageUnavailable
from mailroom.gateways.admission import FindRecipient, Recipient, RecordRefusal, Refusal
from mailroom.gateways.lmtp import LmtpDoor
from mailroom.gateways.smtp import SmtpDoor
from mailroom.spool import Spool

Role = Literal["smtp", "worker", "web", "sender"]
ROLES: tuple[Role, ...] = ("smtp", "worker", "web", "sender")

STORE_SECONDS = 60.0
"""How long a RCPT waits for the store while the process starts. RFC 5321 section 4.5.3.2 lets clients wait longer."""


@dataclass(frozen=True)
class Addresses:
    """Where the daemon listens: HOST:PORT, `unix:` and a path, the address of the pages; empty where it does not."""

    smtp: str = ""
    web: str = ""
    lmtp: str = ""


class Entrance:
    """Opened on the loop on which the daemon will run; `close` lets nothing more in, `leave` gives the folder up."""

    def __init__(self, settings: Settings, roles: frozenset[Role], clock: Clock = utc_now) -> None:
        """Make ready; nothing is opened yet."""
        self._settings = settings
        self._roles = roles
        self._clock = clock
        self._held = ExitStack()
        self._spool: Spool | None = None
        self._smtp: SmtpDoor | None = None
        self._lmtp: LmtpDoor | None = None
        self._office: Future[tuple[FindRecipient, RecordRefusal]] = Future()
        self.inherited: dict[str, socket.socket] = {}
        self.addresses = Addresses()

    @property
    def spool(self) -> Spool:
        """The spool of the data folder. It may be asked for as soon as the entrance is open."""
        assert self._spool is not None  # noqa: S101 open() has made it
        return self._spool

    async def open(self) -> Addresses:
        """Take hold of the data folder, open the spool and the doors; return where they are. Harmless the second time.

        Raises:
            BadConfiguration: the folder is another daemon's, an address cannot be had, or a setting cannot be used.
            SpoolUnavailable: the spool cannot be opened.
        """
        if self._spool is not None:
            return self.addresses
        # What another such process moves on from the spool is found by the worker, which is a process of its own then.
        together = self._settings.smtp.reuse_port and self._roles == {"smtp"}
        self._held.enter_context(only_one(self._settings.data, self._roles, together=together))
        try:
            self.inherited = inherited_sockets(os.environ)
            self._spool = Spool(self._settings.data / "spool.sqlite")
            if "smtp" in self._roles:
                self.addresses = Addresses(smtp=await self._open_smtp(), lmtp=await self._open_lmtp())
        except BaseException:
            await self.close()
            self.leave()
            raise
        return self.addresses

    def admit_by(self, find: FindRecipient, record: RecordRefusal) -> None:
        """Tell the doors whom to ask, now that the store is open."""
        self._office.set_result((find, record))

    async def close(self) -> None:
        """Take nothing more; let what is on its way finish for a moment."""
        if not self._office.done():
            self._office.set_exception(StorageUnavailable("the process ends"))
        for door in (self._smtp, self._lmtp):
            if door is not None:
                await door.stop()
        self._smtp = self._lmtp = None

    def leave(self) -> None:
        """Give up the hold on the data folder."""
        self._held.close()

    async def _open_smtp(self) -> str:
        sock = self.inherited.get("smtp")
        self._smtp = SmtpDoor(self._settings.smtp, self.spool, self._find, self._clock, sock=sock, record=self._record)
        return "{}:{}".format(*await self._smtp.start())

    async def _open_lmtp(self) -> str:
        """Listen for LMTP where the settings or systemd ask for it; return the address, or nothing."""
        settings, sock = self._settings, self.inherited.get("lmtp")
        if not settings.lmtp.listen and sock is None:
            return ""
        self._lmtp = LmtpDoor(
            settings.lmtp,
            settings.smtp,
            self.spool,
            self._find,
            clock=self._clock,
            sock=sock,
            record=self._record,
        )
        return await self._lmtp.start()

    def _find(self, local_part: str, domain: str) -> Recipient | None:
        try:
            find, _ = self._office.result(STORE_SECONDS)
        except StillWaiting as error:
            raise StorageUnavailable("the store is not open yet") from error
        return find(local_part, domain)

    def _record(self, refusal: Refusal) -> None:
        with suppress(StorageUnavailable):  # nobody was asked, so there is nothing to note
            self._office.result(0)[1](refusal)


@contextmanager
def only_one(data: Path, roles: frozenset[Role], *, together: bool = False) -> Iterator[None]:
    """Hold the data folder's lock for each role: two daemons on one folder would do each other's work.

    `together`: with others that say the same, which share a port.

    Raises:
        BadConfiguration: another process has one of the roles, or the folder cannot be written to.
    """
    with ExitStack() as held:
        for role in sorted(roles):
            try:
                data.mkdir(parents=True, exist_ok=True)
                lock = held.enter_context((data / f".{role}.lock").open("w"))
            except OSError as error:
                raise BadConfiguration(
                    f"data folder {data}: {error.strerror}; make it writable for this user, or choose --data"
                ) from error
            try:
                fcntl.flock(lock, (fcntl.LOCK_SH if together else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BadConfiguration(
                    f"another mailroom already runs the role {role} on {data}; end it first, or choose --data"
                ) from error
        yield


def is_running(data: Path, role: str) -> bool:
    """Whether a daemon has that role on the data folder at this moment."""
    try:
        with (data / f".{role}.lock").open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # never started here, or not ours to ask
        return False
    return False


def inherited_sockets(environment: Mapping[str, str]) -> dict[str, socket.socket]:
    """Return the sockets that systemd hands over, by their FileDescriptorName (sd_listen_fds(3))."""
    if environment.get("LISTEN_PID") != str(os.getpid()):
        return {}
    names = environment.get("LISTEN_FDNAMES", "").split(":")
    count = int(environment.get("LISTEN_FDS", "0"))
    return {name: socket.socket(fileno=3 + number) for number, name in enumerate(names[:count])}
