"""One connection: reading what a client says, answering, limits and farewells, on aiosmtpd's protocol class.

From aiosmtpd come the transport, STARTTLS and its state; the dialogue is our own, for what DESIGN section 6 lists:
replies that name no internals, limits, PIPELINING, no inspection of classes on every connection. What is said in the
dialogue is in `session`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, NoReturn, Self

from aiosmtpd.proxy_protocol import ProxyData, get_proxy
from aiosmtpd.smtp import SMTP, TLSSetupException
from aiosmtpd.smtp import Envelope as AiosmtpdEnvelope

from mailroom.errors import MailroomError
from mailroom.gateways import reception as events
from mailroom.gateways import replies
from mailroom.gateways.data import DataReader
from mailroom.gateways.reception import Reception, Transaction
from mailroom.gateways.strangers import address_of, is_within
from mailroom.log import get_logger

CHUNK = 256 * 1024
"""What asyncio reads from a socket at most at a time."""

_BUFFER = 64 * 1024
"""Bytes that may wait unread before the socket is left alone; asyncio allows twice this and one chunk."""

_COMMAND = 2_048
"""Longest command line. RFC 5321 asks for 512, and more with extensions."""

_PROXY_SECONDS = 5.0
"""A load balancer sends its header at once."""

_GRACE_SECONDS = 30.0
"""A message may be slow at its beginning."""

_FORBIDDEN = frozenset({b"GET", b"POST", b"PUT", b"HEAD", b"OPTIONS", b"CONNECT"})
"""A browser or proxy that was pointed at this port."""

_AT_WORK = frozenset({b"MAIL", b"RCPT", b"DATA"})
"""Commands that bring a mail forward; they have limits of their own."""

log = get_logger("gateways")


class ClientGone(Exception):
    """The client closed its side."""


class Farewell(Exception):
    """The connection ends after what was said."""


class Conversation(SMTP):
    """The frame of the dialogue. Subclasses give the commands."""

    protocol = "ESMTP"

    def __init__(
        self, reception: Reception, loop: asyncio.AbstractEventLoop, closed: Callable[[Conversation], None]
    ) -> None:
        # Not SMTP.__init__: it looks at every member of handler and class with inspect, on every connection.
        asyncio.StreamReaderProtocol.__init__(
            self,
            asyncio.StreamReader(limit=_BUFFER, loop=loop),
            client_connected_cb=self._cb_client_connected,
            loop=loop,
        )
        self.loop = loop
        self.session = None
        self.transport = None
        self.hostname = reception.settings.hostname
        self._handle_hooks = {}
        self._handler_coroutine = None
        self._original_transport = None
        self._tls_protocol = None
        self._tls_handshake_okay = True
        # aiosmtpd cancels this one; the listener watches the time for all connections.
        self._timeout_handle = asyncio.TimerHandle(0, _nothing, (), loop)
        self._reception = reception
        self._closed_callback = closed
        self._mail = Transaction()
        self._helo = ""
        self._peer = ""
        self._input = bytearray()
        self._said: list[bytes] = []
        self._errors = 0
        self._idle_commands = 0
        self._waiting_since: float | None = None
        self._data: DataReader | None = None
        self._data_began = 0.0
        self._last_mail = loop.time()
        """When the last mail ended, before the first one when the connection began."""

    def commands(self) -> Mapping[bytes, Callable[[Self, str], Awaitable[None]]]:
        """Return what is understood, by verb."""
        raise NotImplementedError

    # -- what aiosmtpd calls ---------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, or begin again behind TLS: then nothing that was said before counts (RFC 3207 section 4.2)."""
        self._input.clear()
        self._helo = ""
        if not self._peer:
            self._peer = address_of(transport.get_extra_info("peername"))
            self._reception.peers.connect(self._peer)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """End. After a failed handshake it may be called twice."""
        super().connection_lost(error)
        self._closed_callback(self)

    def eof_received(self) -> bool:
        """Let the dialogue finish: aiosmtpd would cancel it, also for a client that only closed its sending side."""
        self._reader.feed_eof()
        return self._tls_protocol is None

    def _reset_timeout(self, duration: float | None = None) -> None:
        """Leave the time to the listener."""

    def _set_post_data_state(self) -> None:
        self.envelope = AiosmtpdEnvelope()
        self._mail = Transaction()

    async def push(self, status: Any) -> None:
        """Send a reply at once (aiosmtpd's own STARTTLS uses it)."""
        self._say(status)
        await self._flush()

    async def handle_exception(self, error: Exception) -> str:
        """Say nothing of what went wrong inside."""
        log.error(events.SESSION_FAILED, peer=self._peer, exc_info=error)
        return replies.TRY_LATER

    async def _handle_client(self) -> None:
        try:
            await self._converse()
        except (ClientGone, ConnectionError):
            # Clients leave all the time; who was refused something before is worth a line.
            tell = log.info if self._errors else log.debug
            tell(events.CONNECTION_ENDED, peer=self._peer, helo=self._helo, cause="client_left", errors=self._errors)
        except Farewell:
            with suppress(ConnectionError):
                await self._flush()
        except TLSSetupException as error:
            log.info(events.CONNECTION_ENDED, peer=self._peer, cause="tls", error=str(error.__cause__))
            if self._original_transport is not None:
                self._original_transport.abort()  # type: ignore[attr-defined]  # aiosmtpd types it as BaseTransport
            self.connection_lost(error)  # asyncio does not say it when the handshake fails
        finally:
            if self.transport is not None:
                self.transport.close()  # once the client has taken what was said, for which it has as long as ever
                self._waiting_since = self.loop.time()

    # -- the frame of the dialogue ---------------------------------------------------------------------------------

    async def _converse(self) -> None:
        await self._learn_peer()
        self._say(self._greeting())
        while True:
            line = await self._line()
            if self._reception.stopping:
                self._end(replies.SHUTTING_DOWN, "stopping")
            try:
                await self._obey(line)
            except MailroomError as error:
                log.warning(events.SESSION_FAILED, peer=self._peer, error=str(error), reason=error.reason)
                self._say(replies.TRY_LATER)
            except (ClientGone, Farewell, ConnectionError, TLSSetupException):
                raise
            except Exception as error:
                self._say(await self.handle_exception(error))

    async def _learn_peer(self) -> None:
        """Ask a load balancer whom it stands for; nobody else may say so."""
        if not is_within(self._peer, self._reception.balancers):
            return
        proxied: ProxyData | None = None
        with suppress(TimeoutError, EOFError):
            async with asyncio.timeout(_PROXY_SECONDS):
                proxied = await get_proxy(self._reader)
        if not proxied:
            log.info(events.CONNECTION_ENDED, peer=self._peer, cause="bad_proxy_header")
            raise ClientGone
        if proxied.src_addr is not None:  # none: the balancer's own probe
            self._reception.peers.disconnect(self._peer)
            self._peer = str(proxied.src_addr)
            self._reception.peers.connect(self._peer)

    def _greeting(self) -> str:
        refusal = self._refusal_of_connection()
        if refusal:
            self._end(refusal, "shut_out" if refusal == replies.SHUT_OUT else "too_many_connections")
        return f"220 {self.hostname} {self.protocol}"

    def _refusal_of_connection(self) -> str | None:
        reception, peers = self._reception, self._reception.peers
        if reception.connections > reception.settings.max_connections:
            return replies.TOO_MANY_CONNECTIONS
        if peers.is_trusted(self._peer):
            return None
        if peers.is_shut_out(self._peer):
            return replies.SHUT_OUT
        if peers.connections(self._peer) > reception.settings.max_connections_per_peer:
            return replies.TOO_MANY_CONNECTIONS
        return None

    async def _obey(self, line: bytes) -> None:
        verb, _, rest = line.strip().partition(b" ")
        verb = verb.upper()
        if verb in _FORBIDDEN:
            self._end(replies.NOT_SMTP, "no_mail_client")
        command = self.commands().get(verb)
        if command is None or len(line) > _COMMAND:
            self._refuse(replies.UNKNOWN_COMMAND if command is None else replies.LINE_TOO_LONG)
            return
        if verb not in _AT_WORK:
            self._count_idle(self._reception.settings.max_idle_commands)
        await command(self, rest.strip().decode("utf-8", "surrogateescape"))

    def _count_idle(self, most: int) -> None:
        self._idle_commands += 1
        if self._idle_commands > most:
            self._end(replies.TOO_MANY_COMMANDS, "idle_commands")

    async def _line(self) -> bytes:
        """Return the next command line without its end."""
        began = self.loop.time()
        while (end := self._input.find(b"\n")) < 0:
            if len(self._input) > _BUFFER:
                self._end(replies.LINE_TOO_LONG, "endless_line")
            self._input += await self._more(began)
        line = bytes(self._input[:end])
        del self._input[: end + 1]
        return line.rstrip(b"\r")

    async def _more(self, since: float | None = None) -> bytes:
        """Send what was said and wait for the client's next bytes; `since` is when the wait for all of them began."""
        await self._flush()
        self._waiting_since = self.loop.time() if since is None else since
        try:
            chunk = await self._reader.read(CHUNK)
        finally:
            self._waiting_since = None
        if not chunk:
            raise ClientGone
        return chunk

    def _say(self, reply: str) -> None:
        """Queue a reply: a client that sent several commands at once gets the answers at once (RFC 2920)."""
        self._said.append(reply.encode("ascii", "replace") + b"\r\n")

    def _refuse(self, reply: str) -> None:
        """Say no; too many of these end the connection."""
        self._say(reply)
        self._errors += 1
        if self._errors > self._reception.settings.max_errors:
            self._end(replies.TOO_MANY_ERRORS, "errors")

    def _end(self, reply: str, cause: str) -> NoReturn:
        self._say(reply)
        log.info(events.CONNECTION_ENDED, peer=self._peer, helo=self._helo, cause=cause)
        raise Farewell

    async def _flush(self) -> None:
        if self._said:
            self._writer.write(b"".join(self._said))
            self._said.clear()
            # Who does not take the answers is as silent as who says nothing.
            self._waiting_since = self.loop.time()
            try:
                await self._writer.drain()
            finally:
                self._waiting_since = None

    # -- what the listener calls -----------------------------------------------------------------------------------

    @property
    def peer(self) -> str:
        """The client's address."""
        return self._peer

    def look_at_clock(self, now: float) -> None:
        """End a connection whose client is silent for too long, too slow, or for too long without a mail."""
        if self._waiting_since is None:
            return
        settings = self._reception.settings
        if now - self._waiting_since > settings.timeout_seconds:
            self._hang_up(replies.TIMED_OUT, "silence")
        elif 0 < settings.mail_seconds < now - self._last_mail:
            # One recipient a minute, or a large message at the slowest pace, would hold its place for days.
            self._hang_up(replies.TOO_LONG, "too_long")
        elif self._data is not None and self._data.received and now - self._data_began > _GRACE_SECONDS:
            pace = self._data.received / (now - self._data_began)
            if pace < settings.min_bytes_per_second:
                self._hang_up(replies.TOO_SLOW, "too_slow")

    def leave_if_idle(self) -> None:
        """The door closes: end the connection unless a mail is on its way."""
        if self._waiting_since is not None and self._data is None:
            self._hang_up(replies.SHUTTING_DOWN, "stopping")

    def abort(self) -> None:
        """End the connection at once."""
        if self.transport is not None:
            self.transport.abort()  # type: ignore[attr-defined]  # aiosmtpd types it as BaseTransport

    def _hang_up(self, reply: str, cause: str) -> None:
        log.info(events.CONNECTION_ENDED, peer=self._peer, helo=self._helo, cause=cause)
        self._waiting_since = None
        if self.transport is None:
            return
        if self.transport.is_closing() or self._has_unsent():
            self.abort()
        else:
            self._writer.write(reply.encode("ascii") + b"\r\n")
            self.transport.close()

    def _has_unsent(self) -> bool:
        """Whether the client leaves answers untaken: to close would wait for it."""
        return bool(self.transport.get_write_buffer_size())  # type: ignore[union-attr]  # as in `abort`


def _nothing() -> None:
    pass
