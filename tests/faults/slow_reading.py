"""A daemon whose reader takes a minute for every document and whose patience at its end is two seconds.

Everything else is the real daemon: the box is real, and its child sleeps where it would read.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

SECONDS = 60.0


def prepare_read(_media_type: str) -> None:
    """Have nothing ready; the box asks for it before it calls `read`."""


def read(arguments: dict[str, Any], blobs: list[bytes]) -> tuple[Any, list[bytes]]:
    """Stand in for `mailroom.reading.tasks:read`."""
    time.sleep(SECONDS)
    return None, []


if __name__ == "__main__":
    from mailroom.app import box, daemon
    from mailroom.cli import main

    box.BOX_TASKS["read"] = "tests.faults.slow_reading:read"
    daemon.PATIENCE_SECONDS = 2
    main()
