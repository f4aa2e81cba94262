"""The connection to SQLite or PostgreSQL, set so that a commit is kept and a failure has a name."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, exc, make_url

from mailroom.config import StoreSettings
from mailroom.errors import AlreadyExists, BadConfiguration, NotFound, StorageUnavailable

FILE = "mailroom.sqlite"


def connect(settings: StoreSettings, data: Path, *, wait_seconds: float) -> Engine:
    """Return the engine; `wait_seconds` is the longest wait for another's lock. Raises BadConfiguration."""
    url = _url(settings, data)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, wait_seconds)
    return create_engine(
        url,
        pool_size=5,
        max_overflow=15,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": 10,
            "application_name": "mailroom",
            "options": f"-c timezone=UTC -c lock_timeout={int(wait_seconds * 1000)}",
        },
    )


@contextmanager
def named_failures() -> Iterator[None]:
    """Give the database's failures mailroom's names, with the cause chained."""
    try:
        yield
    except exc.IntegrityError as error:
        if _is(error, "23503", "FOREIGN KEY"):
            raise NotFound("a row names another that is not there") from error
        if _is(error, "23505", "UNIQUE"):
            raise AlreadyExists("a unique key is taken") from error
        raise
    except (exc.OperationalError, exc.InterfaceError, exc.InternalError, exc.TimeoutError) as error:
        raise StorageUnavailable(f"the database does not answer: {_cause(error)}") from error
    except exc.DBAPIError as error:
        # sqlite3.DatabaseError without a kind: "file is not a database", "database disk image is malformed"
        if error.connection_invalidated or type(error) is exc.DatabaseError:
            raise StorageUnavailable(f"the database does not answer: {_cause(error)}") from error
        raise


def _url(settings: StoreSettings, data: Path) -> URL:
    if not settings.database:
        return URL.create("sqlite", database=str(data / FILE))
    try:
        url = make_url(settings.database)
    except exc.ArgumentError as error:
        raise BadConfiguration("store.database is not a database URL; see config/mailroom.toml") from error
    if url.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return _with_password(url.set(drivername="postgresql+psycopg"), settings.database_password_file)
    if url.drivername == "sqlite" and url.database not in {None, "", ":memory:"}:
        return url
    raise BadConfiguration(f"store.database: {url.drivername} is neither a SQLite file nor postgresql+psycopg")


def _with_password(url: URL, file: Path | None) -> URL:
    if file is None:
        return url
    try:
        return url.set(password=file.read_text("utf-8").strip())
    except OSError as error:
        raise BadConfiguration(f"store.database_password_file: {file}: {error.strerror}") from error


def _sqlite(url: URL, wait_seconds: float) -> Engine:
    # sqlite3's own way of beginning (before the first write, IMMEDIATE) stays on: DBOS shares this engine and writes
    # `BEGIN IMMEDIATE` itself in its migrations, which an event that begins for everybody would break.
    engine = create_engine(
        url,
        pool_size=5,
        max_overflow=15,
        connect_args={"isolation_level": "IMMEDIATE", "timeout": wait_seconds, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA busy_timeout={int(wait_seconds * 1000)}")
        _write_ahead(connection, wait_seconds)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "checkin")
    def clean(connection: Any, _record: Any) -> None:
        if connection is None:
            return
        # A COMMIT that fails (full disk, a deferred foreign key) leaves SQLite's transaction open; SQLAlchemy takes
        # it for ended and puts the connection back as it is. The next user would then inherit the half-done work.
        if connection.in_transaction:
            connection.rollback()
        connection.execute("PRAGMA query_only=OFF")

    return engine


def _write_ahead(connection: Any, wait_seconds: float) -> None:
    """Choose the write-ahead log. SQLite does not wait for others here, and on a new file several processes ask."""
    end = time.monotonic() + wait_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return


def _is(error: exc.IntegrityError, sqlstate: str, words: str) -> bool:
    return getattr(error.orig, "sqlstate", None) == sqlstate or f"{words} constraint failed" in str(error.orig)


def _cause(error: exc.SQLAlchemyError) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).splitlines()[0] if str(cause) else type(cause).__name__
