"""The SMTP door when the disk is full, a sync fails, a client leaves, or the process is killed before it answers."""

from __future__ import annotations

import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from mailroom.domain.message import Envelope
from mailroom.errors import SpoolUnavailable
from mailroom.spool import Draft, Spool

OpenDoor = Callable[..., Any]
MAIL = b"From: sup@plier.example\r\nSubject: invoice\r\n\r\nhello"


class RefusingSpool(Spool):
    """Cannot keep anything while `failure` is set."""

    failure: Exception | None = None

    def accept_draft(self, envelopes: Sequence[Envelope], draft: Draft) -> Future[list[str]]:
        if self.failure is None:
            return super().accept_draft(envelopes, draft)
        future: Future[list[str]] = Future()
        future.set_exception(self.failure)
        return future


class SlowSpool(Spool):
    """Has written, but does not say so before `may_answer` is set."""

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self.written = threading.Event()
        self.may_answer = threading.Event()

    def accept_draft(self, envelopes: Sequence[Envelope], draft: Draft) -> Future[list[str]]:
        late: Future[list[str]] = Future()

        def answer(done: Future[list[str]]) -> None:
            self.written.set()
            self.may_answer.wait(20)
            late.set_result(done.result())

        super().accept_draft(envelopes, draft).add_done_callback(answer)
        return late


@pytest.mark.parametrize(
    "failure", [SpoolUnavailable("No space left on /var/lib/mailroom"), RuntimeError("secret /etc/passwd")]
)
def test_what_cannot_be_kept_is_refused_for_now_without_a_word_of_why(
    open_door: OpenDoor, tmp_path: Path, failure: Exception
) -> None:
    spool = RefusingSpool(tmp_path / "spool.sqlite")
    house = open_door(spool=spool)
    client = house.dial(hello=True)
    spool.failure = failure
    assert client.mail(MAIL) == "451 4.3.0 Temporary failure, try again later"
    spool.failure = None
    assert client.mail(MAIL).startswith("250 2.0.0")
    assert len(house.contents()) == 1


def test_a_disk_that_is_full_in_the_middle_of_a_large_mail_is_told_after_its_end(
    open_door: OpenDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_draft: Draft) -> None:
        raise OSError(28, "No space left on device")

    house = open_door()
    client = house.dial(hello=True)
    with monkeypatch.context() as patch:
        patch.setattr(Draft, "_flush", full)
        assert client.mail(b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 50_000).startswith("451 4.3.0")
    assert not house.spool.broken
    assert client.mail(MAIL).startswith("250")
    assert len(house.contents()) == 1


def test_a_client_that_leaves_after_the_final_dot_and_comes_again_adds_nothing(
    open_door: OpenDoor, tmp_path: Path
) -> None:
    spool = SlowSpool(tmp_path / "spool.sqlite")
    house = open_door(spool=spool)
    client = house.dial(hello=True)
    client.begin()
    client.send(MAIL + b"\r\n.\r\n")
    assert spool.written.wait(20)
    client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()  # with a reset
    (kept,) = spool.pending(10)
    spool.may_answer.set()
    assert house.dial(hello=True).mail(MAIL) == f"250 2.0.0 Ok: kept as {kept.id}"
    assert len(spool.pending(10)) == 1


@pytest.mark.parametrize("size", [100, 3_000_000])
def test_a_client_that_leaves_in_the_middle_of_its_mail_leaves_nothing(
    open_door: OpenDoor, tmp_path: Path, size: int
) -> None:
    house = open_door()
    client = house.dial(hello=True)
    client.begin()
    client.send(b"x\r\n" * (size // 3))
    client.close()
    control = house.dial(hello=True)
    assert control.mail(MAIL).startswith("250")
    assert house.contents() == [MAIL + b"\r\n"]
    end = time.monotonic() + 10
    while time.monotonic() < end and large_files(tmp_path):
        time.sleep(0.05)
    assert large_files(tmp_path) == []


def test_rubbish_of_all_kinds_leaves_the_door_open(open_door: OpenDoor) -> None:
    house = open_door()
    for rubbish in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)),
        b"\0" * 100_000,
        b"EHLO c\r\n" + b"NOOP\r\n" * 10_000,
        b"EHLO c\r\nMAIL FROM:<>\r\n" + b"RCPT TO:<acme@import.example>\r\n" * 500 + b"QUIT\r\n",
        b"EHLO \xff\xfe\r\nMAIL FROM:<\xff@\xfe>\r\n",
        b"X" * 1_000_000,
    ):
        client = house.dial()
        try:
            client.send(rubbish)
        except ConnectionError:
            continue
    began = time.monotonic()
    assert house.dial(hello=True).mail(MAIL).startswith("250")
    assert time.monotonic() - began < 2


def test_a_hundred_thousand_headers_and_a_drip_do_not_hold_up_others(open_door: OpenDoor) -> None:
    house = open_door()
    dripping = house.dial(hello=True)
    dripping.begin()
    dripping.send(b"S")
    assert house.dial(hello=True).mail(b"X: y\r\n" * 100_000 + b"\r\nbody").startswith("250")
    dripping.send(b"ubject")
    assert house.dial(hello=True).mail(MAIL).startswith("250")


KILLED_BEFORE_THE_ANSWER = """
import asyncio, os, signal, sys
from pathlib import Path
from mailroom.clock import utc_now
from mailroom.config import SmtpSettings
from mailroom.gateways import reception, session
from mailroom.gateways.admission import Recipient
from mailroom.gateways.smtp import SmtpDoor
from mailroom.log import set_up
from mailroom.spool import Spool

async def die(*arguments):
    await reception.keep(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
    set_up()
    if sys.argv[2] == "die":
        session.keep = die
    spool = Spool(Path(sys.argv[1]))
    find = lambda local_part, domain: Recipient(f"{local_part}@{domain}", "a", False, False)
    door = SmtpDoor(SmtpSettings(listen="127.0.0.1:0"), spool, find, utc_now)
    print((await door.start())[1], flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("size", [10, 2_000_000], ids=["small", "large"])
def test_a_kill_between_the_sync_and_the_answer_loses_nothing_and_doubles_nothing(
    open_door: OpenDoor, tmp_path: Path, size: int
) -> None:
    mail = MAIL + b"\r\nx" * (size // 3)
    arguments = [sys.executable, "-c", KILLED_BEFORE_THE_ANSWER, str(tmp_path / "spool.sqlite"), "die"]
    child = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    house = open_door()
    elsewhere = type(house)("127.0.0.1", int(child.stdout.readline()), house.spool, house.loop, house.door)
    dying = elsewhere.dial(hello=True)
    dying.begin()
    dying.send(mail + b"\r\n.\r\n")
    assert dying.reply() == ""
    dying.close()
    assert child.wait(20) == -signal.SIGKILL
    child.stdout.close()
    (kept,) = house.spool.pending(10)
    assert house.contents() == [mail + b"\r\n"]
    assert house.dial(hello=True).mail(mail) == f"250 2.0.0 Ok: kept as {kept.id}"
    assert len(house.spool.pending(10)) == 1


def large_files(tmp_path: Path) -> list[Path]:
    return [file for file in (tmp_path / "spool").rglob("*") if file.is_file() and file.name != "lock"]
