"""The spool when the disk is full, a sync fails, or its process is killed."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailroom.domain.message import Door, Envelope
from mailroom.domain.value import new_id
from mailroom.errors import SpoolUnavailable
from mailroom.spool import Spool, database, writer
from mailroom.spool import draft as draft_module
from mailroom.spool.draft import LARGE

SECONDS = 20


def envelope() -> Envelope:
    return Envelope(
        id=new_id(), account_id="a1", door=Door.SMTP, recipient="r@x.example", received_at=datetime.now(UTC)
    )


class FailingSync(sqlite3.Connection):
    """A connection whose COMMIT fails as SQLite's does when fsync fails, while `failing` is set."""

    failing: bool = False
    failing_statement = "COMMIT"

    def execute(self, statement: str, *values: object) -> sqlite3.Cursor:
        if self.failing and statement == self.failing_statement:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
            raise error
        return super().execute(statement, *values)


def failing_connect(made: list[FailingSync]) -> Callable[[Path], sqlite3.Connection]:
    def connect(file: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False, factory=FailingSync)
        connection.execute("PRAGMA journal_mode = WAL")
        assert isinstance(connection, FailingSync)
        made.append(connection)
        return connection

    return connect


def test_after_a_failed_sync_nothing_is_promised_any_more(tmp_path: Path) -> None:
    made: list[FailingSync] = []
    spool = Spool(tmp_path / "spool.sqlite", connect=failing_connect(made))
    kept = spool.accept(envelope(), b"before").result(SECONDS)
    assert not spool.broken
    made[-1].failing = True
    futures = [spool.accept(envelope(), content) for content in (b"1", b"2", b"3")]
    for future in futures:
        with pytest.raises(SpoolUnavailable):
            future.result(SECONDS)
    assert spool.broken
    made[-1].failing = False  # the disk seems well again: a second sync would lie
    with pytest.raises(SpoolUnavailable):
        spool.accept(envelope(), b"after").result(SECONDS)
    spool.close()
    again = Spool(tmp_path / "spool.sqlite")
    assert [entry.id for entry in again.pending(10)] == [kept]
    assert not again.broken
    again.close()


def test_a_failed_sync_of_a_large_file_breaks_the_spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_handle: int) -> None:
        raise OSError(5, "Input/output error")

    spool = Spool(tmp_path / "spool.sqlite")
    assert spool.accept(envelope(), b"K" * (LARGE + 1)).result(SECONDS)
    monkeypatch.setattr(draft_module.os, "fsync", failing)
    with pytest.raises(SpoolUnavailable):
        spool.accept(envelope(), b"L" * (LARGE + 1)).result(SECONDS)
    assert spool.broken
    monkeypatch.undo()
    spool.close()


def test_a_failed_sync_while_the_log_is_copied_breaks_the_spool_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_CHECKPOINT_BYTES", 100_000)
    made: list[FailingSync] = []
    spool = Spool(tmp_path / "spool.sqlite", connect=failing_connect(made))
    made[-1].failing_statement = "PRAGMA wal_checkpoint(PASSIVE)"
    made[-1].failing = True
    kept = spool.accept(envelope(), b"x" * 200_000).result(SECONDS)
    end = time.monotonic() + SECONDS
    while not spool.broken and time.monotonic() < end:
        time.sleep(0.01)
    with pytest.raises(SpoolUnavailable):
        spool.accept(envelope(), b"after").result(SECONDS)
    assert spool.broken
    spool.close()
    again = Spool(tmp_path / "spool.sqlite")
    assert again.content(kept) == b"x" * 200_000
    again.close()


def test_a_backlog_that_was_worked_off_gives_its_room_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "_CHECKPOINT_BYTES", 1_000_000)
    monkeypatch.setattr(writer, "_SPARE_PAGES", 100)
    file = tmp_path / "spool.sqlite"
    spool = Spool(file)
    ids = [spool.accept(envelope(), b"%03d" % number * 80_000) for number in range(160)]
    for future in ids:
        spool.remove(future.result(SECONDS))
    for number in range(100):
        spool.remove(spool.accept(envelope(), b"%d" % number * 50_000).result(SECONDS))
    spool.close()
    assert file.stat().st_size < 10_000_000  # it held 38 MB


def test_a_full_database_refuses_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    made: list[sqlite3.Connection] = []

    def connect(file: Path) -> sqlite3.Connection:
        made.append(database.connect(file))
        return made[-1]

    spool = Spool(tmp_path / "spool.sqlite", connect=connect)
    made[-1].execute("PRAGMA max_page_count = 12")  # SQLite gives SQLITE_FULL, as it does on ENOSPC
    with pytest.raises(SpoolUnavailable):
        spool.accept(envelope(), b"x" * 250_000).result(SECONDS)
    assert not spool.broken
    assert spool.counts() == (0, 0)
    made[-1].execute("PRAGMA max_page_count = 10000")
    assert spool.accept(envelope(), b"x" * 250_000).result(SECONDS)
    spool.close()


FULL_DISK = """
import resource, sys
from pathlib import Path
from datetime import datetime, UTC
from mailroom.domain.message import Door, Envelope
from mailroom.errors import SpoolUnavailable
from mailroom.log import set_up
from mailroom.spool import Spool
set_up()
def accept(spool, name, size):
    envelope = Envelope(id=name, account_id="a", door=Door.SMTP, recipient="r@x", received_at=datetime.now(UTC))
    try:
        return spool.accept(envelope, name.encode() * size).result(20)
    except SpoolUnavailable:
        return "refused"
spool = Spool(Path(sys.argv[1]))
print(accept(spool, "a", 10))
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))
print(accept(spool, "b", 3_000_000))
print(accept(spool, "c", 10))
for number in range(200):
    said = accept(spool, f"d{number}", 10_000)
    if said == "refused":
        break
print(said)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
spool.close()
"""


def test_a_disk_that_takes_no_more_refuses_and_keeps_what_was_acknowledged(tmp_path: Path) -> None:
    file = tmp_path / "spool.sqlite"
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(file)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["a", "refused", "c", "refused"]
    spool = Spool(file)
    names = [entry.id for entry in spool.pending(1000)]
    assert names[:2] == ["a", "c"]
    assert names[2:] == [f"d{number}" for number in range(len(names) - 2)]
    for name in names:
        assert set(spool.content(name)) == set(name.encode())
    assert large_files(tmp_path) == []
    spool.close()


KILLED = """
import os, signal, sys
from pathlib import Path
from datetime import datetime, UTC
from mailroom.domain.message import Door, Envelope
from mailroom.spool import Spool
spool = Spool(Path(sys.argv[1]))
number = 0
while True:
    name = f"n{number}"
    envelope = Envelope(id=name, account_id="a", door=Door.SMTP, recipient="r@x", received_at=datetime.now(UTC))
    spool.accept(envelope, name.encode() * (200_000 if number % 3 == 0 else 10)).result(60)
    print(name, flush=True)
    number += 1
"""


def test_a_kill_at_any_moment_keeps_everything_acknowledged_and_leaves_no_orphan(tmp_path: Path) -> None:
    file = tmp_path / "spool.sqlite"
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(file)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    acknowledged = [child.stdout.readline().strip() for _ in range(30)]
    child.send_signal(signal.SIGKILL)
    acknowledged += child.stdout.read().split()
    child.stdout.close()
    child.wait(10)
    spool = Spool(file)
    entries = [entry.id for entry in spool.pending(10_000)]
    assert set(acknowledged) <= set(entries)
    assert len(entries) <= len(acknowledged) + 1  # the one that was in the sync
    for id_ in entries:
        assert spool.content(id_)
    assert len(large_files(tmp_path)) == sum(spool_entry.size > LARGE for spool_entry in spool.pending(10_000))
    for id_ in entries:
        spool.remove(id_)
    assert large_files(tmp_path) == []
    spool.close()


def test_a_start_leaves_the_unfinished_files_of_a_living_process_alone(tmp_path: Path) -> None:
    living = Spool(tmp_path / "spool.sqlite")
    draft = living.draft()
    draft.write(b"x" * (LARGE + 1))
    draft.flush()
    Spool(tmp_path / "spool.sqlite").close()
    (file,) = large_files(tmp_path)
    wanted = envelope()
    assert living.accept_draft([wanted], draft).result(SECONDS) == [wanted.id]
    Spool(tmp_path / "spool.sqlite").close()
    assert living.content(wanted.id) == b"x" * (LARGE + 1)
    assert large_files(tmp_path) == [file.with_suffix("")]
    living.close()


def test_a_start_removes_what_a_dead_process_left_without_a_row(tmp_path: Path) -> None:
    dead = tmp_path / "spool" / "dead"
    dead.mkdir(parents=True)
    (dead / "half.part").write_bytes(b"x")
    (dead / "whole").write_bytes(b"x")
    Spool(tmp_path / "spool.sqlite").close()
    assert not dead.exists()


@pytest.mark.parametrize("content", [b"no database at all", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_spool_file_that_is_none_is_refused_at_the_start(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "spool.sqlite").write_bytes(content * 10)
    with pytest.raises(SpoolUnavailable):
        Spool(tmp_path / "spool.sqlite")


def test_a_spool_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    Spool(tmp_path / "spool.sqlite").close()
    connection = sqlite3.connect(tmp_path / "spool.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(SpoolUnavailable, match="newer"):
        Spool(tmp_path / "spool.sqlite")


def test_another_process_that_holds_the_lock_too_long_costs_a_refusal_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "BUSY_SECONDS", 0.1)
    spool = Spool(tmp_path / "spool.sqlite")
    other = sqlite3.connect(tmp_path / "spool.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(SpoolUnavailable):
        spool.accept(envelope(), b"x").result(SECONDS)
    other.execute("ROLLBACK")
    other.close()
    assert not spool.broken
    assert spool.accept(envelope(), b"x").result(SECONDS)
    spool.close()


def large_files(tmp_path: Path) -> list[Path]:
    return [file for file in (tmp_path / "spool").rglob("*") if file.is_file() and file.name != "lock"]
