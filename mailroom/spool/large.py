"""Files for contents that are too large for the spool's database.

Each process writes into a folder of its own, which it holds locked as long as it lives. A file counts only when a row
names it; the row is written after file and folder are synced. At the start of a process the folders of dead ones are
searched, and files without a row, remains of mail that was never acknowledged, are removed.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mailroom.domain.value import new_id
from mailroom.log import get_logger
from mailroom.spool.database import sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

ORPHAN_REMOVED = "spool_orphan_removed"

_LOCK = "lock"
_UNFINISHED = ".part"

log = get_logger("spool")


class LargeContents:
    """The folder beside the spool's database."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own: Path | None = None
        self._held: int | None = None
        self._starting = threading.Lock()

    def recover(self, is_known: Callable[[str], bool]) -> int:
        """Remove what dead processes left without a row, and return how many files that were."""
        if not self._folder.is_dir():
            return 0
        with self._alone():
            return sum(_clear(folder, self._folder, is_known) for folder in self._others())

    def new_file(self) -> Path:
        """Name an unfinished file in this process's folder; `keep` makes it a finished one."""
        return self._own_folder() / f"{new_id()}{_UNFINISHED}"

    def keep(self, unfinished: Path) -> str:
        """Rename a synced file to its final name, sync the folder, and return the name that a row may hold."""
        final = unfinished.with_suffix("")
        unfinished.rename(final)
        sync_folder(final.parent)
        return str(final.relative_to(self._folder))

    def path(self, name: str) -> Path:
        """Where the file of that name is."""
        return self._folder / name

    def remove(self, name: str) -> None:
        """Remove a file that no row names any more."""
        self.path(name).unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the own folder; it is removed when it is empty."""
        if self._own is None or self._held is None:
            return
        with self._alone():
            _remove_empty(self._own)
            os.close(self._held)
        self._own = self._held = None

    def _own_folder(self) -> Path:
        with self._starting:
            if self._own is None:
                self._folder.mkdir(parents=True, exist_ok=True)
                with self._alone():
                    own = self._folder / new_id()
                    own.mkdir()
                    self._held = _lock(own / _LOCK)
                    sync_folder(self._folder)
                    sync_folder(self._folder.parent)
                    self._own = own
            return self._own

    def _others(self) -> list[Path]:
        return [each for each in self._folder.iterdir() if each.is_dir() and each != self._own]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from making or clearing folders: a new one is without its lock for a moment."""
        with (self._folder / _LOCK).open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def _lock(file: Path) -> int:
    handle = os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return handle


def _clear(folder: Path, root: Path, is_known: Callable[[str], bool]) -> int:
    with ExitStack() as stack:
        try:
            stack.callback(os.close, _lock(folder / _LOCK))
        except BlockingIOError:  # its process lives
            return 0
        orphans = [file for file in folder.iterdir() if file.name != _LOCK]
        orphans = [file for file in orphans if not is_known(str(file.relative_to(root)))]
        for file in orphans:
            file.unlink()
            log.info(ORPHAN_REMOVED, file=file.name)
        _remove_empty(folder)
        return len(orphans)


def _remove_empty(folder: Path) -> None:
    if all(file.name == _LOCK for file in folder.iterdir()):
        with suppress(FileNotFoundError):
            (folder / _LOCK).unlink()
        folder.rmdir()
