"""The IMAP collectors: mail out of mailboxes that people already have.

A mail is put in the spool first and flagged or moved after that, so that a crash in between takes it once more: the
same bytes for the same recipient are one message. Nothing is deleted. What no account can be found for goes to the
operator's unassigned box; what an account does not want, or what is too large, stays in its mailbox and is counted.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mailroom.clock import Clock
from mailroom.config import ImapSettings
from mailroom.domain.message import Door, Envelope
from mailroom.domain.value import new_id
from mailroom.errors import (
    MailroomError,
    NotForThisSender,
    RoutingLoop,
    SenderBlocked,
    TooLarge,
    UnknownRecipient,
)
from mailroom.gateways.admission import FindRecipient, Recipient, RecordRefusal, Refusal, check, look_up
from mailroom.gateways.imap_addresses import candidates, return_path
from mailroom.gateways.imap_mailbox import FAILURES, ConnectionLost, LoginRefused, Mailbox
from mailroom.gateways.imap_memory import TAKEN, FolderKey, Memory
from mailroom.gateways.loops import refuse_loop
from mailroom.gateways.oauth import TokenRefused, Tokens
from mailroom.log import get_logger
from mailroom.spool import Spool

LONGEST_WAIT_SECONDS = 300.0
REFUSED_WAIT_SECONDS = 60.0
SHORTEST_ROUND_SECONDS = 0.5
SPOOL_SECONDS = 60.0
BATCH = 100

log = get_logger("imap")


@dataclass(frozen=True)
class Office:
    """What collectors ask of the house: whose is an address or an account, the unassigned box, where refusals go."""

    import_domain: str
    max_bytes: int
    find: FindRecipient
    of_account: Callable[[str, str], Recipient]
    unassigned: Callable[[], Recipient]
    record: RecordRefusal


class ImapDoor:
    """All collectors of the settings, a thread for each."""

    def __init__(
        self, mailboxes: tuple[ImapSettings, ...], spool: Spool, office: Office, folder: Path, clock: Clock
    ) -> None:
        """Make ready; nothing is opened yet. `folder` is where the collectors keep what they know."""
        self._memory = Memory(folder / "collectors.sqlite")
        self._collectors = [
            Collector(
                settings,
                spool,
                office,
                self._memory,
                tokens=Tokens(settings.oauth2, folder, user=settings.user) if settings.oauth2 else None,
                clock=clock,
            )
            for settings in mailboxes
        ]

    def start(self) -> None:
        """Begin to collect."""
        for collector in self._collectors:
            collector.start()

    def stop(self) -> None:
        """End after the mails under way."""
        for collector in self._collectors:
            collector.ask_to_stop()
        for collector in self._collectors:
            collector.join()
        self._memory.close()


class Collector:
    """Collects out of one folder of one mailbox until it is stopped."""

    def __init__(
        self,
        settings: ImapSettings,
        spool: Spool,
        office: Office,
        memory: Memory,
        *,
        tokens: Tokens | None = None,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._spool = spool
        self._office = office
        self._memory = memory
        self._tokens = tokens
        self._clock = clock
        self._not_before: dict[int, tuple[int, float]] = {}
        self._stopping = threading.Event()
        self._bell: tuple[socket.socket, socket.socket] | None = None
        self._thread = threading.Thread(target=self._run, name=f"imap-{settings.host}", daemon=True)

    def start(self) -> None:
        """Begin, in a thread."""
        self._bell = socket.socketpair()
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Let the thread end soon; does not wait for it."""
        self._stopping.set()
        if self._bell is not None:
            self._bell[1].send(b"x")

    def join(self) -> None:
        """Wait until it has ended."""
        if self._thread.is_alive():
            self._thread.join(timeout=30)
        for end in self._bell or ():
            end.close()
        self._bell = None

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                self._connect_and_collect()
                failures = 0
            except Exception as error:
                # A connection that worked for a while is one that may be had again at once.
                failures = 1 if time.monotonic() - began > LONGEST_WAIT_SECONDS else failures + 1
                self._stopping.wait(self._tell(error, failures))

    def _tell(self, error: Exception, failures: int) -> float:
        """Log why the connection ended and return how long to wait."""
        wait = min(LONGEST_WAIT_SECONDS, 2.0 ** min(failures - 1, 20))
        if isinstance(error, LoginRefused | TokenRefused):
            wait = max(wait, REFUSED_WAIT_SECONDS)
        expected = isinstance(error, (*FAILURES, MailroomError))
        log.warning(
            "mailbox_lost",
            **self._names,
            error=str(error)[:300] or type(error).__name__,
            wait_seconds=wait,
            exc_info=None if expected else error,
        )
        return wait

    def _connect_and_collect(self) -> None:
        mailbox = Mailbox(self._settings, self._office.max_bytes, self._tokens)
        try:
            key = FolderKey(self._settings.host, self._settings.user, self._settings.folder, mailbox.uid_validity)
            log.info("mailbox_open", **self._names, idle=mailbox.can_idle)
            while not self._stopping.is_set():
                began = time.monotonic()
                self.round(mailbox, key)
                if self._bell is not None and mailbox.can_idle and not self._not_before:
                    mailbox.wait_for_news(self._bell[0])
                    self._stopping.wait(max(0.0, began + SHORTEST_ROUND_SECONDS - time.monotonic()))
                else:
                    self._stopping.wait(self._settings.poll_seconds)
                    mailbox.noop()
        finally:
            mailbox.close()

    def round(self, mailbox: Mailbox, key: FolderKey) -> int:
        """Take what is new; return how many mails are in the spool now that were not known before."""
        known, now = self._memory.known(key), time.monotonic()
        new = [uid for uid in mailbox.new() if uid not in known]
        self._not_before = {uid: when for uid, when in self._not_before.items() if uid in new}
        due = [uid for uid in new if self._not_before.get(uid, (0, 0.0))[1] <= now]
        taken = 0
        for start in range(0, len(due), BATCH):
            batch = due[start : start + BATCH]
            sizes = mailbox.sizes(batch)
            for uid in batch:
                if self._stopping.is_set():
                    return taken
                taken += self._visit(mailbox, key, uid, sizes.get(uid, 0))
        return taken

    def _visit(self, mailbox: Mailbox, key: FolderKey, uid: int, size: int) -> int:
        try:
            return self._take(mailbox, key, uid, size)
        except (TooLarge, SenderBlocked, NotForThisSender, RoutingLoop) as error:
            self._memory.remember(key, uid, error.reason)
            log.warning("mail_left_in_mailbox", **self._names, uid=uid, reason=error.reason)
            if isinstance(error, TooLarge) and size <= self._office.max_bytes:
                raise ConnectionLost("the server announced less than it sends") from error
            return 0
        except FAILURES as error:
            self._put_off(uid, error)
            raise
        except MailroomError as error:  # the spool, the store, a quota, a suspended account: later
            self._put_off(uid, error)
            return 0

    def _put_off(self, uid: int, error: Exception) -> None:
        """Try a mail again ever more slowly, so that it holds up no other."""
        tries = self._not_before.get(uid, (0, 0.0))[0] + 1
        self._not_before[uid] = (tries, time.monotonic() + min(LONGEST_WAIT_SECONDS, 2.0 ** min(tries, 20)))
        log.warning("mail_stays_in_mailbox", **self._names, uid=uid, tries=tries, error=str(error)[:300])

    def _take(self, mailbox: Mailbox, key: FolderKey, uid: int, size: int) -> int:
        if size > self._office.max_bytes:
            raise TooLarge("larger than smtp.max_message_bytes", size=size)
        raw = mailbox.content(uid)
        if not raw:
            return 0  # moved or deleted by somebody else at this moment
        if len(raw) > self._office.max_bytes:
            self._memory.remember(key, uid, TooLarge.reason)
            return 0
        refuse_loop(raw, self._office.import_domain)
        sender = return_path(raw)
        recipient = self._whose(raw, sender)
        envelope = Envelope(
            id=new_id(),
            account_id=recipient.account_id,
            door=Door.IMAP,
            sender=sender,
            recipient=recipient.address,
            received_at=self._clock(),
        )
        id_ = self._spool.accept(envelope, raw).result(SPOOL_SECONDS)
        log.info("mail_collected", **self._names, uid=uid, message=id_, account_id=recipient.account_id, size=len(raw))
        mailbox.mark(uid)
        self._memory.remember(key, uid, TAKEN)
        self._not_before.pop(uid, None)
        return 1

    def _whose(self, raw: bytes, sender: str) -> Recipient:
        """Return where a mail goes.

        Raises:
            SenderBlocked, NotForThisSender: it is not wanted.
            AccountSuspended, QuotaReached, NotFound: not now (there is no such account, yet).
        """
        for address in candidates(raw, self._settings.address_header, self._office.import_domain):
            try:
                recipient = look_up(self._office.find, address)
            except UnknownRecipient:
                continue
            if not recipient.retired:
                return self._admitted(recipient, sender)
        if self._settings.account:
            return self._admitted(self._office.of_account(self._settings.account, self._settings.purpose), sender)
        return self._office.unassigned()

    def _admitted(self, recipient: Recipient, sender: str) -> Recipient:
        try:
            return check(recipient, sender)
        except MailroomError as error:
            self._office.record(Refusal(Door.IMAP, recipient.account_id, recipient.address, error.reason, sender))
            raise

    @property
    def _names(self) -> dict[str, str]:
        return {"host": self._settings.host, "user": self._settings.user, "folder": self._settings.folder}
