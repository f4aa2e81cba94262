"""Files that are there wholly or not at all, also after a power cut: temporary file, fsync, link, fsync of folder."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailroom.domain.value import new_id
from mailroom.errors import StorageUnavailable

SCRATCH = ".mailroom-"
STALE_SECONDS = 3600.0
# FAT, some SMB and some FUSE file systems know no hard links.
NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


@contextmanager
def storage(place: Path) -> Iterator[None]:
    """Turn a failing disk into `StorageUnavailable`, naming the place."""
    try:
        yield
    except OSError as error:
        raise StorageUnavailable(f"{place}: {error.strerror or error}") from error


def replace(file: Path, content: bytes) -> None:
    """Write a file, or write it over; readers see the old bytes or the new ones, never a part."""
    scratch = _scratch(file.parent, content)
    try:
        scratch.replace(file)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
    sync_folder(file.parent)


def create(file: Path, content: bytes) -> bool:
    """Write a new file; False, and nothing written, when the name is taken, also by another process just now."""
    scratch = _scratch(file.parent, content)
    try:
        os.link(scratch, file)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        if file.exists():
            return False
        scratch.replace(file)
    finally:
        scratch.unlink(missing_ok=True)
    sync_folder(file.parent)
    return True


def sweep(folder: Path) -> None:
    """Remove temporary files that a power cut left behind."""
    for scratch in folder.glob(f"{SCRATCH}*"):
        with storage(scratch):
            try:
                if scratch.stat().st_mtime < time.time() - STALE_SECONDS:
                    scratch.unlink()
            except FileNotFoundError:
                continue  # somebody else swept it


def make_folder(folder: Path) -> None:
    """Make a folder with its parents, so that they are still there after a power cut."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for one in missing:
        sync_folder(one.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _scratch(folder: Path, content: bytes) -> Path:
    scratch = folder / f"{SCRATCH}{new_id()}"
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o640)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
    return scratch
