"""A real relay on loopback that keeps what it took, and answers as a test tells it to.

`replies` maps a command (MAIL, RCPT, DATA) to the answer that it gets instead of 250; a queue of answers is used up
one a transaction. `drop_after_data` closes the connection after the mail was taken and before the answer is sent: the
moment in which a sender cannot know.
"""

from __future__ import annotations

import asyncio
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import lru_cache
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from fixtures_dovecot import make_certificate


class LoopbackRelay:
    """The relay's view of what happened."""

    def __init__(self) -> None:
        self.address = ""
        self.taken: list[bytes] = []
        self.recipients: list[list[str]] = []
        self.replies: dict[str, list[str]] = {}
        self.drop_after_data = 0
        self.users: dict[str, str] = {}
        self.logged_in: list[str] = []
        self.greeted: list[str] = []

    @property
    def messages(self) -> list[EmailMessage]:
        """What was taken, parsed."""
        return [message_from_bytes(raw, policy=default) for raw in self.taken]  # type: ignore[arg-type]

    async def handle_EHLO(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.greeted.append(hostname)
        return responses

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        envelope.mail_from = address
        return self._reply("MAIL")

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        reply = self._reply("RCPT")
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        reply = self._reply("DATA")
        if reply.startswith("2"):
            self.taken.append(envelope.content)
            self.recipients.append(list(envelope.rcpt_tos))
        if self.drop_after_data:
            self.drop_after_data -= 1
            server.transport.abort()
        return reply

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        user, password = data.login.decode(), data.password.decode()
        known = self.users.get(user) == password
        if known:
            self.logged_in.append(user)
        return AuthResult(success=known, handled=False)

    def _reply(self, command: str) -> str:
        waiting = self.replies.get(command)
        return waiting.pop(0) if waiting else "250 2.0.0 Ok: queued as 4F2A"


def server_tls() -> ssl.SSLContext:
    """The relay's side of TLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(certificate())
        file.flush()
        context.load_cert_chain(file.name)
    return context


def client_tls() -> ssl.SSLContext:
    """A client's side of TLS that trusts this relay and checks its name."""
    return ssl.create_default_context(cadata=certificate()[certificate().index("-----BEGIN CERTIFICATE") :])


@lru_cache(maxsize=1)
def certificate() -> str:
    """Return a certificate for localhost with its key, made once in each test process."""
    with tempfile.TemporaryDirectory() as folder:
        return make_certificate(Path(folder) / "tls.pem").read_text("ascii")


@contextmanager
def loopback_relay(*, starttls: bool = False, tls: bool = False, **smtp: Any) -> Iterator[LoopbackRelay]:
    """Run a relay in a thread on a free port."""
    relay = LoopbackRelay()
    loop = asyncio.new_event_loop()
    # Created inside the loop's thread: aiosmtpd asks for the running loop.
    if starttls:
        smtp["tls_context"] = server_tls()
    made = {"auth_require_tls": False, "authenticator": relay.authenticate, "hostname": "relay.test", **smtp}

    async def start() -> asyncio.Server:
        return await loop.create_server(
            lambda: SMTP(relay, loop=loop, **made), "127.0.0.1", 0, ssl=server_tls() if tls else None
        )

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    relay.address = f"localhost:{server.sockets[0].getsockname()[1]}"
    try:
        yield relay
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def text_file(folder: Path, content: str) -> Path:
    """Write a small file and return it."""
    file = folder / "secret"
    file.write_text(content)
    return file
