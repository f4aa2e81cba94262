"""What is on the disk when a mail is promised: everything, in an order that a power cut cannot turn into a lie."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailroom.domain.message import Door, Envelope
from mailroom.domain.value import new_id
from mailroom.spool import Spool, database
from mailroom.spool.draft import LARGE

SECONDS = 20


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each sync of a file or a folder, by its kind."""
    events: list[str] = []
    sync = os.fsync

    def spy(descriptor: int) -> None:
        sync(descriptor)
        events.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")

    monkeypatch.setattr(os, "fsync", spy)
    return events


def connecting(events: list[str], made: list[sqlite3.Connection]) -> Callable[[Path], sqlite3.Connection]:
    def connect(file: Path) -> sqlite3.Connection:
        connection = database.connect(file)
        connection.set_trace_callback(lambda said: events.append(said.split()[0]))
        made.append(connection)
        return connection

    return connect


@pytest.mark.parametrize(
    ("size", "order"),
    [(10, ["INSERT", "INSERT", "COMMIT"]), (LARGE + 1, ["file", "folder", "INSERT", "INSERT", "COMMIT"])],
    ids=["small", "large"],
)
def test_all_is_synced_before_the_promise(tmp_path: Path, told: list[str], size: int, order: list[str]) -> None:
    made: list[sqlite3.Connection] = []
    spool = Spool(tmp_path / "spool.sqlite", connect=connecting(told, made))
    told.clear()
    envelope = Envelope(
        id=new_id(), account_id="a", door=Door.SMTP, recipient="r@x.example", received_at=datetime.now(UTC)
    )
    promise = spool.accept(envelope, b"x" * size)
    promise.add_done_callback(lambda _: told.append("promise"))
    promise.result(SECONDS)
    spool.close()
    kept = [event for event in told[: told.index("promise")] if event in {"file", "folder", "INSERT", "COMMIT"}]
    assert kept[-len(order) :] == order


def test_a_commit_is_a_sync_of_the_log(tmp_path: Path) -> None:
    Spool(tmp_path / "spool.sqlite").close()
    connection = database.connect(tmp_path / "spool.sqlite")
    modes = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    connection.close()
    assert modes == ["wal", 2], "FULL: the log is on the disk when COMMIT returns"
