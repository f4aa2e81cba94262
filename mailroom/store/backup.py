"""A copy of everything in another folder, made while the daemon runs, and the check of such a copy.

The order makes it whole: first the spool, then the database, then the bytes. A message that moves meanwhile is in the
copy twice rather than not at all (it is known by its bytes); bytes that a copied row names are already there, because
bytes are always stored before their row. Blobs that the target has are not copied again, so a second backup is quick.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from mailroom.config import StoreSettings
from mailroom.errors import BadConfiguration, StorageUnavailable
from mailroom.store.blobs import Blobs, FolderBlobs
from mailroom.store.database import FILE
from mailroom.store.s3 import SCHEME, S3Blobs

Progress = Callable[[int, int], None]
"""Called with how many blobs are done and how many there are."""

SPOOL = "spool.sqlite"

NAMED = """
SELECT sha256 FROM messages UNION SELECT sha256 FROM documents
UNION SELECT reading FROM documents WHERE reading <> '' UNION SELECT ubl FROM documents WHERE ubl <> ''
UNION SELECT value FROM documents, json_each(documents.previews)
UNION SELECT content FROM deliveries WHERE content <> ''
"""
"""Every kind of kept bytes that a row names."""


@dataclass(frozen=True)
class Copied:
    """What a backup holds, and how many blobs were new to it."""

    blobs: int
    new_blobs: int
    rows: dict[str, int]


def back_up(data: Path, target: Path, progress: Progress, *, settings: StoreSettings | None = None) -> Copied:
    """Copy the data folder, and what the settings keep elsewhere, into `target`; an older backup is brought up to date.

    Raises:
        BadConfiguration: the target lies inside the data folder, or there is no database to copy.
        StorageUnavailable: a disk does not do what it should.
    """
    if target.resolve().is_relative_to(data.resolve()):
        raise BadConfiguration(f"{target} lies inside the data folder; choose a folder on another disk")
    settings = settings or StoreSettings()
    database = _database_of(settings, data)
    if database is not None and not database.is_file():
        raise BadConfiguration(f"{database} is not there: nothing to back up; check --data")
    try:
        target.mkdir(parents=True, exist_ok=True)
        _copy_spool(data, target)
        if database is not None:
            _copy_database(database, target / FILE)
        if settings.blobs.startswith(SCHEME):
            new = _fetch_blobs(S3Blobs(settings), FolderBlobs(target / "blobs"), progress)
        else:
            kept = Path(settings.blobs).expanduser() if settings.blobs else data / "blobs"
            new = _copy_blobs(kept, target / "blobs", progress)
        os.sync()
        rows = {} if database is None else _counts(target / FILE)
        return Copied(blobs=sum(1 for _ in blobs_of(target / "blobs")), new_blobs=new, rows=rows)
    except (OSError, sqlite3.Error) as error:
        raise StorageUnavailable(f"backup to {target}: {error}") from error


def check(target: Path, progress: Progress) -> list[str]:
    """Return what is wrong with a backup: a damaged database, damaged bytes, bytes that a row names and that lack."""
    if not (target / FILE).exists() and not (target / "blobs").is_dir():
        return [f"{target}: there is no backup here"]
    wrong: list[str] = []
    for database in filter(Path.exists, (target / FILE, target / SPOOL)):
        try:
            with closing(_read_only(database)) as connection:
                answer = connection.execute("PRAGMA integrity_check").fetchone()[0]
                if answer != "ok":
                    wrong.append(f"{database}: {answer}")
                named = connection.execute(NAMED).fetchall() if database.name == FILE else []
        except sqlite3.Error as error:
            wrong.append(f"{database}: {error}")
        else:
            wrong += [f"blob {row[0]} is missing" for row in named if not _path(target / "blobs", row[0]).exists()]
    blobs = list(blobs_of(target / "blobs"))
    for done, blob in enumerate(blobs, 1):
        if hashlib.sha256(blob.read_bytes()).hexdigest() != blob.name:
            wrong.append(f"{blob}: the bytes are not those that were kept; remove the file and back up again")
        progress(done, len(blobs))
    return wrong


def blobs_of(root: Path) -> Iterator[Path]:
    """Yield every blob of a folder."""
    return (file for file in root.glob("??/??/*") if file.is_file() and len(file.name) == 64)


def _database_of(settings: StoreSettings, data: Path) -> Path | None:
    """Return the SQLite file, or None where the rows are in PostgreSQL."""
    if not settings.database:
        return data / FILE
    url = make_url(settings.database)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def _copy_spool(data: Path, target: Path) -> None:
    """Copy what waits: the rows, then the files that they name. A file that is gone by then moved on to the store."""
    if (data / SPOOL).exists():
        _copy_database(data / SPOOL, target / SPOOL)
    copied = set()
    for file in (data / "spool").glob("*/*"):
        if file.name == "lock" or file.suffix:  # unfinished
            continue
        copy = target / "spool" / file.parent.name / file.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            _copy_file(file, copy)
            copied.add(copy)
    for old in set((target / "spool").glob("*/*")) - copied:
        old.unlink()


def _copy_database(source: Path, target: Path) -> None:
    """Copy a live SQLite database page by page; the copy gets its name when it is whole, and is one file."""
    half = target.with_suffix(".copying")
    half.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(half)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # in WAL even a reader would put two more files beside it
    for side in ("-wal", "-shm"):  # of an older backup that somebody opened
        target.with_name(target.name + side).unlink(missing_ok=True)
    half.replace(target)


def _copy_file(source: Path, target: Path) -> None:
    half = target.with_suffix(".copying")
    shutil.copyfile(source, half)
    half.replace(target)


def _read_only(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)


def _copy_blobs(source: Path, target: Path, progress: Progress) -> int:
    blobs = list(blobs_of(source))
    new = 0
    for done, blob in enumerate(blobs, 1):
        copy = _path(target, blob.name)
        if not copy.exists() or copy.stat().st_size != blob.stat().st_size:
            copy.parent.mkdir(parents=True, exist_ok=True)
            _copy_file(blob, copy)
            new += 1
        progress(done, len(blobs))
    return new


def _fetch_blobs(source: Blobs, target: Blobs, progress: Progress) -> int:
    """Copy out of a bucket what the folder does not have; each is checked against its hash on the way."""
    names = list(source.names())
    new = 0
    for done, name in enumerate(names, 1):
        if not target.has(name):
            target.put(source.get(name))
            new += 1
        progress(done, len(names))
    return new


def _path(root: Path, sha256: str) -> Path:
    return root / sha256[:2] / sha256[2:4] / sha256


def _counts(database: Path) -> dict[str, int]:
    with closing(_read_only(database)) as connection:
        tables = ("accounts", "messages", "parts", "documents")
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}  # noqa: S608
