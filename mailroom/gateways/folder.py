"""The watched folder: what a scanner or a program writes there is taken in, then moved aside with a note.

A file is taken when it stood still for a while and nobody has it open for writing, as far as the system tells: first
it is put in the spool, then it is moved to `done`. After a crash in between it is taken once more, and the same bytes
under the same name are one message. What can never be taken goes to `failed`; what cannot be taken now stays where it
is. Nothing is ever deleted, and links are not followed.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import stat
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mailroom.clock import Clock
from mailroom.config import FolderSettings
from mailroom.errors import AccountSuspended, MailroomError, NothingToImport, PermanentFailure, TooLarge
from mailroom.languages import Language, format_instant, reason_text, text
from mailroom.log import get_logger

DONE, FAILED = "done", "failed"
HALF_WRITTEN = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart")
EMPTY_SECONDS = 600.0
"""So long an empty file may stay empty: scanners make the file first and fill it when the page is through."""

LOOK_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 300.0

log = get_logger("folder")


@dataclass(frozen=True)
class Owner:
    """Whose files they are, and how he reads a note."""

    account_id: str
    language: Language
    time_zone: str


FindOwner = Callable[[str], Owner | None]
"""Look an account up by name, id or VAT id. Blocking."""

TakeFile = Callable[[FolderSettings, str, str, bytes], str]
"""(settings, account id, file name, content): put it in the spool and return the message's id. Blocking."""


@dataclass
class _Seen:
    """How a file looked, and since when."""

    look: tuple[int, int, int]
    since: float
    tries: int = 0
    not_before: float = 0.0
    moved_in_vain: bool = False


class FolderDoor:
    """One thread that looks into all watched folders, once a second."""

    def __init__(
        self,
        folders: tuple[FolderSettings, ...],
        max_bytes: int,
        find_owner: FindOwner,
        take: TakeFile,
        *,
        clock: Clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folders = folders
        self._max_bytes = max_bytes
        self._find_owner = find_owner
        self._take = take
        self._clock = clock
        self._monotonic = monotonic
        self._seen: dict[Path, _Seen] = {}
        self._told: set[Path] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="folders", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End after the file under way."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            self.round()

    def round(self) -> int:
        """Look once into every folder; return how many files were moved aside."""
        moved = 0
        there: set[Path] = set()
        for settings in self._folders:
            try:
                for folder, account in self._places(settings):
                    for path, look in _files(folder):
                        there.add(path)
                        moved += self._visit(settings, account, path, look)
            except OSError as error:
                self._tell_once(settings.path, "folder_cannot_be_read", error=str(error))
            else:
                self._told.discard(settings.path)
        self._seen = {path: seen for path, seen in self._seen.items() if path in there}
        return moved

    def _places(self, settings: FolderSettings) -> Iterator[tuple[Path, str]]:
        """Give each folder that holds files, with the account that they are for."""
        if settings.account:
            yield settings.path, settings.account
            return
        for entry in sorted(os.scandir(settings.path), key=lambda each: each.name):
            is_own = entry.name in {DONE, FAILED} or entry.name.startswith(".")
            if entry.is_dir(follow_symlinks=False) and not is_own:
                yield Path(entry.path), entry.name

    def _visit(self, settings: FolderSettings, account: str, path: Path, look: tuple[int, int, int]) -> int:
        now = self._monotonic()
        seen = self._seen.get(path)
        if seen is None or seen.look != look:
            self._seen[path] = _Seen(look, now)
            return 0
        quiet = max(settings.still_seconds, EMPTY_SECONDS if look[0] == 0 else 0)
        if self._stopping.is_set() or seen.moved_in_vain or now - seen.since < quiet or now < seen.not_before:
            return 0
        try:
            return self._pass_on(settings, account, path, seen)
        except Exception as error:
            seen.tries += 1
            seen.not_before = now + min(LONGEST_WAIT_SECONDS, 2.0**seen.tries)
            expected = isinstance(error, MailroomError | OSError)
            log.warning(
                "file_stays_in_folder",
                file=_loggable(path),
                tries=seen.tries,
                error=str(error),
                exc_info=None if expected else error,
            )
            return 0

    def _pass_on(self, settings: FolderSettings, account: str, path: Path, seen: _Seen) -> int:
        """Take one file and move it aside. Raises what speaks for another try."""
        owner = self._find_owner(account)
        if owner is None:
            self._tell_once(path.parent, "folder_of_no_account", account=account)
            return 0
        try:
            content = _read(path, seen.look, self._max_bytes)
            if content is None:
                return 0
            message = self._take(settings, owner.account_id, path.name, content)
        except AccountSuspended:
            raise  # he may take files in again tomorrow
        except PermanentFailure as error:
            note = self._note(owner, "failed", reason=reason_text(owner.language, error.reason, error.facts))
            log.warning("file_refused", file=_loggable(path), reason=error.reason, account_id=owner.account_id)
            return self._move(path, FAILED, f"{note}\n{text(owner.language, 'folder.remedy')}\n", seen)
        log.info("file_taken", file=_loggable(path), message=message, account_id=owner.account_id)
        return self._move(path, DONE, self._note(owner, "taken", message=message) + "\n", seen)

    def _note(self, owner: Owner, key: str, **facts: str) -> str:
        instant = format_instant(self._clock(), owner.language, owner.time_zone)
        return text(owner.language, f"folder.{key}", instant=instant, **facts)

    def _move(self, path: Path, where: str, note: str, seen: _Seen) -> int:
        """Move a file aside. When that fails it is not taken again until it changes or the daemon starts anew."""
        try:
            folder = path.parent / where
            folder.mkdir(exist_ok=True)
            name = _free_name(folder, path.name)
            path.rename(folder / name)
            (folder / _note_name(name)).write_text(note, "utf-8")
        except OSError as error:
            seen.moved_in_vain = path.exists()
            log.error("file_cannot_be_moved", file=_loggable(path), to=where, error=str(error))  # noqa: TRY400 no traceback
            return 0
        return 1

    def _tell_once(self, about: Path, event: str, **facts: str) -> None:
        if about not in self._told:
            self._told.add(about)
            log.warning(event, folder=_loggable(about), **facts)


def _files(folder: Path) -> list[tuple[Path, tuple[int, int, int]]]:
    """Return the files of a folder with their size, time and number, oldest first."""
    found = []
    for entry in os.scandir(folder):
        hidden = entry.name.startswith((".", "~$")) or entry.name.lower().endswith(HALF_WRITTEN)
        if not hidden and entry.is_file(follow_symlinks=False):
            status = entry.stat(follow_symlinks=False)
            found.append((Path(entry.path), (status.st_size, status.st_mtime_ns, status.st_ino)))
    return sorted(found, key=lambda each: (each[1][1], each[0]))


def _read(path: Path, look: tuple[int, int, int], max_bytes: int) -> bytes | None:
    """Return the content, or None when the file is being written to.

    Raises:
        NothingToImport, TooLarge: it can never be taken.
    """
    if look[0] == 0:
        raise NothingToImport("the file is empty")
    if look[0] > max_bytes:
        raise TooLarge("the file is larger than smtp.max_message_bytes", size=look[0], limit=max_bytes)
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode) or _is_being_written(descriptor):
            return None
        content = file.read(max_bytes + 1)
        status = os.fstat(descriptor)
    unchanged = (status.st_size, status.st_mtime_ns, status.st_ino) == look and len(content) == look[0]
    return content if unchanged else None


def _is_being_written(descriptor: int) -> bool:
    """Whether some process of this machine has the file open for writing. False also where that cannot be told.

    The kernel grants a read lease on a file only when nobody has it open for writing (fcntl(2)); it is asked for and
    given back. Of other people's files, and over a network, it says nothing.
    """
    try:
        # A writer that opens the file at this very moment is announced by a signal; SIGIO would end the process.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    return False


def _free_name(folder: Path, name: str) -> str:
    """Return the name, or with a number in it when a file or a note of that name is there."""
    stem, dot, ending = name.rpartition(".")
    for number in range(1, 1_000_000):
        wanted = name if number == 1 else f"{stem} ({number}).{ending}" if dot and stem else f"{name} ({number})"
        if not (folder / wanted).exists() and not (folder / _note_name(wanted)).exists():
            return wanted
    raise OSError(errno.EEXIST, "no free name", name)


def _note_name(name: str) -> str:
    """Return the name of the note beside a file; a name has at most 255 bytes."""
    return os.fsdecode(os.fsencode(name)[:251] + b".txt")


def _loggable(path: Path) -> str:
    return str(path).encode("utf-8", "replace").decode()[-300:]
