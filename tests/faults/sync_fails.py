"""A daemon whose spool cannot sync while a file `sync-fails` lies in its data folder, which says how: EIO or ENOSPC."""

from __future__ import annotations

import sqlite3
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from mailroom.app import entrance
from mailroom.cli import main
from mailroom.spool import Spool, database

MARK = "sync-fails"
CODES = {"EIO": sqlite3.SQLITE_IOERR_FSYNC, "ENOSPC": sqlite3.SQLITE_FULL}


class FailingSync(sqlite3.Connection):
    """Fails at COMMIT as SQLite does when the kernel says no."""

    mark: Path

    def execute(self, statement: str, *values: object) -> sqlite3.Cursor:
        """Run a statement, or fail."""
        if statement == "COMMIT" and self.mark.exists():
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = CODES[self.mark.read_text()]
            raise error
        return super().execute(statement, *values)


def connect(file: Path) -> sqlite3.Connection:
    """Open a connection as the spool does, which can fail."""
    database.connect(file).close()
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False, factory=FailingSync)
    assert isinstance(connection, FailingSync)
    connection.mark = file.parent / MARK
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


if __name__ == "__main__":
    entrance.Spool = partial(Spool, connect=connect)  # type: ignore[assignment,misc]  # the one place that opens it
    main()
