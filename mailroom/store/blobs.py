"""The original bytes, under the name of their content, for ever."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Blobs(Protocol):
    """Content-addressed bytes."""

    def put(self, content: bytes) -> str:
        """Keep the bytes and return their SHA-256 in hex. Raises StorageUnavailable."""

    def get(self, sha256: str) -> bytes:
        """Return the bytes. Raises BlobMissing, BlobDamaged, StorageUnavailable."""

    def has(self, sha256: str) -> bool:
        """Return whether the bytes are there."""


class FolderBlobs:
    """Bytes in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, content: bytes) -> str:
        """Keep the bytes and return their SHA-256 in hex."""
        raise NotImplementedError

    def get(self, sha256: str) -> bytes:
        """Return the bytes."""
        raise NotImplementedError

    def has(self, sha256: str) -> bool:
        """Return whether the bytes are there."""
        raise NotImplementedError
