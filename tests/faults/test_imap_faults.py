"""Mailboxes whose server misbehaves: the collector goes on, loses nothing and does not spin."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from faults.imap_misbehaves import ImapServer
from waiting import until

from mailroom.config import ImapSettings
from mailroom.gateways.admission import Recipient
from mailroom.gateways.imap import Collector, Office
from mailroom.gateways.imap_memory import Memory
from mailroom.spool import Spool

MAIL = b"Subject: invoice\r\n\r\nhello\r\n"
Watch = Callable[..., tuple[ImapServer, Spool, Memory]]


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Return a function that starts a server with its ways and a collector on it."""
    monkeypatch.setattr("mailroom.gateways.imap.LONGEST_WAIT_SECONDS", 0.2)
    monkeypatch.setattr("mailroom.gateways.imap.SHORTEST_ROUND_SECONDS", 0.1)
    opened: list[tuple[ImapServer, Spool, Memory, Collector]] = []
    (tmp_path / "password").write_text("secret")

    def make(**ways: Any) -> tuple[ImapServer, Spool, Memory]:
        server = ImapServer(**ways)
        settings = ImapSettings(
            host="127.0.0.1",
            port=server.port,
            security="none",
            user="u",
            password_file=tmp_path / "password",
            account="a",
            poll_seconds=1,
            timeout_seconds=5,
        )
        recipient = Recipient("a@import.example", "a", False, False)
        office = Office(
            import_domain="import.example",
            max_bytes=100_000,
            find=lambda *_: None,
            of_account=lambda _account, _purpose: recipient,
            unassigned=lambda: recipient,
            record=lambda _: None,
        )
        spool, memory = Spool(tmp_path / "spool.sqlite"), Memory(tmp_path / "collectors.sqlite")
        collector = Collector(settings, spool, office, memory, clock=lambda: datetime(2026, 11, 21, tzinfo=UTC))
        opened.append((server, spool, memory, collector))
        collector.start()
        return server, spool, memory

    yield make
    for server, spool, memory, collector in opened:
        collector.ask_to_stop()
        collector.join()
        server.close()
        spool.close()
        memory.close()


def test_a_server_that_dies_in_idle_is_called_again_and_no_mail_is_missed(watch: Watch) -> None:
    server, spool, _ = watch(mails={1: MAIL}, dies_in_idle=True)
    assert spool.wait(20)
    until(lambda: server.connections >= 3)
    server.mails[2] = MAIL + b"second"
    until(lambda: len(spool.pending(10)) == 2)
    server.dies_in_idle = False
    before = until(lambda: server.connections)
    time.sleep(1)
    assert server.connections <= before + 1


def test_a_server_that_closes_while_we_idle_is_noticed(watch: Watch) -> None:
    server, spool, _ = watch(mails={1: MAIL})
    until(lambda: "IDLE" in server.commands)
    for client in server._clients:
        client.shutdown(2)
    server.mails[2] = MAIL + b"second"
    until(lambda: len(spool.pending(10)) == 2)


def test_a_mail_that_is_larger_than_the_server_says_is_left_and_the_next_one_is_taken(watch: Watch) -> None:
    server, spool, memory = watch(mails={1: MAIL + b"x" * 120_000, 2: MAIL}, says_too_little=10)
    until(memory.left)
    (entry,) = until(lambda: spool.pending(10))
    assert spool.content(entry.id) == MAIL
    assert memory.left()[0][3:] == ("too_large", 1)
    assert server.marked == {2}


def test_a_length_beyond_all_memory_is_never_read(watch: Watch) -> None:
    server, spool, memory = watch(mails={1: MAIL}, announces=10_000_000_000)
    until(memory.left)
    assert memory.left()[0][3:] == ("too_large", 1)
    assert spool.pending(10) == []
    server.announces = None
    server.mails[2] = MAIL
    until(lambda: spool.pending(10))


def test_a_mail_that_breaks_off_is_not_taken_until_it_comes_whole(watch: Watch) -> None:
    _, spool, _ = watch(mails={1: MAIL}, stops_in_mail=2)
    (entry,) = until(lambda: spool.pending(10))
    assert spool.content(entry.id) == MAIL


def test_a_server_that_does_not_tell_is_asked_and_one_without_keywords_is_remembered(watch: Watch) -> None:
    server, spool, _ = watch(mails={1: MAIL}, without_idle=True, without_keywords=True)
    until(lambda: spool.pending(10))
    server.mails[2] = MAIL + b"second"
    until(lambda: len(spool.pending(10)) == 2)
    assert server.marked == set()
    assert sum("BODY.PEEK[]" in command for command in server.commands) == 2
    assert not any(command.startswith("IDLE") for command in server.commands)
