"""The spool's SQLite file: its form, and how a connection to it is opened.

WAL with synchronous=FULL: a commit returns only after the log is on the disk. The log is copied into the main file by
the writer itself and not by SQLite's own automatism, because that one ignores a failed sync and would try again on
pages which the kernel has already marked clean: mail would be gone without a word.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from mailroom.errors import SpoolUnavailable

Connect = Callable[[Path], sqlite3.Connection]

BUSY_SECONDS = 10.0
"""How long a writer waits for another process's transaction. Theirs take milliseconds; ten seconds mean a hang."""

_VERSION = 1

_SCHEMA = """
CREATE TABLE content (
    number INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    bytes BLOB,             -- small contents
    file TEXT               -- large ones: path below the spool's folder
) STRICT;
CREATE TABLE entry (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL,
    recipient TEXT NOT NULL,
    envelope TEXT NOT NULL,
    content INTEGER NOT NULL REFERENCES content (number),
    attempts INTEGER NOT NULL DEFAULT 0,
    not_before REAL NOT NULL DEFAULT 0,
    last_error TEXT NOT NULL DEFAULT '',
    UNIQUE (sha256, recipient)
) STRICT;
CREATE INDEX entry_content ON entry (content);
"""


def connect(file: Path) -> sqlite3.Connection:
    """Open a connection that may be used by any thread, one at a time. Transactions are begun by hand."""
    connection = sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        # Before anything is written, else it has no effect. Mail is some 5 to 300 KB: fewer pages, fewer system calls.
        connection.execute("PRAGMA page_size = 16384")
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("PRAGMA journal_size_limit = 67108864")
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def prepare(file: Path, connect: Connect) -> None:
    """Create the file and its tables when they are missing; safe when two processes do it at once.

    Raises:
        SpoolUnavailable: the file cannot be opened or is of a newer release.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        connection = _connect_patiently(file, connect)
        try:
            _prepare(connection)
        finally:
            connection.close()
        sync_folder(file.parent)
    except (sqlite3.Error, OSError) as error:
        raise SpoolUnavailable(f"{file}: the spool cannot be opened: {error}") from error


def _connect_patiently(file: Path, connect: Connect) -> sqlite3.Connection:
    """Open the file; the change to WAL does not wait for another process that is at it, so wait here."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return connect(file)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.05)


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        _create_tables(connection)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _create_tables(connection: sqlite3.Connection) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > _VERSION:
        raise SpoolUnavailable("the spool was written by a newer release of mailroom")
    if version < _VERSION:
        for statement in filter(str.strip, _SCHEMA.split(";\n")):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {_VERSION}")


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
