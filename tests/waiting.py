"""Waiting for what other threads and processes do."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Found = TypeVar("Found")


def until(look: Callable[[], Found], seconds: float = 30) -> Found:
    """Wait until `look` gives something true and return it; a test that waits in vain fails."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"it did not happen within {seconds:g} seconds"
        time.sleep(0.02)
    return found


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended, a zombie included."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True
