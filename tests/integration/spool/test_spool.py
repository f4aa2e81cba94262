"""The spool on a real disk, with real processes."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailroom.domain.message import Door, Envelope
from mailroom.domain.value import new_id
from mailroom.errors import BlobDamaged, BlobMissing, NotFound, SpoolUnavailable
from mailroom.spool import Spool
from mailroom.spool.draft import LARGE

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECONDS = 20


def envelope(recipient: str = "acme@import.example") -> Envelope:
    return Envelope(id=new_id(), account_id="a1", door=Door.SMTP, recipient=recipient, received_at=NOON)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    opened = Spool(tmp_path / "spool.sqlite")
    yield opened
    opened.close()


@pytest.mark.parametrize("size", [0, 1, LARGE, LARGE + 1, 5_000_000])
def test_what_was_accepted_is_there_after_it_is_opened_again(tmp_path: Path, size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    wanted = envelope()
    first = Spool(tmp_path / "spool.sqlite")
    assert first.accept(wanted, content).result(SECONDS) == wanted.id
    first.close()
    second = Spool(tmp_path / "spool.sqlite")
    (entry,) = second.pending(10)
    assert entry.envelope == wanted
    assert (entry.size, entry.sha256) == (size, hashlib.sha256(content).hexdigest())
    assert (entry.attempts, entry.not_before, entry.last_error) == (0, None, "")
    assert second.content(wanted.id) == content
    second.close()


@pytest.mark.parametrize("content", [b"small", b"L" * (LARGE + 1)], ids=["small", "large"])
def test_the_same_mail_for_the_same_recipient_is_one_entry(spool: Spool, tmp_path: Path, content: bytes) -> None:
    first, again, other = envelope(), envelope("ACME@import.example"), envelope("beta@import.example")
    assert spool.accept(first, content).result(SECONDS) == first.id
    assert spool.accept(again, content).result(SECONDS) == first.id
    assert spool.accept(other, content).result(SECONDS) == other.id
    assert [entry.id for entry in spool.pending(10)] == [first.id, other.id]
    spool.remove(first.id)
    spool.remove(first.id)
    assert spool.content(other.id) == content
    spool.remove(other.id)
    assert spool.counts() == (0, 0)
    assert large_files(tmp_path) == []


@pytest.mark.parametrize("content", [b"small", b"L" * (LARGE + 1)], ids=["small", "large"])
def test_one_message_for_several_recipients_keeps_its_bytes_once(spool: Spool, tmp_path: Path, content: bytes) -> None:
    envelopes = [envelope(f"r{number}@import.example") for number in range(3)]
    ids = spool.accept_all(envelopes, content).result(SECONDS)
    assert ids == [each.id for each in envelopes]
    assert len(large_files(tmp_path)) == (len(content) > LARGE)
    for id_ in ids:
        assert spool.content(id_) == content
        spool.remove(id_)
    assert large_files(tmp_path) == []


def test_many_accepts_at_once_come_back_each_with_its_own_id(spool: Spool) -> None:
    envelopes = [envelope() for _ in range(1500)]
    futures = [spool.accept(each, each.id.encode()) for each in envelopes]
    assert [future.result(SECONDS) for future in futures] == [each.id for each in envelopes]
    assert [entry.id for entry in spool.pending(2000)] == [each.id for each in envelopes]


def test_a_deferred_entry_waits_and_lets_later_ones_pass(tmp_path: Path) -> None:
    now = [NOON]
    spool = Spool(tmp_path / "spool.sqlite", clock=lambda: now[0])
    first, second = envelope(), envelope()
    spool.accept(first, b"1").result(SECONDS)
    spool.accept(second, b"2").result(SECONDS)
    spool.defer(first.id, NOON + timedelta(minutes=5), "the store is down")
    assert [entry.id for entry in spool.pending(1)] == [second.id]
    assert spool.next_due() == NOON + timedelta(minutes=5)
    assert spool.counts() == (2, 1)
    assert [entry.id for entry in spool.entries(10)] == [first.id, second.id]
    now[0] += timedelta(minutes=5)
    (entry, _) = spool.pending(10)
    assert (entry.id, entry.attempts, entry.last_error) == (first.id, 1, "the store is down")
    assert spool.next_due() is None
    spool.close()


def test_an_unknown_id_is_not_found(spool: Spool) -> None:
    with pytest.raises(NotFound):
        spool.content("nobody")
    with pytest.raises(NotFound):
        spool.defer("nobody", NOON, "")
    assert spool.accept(envelope(), b"still works").result(SECONDS)


def test_a_file_that_rotted_or_vanished_is_told(spool: Spool, tmp_path: Path) -> None:
    id_ = spool.accept(envelope(), b"L" * (LARGE + 1)).result(SECONDS)
    (file,) = large_files(tmp_path)
    file.write_bytes(b"M" * (LARGE + 1))
    with pytest.raises(BlobDamaged):
        spool.content(id_)
    file.unlink()
    with pytest.raises(BlobMissing):
        spool.content(id_)


def test_wait_sees_what_came_between_two_calls_and_times_out_without_news(spool: Spool) -> None:
    assert not spool.wait(0)
    id_ = spool.accept(envelope(), b"1").result(SECONDS)
    assert spool.wait(SECONDS)
    spool.remove(id_)
    assert not spool.wait(0.15)


def test_wait_wakes_at_once_when_this_process_accepts(spool: Spool) -> None:
    began = time.monotonic()
    threading.Timer(0.2, lambda: spool.accept(envelope(), b"1")).start()
    assert spool.wait(SECONDS)
    assert time.monotonic() - began < 5


def test_closing_ends_a_wait(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    threading.Timer(0.2, spool.close).start()
    assert not spool.wait(SECONDS)


def test_a_closed_spool_promises_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    spool.close()
    for content in (b"small", b"L" * (LARGE + 1)):
        with pytest.raises(SpoolUnavailable):
            spool.accept(envelope(), content).result(SECONDS)
    assert large_files(tmp_path) == []


def test_a_discarded_draft_leaves_nothing(spool: Spool, tmp_path: Path) -> None:
    draft = spool.draft()
    draft.write(b"x" * (LARGE + 1))
    assert draft.is_due
    draft.flush()
    assert len(large_files(tmp_path)) == 1
    draft.discard()
    assert large_files(tmp_path) == []
    with pytest.raises(SpoolUnavailable):
        spool.accept_draft([envelope()], draft).result(SECONDS)


PRODUCER = """
import sys
from pathlib import Path
from datetime import datetime, UTC
from mailroom.domain.message import Door, Envelope
from mailroom.spool import Spool
spool = Spool(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    name = f"{sys.argv[2]}-{number}"
    envelope = Envelope(id=name, account_id="a", door=Door.SMTP, recipient="r@x", received_at=datetime.now(UTC))
    spool.accept(envelope, name.encode() * (40_000 if number % 10 == 0 else 1)).result(60)
spool.close()
"""


def test_several_processes_write_while_another_reads_and_removes(spool: Spool, tmp_path: Path) -> None:
    file = str(tmp_path / "spool.sqlite")
    children = [subprocess.Popen([sys.executable, "-c", PRODUCER, file, name, "40"]) for name in ("p", "q")]
    seen: set[str] = set()
    end = time.monotonic() + 60
    while len(seen) < 80 and time.monotonic() < end:
        spool.wait(1)
        while entries := spool.pending(7):
            for entry in entries:
                assert entry.id not in seen
                assert spool.content(entry.id)[: len(entry.id)] == entry.id.encode()
                spool.remove(entry.id)
                seen.add(entry.id)
    assert [child.wait(30) for child in children] == [0, 0]
    assert seen == {f"{name}-{number}" for name in "pq" for number in range(40)}
    assert spool.counts() == (0, 0)
    assert large_files(tmp_path) == []


def large_files(tmp_path: Path) -> list[Path]:
    return [file for file in (tmp_path / "spool").rglob("*") if file.is_file() and file.name != "lock"]
