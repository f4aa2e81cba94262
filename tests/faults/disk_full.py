"""Disks that fail: `with disk_full(): ...` for every write of this process that goes through `os`."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch


@contextmanager
def disk_full(after: int = 0) -> Iterator[None]:
    """Let `os.write` take `after` bytes in all, then say ENOSPC, as a disk does in the middle of a file."""
    left = after
    write = os.write

    def full(descriptor: int, content: Any) -> int:
        nonlocal left
        if left <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = write(descriptor, bytes(content[:left]))
        left -= taken
        return taken

    with patch("os.write", full):
        yield


@contextmanager
def failing(call: str, number: int = errno.EIO) -> Iterator[None]:
    """Let a function of `os` (`fsync`, `open`) fail with an error number; EIO is what a dying disk says."""

    def fail(*_: Any, **__: Any) -> Any:
        raise OSError(number, os.strerror(number))

    with patch(f"os.{call}", fail):
        yield
