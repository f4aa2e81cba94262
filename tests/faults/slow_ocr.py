"""A daemon that notes when the reading of a document begins, and with SLOW set does not end it.

NOTES is a folder: a file in it for each reading, named after NODE and the time of its beginning. Everything else is the
real daemon: the box is real, and its child reads after it has slept.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SLOW_SECONDS = 500.0
sys.path.insert(0, str(ROOT))


class Reader:
    """The real reader in the daemon's own process, which notes what it is given before it hands it to the box."""

    def __init__(self, *arguments: Any) -> None:
        from mailroom.reading.read import Reader as RealReader

        self._real = RealReader(*arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def read(self, content: bytes, media_type: Any, filename: str = "") -> Any:
        """Read as the real one does, later."""
        note = Path(os.environ["NOTES"]) / f"{os.environ['NODE']}-{time.time()}"
        note.write_text(filename, "utf-8")
        return self._real.read(content, media_type, filename)


def prepare_read_slowly(wanted: Any) -> None:
    """Load what the real reader loads in the box's server."""
    from mailroom.reading.tasks import prepare_read

    prepare_read(wanted)


def read_slowly(arguments: dict[str, Any], blobs: list[bytes]) -> tuple[Any, list[bytes]]:
    """Stand in for `mailroom.reading.tasks:read`, in the box: never done before the test is."""
    from mailroom.reading.tasks import read

    time.sleep(SLOW_SECONDS)
    return read(arguments, blobs)


if __name__ == "__main__":
    from mailroom.app import box, rooms
    from mailroom.cli import main

    if "SLOW" in os.environ:
        box.BOX_TASKS["read"] = "tests.faults.slow_ocr:read_slowly"
    rooms.Reader = Reader  # type: ignore[assignment,misc]
    main()
