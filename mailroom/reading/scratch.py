"""Scratch folders of the box: one a warm server, locked while the server lives, one folder a call inside it.

Whoever starts or loses a server sweeps: a folder that nobody holds locked belongs to a server that was killed. So
nothing stays behind, whichever of the processes died first.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

_PREFIX = "mailroom-box-"


def make() -> Path:
    """Make a folder of our own and hold it locked until this process ends."""
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    # The lock belongs to the open folder and is never given back; children close their copy of it.
    fcntl.flock(os.open(folder, os.O_RDONLY | os.O_DIRECTORY), fcntl.LOCK_EX | fcntl.LOCK_NB)
    return folder


def remove(folder: Path) -> None:
    """Remove a folder and what is in it, if it is there."""
    try:
        folder.rmdir()  # nearly always empty: one system call instead of a walk
    except FileNotFoundError:
        return
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """Remove the folders of servers that are dead."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if _is_abandoned(folder):
            remove(folder)


def _is_abandoned(folder: Path) -> bool:
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.fstat(handle).st_uid == os.getuid()
    except OSError:
        return False
    finally:
        os.close(handle)
