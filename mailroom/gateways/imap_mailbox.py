"""One open folder of a mailbox: what imapclient does, with its traps walked round.

- `idle_check()` gives `[]` at once and for ever after the server closed: several empty answers in a row mean the end.
- Lines that came together with the answer to IDLE lie in a buffer that no poll sees.
- After EXISTS, SEARCH may still give the old numbers: a NOOP comes first.
- A literal is read into memory whole, as long as the server says that it is: lengths over the limit are refused.
- `move()` drops COPYUID: nothing here needs the new number.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from mailroom.config import ImapSettings
from mailroom.errors import TemporaryFailure, TooLarge
from mailroom.gateways.oauth import Tokens

KEYWORD = "$MailroomTaken"
IDLE_SECONDS = 540.0
"""Servers and the boxes between drop a silent connection after ten minutes at the earliest, 29 say RFC 2177."""

_EMPTY_ANSWERS = 3
_FRAMING = 65_536


class ConnectionLost(TemporaryFailure):
    """The server ended the connection, or speaks no IMAP any more."""


class LoginRefused(TemporaryFailure):
    """The server does not let us in; tried again, but not often: many servers lock a user out."""


FAILURES = (ConnectionLost, OSError, IMAPClientError)
"""What an operation on a mailbox may raise when the connection is of no more use (imaplib's errors are among them)."""


class Mailbox:
    """A connection with its folder selected. Used by one thread."""

    def __init__(self, settings: ImapSettings, max_bytes: int, tokens: Tokens | None) -> None:
        """Connect, log in and select.

        Raises:
            LoginRefused, TokenRefused, and what is in FAILURES.
        """
        self._settings = settings
        self._client: Any = IMAPClient(
            settings.host,
            settings.port,
            ssl=settings.security == "tls",
            ssl_context=_tls(settings) if settings.security == "tls" else None,
            timeout=settings.timeout_seconds,
        )
        try:
            _bound(self._client, max_bytes + _FRAMING)
            if settings.security == "starttls":
                self._client.starttls(_tls(settings))
            self._log_in(tokens)
            selected = self._client.select_folder(settings.folder)
            self.uid_validity = int(selected[b"UIDVALIDITY"])
            permanent = {bytes(flag).lower() for flag in selected.get(b"PERMANENTFLAGS", ())}
            self._keeps_keyword = b"\\*" in permanent or KEYWORD.lower().encode() in permanent
            self._capabilities = {bytes(each).upper() for each in self._client.capabilities()}
            self._move_to = settings.after.removeprefix("move:") if settings.after.startswith("move:") else ""
            if self._move_to and not self._client.folder_exists(self._move_to):
                self._client.create_folder(self._move_to)
                self._client.subscribe_folder(self._move_to)  # else mail programs do not show where the mail went
        except BaseException:
            self.close()
            raise

    @property
    def can_idle(self) -> bool:
        """Whether the server tells of new mail."""
        return b"IDLE" in self._capabilities

    def new(self) -> list[int]:
        """Return the numbers of mail that may have to be taken, oldest first."""
        criteria: list[Any] = ["UNDELETED"]
        if self._keeps_keyword and not self._move_to:
            criteria += ["UNKEYWORD", KEYWORD]
        if self._settings.since:
            criteria += ["SINCE", self._settings.since]
        return sorted(int(uid) for uid in self._client.search(criteria))

    def sizes(self, uids: Iterable[int]) -> dict[int, int]:
        """Return what the server says of the sizes. Servers guess: it only spares reading what is far too large."""
        answer = self._client.fetch(list(uids), ["RFC822.SIZE"])
        return {int(uid): int(data.get(b"RFC822.SIZE", 0)) for uid, data in answer.items()}

    def content(self, uid: int) -> bytes | None:
        """Return a mail's bytes without marking it as read; None when it is gone.

        Raises:
            TooLarge: more than the limit is announced; the connection is of no more use.
        """
        data = self._client.fetch([uid], ["BODY.PEEK[]"]).get(uid, {})
        content = data.get(b"BODY[]")
        return bytes(content) if content is not None else None

    def mark(self, uid: int) -> None:
        """Do with a mail that is in the spool what the settings say."""
        if self._move_to:
            self._move(uid)
        elif self._keeps_keyword:
            self._client.add_flags([uid], [KEYWORD.encode()], silent=True)

    def _move(self, uid: int) -> None:
        if b"MOVE" in self._capabilities:
            self._client.move([uid], self._move_to)
            return
        self._client.copy([uid], self._move_to)
        self._client.delete_messages([uid], silent=True)
        if b"UIDPLUS" in self._capabilities:
            self._client.uid_expunge([uid])
        # Without UIDPLUS it stays marked as deleted: EXPUNGE would remove what people have marked, too.

    def wait_for_news(self, stop: socket.socket) -> None:
        """Wait until there may be new mail, or `stop` becomes readable, or it is time to show that we are alive.

        Raises:
            ConnectionLost: the server is gone.
        """
        self._client.idle()
        end, empty = time.monotonic() + IDLE_SECONDS, 0
        while not self._is_buffered() and (left := end - time.monotonic()) > 0:
            ready = _readable((self._client.socket(), stop), left)
            if not ready or stop in ready:
                break
            answers = self._client.idle_check(timeout=0)
            empty = 0 if answers else empty + 1
            if empty >= _EMPTY_ANSWERS or any(answer and answer[0] == b"BYE" for answer in answers):
                raise ConnectionLost("the server closed the connection")
            if any(len(answer) > 1 and answer[1] in {b"EXISTS", b"RECENT"} for answer in answers):
                break
        self._client.idle_done()
        self._client.noop()

    def noop(self) -> None:
        """Let the server tell what is new."""
        self._client.noop()

    def close(self) -> None:
        """Hang up. What a dead server says to that is of no interest."""
        with contextlib.suppress(Exception):
            self._client.shutdown()

    def _is_buffered(self) -> bool:
        """Whether lines were read together with others and wait in memory."""
        sock = self._client.socket()
        sock.setblocking(False)
        try:
            return bool(self._client._imap.file.peek(1))
        except OSError:  # nothing to read on a TLS connection
            return False
        finally:
            sock.settimeout(self._settings.timeout_seconds)

    def _log_in(self, tokens: Tokens | None) -> None:
        user = self._settings.user
        try:
            if tokens is None or self._settings.oauth2 is None:
                assert self._settings.password_file is not None  # noqa: S101 the settings are checked
                password = self._settings.password_file.read_text("utf-8").rstrip("\r\n")
                if (user + password).isascii():
                    self._client.login(user, password)
                else:  # LOGIN has no letters beyond ASCII (RFC 3501), and imaplib fails over them
                    said = f"\0{user}\0{password}".encode()
                    self._client.sasl_login("PLAIN", lambda _challenge: said)
            elif self._settings.oauth2.mechanism == "oauthbearer":
                self._client.oauthbearer_login(user, tokens.access_token())
            else:
                self._client.oauth2_login(user, tokens.access_token())
        except LoginError as error:
            if tokens is not None:
                tokens.forget()
            raise LoginRefused(f"{self._settings.host}: {user} is not let in ({str(error)[:200]})") from error


def _tls(settings: ImapSettings) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)


def _bound(client: Any, most: int) -> None:
    """Refuse a literal that is announced with more bytes than we may take; imaplib would read it whole."""
    imap = client._imap
    read: Callable[[int], bytes] = imap.read

    def bounded(size: int) -> bytes:
        if size > most:
            raise TooLarge("the server announces more than smtp.max_message_bytes", size=size, limit=most)
        return read(size)

    imap.read = bounded


def _readable(sockets: Iterable[socket.socket], seconds: float) -> set[socket.socket]:
    """Return which sockets can be read; poll, because select knows no descriptor over 1,023."""
    poller = select.poll()
    numbers = {sock.fileno(): sock for sock in sockets}
    for number in numbers:
        poller.register(number, select.POLLIN)
    return {numbers[number] for number, _ in poller.poll(seconds * 1_000)}
