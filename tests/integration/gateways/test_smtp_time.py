"""How long a client may take: in silence, between its mails, over one message."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

OpenDoor = Callable[..., Any]
MAIL = b"From: sup@plier.example\r\nSubject: invoice\r\n\r\nhello"


def test_a_command_that_drips_is_hung_up(open_door: OpenDoor) -> None:
    client = open_door(timeout_seconds=0.5).dial(hello=True)
    for _ in range(20):
        time.sleep(0.1)
        try:
            client.send(b"N")
        except ConnectionError:
            break
    assert client.reply()[:9] in {"421 4.4.2", ""}
    assert client.reply() == ""


def test_a_client_that_takes_no_answers_is_hung_up(open_door: OpenDoor) -> None:
    house = open_door(timeout_seconds=0.5, max_idle_commands=1_000_000, max_connections=1)
    client = house.dial(hello=True)
    with pytest.raises(ConnectionError):
        client.send(b"EHLO x\r\n" * 1_000_000)
    client.close()
    assert house.dial().reply().startswith("220")  # its place is free


def test_a_silent_client_is_hung_up_and_a_talking_one_is_not(open_door: OpenDoor) -> None:
    house = open_door(timeout_seconds=0.4)
    silent, talking = house.dial(hello=True), house.dial(hello=True)
    for _ in range(8):
        time.sleep(0.1)
        assert talking.say("NOOP").startswith("250")
    assert silent.reply().startswith("421 4.4.2")
    assert silent.reply() == ""
    assert talking.mail(MAIL).startswith("250")


def test_a_slow_message_is_cut_off_and_a_steady_one_is_not(
    open_door: OpenDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mailroom.gateways import conversation

    monkeypatch.setattr(conversation, "_GRACE_SECONDS", 0.2)
    house = open_door(timeout_seconds=1, min_bytes_per_second=200)
    slow, steady = house.dial(hello=True), house.dial(hello=True)
    slow.begin()
    steady.begin()
    for _ in range(8):
        time.sleep(0.1)
        steady.send(b"x" * 98 + b"\r\n")
        try:
            slow.send(b"x\r\n")
        except ConnectionError:
            break
    steady.send(b".\r\n")
    assert steady.reply().startswith("250")
    assert slow.reply()[:9] in {"421 4.4.2", ""}
    assert len(house.contents()) == 1


def test_a_lively_client_that_never_comes_to_a_mail_is_hung_up(open_door: OpenDoor) -> None:
    house = open_door(mail_seconds=0.6)
    client = house.dial(hello=True)
    said = []
    for _ in range(30):
        time.sleep(0.1)
        try:
            said.append(client.say("NOOP")[:9])
        except ConnectionError:
            break
    assert said[0] == "250 2.0.0"
    assert "421 4.4.2" in said
    assert len(said) < 25


def test_a_message_that_never_ends_is_hung_up_at_whatever_pace_and_nothing_of_it_is_kept(open_door: OpenDoor) -> None:
    house = open_door(mail_seconds=0.6)
    client = house.dial(hello=True)
    client.begin()

    def go_on() -> None:
        for _ in range(100):
            client.send(b"x" * 998 + b"\r\n")
            time.sleep(0.1)

    with pytest.raises(ConnectionError):
        go_on()
    assert client.reply()[:9] in {"421 4.4.2", ""}
    assert house.contents() == []


@pytest.mark.parametrize("most", [0.8, 0])
def test_a_client_that_sends_mail_after_mail_may_stay(open_door: OpenDoor, most: float) -> None:
    client = open_door(mail_seconds=most).dial(hello=True)
    for number in range(5):
        time.sleep(0.3)
        assert client.mail(MAIL + b"%d\r\n" % number).startswith("250")


def test_silence_before_the_first_byte_is_no_slow_message(open_door: OpenDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    from mailroom.gateways import conversation

    monkeypatch.setattr(conversation, "_GRACE_SECONDS", 0.2)
    house = open_door(timeout_seconds=2, min_bytes_per_second=1_000_000)
    client = house.dial(hello=True)
    client.begin()
    time.sleep(1.2)
    client.send(MAIL + b"\r\n.\r\n")
    assert client.reply().startswith("250")
