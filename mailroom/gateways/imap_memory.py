"""What was already taken out of which mailbox, under the only key that IMAP gives (RFC 3501 section 2.3.1.1).

A small SQLite file of its own beside the spool. Lost or outdated it costs work and nothing else: a mail that is taken
again has the same bytes and is the same message.
"""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import NamedTuple

TAKEN = "taken"


class FolderKey(NamedTuple):
    """A folder of a mailbox while its numbers are valid."""

    host: str
    user: str
    folder: str
    uid_validity: int


class Memory:
    """Thread-safe; one for all collectors."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None, timeout=30)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS seen (host TEXT, user TEXT, folder TEXT, uid_validity INTEGER, uid INTEGER, "
            "outcome TEXT NOT NULL, PRIMARY KEY (host, user, folder, uid_validity, uid)) WITHOUT ROWID"
        )

    def known(self, key: FolderKey) -> set[int]:
        """Return the numbers that were dealt with, and forget those of an earlier validity."""
        with self._lock:
            self._connection.execute(
                "DELETE FROM seen WHERE host = ? AND user = ? AND folder = ? AND uid_validity <> ?", key
            )
            rows = self._connection.execute(
                "SELECT uid FROM seen WHERE host = ? AND user = ? AND folder = ? AND uid_validity = ?", key
            )
            return {uid for (uid,) in rows}

    def remember(self, key: FolderKey, uid: int, outcome: str) -> None:
        """Note what became of a mail: `TAKEN`, or the reason for which it was left in its mailbox."""
        with self._lock:
            self._connection.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?, ?)", (*key, uid, outcome))

    def left(self) -> list[tuple[str, str, str, str, int]]:
        """Return (host, user, folder, reason, how many) of mails that were left where they are, for the operator."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT host, user, folder, outcome, count(*) FROM seen WHERE outcome <> ? GROUP BY 1, 2, 3, 4",
                (TAKEN,),
            )
            return rows.fetchall()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
