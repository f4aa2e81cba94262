"""The original bytes, under the name of their content, for ever.

After a crash: a blob is there whole or not at all. What a crash leaves in `.temp` is never visible under a name and is
swept a day later. Nothing here deletes a blob.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from mailroom.errors import BlobDamaged, BlobMissing, StorageUnavailable

STALE_SECONDS = 24 * 3600


class Blobs(Protocol):
    """Content-addressed bytes."""

    def put(self, content: bytes) -> str:
        """Keep the bytes and return their SHA-256 in hex; idempotent. Raises StorageUnavailable."""

    def get(self, sha256: str) -> bytes:
        """Return the bytes. Raises BlobMissing, BlobDamaged, StorageUnavailable."""

    def has(self, sha256: str) -> bool:
        """Return whether the bytes are there. Raises StorageUnavailable."""

    def names(self) -> Iterator[str]:
        """Yield the hash of every blob, in no order. Raises StorageUnavailable."""


class FolderBlobs:
    """Bytes in a folder: `ab/cd/abcd...`, at most 65,536 folders."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._temp = root / ".temp"
        with _disk():
            self._temp.mkdir(parents=True, exist_ok=True)
            self._sweep()

    def put(self, content: bytes) -> str:
        """Keep the bytes and return their SHA-256 in hex. When this returns, they survive a power cut.

        Raises:
            StorageUnavailable: full or failing disk; nothing half-written is left.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        final = self._path(sha256)
        with _disk():
            if final.exists() and final.stat().st_size == len(content):
                # Another thread may have renamed it this very moment and not yet synced.
                _sync_folder(final.parent)
                return sha256
            self._make_folders(final.parent)
            temp = self._temp / f"{sha256}-{secrets.token_hex(8)}"
            try:
                _write(temp, content)
                temp.replace(final)
            except BaseException:
                temp.unlink(missing_ok=True)
                raise
            _sync_folder(final.parent)
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the bytes.

        Raises:
            BlobMissing: no such blob.
            BlobDamaged: the bytes are not those that were kept.
            StorageUnavailable: the disk does not answer.
        """
        try:
            with _disk():
                content = self._path(sha256).read_bytes()
        except StorageUnavailable as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise BlobMissing(f"no blob {sha256}", sha256=sha256) from error.__cause__
            raise
        if hashlib.sha256(content).hexdigest() != sha256:
            raise BlobDamaged(f"blob {sha256} is damaged", sha256=sha256)
        return content

    def has(self, sha256: str) -> bool:
        """Return whether the bytes are there; they are not read."""
        try:
            return self._path(sha256).is_file()
        except BlobMissing:
            return False

    def names(self) -> Iterator[str]:
        """Yield the hash of every blob, in no order."""
        with _disk():
            for file in self.root.glob("??/??/*"):
                if re.fullmatch(r"[0-9a-f]{64}", file.name) and file.is_file():
                    yield file.name

    def _path(self, sha256: str) -> Path:
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise BlobMissing("not a SHA-256", sha256=sha256[:64])
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def _make_folders(self, leaf: Path) -> None:
        # Synced before the blob gets its name: a blob that is seen stands in folders that survive.
        if not leaf.is_dir():
            leaf.mkdir(parents=True, exist_ok=True)
            _sync_folder(leaf.parent)
            _sync_folder(self.root)

    def _sweep(self) -> None:
        for left in self._temp.iterdir():
            with contextlib.suppress(FileNotFoundError):  # another process sweeps too
                if left.stat().st_mtime < time.time() - STALE_SECONDS:
                    left.unlink()


@contextlib.contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageUnavailable(f"blob store: {error.strerror or error}") from error


def _write(file: Path, content: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o440)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
