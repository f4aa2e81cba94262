"""The LMTP door, with a raw socket: smtplib hides how many replies there are."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mailroom.config import LmtpSettings, SmtpSettings
from mailroom.domain.message import Door
from mailroom.errors import BadConfiguration
from mailroom.gateways.lmtp import LmtpDoor

OpenDoor = Callable[..., Any]
MAIL = b"From: sup@plier.example\r\nSubject: invoice\r\n\r\nhello"


@pytest.fixture
def lmtp(open_door: OpenDoor) -> Iterator[Callable[[str], tuple[Any, str]]]:
    """Start an LMTP door beside a house; give the house and where the door listens."""
    started: list[tuple[Any, LmtpDoor]] = []

    def make(listen: str, **limits: Any) -> tuple[Any, str]:
        house = open_door()
        find = house.door._find_recipient
        door = LmtpDoor(LmtpSettings(listen=listen), SmtpSettings(**limits), house.spool, find, clock=house.door._now)
        started.append((house, door))
        try:
            where = house.run(door.start())
        except BadConfiguration:
            house.run(door.stop())  # as the daemon does
            raise
        return house, where

    yield make
    for house, door in started:
        house.run(door.stop())


def dial(house: Any, where: str) -> Any:
    beside = type(house)("127.0.0.1", int(where.rpartition(":")[2]), house.spool, house.loop, house.door, house.clients)
    client = beside.dial()
    assert client.reply().startswith("220 ")
    assert client.say("LHLO front.example").startswith("250")
    return client


def test_each_accepted_recipient_gets_its_own_reply(lmtp: Callable[..., Any]) -> None:
    house, where = lmtp("127.0.0.1:0")
    client = dial(house, where)
    client.say("MAIL FROM:<>")
    said = [client.say(f"RCPT TO:<{name}@import.example>")[:3] for name in ("acme", "nobody", "beta", "acme")]
    assert said == ["250", "550", "250", "250"]
    client.say("DATA")
    client.send(MAIL + b"\r\n.\r\nNOOP\r\n")
    entries = house.spool.pending(10)
    replies = [client.reply() for _ in range(4)]
    entries = house.spool.pending(10)
    ids = [entry.id for entry in entries]
    assert replies == [f"250 2.0.0 Ok: kept as {id_}" for id_ in (*ids, ids[0])] + ["250 2.0.0 Ok"]
    assert {entry.envelope.door for entry in entries} == {Door.LMTP}


def test_also_when_the_data_cannot_be_taken(lmtp: Callable[..., Any]) -> None:
    house, where = lmtp("127.0.0.1:0", max_message_bytes=1_000)
    client = dial(house, where)
    for content, reply, then in (
        (b"x\r\n" * 1_000, "552 5.3.4", "250 2.0.0"),
        (b"a\nb", "550 5.5.2", "421 4.7.0"),  # where it ended is in doubt
    ):
        client.begin("acme@import.example", "beta@import.example")
        client.send(content + b"\r\n.\r\nNOOP\r\n")
        assert [client.reply()[:9] for _ in range(3)] == [reply, reply, then]
    assert house.contents() == []


def test_also_when_something_inside_fails(lmtp: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("secret")

    house, where = lmtp("127.0.0.1:0")
    client = dial(house, where)
    monkeypatch.setattr(house.spool, "accept_draft", broken)
    client.begin("acme@import.example", "beta@import.example")
    client.send(MAIL + b"\r\n.\r\nNOOP\r\n")
    assert [client.reply() for _ in range(3)] == [
        "451 4.3.0 Temporary failure, try again later",
        "451 4.3.0 Temporary failure, try again later",
        "250 2.0.0 Ok",
    ]


def test_without_a_recipient_there_is_no_data_and_smtp_is_not_spoken_here(lmtp: Callable[..., Any]) -> None:
    client = dial(*lmtp("127.0.0.1:0"))
    assert client.say("EHLO c.example").startswith("500 5.5.2")
    client.say("MAIL FROM:<a@b.example>")
    client.say("RCPT TO:<nobody@import.example>")
    assert client.say("DATA").startswith("503 5.5.1")


def test_a_unix_socket_is_made_with_its_permissions_replaced_when_dead_and_removed(
    lmtp: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "lmtp.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    house, where = lmtp(f"unix:{path}")
    assert where == f"unix:{path}"
    assert path.stat().st_mode & 0o777 == 0o660
    with socket.socket(socket.AF_UNIX) as front:
        front.settimeout(20)
        front.connect(str(path))
        file = front.makefile("rb")
        front.sendall(b"LHLO f\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<acme@import.example>\r\nDATA\r\n")
        front.sendall(MAIL + b"\r\n.\r\nQUIT\r\n")
        said = [line[:4] for line in file]
        file.close()
    assert said[-3:] == [b"354 ", b"250 ", b"221 "]
    assert house.spool.pending(1)[0].envelope.peer == "unix"


def test_a_socket_that_lives_or_cannot_be_made_is_named(lmtp: Callable[..., Any], tmp_path: Path) -> None:
    lmtp(f"unix:{tmp_path}/lmtp.sock")
    with pytest.raises(BadConfiguration, match=r"lmtp\.sock"):
        lmtp(f"unix:{tmp_path}/lmtp.sock")
    with socket.socket(socket.AF_UNIX) as front:  # the one that lives keeps its socket
        front.connect(f"{tmp_path}/lmtp.sock")
    with pytest.raises(BadConfiguration, match="nowhere"):
        lmtp(f"unix:{tmp_path}/nowhere/lmtp.sock")
