"""A listening socket and the sessions behind it, on the caller's event loop.

The socket may be inherited (systemd socket activation): then clients wait in its queue while the daemon restarts.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress

from mailroom.gateways.conversation import Conversation
from mailroom.gateways.reception import Reception

_BACKLOG = 512
_LEAVE_SECONDS = 10.0
"""How long mail that is on its way may take when the door closes."""

MakeSession = Callable[[Reception, asyncio.AbstractEventLoop, Callable[[Conversation], None]], Conversation]


class Listener:
    """Accepts connections, counts them, and looks at the clock for all of them at once."""

    def __init__(self, reception: Reception, make_session: MakeSession) -> None:
        self._reception = reception
        self._make_session = make_session
        self._sessions: set[Conversation] = set()
        self._server: asyncio.Server | None = None
        self._clock: asyncio.TimerHandle | None = None
        self._empty = asyncio.Event()

    async def start(self, sock: socket.socket) -> None:
        """Begin to accept connections on a bound socket."""
        loop = asyncio.get_running_loop()
        if sock.family == socket.AF_UNIX:
            self._server = await loop.create_unix_server(self._session, sock=sock, backlog=_BACKLOG)
        else:
            self._server = await loop.create_server(self._session, sock=sock, backlog=_BACKLOG)

    async def stop(self) -> None:
        """Accept nothing more, let mail that is on its way finish for a moment, and close every connection."""
        if self._server is None:
            return
        self._reception.stopping = True
        self._server.close()
        for session in list(self._sessions):
            session.leave_if_idle()
        if self._sessions:
            self._empty.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), _LEAVE_SECONDS)
        for session in list(self._sessions):
            session.abort()
        await self._server.wait_closed()
        if self._clock is not None:
            self._clock.cancel()
        self._server = None

    def _session(self) -> Conversation:
        loop = asyncio.get_running_loop()
        session = self._make_session(self._reception, loop, self._closed)
        self._sessions.add(session)
        self._reception.connections += 1
        if self._clock is None:
            self._wind(loop)
        return session

    def _closed(self, session: Conversation) -> None:
        if session in self._sessions:
            self._sessions.remove(session)
            self._reception.connections -= 1
            self._reception.peers.disconnect(session.peer)
        if not self._sessions:
            self._empty.set()

    def _wind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look at the clock again soon; not at all while there is no connection."""
        interval = min(1.0, self._reception.settings.timeout_seconds / 4)
        self._clock = loop.call_later(interval, self._tick, loop)

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        self._clock = None
        now = loop.time()
        for session in list(self._sessions):
            session.look_at_clock(now)
        if self._sessions:
            self._wind(loop)
