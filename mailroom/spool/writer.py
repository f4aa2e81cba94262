"""The one thread that writes: all that waits goes into one transaction, and is answered after its sync.

A crash before the commit loses nothing that was promised. After a failed commit the kernel may have thrown away the
very pages that were to be written, and a second sync would succeed without them; so the writer never tries again. It
marks itself `broken`, refuses everything from then on, and the daemon ends in order to start afresh from the disk.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from mailroom.errors import MailroomError, SpoolUnavailable
from mailroom.log import get_logger
from mailroom.spool.database import BUSY_SECONDS, Connect

SPOOL_BROKEN = "spool_broken"
SPOOL_WRITE_FAILED = "spool_write_failed"

_GROUP = 512
"""Jobs of one transaction: enough for every session at once, and a bound on what one failure can take along."""

_CHECKPOINT_BYTES = 32 * 1024 * 1024
"""What this process may add to the log before it is copied into the main file."""

_COMMIT_BYTES = 64 * 1024
"""What a commit adds to the log beside contents: the pages of rows and indexes."""

_SPARE_PAGES = 4_096
"""Empty pages that the file keeps for the next mails: 64 MB."""

_WITHOUT_HARM = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CONSTRAINT}
"""Primary codes of failures that happen before anything is synced. The group fails, the next one may succeed."""

Job = Callable[[sqlite3.Connection], Any]
Result = TypeVar("Result")

log = get_logger("spool")


class Writer:
    """Runs jobs on its own connection. `committed` is called after each commit, from the writer's thread."""

    def __init__(self, file: Path, connect: Connect, committed: Callable[[], None]) -> None:
        self._connection = connect(file)
        self._connection.execute("PRAGMA busy_timeout = 1")
        self._logged = 0
        self._committed = committed
        self._jobs: queue.SimpleQueue[tuple[Job, Future[Any]] | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="spool-writer", daemon=True)
        self._thread.start()

    @property
    def broken(self) -> bool:
        """Whether a commit has failed in a way after which this process may not promise anything any more."""
        return self._failure is not None

    def submit(self, job: Callable[[sqlite3.Connection], Result], size: int = 0) -> Future[Result]:
        """Queue a job; its future resolves after the commit. A job writes rows of about `size` bytes, nothing else."""
        future: Future[Result] = Future()
        future.set_running_or_notify_cancel()  # the caller may go away; what was begun is not taken back
        with self._closing:
            if self._closed or self._failure is not None:
                future.set_exception(SpoolUnavailable("the spool is closed or broken"))
            else:
                self._logged += size
                self._jobs.put((job, future))
        return future

    def give_up(self, error: Exception) -> None:
        """Mark the spool broken: a sync that belongs to it has failed elsewhere."""
        with self._closing:
            self._failure = self._failure or error
        log.critical(SPOOL_BROKEN, error=str(error))

    def close(self) -> None:
        """Finish what is queued and end."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            self._jobs.put(None)
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        going_on = True
        while going_on:
            group, going_on = self._next_group()
            if group:
                self._write(group)

    def _next_group(self) -> tuple[list[tuple[Job, Future[Any]]], bool]:
        group: list[tuple[Job, Future[Any]]] = []
        item = self._jobs.get()
        while item is not None:
            group.append(item)
            if len(group) >= _GROUP:
                return group, True
            try:
                item = self._jobs.get_nowait()
            except queue.Empty:
                return group, True
        return group, False

    def _write(self, group: list[tuple[Job, Future[Any]]]) -> None:
        if self._failure is not None:
            return _fail(group, SpoolUnavailable("the spool is broken"))
        results: list[Any] = []
        try:
            self._begin()
            for job, _ in group:
                try:
                    results.append(job(self._connection))
                except MailroomError as refusal:  # the job's own answer; it wrote nothing
                    results.append(refusal)
            self._connection.execute("COMMIT")
        except Exception as error:
            self._after_failure(error)
            return _fail(group, SpoolUnavailable(f"the spool could not write: {error}"), error)
        self._committed()
        for (_, future), result in zip(group, results, strict=True):
            if isinstance(result, MailroomError):
                future.set_exception(result)
            else:
                future.set_result(result)
        return self._checkpoint()

    def _begin(self) -> None:
        """Begin to write. SQLite's own waiting for another process sleeps ever longer, ours stays close."""
        end = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                    raise
                time.sleep(0.001)
            else:
                return

    def _checkpoint(self) -> None:
        """Copy a long log into the main file. A failed sync here breaks the writer as one in a commit does."""
        self._logged += _COMMIT_BYTES
        if self._logged < _CHECKPOINT_BYTES:
            return
        self._logged = 0
        try:
            # RESTART would wait for readers; PASSIVE copies what it can and the next one goes on.
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            # What a backlog needed is given back in small steps once it is worked off.
            if self._connection.execute("PRAGMA freelist_count").fetchone()[0] > _SPARE_PAGES:
                # `execute` would stop after the first page: it takes the steps, which give no row, for the end.
                self._connection.executescript(f"PRAGMA incremental_vacuum({_SPARE_PAGES})")
        except sqlite3.Error as error:
            self._after_failure(error)

    def _after_failure(self, error: Exception) -> None:
        code = getattr(error, "sqlite_errorcode", None)
        harmless = not isinstance(error, sqlite3.Error | OSError) or (code is not None and code & 0xFF in _WITHOUT_HARM)
        if harmless:
            log.error(SPOOL_WRITE_FAILED, error=str(error), code=code)
        else:
            with self._closing:
                self._failure = error
            log.critical(SPOOL_BROKEN, error=str(error), code=code)
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error as again:
            with self._closing:
                self._failure = again
            log.critical(SPOOL_BROKEN, error=str(again))


def _fail(group: list[tuple[Job, Future[Any]]], failure: SpoolUnavailable, cause: Exception | None = None) -> None:
    for _, future in group:
        each = SpoolUnavailable(str(failure))  # one object raised in several threads would mix their tracebacks
        each.__cause__ = cause
        future.set_exception(each)
