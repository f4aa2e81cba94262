"""The web door: uvicorn inside the application's own running loop, on an inherited or an own socket.

It starts no loop, takes no signal and writes no access log. It stops within two seconds, whatever clients do.
"""

from __future__ import annotations

import asyncio
import socket

import uvicorn
from starlette.types import ASGIApp

from mailroom.config import WebSettings
from mailroom.listening import bind

STOP_SECONDS = 1.5  # with uvicorn's own pauses this stays under two


class WebDoor:
    """One listening socket with the pages behind it."""

    def __init__(self, app: ASGIApp, settings: WebSettings, sock: socket.socket | None = None) -> None:
        self._socket = sock
        self._settings = settings
        behind_proxy = settings.public_url.lower().startswith("https://")
        config = uvicorn.Config(
            app,
            http="h11",
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,  # set by headers.py: uvicorn's is renewed by its main loop, which does not run here
            proxy_headers=behind_proxy,
            forwarded_allow_ips="127.0.0.1,::1",
            backlog=256,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=None,
        )
        self._server = uvicorn.Server(config)

    async def start(self) -> tuple[str, int]:
        """Listen, and return host and port.

        Raises:
            BadConfiguration: the address is taken or is none.
        """
        self._socket = self._socket or bind(self._settings.listen, section="web")
        self._socket.setblocking(False)
        self._server.config.load()
        self._server.lifespan = self._server.config.lifespan_class(self._server.config)
        # Only uvicorn's startup and shutdown: its main loop wakes ten times a second for nothing that we need.
        await self._server.startup(sockets=[self._socket])
        host, port = self._socket.getsockname()[:2]
        return str(host), int(port)

    async def stop(self) -> None:
        """Take no more requests, let the running ones end, cut what lasts longer."""
        if not self._server.started:
            return
        stopping = asyncio.create_task(self._server.shutdown(sockets=[self._socket] if self._socket else []))
        done, _ = await asyncio.wait({stopping}, timeout=STOP_SECONDS)
        if not done:
            for task in list(self._server.server_state.tasks):
                task.cancel()
            self._server.force_exit = True
            await asyncio.wait({stopping}, timeout=0.3)
            stopping.cancel()
        self._server.started = False
