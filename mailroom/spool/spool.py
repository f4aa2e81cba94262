"""Put a message in the spool, see what waits there, take it out when it is in the store.

After a crash: everything whose future had resolved is here; what had not may be here (a client that got no answer sends
it again, and the pair of content and recipient makes it one entry). Several processes may have the spool open at once.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mailroom.clock import Clock, utc_now
from mailroom.domain.message import Envelope
from mailroom.errors import BlobDamaged, BlobMissing, NotFound, SpoolUnavailable, TemporaryFailure
from mailroom.spool import database
from mailroom.spool.draft import Draft
from mailroom.spool.entry import SpoolEntry
from mailroom.spool.large import LargeContents
from mailroom.spool.writer import Writer

_LOOK_SECONDS = 0.25
"""How often `wait` looks whether another process has committed (its own commits wake it at once). With the thread's
waking, a look costs some 150 microseconds: at 0.1 it was a fifth of what an idle daemon costs."""

_ENTRY = (
    "SELECT envelope, entry.sha256, size, attempts, not_before, last_error "
    "FROM entry JOIN content ON content = content.number"
)


class Spool:
    """The spool of one data folder: `spool.sqlite`, and a folder `spool` beside it for large contents."""

    def __init__(self, file: Path, *, clock: Clock = utc_now, connect: database.Connect = database.connect) -> None:
        """Open the spool, create what is missing and remove what was never acknowledged.

        Raises:
            SpoolUnavailable: it cannot be opened.
        """
        self._clock = clock
        database.prepare(file, connect)
        self._reading = threading.Lock()
        self._reader = database.connect(file)
        self._reader.execute("PRAGMA query_only = ON")
        self._large = LargeContents(file.with_suffix(""))
        self._large.recover(self._is_known)
        self._changed = threading.Condition()
        self._seen = 0
        self._data_version = -1
        self._closed = False
        self._writer = Writer(file, connect, self._notify)
        self._files = ThreadPoolExecutor(max_workers=4, thread_name_prefix="spool-file")

    @property
    def broken(self) -> bool:
        """Whether a sync has failed: nothing is taken any more, and the process should end and start again."""
        return self._writer.broken

    # -- putting in -----------------------------------------------------------------------------------------------

    def accept(self, envelope: Envelope, content: bytes) -> Future[str]:
        """Put a message in the spool. When the future has resolved with its id, the mail survives a power cut.

        The same content for the same recipient is one entry: the future gives the id of the first.

        Raises:
            SpoolUnavailable: (from the future) nothing was promised; the client may try again.
        """
        return _then(self.accept_all((envelope,), content), lambda ids: ids[0])

    def accept_all(self, envelopes: Sequence[Envelope], content: bytes) -> Future[list[str]]:
        """Put one message for several recipients in the spool, all or none. Does not block."""
        draft = self.draft()
        draft.write(content)
        return self.accept_draft(envelopes, draft)

    def draft(self) -> Draft:
        """Begin a message whose length is not known yet."""
        return Draft(self._large.new_file)

    def accept_draft(self, envelopes: Sequence[Envelope], draft: Draft) -> Future[list[str]]:
        """Put a finished draft in the spool; from here on the draft belongs to the spool. Does not block."""
        try:
            draft.give()
        except SpoolUnavailable as error:
            return _failed(error)
        if draft.is_large:
            return self._accept_large(envelopes, draft)
        content = draft.content()
        draft.drop()
        message = _Message(envelopes, hashlib.sha256(content).hexdigest(), len(content))
        return self._writer.submit(lambda connection: message.insert(connection, content, None)[0], len(content))

    def _accept_large(self, envelopes: Sequence[Envelope], draft: Draft) -> Future[list[str]]:
        """Sync the file in a thread, then let the writer add the row."""
        accepted: Future[list[str]] = Future()
        accepted.set_running_or_notify_cancel()

        def keep() -> None:
            try:
                sha256, path = draft.finish()
                name = self._large.keep(path)
            except OSError as error:
                draft.drop()
                self._writer.give_up(error)
                accepted.set_exception(SpoolUnavailable(f"a large message could not be synced: {error}"))
            except TemporaryFailure as error:
                accepted.set_exception(error)
            else:
                message = _Message(envelopes, sha256, draft.size)
                written = self._writer.submit(lambda connection: message.insert(connection, None, name))
                written.add_done_callback(lambda done: self._kept(done, name, accepted))

        try:
            self._files.submit(keep)
        except RuntimeError:  # closed
            draft.drop()
            return _failed(SpoolUnavailable("the spool is closed"))
        return accepted

    def _kept(self, written: Future[tuple[list[str], bool]], name: str, accepted: Future[list[str]]) -> None:
        failure = written.exception()
        if failure is not None:
            # A failed commit may still have reached the disk: the next start looks whether a row names the file.
            accepted.set_exception(failure)
            return
        ids, used = written.result()
        accepted.set_result(ids)
        if not used:
            self._large.remove(name)

    # -- looking --------------------------------------------------------------------------------------------------

    def pending(self, limit: int) -> list[SpoolEntry]:
        """Return what may be worked on now, oldest first. What was deferred comes back when its time has come."""
        rows = self._rows(f"{_ENTRY} WHERE not_before <= ? ORDER BY entry.number LIMIT ?", self._now(), limit)
        return [_entry(row) for row in rows]

    def entries(self, limit: int, offset: int = 0) -> list[SpoolEntry]:
        """Return what is in the spool, deferred or not, oldest first: for the operator."""
        return [_entry(row) for row in self._rows(f"{_ENTRY} ORDER BY entry.number LIMIT ? OFFSET ?", limit, offset)]

    def counts(self) -> tuple[int, int]:
        """Return how many entries are in the spool, and how many of them were deferred."""
        row = self._rows("SELECT count(*), count(CASE WHEN attempts > 0 THEN 1 END) FROM entry")[0]
        return row[0], row[1]

    def next_due(self) -> datetime | None:
        """Return when the first deferred entry comes back, or None."""
        row = self._rows("SELECT min(not_before) FROM entry WHERE not_before > ?", self._now())[0]
        return None if row[0] is None else datetime.fromtimestamp(row[0], UTC)

    def find(self, id: str) -> SpoolEntry | None:  # noqa: A002 the contract's name
        """Return an entry, or None when it is not (or no longer) here."""
        rows = self._rows(f"{_ENTRY} WHERE id = ?", id)
        return _entry(rows[0]) if rows else None

    def content(self, id: str) -> bytes:  # noqa: A002 the contract's name
        """Return the raw bytes of an entry's message.

        Raises:
            NotFound: no such entry.
            BlobMissing, BlobDamaged: the disk does not hold what was synced to it.
        """
        rows = self._rows(
            "SELECT content.sha256, bytes, file FROM content JOIN entry ON content = content.number WHERE id = ?", id
        )
        if not rows:
            raise NotFound(f"no entry {id} in the spool")
        sha256, content, name = rows[0]
        if name is not None:
            try:
                content = self._large.path(name).read_bytes()
            except FileNotFoundError as error:
                raise BlobMissing(f"the file of spool entry {id} is gone") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise BlobDamaged(f"spool entry {id} no longer has its hash")
        return bytes(content)

    def wait(self, timeout: float) -> bool:
        """Wait until something was accepted since the last call, by this process or another; False after `timeout`.

        The first call returns at once when anything was ever accepted. Meant for one caller, which asks for what is
        `pending` until nothing is left before it waits again.
        """
        end = time.monotonic() + timeout
        while not self._has_news():
            left = end - time.monotonic()
            if left <= 0 or self._closed:
                return False
            with self._changed:
                self._changed.wait(min(left, _LOOK_SECONDS))
        return True

    # -- taking out -----------------------------------------------------------------------------------------------

    def remove(self, id: str) -> None:  # noqa: A002
        """Forget an entry that is in the store now. No error when it is gone already."""
        for name in self._writer.submit(lambda connection: _remove(connection, id)).result():
            self._large.remove(name)

    def defer(self, id: str, until: datetime, error: str) -> None:  # noqa: A002
        """Give an entry out again at `until`, not before, and count the attempt. `error` is for the operator."""

        def update(connection: sqlite3.Connection) -> None:
            changed = connection.execute(
                "UPDATE entry SET attempts = attempts + 1, not_before = ?, last_error = ? WHERE id = ?",
                (until.timestamp(), error[:500], id),
            )
            if not changed.rowcount:
                raise NotFound(f"no entry {id} in the spool")

        self._writer.submit(update).result()

    def close(self) -> None:
        """Finish what was begun and close; entries stay."""
        self._closed = True
        self._notify()
        self._files.shutdown(wait=True)
        self._writer.close()
        self._large.close()
        with self._reading:
            self._reader.close()

    # -- inside ---------------------------------------------------------------------------------------------------

    def _now(self) -> float:
        return self._clock().timestamp()

    def _rows(self, question: str, *values: str | float) -> list[Any]:
        try:
            with self._reading:
                return self._reader.execute(question, values).fetchall()
        except sqlite3.Error as error:
            raise SpoolUnavailable(f"the spool cannot be read: {error}") from error

    def _is_known(self, name: str) -> bool:
        return bool(self._rows("SELECT 1 FROM content WHERE file = ?", name))

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _has_news(self) -> bool:
        try:
            version = self._rows("PRAGMA data_version")[0][0]
            if version == self._data_version:
                return False
            self._data_version = version
            newest = self._rows("SELECT seq FROM sqlite_sequence WHERE name = 'entry'")
        except SpoolUnavailable:
            if self._closed:
                return False
            raise
        if not newest or newest[0][0] == self._seen:
            return False
        self._seen = newest[0][0]
        return True


class _Message:
    """One message with its envelopes, made ready in the caller's thread."""

    def __init__(self, envelopes: Sequence[Envelope], sha256: str, size: int) -> None:
        self._sha256 = sha256
        self._size = size
        self._rows = [(each.id, each.recipient.lower(), each.model_dump_json()) for each in envelopes]

    def insert(self, connection: sqlite3.Connection, content: bytes | None, file: str | None) -> tuple[list[str], bool]:
        """Add the entries that are missing; return the id for each recipient, and whether the content was needed."""
        ids: list[str] = []
        number: int | None = None
        for id_, recipient, envelope in self._rows:
            there = connection.execute(
                "SELECT id FROM entry WHERE sha256 = ? AND recipient = ?", (self._sha256, recipient)
            ).fetchone()
            if there:
                ids.append(there[0])
                continue
            if number is None:
                number = connection.execute(
                    "INSERT INTO content (sha256, size, bytes, file) VALUES (?, ?, ?, ?)",
                    (self._sha256, self._size, content, file),
                ).lastrowid
            connection.execute(
                "INSERT INTO entry (id, sha256, recipient, envelope, content) VALUES (?, ?, ?, ?, ?)",
                (id_, self._sha256, recipient, envelope, number),
            )
            ids.append(id_)
        return ids, number is not None


def _remove(connection: sqlite3.Connection, id_: str) -> list[str]:
    """Remove an entry and, with the last one of a message, its content; return the files to remove after the commit."""
    row = connection.execute("DELETE FROM entry WHERE id = ? RETURNING content", (id_,)).fetchone()
    if row is None or connection.execute("SELECT 1 FROM entry WHERE content = ?", row).fetchone():
        return []
    file = connection.execute("SELECT file FROM content WHERE number = ?", row).fetchone()[0]
    connection.execute("DELETE FROM content WHERE number = ?", row)
    return [] if file is None else [file]


def _entry(row: Any) -> SpoolEntry:
    envelope, sha256, size, attempts, not_before, last_error = row
    return SpoolEntry(
        envelope=Envelope.model_validate_json(envelope),
        sha256=sha256,
        size=size,
        attempts=attempts,
        not_before=datetime.fromtimestamp(not_before, UTC) if not_before else None,
        last_error=last_error,
    )


def _failed(error: SpoolUnavailable) -> Future[list[str]]:
    future: Future[list[str]] = Future()
    future.set_exception(error)
    return future


def _then(future: Future[list[str]], change: Callable[[list[str]], str]) -> Future[str]:
    changed: Future[str] = Future()
    changed.set_running_or_notify_cancel()

    def copy(done: Future[list[str]]) -> None:
        failure = done.exception()
        if failure is None:
            changed.set_result(change(done.result()))
        else:
            changed.set_exception(failure)

    future.add_done_callback(copy)
    return changed
