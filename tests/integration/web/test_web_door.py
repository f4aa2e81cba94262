"""The door on a real socket: free port, taken port, a stop that waits for nobody long."""

from __future__ import annotations

import asyncio
import socket
import time

import httpx
import pytest
from starlette.types import Receive, Scope, Send
from web_house import House

from mailroom.config import WebSettings
from mailroom.errors import BadConfiguration
from mailroom.listening import bind
from mailroom.web import WebDoor, create_app


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer at once, or never under /slow."""
    if scope["path"] == "/slow":
        await asyncio.sleep(60)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"here"})


def test_the_door_opens_on_a_free_port_and_closes(house: House) -> None:
    async def story() -> None:
        door = WebDoor(create_app(house.services), WebSettings(listen="127.0.0.1:0"))
        host, port = await door.start()
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"http://{host}:{port}/healthz")
        assert answer.text == "ok\n"
        assert "server" not in answer.headers
        await door.stop()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, port), timeout=1)

    asyncio.run(story())


def test_an_inherited_socket_is_used() -> None:
    async def story() -> None:
        sock = bind("127.0.0.1:0")
        port = sock.getsockname()[1]
        door = WebDoor(app, WebSettings(listen="127.0.0.1:1"), sock)
        assert await door.start() == ("127.0.0.1", port)
        await door.stop()

    asyncio.run(story())


def test_stopping_does_not_wait_for_a_client_that_does() -> None:
    async def story() -> float:
        door = WebDoor(app, WebSettings(listen="127.0.0.1:0"))
        host, port = await door.start()
        idle = await asyncio.open_connection(host, port)
        async with httpx.AsyncClient(timeout=30) as client:
            slow = asyncio.create_task(client.get(f"http://{host}:{port}/slow"))
            await asyncio.sleep(0.2)
            began = time.monotonic()
            await door.stop()
            took = time.monotonic() - began
            await asyncio.wait({slow}, timeout=2)
            slow.cancel()
            await asyncio.gather(slow, return_exceptions=True)
        idle[1].close()
        return took

    assert asyncio.run(story()) < 2


@pytest.mark.parametrize("address", ["nowhere", "127.0.0.1:x", "127.0.0.1:99999", "256.1.1.1:80", ""])
def test_an_address_that_is_none_is_named(address: str) -> None:
    with pytest.raises(BadConfiguration, match=r"expected HOST:PORT|no such host"):
        bind(address, section="web")


def test_a_taken_port_is_named() -> None:
    with bind("127.0.0.1:0") as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadConfiguration, match=f"127.0.0.1:{port}: cannot listen there"):
            bind(f"127.0.0.1:{port}")
