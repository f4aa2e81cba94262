"""A door on a real socket, its spool on a real disk, and a client that says what it wants."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mailroom.config import SmtpSettings
from mailroom.gateways.admission import Recipient
from mailroom.gateways.smtp import SmtpDoor
from mailroom.spool import Spool

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def find(local_part: str, domain: str) -> Recipient | None:
    """Know acme, beta, old (retired) and late (suspended); fail for broken."""
    if local_part == "broken":
        raise RuntimeError("secret: /var/lib/mailroom")
    if domain != "import.example" or local_part.partition("-")[0] not in {"acme", "beta", "old", "late"}:
        return None
    address = f"{local_part}@{domain}"
    return Recipient(address, f"account-{local_part}", retired=local_part == "old", suspended=local_part == "late")


@dataclass
class House:
    """A running door: where it listens, and its spool."""

    host: str
    port: int
    spool: Spool
    loop: asyncio.AbstractEventLoop
    door: Any
    clients: list[Client] = field(default_factory=list)

    def dial(self, *, source: str | None = None, hello: bool = False) -> Client:
        """Connect; with `hello`, up to the answer to EHLO."""
        client = Client(self.host, self.port, source)
        self.clients.append(client)
        if hello:
            client.reply()
            assert client.say("EHLO client.example").startswith("250")
        return client

    def run(self, work: Any) -> Any:
        """Await something on the door's loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def contents(self) -> list[bytes]:
        """Return the contents that are in the spool, oldest first."""
        return [self.spool.content(entry.id) for entry in self.spool.pending(1_000)]


class Client:
    """Sends bytes and reads replies."""

    def __init__(self, host: str, port: int, source: str | None = None) -> None:
        self.sock = socket.create_connection((host, port), 20, (source, 0) if source else None)
        self.file = self.sock.makefile("rb")

    def send(self, sent: bytes) -> None:
        self.sock.sendall(sent)

    def reply(self) -> str:
        """Read one reply, of several lines too; empty when the connection is closed."""
        lines = []
        while True:
            try:
                line = self.file.readline().decode()
            except ConnectionError:
                return ""
            lines.append(line)
            if line[3:4] != "-":
                return "".join(lines).rstrip()

    def say(self, command: str) -> str:
        self.send(command.encode() + b"\r\n")
        return self.reply()

    def begin(self, *recipients: str, sender: str = "sup@plier.example") -> None:
        """Go as far as the 354."""
        assert self.say(f"MAIL FROM:<{sender}>").startswith("250 2.1.0")
        for recipient in recipients or ("acme@import.example",):
            assert self.say(f"RCPT TO:<{recipient}>").startswith("250 2.1.5")
        assert self.say("DATA").startswith("354")

    def mail(self, content: bytes, *recipients: str) -> str:
        self.begin(*recipients)
        self.send(content + b"\r\n.\r\n")
        return self.reply()

    def close(self) -> None:
        self.file.close()
        self.sock.close()


OpenDoor = Callable[..., House]


@pytest.fixture
def open_door(tmp_path: Path) -> Iterator[OpenDoor]:
    """Open doors with `open_door(max_errors=3)`; they are closed at the end."""
    houses: list[House] = []
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    loop.call_soon_threadsafe(loop.set_default_executor, ThreadPoolExecutor(4))

    opened: list[Spool] = []

    def make(*, spool: Any = None, sock: socket.socket | None = None, find: Any = find, **settings: Any) -> House:
        spool = spool or Spool(tmp_path / "spool.sqlite")
        opened.append(spool)
        door = SmtpDoor(
            SmtpSettings(listen="127.0.0.1:0", hostname="mx.example", **settings),
            spool,
            find,
            lambda: NOON,
            sock=sock,
        )
        host, port = asyncio.run_coroutine_threadsafe(door.start(), loop).result(20)
        houses.append(House(host, port, spool, loop, door))
        return houses[-1]

    yield make
    for house in houses:
        for client in house.clients:
            client.close()
        house.run(house.door.stop())
    for spool in opened:
        spool.close()
    asyncio.run_coroutine_threadsafe(loop.shutdown_default_executor(), loop).result(20)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(20)
    loop.close()
