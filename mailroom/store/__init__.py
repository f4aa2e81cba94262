"""Rows and bytes: what mailroom knows, on SQLite or PostgreSQL.

    with store.unit() as unit:                # one transaction; `store.read()` for questions only
        unit.documents.save(document)

After a crash: what a unit committed is there whole (WAL and synchronous=FULL on SQLite), the rest is not there at all.
It does not know the order of the work; that is `workflow.py`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from mailroom.clock import Clock, utc_now
from mailroom.config import StoreSettings
from mailroom.errors import BadConfiguration, StorageUnavailable
from mailroom.store import schema
from mailroom.store.blobs import Blobs, FolderBlobs
from mailroom.store.database import connect, named_failures
from mailroom.store.nodes import GONE_AFTER
from mailroom.store.s3 import SCHEME, S3Blobs
from mailroom.store.sealing import KEY_FILE, Sealer
from mailroom.store.unit import Unit

__all__ = [
    "GONE_AFTER",
    "SCHEME",
    "Blobs",
    "FolderBlobs",
    "S3Blobs",
    "Sealer",
    "Store",
    "Unit",
    "open_blobs",
    "open_store",
]


class Store:
    """The database and the blobs. Thread-safe: a unit belongs to one thread, the store to all."""

    def __init__(self, engine: Engine, blobs: Blobs, clock: Clock = utc_now, sealer: Sealer | None = None) -> None:
        self.engine = engine
        self.blobs = blobs
        self._sealer = sealer
        self._clock = clock

    def migrate(self) -> None:
        """Bring the database to this version's schema. Safe when two processes do it at once.

        Raises:
            StorageUnavailable: the database does not answer.
            BadConfiguration: a newer mailroom made it, or an extension of PostgreSQL is missing.
        """
        with named_failures():
            schema.migrate(self.engine)

    @contextmanager
    def unit(self, *, write: bool = True) -> Iterator[Unit]:
        """Open a transaction: committed at the end, rolled back on an exception.

        A unit with `write=False` sees one state of the database and waits for no writer.

        Raises:
            StorageUnavailable: locked, full or gone; nothing was stored.
            NotFound: a row names another that is not there (found at the end, by its foreign key).
        """
        with named_failures(), Session(self.engine, expire_on_commit=False) as session:
            self._begin(session, write=write)
            yield Unit(session, self._clock)
            if write:
                session.commit()

    @contextmanager
    def read(self) -> Iterator[Unit]:
        """Open a transaction that only reads and waits for no writer."""
        with self.unit(write=False) as unit:
            yield unit

    @property
    def sealer(self) -> Sealer:
        """What seals the passwords of the accounts. Raises BadConfiguration where the store was opened without one."""
        if self._sealer is None:
            raise BadConfiguration("the store was opened without a key for passwords")
        return self._sealer

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def _begin(self, session: Session, *, write: bool) -> None:
        if self.engine.dialect.name == "sqlite":
            connection = session.connection()
            # The write lock is taken at once: a transaction that reads first and then wants to write is refused
            # without waiting when somebody else wrote in between (SQLITE_BUSY_SNAPSHOT).
            connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
            if not write:
                connection.exec_driver_sql("PRAGMA query_only=ON")
        elif not write:
            session.connection(execution_options={"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"})


def open_store(settings: StoreSettings, data: Path, *, clock: Clock = utc_now, wait_seconds: float = 30) -> Store:
    """Open the database and the blobs. Makes the folders; does not migrate.

    `wait_seconds` is the longest wait for a lock that somebody else holds.

    Raises:
        BadConfiguration: the database's URL or its password file cannot be used, or the bucket's.
        StorageUnavailable: the folders cannot be made.
    """
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o750)
    except OSError as error:
        raise StorageUnavailable(f"{data}: {error.strerror}") from error
    sealer = Sealer(settings.secret_key_file or data / KEY_FILE)
    return Store(connect(settings, data, wait_seconds=wait_seconds), open_blobs(settings, data), clock, sealer)


def open_blobs(settings: StoreSettings, data: Path) -> Blobs:
    """Return where the bytes are: a bucket, or a folder, which is made."""
    if settings.blobs.startswith(SCHEME):
        return S3Blobs(settings)
    return FolderBlobs(Path(settings.blobs).expanduser() if settings.blobs else data / "blobs")
