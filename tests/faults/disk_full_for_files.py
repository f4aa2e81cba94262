"""A disk that fills up while a file is written: some bytes fit, the rest does not."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock


@contextmanager
def disk_full_for_files(code: int = errno.ENOSPC) -> Iterator[None]:
    """Let every fsync fail with `code`, as a full or broken disk does at the latest there."""

    def fails(_handle: int) -> None:
        raise OSError(code, os.strerror(code))

    with mock.patch("os.fsync", fails):
        yield
