"""Rows and bytes: what mailroom knows, on SQLite or PostgreSQL."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import Engine

from mailroom.config import StoreSettings
from mailroom.store.blobs import Blobs, FolderBlobs
from mailroom.store.unit import Unit

__all__ = ["Blobs", "FolderBlobs", "Store", "Unit", "open_store"]


class Store:
    """The database and the blobs. Thread-safe: a unit belongs to one thread, the store to all."""

    def __init__(self, engine: Engine, blobs: Blobs) -> None:
        self.engine = engine
        self.blobs = blobs

    def migrate(self) -> None:
        """Bring the database to this version's schema. Safe when two processes do it at once."""
        raise NotImplementedError

    def unit(self, *, write: bool = True) -> AbstractContextManager[Unit]:
        """Open a transaction: committed at the end, rolled back on an exception. Raises StorageUnavailable."""
        raise NotImplementedError

    def read(self) -> AbstractContextManager[Unit]:
        """Open a transaction that only reads and waits for no writer."""
        return self.unit(write=False)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def open_store(settings: StoreSettings, data: Path) -> Store:
    """Open the database and the blobs. Makes the folders; does not migrate. Raises BadConfiguration."""
    raise NotImplementedError
