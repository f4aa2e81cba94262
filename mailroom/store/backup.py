"""A copy of everything in another folder, made while the daemon runs, and the check of such a copy.

The order makes it whole: first the spool, then the database, then the bytes. A message that moves meanwhile is in the
copy twice rather than not at all (it is known by its bytes); bytes that a copied row names are already there, because
bytes are always stored before their row. Blobs that the target has are not copied again, so a second backup is quick.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from mailroom.errors import BadConfiguration, StorageUnavailable
from mailroom.store.database import FILE

Progress = Callable[[int, int], None]
"""Called with how many blobs are done and how many there are."""

SPOOL = "spool.sqlite"


@dataclass(frozen=True)
class Copied:
    """What a backup holds, and how many blobs were new to it."""

    blobs: int
    new_blobs: int
    rows: dict[str, int]


def back_up(data: Path, target: Path, progress: Progress, *, postgresql: bool = False) -> Copied:
    """Copy the data folder into `target`; a target with an older backup is brought up to date.

    Raises:
        BadConfiguration: the target lies inside the data folder.
        StorageUnavailable: a disk does not do what it should.
    """
    if target.resolve().is_relative_to(data.resolve()):
        raise BadConfiguration(f"{target} lies inside the data folder; choose a folder on another disk")
    try:
        target.mkdir(parents=True, exist_ok=True)
        _copy_spool(data, target)
        if not postgresql:
            _copy_database(data / FILE, target / FILE)
        new = _copy_blobs(data / "blobs", target / "blobs", progress)
        rows = {} if postgresql else _counts(target / FILE)
        return Copied(blobs=sum(1 for _ in blobs_of(target / "blobs")), new_blobs=new, rows=rows)
    except (OSError, sqlite3.Error) as error:
        raise StorageUnavailable(f"backup to {target}: {error}") from error


def check(target: Path, progress: Progress) -> list[str]:
    """Return what is wrong with a backup: a damaged database, damaged bytes, bytes that a row names and that lack."""
    wrong: list[str] = []
    database = target / FILE
    if database.exists():
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            answer = connection.execute("PRAGMA integrity_check").fetchone()[0]
            if answer != "ok":
                wrong.append(f"{database}: {answer}")
            named = connection.execute("SELECT sha256 FROM messages UNION SELECT sha256 FROM documents").fetchall()
        wrong += [f"blob {row[0]} is missing" for row in named if not _path(target / "blobs", row[0]).exists()]
    blobs = list(blobs_of(target / "blobs"))
    for done, blob in enumerate(blobs, 1):
        if hashlib.sha256(blob.read_bytes()).hexdigest() != blob.name:
            wrong.append(f"{blob}: the bytes are not those that were kept")
        progress(done, len(blobs))
    return wrong


def blobs_of(root: Path) -> Iterator[Path]:
    """Yield every blob of a folder."""
    return (file for file in root.glob("??/??/*") if file.is_file() and len(file.name) == 64)


def _copy_spool(data: Path, target: Path) -> None:
    if (data / "spool").is_dir():
        shutil.copytree(data / "spool", target / "spool", dirs_exist_ok=True, ignore_dangling_symlinks=True)
    if (data / SPOOL).exists():
        _copy_database(data / SPOOL, target / SPOOL)


def _copy_database(source: Path, target: Path) -> None:
    """Copy a live SQLite database page by page; the copy gets its name when it is whole."""
    half = target.with_suffix(".copying")
    half.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(half)) as copy:
        live.backup(copy)
    half.replace(target)
    for side in ("-wal", "-shm"):  # of an older backup that somebody opened
        target.with_name(target.name + side).unlink(missing_ok=True)


def _copy_blobs(source: Path, target: Path, progress: Progress) -> int:
    blobs = list(blobs_of(source))
    new = 0
    for done, blob in enumerate(blobs, 1):
        copy = _path(target, blob.name)
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            half = copy.with_suffix(".copying")
            shutil.copyfile(blob, half)
            half.replace(copy)
            new += 1
        progress(done, len(blobs))
    return new


def _path(root: Path, sha256: str) -> Path:
    return root / sha256[:2] / sha256[2:4] / sha256


def _counts(database: Path) -> dict[str, int]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        tables = ("accounts", "messages", "parts", "documents")
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}  # noqa: S608
