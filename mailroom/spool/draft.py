"""A message on its way in, whose length nobody knows yet: in memory while small, in a file when not.

A draft is not durable. `Spool.accept_draft` makes it so; a draft that is thrown away, or whose process dies, leaves
nothing that counts.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from io import FileIO
from pathlib import Path

from mailroom.errors import SpoolUnavailable

LARGE = 256 * 1024
"""Contents above this go into a file: SQLite would write them twice, and a door would hold them in memory."""

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


class Draft:
    """Collects chunks. `write` never touches the disk; `flush` does, and belongs into a thread."""

    def __init__(self, new_file: Callable[[], Path]) -> None:
        self._new_file = new_file
        self._hash = hashlib.sha256()
        self._chunks: list[bytes] = []
        self._buffered = 0
        self._path: Path | None = None
        self._file: FileIO | None = None
        self._lock = threading.Lock()
        self._given = False
        self._gone = False
        self.size = 0

    @property
    def is_due(self) -> bool:
        """Whether `flush` should be called before more is written."""
        return self._buffered > LARGE

    @property
    def is_large(self) -> bool:
        """Whether the content is, or has to be, in a file."""
        return self.size > LARGE

    def write(self, chunk: bytes) -> None:
        """Add bytes to the end."""
        self._chunks.append(chunk)
        self._buffered += len(chunk)
        self.size += len(chunk)

    def give(self) -> None:
        """Make it the spool's: from now on its owner's `discard` does nothing.

        Raises:
            SpoolUnavailable: it was thrown away or given before.
        """
        with self._lock:
            if self._gone or self._given:
                raise SpoolUnavailable("the draft was thrown away")
            self._given = True

    def content(self) -> bytes:
        """Return a small content."""
        return b"".join(self._chunks)

    def flush(self) -> None:
        """Move what is in memory to the file. Blocking.

        Raises:
            SpoolUnavailable: the disk is full or does not take it.
        """
        with self._lock:
            if self._gone:
                raise SpoolUnavailable("the draft was thrown away")
            try:
                self._flush()
            except OSError as error:
                self._drop()
                raise SpoolUnavailable(f"the spool's folder takes no more: {error}") from error

    def _flush(self) -> None:
        content = b"".join(self._chunks)
        self._chunks.clear()
        self._buffered = 0
        self._hash.update(content)
        if self._file is None:
            self._path = self._new_file()
            self._file = FileIO(os.open(self._path, _NEW, 0o600), "w")
        view = memoryview(content)
        while view:
            view = view[self._file.write(view) :]

    def finish(self) -> tuple[str, Path]:
        """Write the rest, sync, close, and return hash and path. Blocking; a failed sync raises OSError."""
        self.flush()
        assert self._file is not None  # noqa: S101 flush has opened it
        assert self._path is not None  # noqa: S101
        os.fsync(self._file.fileno())
        self._file.close()
        path, self._path, self._file = self._path, None, None
        return self._hash.hexdigest(), path

    def discard(self) -> None:
        """Forget everything, unless it is the spool's already. A thread that is in `flush` comes first."""
        with self._lock:
            if not self._given:
                self._drop()

    def drop(self) -> None:
        """Forget everything, for the spool; harmless after `finish`."""
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        self._gone = True
        self._chunks.clear()
        self._buffered = 0
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._path is not None:
            self._path.unlink(missing_ok=True)
            self._path = None
