"""The walls round a child that touches foreign bytes.

Called in the child, straight after the fork and before the first foreign byte. What stands here works without any
privilege on every Linux kernel; Landlock, seccomp and bubblewrap belong into `enter`, after the limits and before
`no_new_privileges`.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_OPEN_FILES = 64
_PROC_BYTES = 1 << 16

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Limits:
    """The limits of one call. `memory_bytes` is growth of the address space over what the warm server already has."""

    cpu_seconds: int
    memory_bytes: int
    file_bytes: int = 256 << 20
    """Largest file: the portable engines hand pictures to their programs in the scratch folder."""


def enter(limits: Limits, *, keep: Collection[int], scratch: Path, parent: int) -> None:
    """Put the walls up round this process: own group, dies with its parent, limits, no open files but `keep`.

    Raises:
        OSError: a wall cannot be put up; the caller must not go on.
    """
    os.setpgid(0, 0)
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # the parent died before the line above
        os._exit(1)
    close_others(keep)
    scratch.mkdir(mode=0o700)
    os.chdir(scratch)
    os.umask(0o077)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _limit(resource.RLIMIT_FSIZE, limits.file_bytes)
    _limit(resource.RLIMIT_AS, address_space() + limits.memory_bytes)
    # SIGXCPU first, which ends a process; a second later SIGKILL, for one that ignores it.
    _limit(resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def become_reaper() -> None:
    """Make orphans below this process its own children, so that none becomes a zombie elsewhere."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def close_others(keep: Collection[int]) -> None:
    """Close every file that is open, but standard input, output, error and `keep`."""
    low = 3
    for kept in sorted(keep):
        os.closerange(low, kept)
        low = max(low, kept + 1)
    os.closerange(low, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def address_space() -> int:
    """Return the bytes of address space that this process has now."""
    return memory_pages()[0] * resource.getpagesize()


def memory_pages() -> tuple[int, int]:
    """Return the size and the resident part of this process in pages (proc(5), `statm`)."""
    size, resident = read_proc("/proc/self/statm").split()[:2]
    return int(size), int(resident)


def read_proc(path: str) -> bytes:
    """Return a small file of the kernel's, by system calls alone.

    Python's files touch dozens of pages of memory that is shared since the fork, and each is copied then.
    """
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(handle, _PROC_BYTES)
    finally:
        os.close(handle)


def _limit(kind: int, soft: int, hard: int | None = None) -> None:
    # A limit may only be lowered without privilege, and an administrator's own lower one stays.
    ceiling = resource.getrlimit(kind)[1]
    wanted = soft if hard is None else hard
    if ceiling != resource.RLIM_INFINITY:
        wanted, soft = min(wanted, ceiling), min(soft, ceiling)
    resource.setrlimit(kind, (soft, wanted))


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"prctl({option}): {os.strerror(code)}")
