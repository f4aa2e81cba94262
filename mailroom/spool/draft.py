"""A message on its way in, whose length nobody knows yet: in memory while small, in a file when not.

A draft is not durable. `Spool.accept_draft` makes it so; a draft that is thrown away, or whose process dies, leaves
nothing that counts.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from io import FileIO
from pathlib import Path

from mailroom.errors import SpoolUnavailable

LARGE = 256 * 1024
"""Contents above this go into a file: SQLite would write them twice, and a door would hold them in memory."""


class Draft:
    """Collects chunks. `write` never touches the disk; `flush` does, and belongs into a thread."""

    def __init__(self, new_file: Callable[[], Path]) -> None:
        self._new_file = new_file
        self._hash = hashlib.sha256()
        self._chunks: list[bytes] = []
        self._buffered = 0
        self._path: Path | None = None
        self._file: FileIO | None = None
        self._discarded = False
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

    def content(self) -> bytes:
        """Return a small content.

        Raises:
            SpoolUnavailable: the draft was thrown away, or given to the spool before.
        """
        if self._discarded:
            raise SpoolUnavailable("the draft was thrown away")
        return b"".join(self._chunks)

    def flush(self) -> None:
        """Move what is in memory to the file. Blocking.

        Raises:
            SpoolUnavailable: the disk is full or does not take it.
        """
        if self._discarded:
            raise SpoolUnavailable("the draft was thrown away")
        content = b"".join(self._chunks)
        self._chunks.clear()
        self._buffered = 0
        self._hash.update(content)
        try:
            if self._file is None:
                self._path = self._new_file()
                self._file = FileIO(
                    os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w"
                )
            view = memoryview(content)
            while view:
                view = view[self._file.write(view) :]
        except OSError as error:
            self.discard()
            raise SpoolUnavailable(f"the spool's folder takes no more: {error}") from error

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
        """Forget everything; harmless after `finish`."""
        self._discarded = True
        self._chunks.clear()
        self._buffered = 0
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._path is not None:
            self._path.unlink(missing_ok=True)
            self._path = None
